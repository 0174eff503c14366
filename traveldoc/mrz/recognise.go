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
	}
	s.joinedWhole()
	return s.best, s.score >= enough
}

func recogniseExact(src *source) (candidate, bool) {
	c := candidate{exact: true, used: src.n}
	for i := range min(src.n, maxFormatLines) {
		c.lines[i] = src.lines[i]
		if len(c.lines[i]) != len(c.lines[0]) {
			return c, false
		}
	}
	switch {
	case src.n == 2 && (len(c.lines[0]) == 44 || len(c.lines[0]) == 36):
	case src.n == 3 && len(c.lines[0]) == 30:
	default:
		return c, false
	}
	c.layout = layoutFor(len(c.lines[0]), c.lines[0])
	return c, c.inOrder()
}

// layoutFor is the layout of a line width, with the V rule on the first line.
func layoutFor(width int, first string) layout {
	visa := strings.HasPrefix(first, "V")
	switch {
	case width == 44 && visa:
		return layoutOf(MRVA)
	case width == 44:
		return layoutOf(TD3)
	case width == 36 && visa:
		return layoutOf(MRVB)
	case width == 36:
		return layoutOf(TD2)
	}
	return layoutOf(TD1)
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
	first := c.lines[0][0]
	return first >= 'A' && first <= 'Z'
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

func (s *search) try(c candidate, width int) {
	c.layout = layoutFor(width, c.lines[0])
	if c.lines[0] == "" && width != 30 {
		c.layout = layoutFor(width, "P") // without its first line, a visa cannot be told from the other
	}
	for i := range c.layout.lines {
		c.missing[i] = c.lines[i] == ""
	}
	if score := c.score(); score > s.score {
		s.best, s.score = c, score
	}
}

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
	for _, n := range [...]int{44, 36, 30} {
		lines := 2
		if n == 30 {
			lines = 3
		}
		if len(whole) == n*lines {
			before := s.score
			s.split(whole, n, lines)
			if s.score > before {
				s.best.used = s.src.n
			}
		}
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
