package names

import "strings"

// Skeleton is a key that spellings of one name have in common across transliterations: digraphs are read as one sound, sounds that are
// written for one another are one, vowels are dropped but a leading one ("A"). It is for finding, not for judging: different names have
// one skeleton too, so what it finds is judged by its letters. Token is upper case A-Z; what is not is left out. It is empty only for a token
// without a letter.
func Skeleton(token string) string {
	var room [32]byte
	return string(appendSkeleton(room[:0], token))
}

// appendSkeleton adds the skeleton of a token to out. Equal sounds that touch are one.
func appendSkeleton(out []byte, token string) []byte {
	start, last := len(out), byte(0)
	for i := 0; i < len(token); {
		code, n := sound(token, i)
		i += n
		if code == 'X' {
			if last != 'K' {
				out = append(out, 'K')
			}
			code, last = 'S', 0
		}
		first := len(out) == start
		if code != 0 && code != last && (first || code != 'A' && code != 'H') {
			out = append(out, code)
		}
		last = code
	}
	return out
}

// sound is the class of the sound that stands at i, and how many letters write it. 'A' is any vowel; 0 is nothing.
func sound(token string, i int) (code byte, n int) {
	rest := token[i:]
	if code, n = digraph(rest, i); n > 0 {
		return code, n
	}
	switch c := token[i]; c {
	case 'A', 'E', 'I', 'O', 'U', 'Y':
		return vowel(token, i)
	case 'B', 'P':
		return 'P', 1
	case 'D', 'T':
		return 'T', 1
	case 'C':
		if len(rest) > 1 && strings.IndexByte("EIY", rest[1]) >= 0 {
			return 'S', 1
		}
		return 'K', 1
	case 'K', 'Q':
		return 'K', 1
	case 'G':
		return 'J', 1
	case 'J':
		if i > 0 && i+1 == len(token) && strings.IndexByte("EIY", token[i-1]) >= 0 {
			return 'A', 1 // SERGEJ
		}
		return 'J', 1
	case 'S', 'Z':
		return 'S', 1
	case 'W', 'V':
		return 'V', 1
	case 'X':
		if i == 0 {
			return 'S', 1 // XI, XENIA
		}
		return 'X', 1
	case 'F', 'H', 'L', 'M', 'N', 'R':
		return c, 1
	}
	return 0, 1
}

// vowel reads a vowel; OU and U before another vowel are the consonant of WALID and OUALID.
func vowel(token string, i int) (code byte, n int) {
	before := i == 0 || isVowel(token[i-1])
	switch {
	case before && strings.HasPrefix(token[i:], "OU") && i+2 < len(token) && strings.IndexByte("AEI", token[i+2]) >= 0:
		return 'V', 2
	case i > 0 && strings.HasPrefix(token[i:], "UW") && i+2 < len(token) && (token[i+2] == 'U' || token[i+2] == 'O'):
		return 'A', 2
	case i > 0 && strings.HasPrefix(token[i:], "AWU"), i > 0 && strings.HasPrefix(token[i:], "AWO"):
		return 'A', 2 // DAWUD, DAOUD
	}
	return 'A', 1
}

func isVowel(c byte) bool { return strings.IndexByte("AEIOUY", c) >= 0 }

// digraph reads what several letters write together; n is 0 where they do not.
func digraph(rest string, at int) (code byte, n int) {
	if len(rest) < 2 || strings.IndexByte("CHSZJKUF", rest[1]) < 0 || strings.IndexByte("AEIOUYBLMNRVWX", rest[0]) >= 0 {
		return 0, 0
	}
	for _, d := range digraphs {
		if strings.HasPrefix(rest, d.letters) && (!d.start || at == 0) && (!d.end || len(rest) == len(d.letters)) {
			return d.code, len(d.letters)
		}
	}
	return 0, 0
}

// digraphs are what several letters write as one sound, the longest first.
//
//nolint:gochecknoglobals // a constant table
var digraphs = [...]struct {
	letters    string
	code       byte
	start, end bool // only there
}{
	{"SHCH", 'S', false, false}, {"SCHTSCH", 'S', false, false},
	{"TSCH", 'J', false, false}, {"DSCH", 'J', false, false},
	{"SCH", 'S', false, false}, {"TCH", 'J', false, false}, {"DZH", 'J', false, false}, {"DSH", 'J', false, false},
	{"ZH", 'J', false, false}, {"CZ", 'J', false, false}, {"CH", 'J', false, false}, {"DJ", 'J', false, false}, {"GH", 'J', false, false},
	{"KH", 'H', false, false}, {"SH", 'S', false, false}, {"SZ", 'S', false, false}, {"PH", 'F', false, false},
	{"TH", 'T', false, false}, {"DH", 'T', false, false}, {"CK", 'K', false, false}, {"QU", 'K', false, false},
	{"HS", 'S', true, false}, {"KS", 'X', false, false},
	{"TZ", 'S', false, false}, {"TS", 'S', false, false}, {"FF", 'V', false, true},
}
