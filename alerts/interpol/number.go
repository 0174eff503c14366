package interpol

import (
	"strings"
	"unicode"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// MaxNumber is the longest document number looked at, in characters.
const MaxNumber = 40

// FoldNumber is a document number as it is compared: capitals and digits alone, at most MaxNumber of them.
func FoldNumber(number string) string {
	var b strings.Builder
	n := 0
	for _, r := range number {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) || n == MaxNumber {
			continue
		}
		b.WriteRune(unicode.ToUpper(r))
		n++
	}
	return b.String()
}

// skeleton makes one of the characters that are read for one another.
var skeleton = strings.NewReplacer("O", "0", "Q", "0", "I", "1", "L", "1", "S", "5", "B", "8", "Z", "2") //nolint:gochecknoglobals // a constant

// Skeleton is a folded number without the difference of characters that are read for one another. It keeps the length.
func Skeleton(folded string) string { return skeleton.Replace(folded) }

// issuers are codes under which one State's documents are found, beside its own (Doc 9303-3 section 5 and codes that are out of use).
var issuers = map[string]string{ //nolint:gochecknoglobals // a constant
	"DEU": "D", "GBD": "GBR", "GBN": "GBR", "GBO": "GBR", "GBP": "GBR", "GBS": "GBR", "XXK": "RKS", "XKX": "RKS", "KOS": "RKS",
	"ROM": "ROU", "ZAR": "COD", "TMP": "TLS",
}

// Issuer is an issuing State's ICAO code as it is compared: filler off, one code for each State.
func Issuer(code string) string {
	folded := FoldNumber(code)
	if one, known := issuers[folded]; known {
		return one
	}
	return folded
}

// Listed are the ways in which a folded number of a list counts: as it stands, and without its check digit when its last one is that.
func Listed(folded string) []string {
	all := []string{folded}
	if n := len(folded); n > 5 {
		if digit, ok := mrz.CheckDigit(folded[:n-1]); ok && digit == folded[n-1] {
			all = append(all, folded[:n-1])
		}
	}
	return all
}

// Spellings are the ways in which a list may hold a number that was read: as it is, without its check digit, and with one.
func Spellings(folded string) []string {
	all := Listed(folded)
	if digit, ok := mrz.CheckDigit(folded); ok && folded != "" {
		all = append(all, folded+string(rune(digit)))
	}
	return all
}
