package match

import (
	"strings"
	"unicode"

	"github.com/openbmis/openbmis/alerts"
)

// documentRecord is a document, or a range of blanks, as it is looked up.
type documentRecord struct {
	number, until string // folded; until is empty but for a range
	issuer        string // empty: not known
	kind          byte   // 'P', 'I', 'V', ...; 0: not known
}

// documentOf reads a document; false without a number.
func documentOf(d alerts.Document) (documentRecord, bool) {
	r := documentRecord{number: foldNumber(d.Number), until: foldNumber(d.Until), issuer: state(d.Issuer), kind: documentKind(d.Type)}
	if r.until == r.number {
		r.until = ""
	}
	if r.until != "" && (len(r.until) != len(r.number) || r.until < r.number) {
		r.until = "" // no range of one form: its first number is all that is sure
	}
	return r, r.number != ""
}

// foldNumber is a number as it is compared: upper case, letters and digits only.
func foldNumber(number string) string {
	if plainNumber(number) {
		return number
	}
	var b strings.Builder
	b.Grow(len(number))
	for _, c := range number {
		if c = unicode.ToUpper(c); unicode.IsLetter(c) || unicode.IsDigit(c) {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func plainNumber(number string) bool {
	for i := range len(number) {
		if c := number[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// skeletonNumber is a folded number with the characters that are read for one another made one.
func skeletonNumber(number string) string {
	return strings.Map(func(c rune) rune {
		switch c {
		case 'O', 'Q', 'D':
			return '0'
		case 'I', 'L':
			return '1'
		case 'S':
			return '5'
		case 'B':
			return '8'
		case 'Z':
			return '2'
		case 'G':
			return '6'
		}
		return c
	}, number)
}

// documentKind is the kind that decides whether two documents can be one: P, V, or I for the cards.
func documentKind(kind string) byte {
	kind = strings.ToUpper(strings.TrimSpace(kind))
	if kind == "" {
		return 0
	}
	switch c := kind[0]; c {
	case 'A', 'C', 'I':
		return 'I'
	case 'O':
		return 0
	default:
		return c
	}
}

// state is a State or issuer as one code: what several codes of one State become one, blanks and fillers go.
func state(code string) string {
	code = strings.ToUpper(strings.Trim(strings.TrimSpace(code), "<"))
	switch code {
	case "GBD", "GBN", "GBO", "GBP", "GBS":
		return "GBR"
	case "D":
		return "DEU"
	case "RKS", "XKX", "XXK", "KOS", "UNK":
		return "RKS"
	case "ROM":
		return "ROU"
	case "ZAR":
		return "COD"
	case "TMP":
		return "TLS"
	case "XXX", "UTO":
		if code == "XXX" {
			return "" // not said
		}
	}
	return code
}

// checkDigit is the check digit of ICAO Doc 9303-3 section 4.9 of a folded number.
func checkDigit(number string) (byte, bool) {
	sum := 0
	for i := range len(number) {
		var value int
		switch c := number[i]; {
		case c >= '0' && c <= '9':
			value = int(c - '0')
		case c >= 'A' && c <= 'Z':
			value = int(c-'A') + 10
		default:
			return 0, false
		}
		sum += value * [...]int{7, 3, 1}[i%3]
	}
	return byte('0' + sum%10), true
}

// spellings are the ways in which a number may be listed: as it is, without a check digit that stands at its end, and with its own.
func spellings(number string) []string {
	out := []string{number}
	if len(number) < 5 {
		return out
	}
	last := len(number) - 1
	if digit, ok := checkDigit(number[:last]); ok && digit == number[last] {
		out = append(out, number[:last])
	}
	if digit, ok := checkDigit(number); ok {
		out = append(out, number+string(digit))
	}
	return out
}
