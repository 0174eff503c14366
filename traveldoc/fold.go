package traveldoc

import (
	"sort"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// FoldState is the code of a State as travel documents have it: Germany's is D in them (ICAO Doc 9303-3, section 5) and DEU in other lists.
// People choose and write either.
func FoldState(code string) string {
	if code == "DEU" {
		return "D"
	}
	return code
}

// FoldNumber is the form of a document number that look-ups compare: upper case, letters and digits only, O read as 0, leading
// zeros off. Two different numbers may fold to the same form; the printed form decides what is shown.
func FoldNumber(number string) string {
	var b strings.Builder
	b.Grow(len(number))
	for _, r := range number {
		r = unicode.ToUpper(r)
		if r == 'O' {
			r = '0'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return strings.TrimLeft(b.String(), "0")
}

// FoldName is the form of a name that look-ups compare: upper case, marks off, the letters of ICAO Doc 9303-3 section 6 written
// as in the MRZ, every run of anything else one space.
func FoldName(name string) string {
	var b strings.Builder
	b.Grow(len(name))
	gap := false
	for _, r := range norm.NFD.String(name) {
		if unicode.Is(unicode.Mn, r) || r == '\'' || r == '’' {
			continue
		}
		r = unicode.ToUpper(r)
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		if spelled, ok := mrzLetter(r); ok {
			b.WriteString(spelled)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// mrzLetter spells the Latin letters that have no mark to take off (ICAO Doc 9303-3 section 6A).
func mrzLetter(r rune) (string, bool) {
	switch r {
	case 'Æ':
		return "AE", true
	case 'Ø':
		return "OE", true
	case 'Œ':
		return "OE", true
	case 'ß', 'ẞ':
		return "SS", true
	case 'Þ':
		return "TH", true
	case 'Ð', 'Đ':
		return "D", true
	case 'Ħ':
		return "H", true
	case 'İ', 'ı':
		return "I", true
	case 'Ł':
		return "L", true
	case 'Ŋ':
		return "N", true
	case 'Ŧ':
		return "T", true
	}
	return "", false
}

// NameKey is the folded name with its parts in order of the alphabet, so that swapped name fields give the same key.
func NameKey(surname, givenNames string) string {
	parts := strings.Fields(FoldName(surname + " " + givenNames))
	sort.Strings(parts)
	return strings.Join(parts, " ")
}
