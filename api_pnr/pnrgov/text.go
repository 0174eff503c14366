package pnrgov

import (
	"strings"
	"unicode/utf8"
)

// text is a raw segment with its line ends taken off. Bytes that are no UTF-8 are taken as ISO 8859-1.
func text(raw string) string {
	if !utf8.ValidString(raw) {
		runes := make([]rune, len(raw))
		for i := range len(raw) {
			runes[i] = rune(raw[i])
		}
		raw = string(runes)
	}
	if strings.IndexByte(raw, '\n') < 0 && strings.IndexByte(raw, '\r') < 0 {
		return strings.TrimRight(raw, " ")
	}
	return strings.TrimRight(strings.NewReplacer("\r", "", "\n", "").Replace(raw), " ")
}

// quoted is a short piece of what was sent, for a diagnostic.
func quoted(s string) string {
	const most = 40
	if len(s) > most {
		s = s[:most] + "..."
	}
	return "\"" + s + "\""
}

// clean is a code as sent: without spaces around it, in capitals.
func clean(s string) string {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 'a' {
			return strings.ToUpper(strings.TrimSpace(s))
		}
	}
	return s // as nearly all are
}

// next gives the index of the next character of a name that counts when names are compared, and that character in capitals: letters and
// digits, and every byte of other scripts.
func next(s string, at int) (int, byte) {
	for ; at < len(s); at++ {
		c := s[at]
		switch {
		case c >= 'a' && c <= 'z':
			return at, c - 'a' + 'A'
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c >= 0x80:
			return at, c
		}
	}
	return at, 0
}

// begins reports whether the letters of s begin with those of prefix, and whether they end there too.
func begins(s, prefix string) (begin, whole bool) {
	i, j := 0, 0
	for {
		var a, b byte
		i, a = next(s, i)
		j, b = next(prefix, j)
		if b == 0 {
			return true, a == 0
		}
		if a != b {
			return false, false
		}
		i++
		j++
	}
}

// same reports whether two names have the same letters.
func same(a, b string) bool {
	_, whole := begins(a, b)
	return whole
}

// blank reports whether a name has no letters.
func blank(s string) bool {
	_, c := next(s, 0)
	return c == 0
}

// titles are stripped from the end of a given name, the longer ones first.
var titles = [...]string{"MSTR", "MISS", "MRS", "MR", "MS", "DR"}

// untitled takes a title off the end of a given name, if a name is left: "JOHNMR" is JOHN, "MRS" stays. A second one is taken off only
// when a space sets it apart ("JOHN DR MR").
func untitled(given string) string {
	given = strings.TrimSpace(given)
	glued := true
	for {
		short, apart := untitledOnce(given)
		if short == given || !glued && !apart {
			return given
		}
		given, glued = short, false
	}
}

func untitledOnce(given string) (short string, apart bool) {
	if last := len(given) - 1; last < 0 || given[last]&^0x20 != 'R' && given[last]&^0x20 != 'S' {
		return given, false // no title ends so
	}
	for _, title := range titles {
		n := len(given) - len(title)
		if n <= 0 || !strings.EqualFold(given[n:], title) {
			continue
		}
		short = strings.TrimRight(given[:n], " ")
		if blank(short) {
			return given, false
		}
		return short, len(short) < n
	}
	return given, false
}

// bare is a reference without the zeros before it: 002 is 2.
func bare(ref string) string {
	ref = strings.TrimSpace(ref)
	short := strings.TrimLeft(ref, "0")
	if short == "" && ref != "" {
		return "0"
	}
	return short
}
