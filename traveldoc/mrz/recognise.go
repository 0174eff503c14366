package mrz

import "strings"

// candidate is one way to see a format's lines in a text.
type candidate struct {
	layout  layout
	lines   [maxFormatLines]string
	missing [maxFormatLines]bool
	exact   bool // the usual case: the right number of lines, each of the right length, in order
	swapped bool
	joined  bool
	used    int // how many lines of the text it takes
}

// enough is the score below which a text is not taken for a machine readable zone. A whole zone has about 60; a lone first line of
// a passport has about 15; a page of prose stays below zero.
const enough = 10

// recognise finds the zone in the lines: by their number, length and content. A first V makes a visa of two lines that would else
// be a passport or a card (ICAO Doc 9303-7).
func recognise(src *source) (candidate, bool) {
	if c, ok := recogniseExact(src); ok {
		return c, true
	}
	return recogniseRagged(*src) // a copy: with the pointer, the usual case too would allocate
}

func recogniseRagged(src source) (candidate, bool) {
	s := search{src: &src, score: enough - 1}
	for i := range src.n {
		for _, width := range [...]int{44, 36, 30} {
			s.window(i, width)
		}
		s.licences(i)
	}
	s.joinedWhole()
	return s.best, s.score >= enough
}

func recogniseExact(src *source) (candidate, bool) {
	c := candidate{exact: true, used: src.n}
	copy(c.lines[:], src.lines[:min(src.n, maxFormatLines)])
	format := c.exactFormat(src.n)
	if format == Unknown {
		return c, false
	}
	c.layout = layoutOf(format)
	return c, c.inOrder()
}

// exactFormat is the format of n lines that have its lengths.
func (c *candidate) exactFormat(n int) Format {
	first, second, third := len(c.lines[0]), len(c.lines[1]), len(c.lines[2])
	switch {
	case n == 2 && first == 44 && second == 44:
		return icaoFormat(44, c.lines[0])
	case n == 2 && first == 36 && second == 36:
		return c.formatOf36()
	case n == 3 && first == 30 && second == 30 && third == 30:
		return TD1
	case n == 3 && first == 9 && second == 30 && third == 30:
		return SwissLicence
	case n == 1 && first == 30 && frenchLicence(c.lines[0]):
		return FrenchLicence
	}
	return Unknown
}

// formatOf36 tells the old French identity card from a card or visa of Doc 9303: by its first cells, or by a digit where those have
// a name, unless the whole then fits worse: a card of Doc 9303 that France issued, or a name in which a letter was read as a digit.
func (c *candidate) formatOf36() Format {
	first := c.lines[0]
	usual := icaoFormat(36, first)
	switch {
	case usual == MRVB:
		return usual
	case strings.HasPrefix(first, frenchHead):
		return c.frenchHeaded(usual)
	case strings.IndexFunc(first[30:35], func(r rune) bool { return r >= '0' && r <= '9' }) < 0:
		return usual
	}
	card, french := *c, *c
	card.layout, french.layout = layoutOf(usual), layoutOf(FrenchID)
	if card.score() > french.score() {
		return usual
	}
	return FrenchID
}

// frenchHeaded: a first line as of the French card may be that of a card of Doc 9303 only when every digit of that one is right and
// not every one of the French.
func (c *candidate) frenchHeaded(usual Format) Format {
	card, french := *c, *c
	card.layout, french.layout = layoutOf(usual), layoutOf(FrenchID)
	if card.digitsRight() && !french.digitsRight() {
		return usual
	}
	return FrenchID
}

// frenchHead starts an old French identity card.
const frenchHead = "IDFRA"

func frenchLicence(line string) bool {
	return len(line) >= 5 && strings.IndexByte("ABD", line[0]) >= 0 && line[1] >= '0' && line[1] <= '9' && line[2:5] == "FRA"
}

// icaoFormat is the format of Doc 9303 of a line width, with the V rule on the first line.
func icaoFormat(width int, first string) Format {
	visa := strings.HasPrefix(first, "V")
	switch {
	case width == 44 && visa:
		return MRVA
	case width == 44:
		return TD3
	case width == 36 && visa:
		return MRVB
	case width == 36:
		return TD2
	}
	return TD1
}

// inOrder reports whether the lines are where they belong, as far as the places of digits can tell.
func (c *candidate) inOrder() bool {
	for _, id := range [...]FieldID{BirthDate, ExpiryDate} {
		for _, b := range []byte(c.cells(c.layout.fields[id])) {
			if b >= 'A' {
				return false
			}
		}
	}
	code := c.cells(c.layout.fields[DocumentCode])
	return code != "" && code[0] >= 'A' && code[0] <= 'Z'
}

func (c *candidate) cells(r Range) string {
	if r.Line == 0 {
		return ""
	}
	line := c.lines[r.Line-1]
	from := min(int(r.From)-1, len(line))
	return line[from:min(int(r.To), len(line))]
}

// search keeps the best candidate.
type search struct {
	src   *source
	best  candidate
	score int
}

// try scores a candidate as each format of the width that its first line allows; without a first line, a visa cannot be told from
// the others.
func (s *search) try(c candidate, width int) {
	usual := icaoFormat(width, c.lines[0])
	s.tryAs(c, usual)
	if usual == TD2 {
		s.tryAs(c, FrenchID)
	}
}

func (s *search) tryAs(c candidate, format Format) {
	c.layout = layoutOf(format)
	for i := range c.layout.lines {
		c.missing[i] = c.lines[i] == ""
	}
	if score := c.score(); score > s.score {
		s.best, s.score = c, score
	}
}

// licences tries the driving licences from line i on. They have few digits to be known by, so a state must be in its place.
func (s *search) licences(i int) {
	a := s.src.lines[i]
	if len(a) >= 24 && a[2:5] == "FRA" {
		s.tryAs(candidate{lines: [3]string{a}, used: 1}, FrenchLicence)
	}
	for n := range min(2, s.src.n-i) {
		if second := s.src.lines[i+n]; len(second) < 20 || !strings.HasPrefix(second, "FA") || !swissState(second[2:5]) {
			continue
		}
		c := candidate{used: min(s.src.n-i, 2+n)}
		copy(c.lines[1-n:], s.src.lines[i:min(i+2+n, s.src.n)])
		s.tryAs(c, SwissLicence)
	}
	s.splitAs(a, SwissLicence)
}

func swissState(code string) bool { return code == "CHE" || code == "LIE" }

// window tries a format's lines at and after line i: in order, swapped, with one of them missing, and joined in line i.
func (s *search) window(i, width int) {
	line := func(n int) string {
		if i+n < s.src.n {
			return s.src.lines[i+n]
		}
		return ""
	}
	a, b, c := line(0), line(1), line(2)
	if width != 30 {
		if b != "" {
			s.try(candidate{lines: [3]string{a, b}, used: 2}, width)
			s.try(candidate{lines: [3]string{b, a}, used: 2, swapped: true}, width)
		}
		s.try(candidate{lines: [3]string{a}, used: 1}, width)
		s.try(candidate{lines: [3]string{"", a}, used: 1}, width)
		s.split(a, width, 2)
		return
	}
	s.windowTD1(a, b, c)
	s.split(a, width, 3)
}

// windowTD1 tries three lines in every order, two of them, and one.
func (s *search) windowTD1(a, b, c string) {
	if c != "" {
		for i, order := range [...][3]string{{a, b, c}, {a, c, b}, {b, a, c}, {b, c, a}, {c, a, b}, {c, b, a}} {
			s.try(candidate{lines: order, used: 3, swapped: i > 0}, 30)
		}
	}
	if b != "" {
		for i, partial := range [...][3]string{{a, b}, {"", a, b}, {a, "", b}, {b, a}} {
			s.try(candidate{lines: partial, used: 2, swapped: i == 3}, 30)
		}
	}
	for _, lone := range [...][3]string{{a}, {"", a}} {
		s.try(candidate{lines: lone, used: 1}, 30)
	}
}

// joinedWhole tries the text as one run of characters, broken anywhere or nowhere.
func (s *search) joinedWhole() {
	if s.src.n < 2 || s.src.n > 8 {
		return
	}
	whole := strings.Join(s.src.lines[:s.src.n], "")
	before := s.score
	switch len(whole) {
	case 88:
		s.split(whole, 44, 2)
	case 72:
		s.split(whole, 36, 2)
	case 90:
		s.split(whole, 30, 3)
	case 69:
		s.splitAs(whole, SwissLicence)
	}
	if s.score > before {
		s.best.used = s.src.n
	}
}

// split cuts a run of characters into lines: each of the width from the front, or from the back when the first line was cut.
func (s *search) split(run string, width, lines int) {
	if len(run) < width*lines-width/2 || len(run) > width*lines+8 {
		return
	}
	front, back := candidate{joined: true, used: 1}, candidate{joined: true, used: 1}
	for i := range lines {
		from := i * width
		front.lines[i] = run[from:min(from+width, len(run))]
		end := len(run) - (lines-1-i)*width
		back.lines[i] = run[max(end-width, 0):end]
	}
	front.lines[lines-1] = run[(lines-1)*width:]
	back.lines[0] = run[:len(run)-(lines-1)*width]
	s.try(front, width)
	s.try(back, width)
}

// splitAs cuts a run of the length of a format's lines into them.
func (s *search) splitAs(run string, format Format) {
	l := layoutOf(format)
	total := l.widths[0] + l.widths[1] + l.widths[2]
	if len(run) != total || !swissState(run[l.widths[0]+2:l.widths[0]+5]) {
		return
	}
	c := candidate{joined: true, used: 1}
	for i := range l.lines {
		c.lines[i], run = run[:l.widths[i]], run[l.widths[i]:]
	}
	s.tryAs(c, format)
}
