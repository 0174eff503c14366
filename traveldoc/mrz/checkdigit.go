package mrz

// sum adds the values of characters with the weights 7, 3, 1 repeating (ICAO Doc 9303-3, section 4.9). It may be fed in parts: the
// weights run on.
type sum struct {
	total, cells int
	invalid      bool // a character has no value
}

// value is a character's value: fillers 0, digits their own, A to Z 10 to 35; -1 for anything else.
func value(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	case c == filler:
		return 0
	}
	return -1
}

// add takes the text's characters, and fillers up to cells of them.
func (s *sum) add(text string, cells int) {
	weight := [3]int{7, 3, 1}
	at := s.cells % 3
	for i := range len(text) {
		v := value(text[i])
		if v < 0 {
			s.invalid = true
			v = 0
		}
		s.total += v * weight[at]
		if at++; at == 3 {
			at = 0
		}
	}
	s.cells += max(cells, len(text))
}

// digit is the check digit, or 0 when a character has no value.
func (s *sum) digit() byte {
	if s.invalid {
		return 0
	}
	return byte('0' + s.total%10)
}

// CheckDigit is the check digit, '0' to '9', over a text of A to Z, 0 to 9 and '<'; false when it holds another character.
func CheckDigit(text string) (byte, bool) {
	var s sum
	s.add(text, len(text))
	return s.digit(), !s.invalid
}

// CheckDigitResult is one check digit as printed and as computed.
type CheckDigitResult struct {
	Field    FieldID `json:"field"` // Composite for the digit over several fields
	At       Range   `json:"at"`
	Printed  string  `json:"printed"`  // the character in the digit's cell; empty when the line ends before it
	Computed string  `json:"computed"` // '0' to '9'; empty when a protected character has no value
	OK       bool    `json:"ok"`
}

func (c *CheckDigitResult) settle(printed string, computed byte) {
	c.Printed, c.Computed, c.OK = printed, "", false
	if computed == 0 {
		return
	}
	c.Computed = digitText(computed)
	c.OK = c.Printed == c.Computed
}

// digitText is a digit as text, without allocating.
func digitText(d byte) string { return "0123456789"[d-'0' : d-'0'+1] }
