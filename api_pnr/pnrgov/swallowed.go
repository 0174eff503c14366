package pnrgov

import "github.com/openbmis/openbmis/api_pnr/edifact"

// swallowed is the element that ends in the tag of another segment, which is part of this one because no terminator stands before it; -1.
// Texts may end in a tag too: what stands behind it must be what its segment begins with. What history holds is kept as sent.
func (r *reader) swallowed(s *edifact.Segment) int {
	if r.state == inHistory {
		return -1
	}
	for e := 0; e+1 < s.Elements(); e++ {
		if r.beginsBehind(s, e) {
			return e
		}
	}
	return -1
}

func (r *reader) beginsBehind(s *edifact.Segment, e int) bool {
	switch s.Tail(e) {
	case tagTIF: // only the head of a record has travellers; the check-in repeats them
		return r.state == inRecord && !blank(s.Text(e+1, 0)) && ageGroup(clean(s.Text(e+2, 1))) != ""
	case tagSSR:
		return isCode(s.Text(e+1, 0), 4) && s.Components(e+1) > 1
	case tagTVL:
		return two(s.Text(e+1, 0), 4) >= 0 && isCode(s.Text(e+2, 0), 3) && isCode(s.Text(e+3, 0), 3)
	case tagRCI:
		return isCode(s.Text(e+1, 0), 2) && len(s.Text(e+1, 1)) >= 5
	case tagTKT:
		return s.Components(e+1) > 1 && two(s.Text(e+1, 0), 8) >= 0
	case tagDAT:
		return len(s.Text(e+1, 0)) == 3 && two(s.Text(e+1, 0), 1) >= 0 && len(s.Text(e+1, 1)) == 6 && two(s.Text(e+1, 1), 4) >= 0
	default:
		return false
	}
}

// isCode reports whether a text is a code of so many capitals or digits.
func isCode(s string, length int) bool {
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return len(s) == length
}
