package mrz

import "strings"

// score says how well the lines fit the layout. It weighs lengths, the places of letters and digits, and right check digits; it
// serves only to choose between candidates, never to judge a document.
func (c *candidate) score() int {
	score := c.scoreLengths() + c.scoreHead() + c.scoreName()
	for _, id := range [...]FieldID{BirthDate, ExpiryDate} {
		score += count(c.cells(c.layout.fields[id]), isDigitOrFiller)
	}
	score += count(c.cells(c.layout.fields[Nationality]), isLetterOrFiller)
	if sex := c.cells(c.layout.fields[Sex]); sex != "" {
		score += 4*strings.Count("MF<X", sex) - 2
	}
	for i := range c.layout.digits {
		score += c.scoreDigit(&c.layout.digits[i])
	}
	if c.layout.format == FrenchID && strings.HasPrefix(c.lines[0], frenchHead) {
		score += 5
	}
	if c.swapped || c.joined {
		score-- // only when nothing simpler fits
	}
	return score
}

func (c *candidate) scoreLengths() int {
	score := 0
	for i := range c.layout.lines {
		off := len(c.lines[i]) - c.layout.widths[i]
		switch {
		case c.missing[i]:
			score -= 4
		case off == 0:
			score += 4
		case off < 0 && uint8(i+1) == c.layout.fields[Name].Line:
			score -= min(-off/4, 4) // trailing fillers get lost easily
		case off < 0:
			score -= min(-2*off, 10)
		default:
			score -= min(2*off, 10)
		}
	}
	return score
}

// scoreHead looks at the document code and the state.
func (c *candidate) scoreHead() int {
	code := c.cells(c.layout.fields[DocumentCode])
	if code == "" {
		return 0
	}
	score := count(code, isLetterOrFiller)
	if strings.IndexByte("PVACI", code[0]) >= 0 {
		score += 3
	}
	state := c.cells(c.layout.fields[IssuingState])
	score += count(state, isLetterOrFiller)
	if _, known := stateOf(strings.Trim(state, "<")); known {
		score += 3
	}
	return score
}

func (c *candidate) scoreName() int {
	name := c.cells(c.layout.fields[Name])
	score := 0
	if strings.Contains(name, "<<") {
		score += 4
	}
	for i := range len(name) {
		if name[i] >= '0' && name[i] <= '9' {
			score -= 2
		}
	}
	return score
}

func (c *candidate) scoreDigit(rule *digitRule) int {
	printed := c.cells(rule.at)
	if printed == "" {
		return 0
	}
	if !isDigitOrFiller(printed[0]) {
		return -1
	}
	digit, filled := c.computed(rule)
	if filled && digit == printed[0] {
		return 5
	}
	return 0
}

// computed is a check digit, and whether there is anything but fillers under it.
func (c *candidate) computed(rule *digitRule) (digit byte, filled bool) {
	var s sum
	for _, r := range rule.over {
		if r.Line != 0 {
			cells := c.cells(r)
			filled = filled || strings.Trim(cells, "<") != ""
			s.add(cells, r.Len())
		}
	}
	return s.digit(), filled
}

// digitsRight reports whether every check digit is right; a long number's, which stands elsewhere, aside.
func (c *candidate) digitsRight() bool {
	for i := range c.layout.digits {
		rule := &c.layout.digits[i]
		printed := c.cells(rule.at)
		if rule.at.Line == 0 || c.layout.longNumber && i == 0 && printed == "<" {
			continue
		}
		if digit, _ := c.computed(rule); printed == "" || printed[0] != digit {
			return false
		}
	}
	return true
}

// count is how many characters are as expected, less those that are not.
func count(cells string, expected func(byte) bool) int {
	n := 0
	for i := range len(cells) {
		if expected(cells[i]) {
			n++
		} else {
			n--
		}
	}
	return n
}

func isDigitOrFiller(c byte) bool  { return c >= '0' && c <= '9' || c == filler }
func isLetterOrFiller(c byte) bool { return c >= 'A' && c <= 'Z' || c == filler }
