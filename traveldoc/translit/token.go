package translit

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// MaxName is the longest name that is looked at, in characters.
const MaxName = 256

// token is a letter of the visual zone, a pair that is spelled as one, or what stands between letters.
type token struct {
	from      string   // as printed, in capitals
	spellings []string // what it may be in the machine readable zone, fillers as blanks
	script    Script
	at        int  // character of the name, from 1
	separator bool // between words
	known     bool // a table has it
}

// plain: a capital of the alphabet, or a blank.
func (t *token) plain() bool { return len(t.spellings) == 1 && t.spellings[0] == t.from }

// tokens splits a name, composed (NFC). False when it is longer than MaxName.
func tokens(name string) ([]token, bool) {
	runes := []rune(norm.NFC.String(name))
	if len(runes) > MaxName {
		return nil, false
	}
	var out []token
	for i := 0; i < len(runes); i++ {
		if pair, ok := pairOf(runes[i:]); ok {
			pair.at = i + 1
			out = append(out, pair)
			i++
			continue
		}
		if t, ok := tokenOf(runes[i]); ok {
			t.at = i + 1
			out = append(out, t)
			continue
		}
		if runes[i] == shadda && len(out) > 0 {
			doubled(&out[len(out)-1])
		}
	}
	return trimmed(out), true
}

// shadda doubles the Arabic letter before it; other marks are not written.
const shadda = 'ّ'

func doubled(t *token) {
	for _, spelling := range t.spellings {
		if spelling != "" {
			t.spellings = append(t.spellings, spelling+spelling)
		}
	}
}

// pairOf finds the Greek pairs that have a spelling of their own. A diaeresis on the second keeps them apart.
func pairOf(runes []rune) (token, bool) {
	if len(runes) < 2 || scriptOf(runes[0]) != Greek || unicode.ToUpper(runes[1]) == 'Ϋ' || scriptOf(runes[1]) != Greek {
		return token{}, false
	}
	key := string([]rune{baseOf(runes[0]), baseOf(runes[1])})
	spellings := lookup(Greek, key)
	return token{from: key, spellings: spellings, script: Greek, known: true}, spellings != nil
}

// tokenOf is one character: false for marks, which are not written.
func tokenOf(r rune) (token, bool) {
	switch {
	case r == '<' || unicode.IsSpace(r):
		return token{from: " ", spellings: []string{" "}, separator: true, known: true}, true
	case r == '-' || unicode.Is(unicode.Pd, r):
		return token{from: "-", spellings: []string{" ", ""}, separator: true, known: true}, true
	case r == '\'' || r == '’' || r == '‘' || r == 'ʼ' || r == '`' || r == '´':
		return token{from: "'", spellings: []string{"", " "}, known: true}, true
	case r == '.' || r == ',' || r == '·':
		return token{from: string(r), spellings: []string{"", " "}, known: true}, true
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) || r == 'ـ':
		return token{}, false
	case r >= '0' && r <= '9':
		return token{from: string(r), spellings: []string{string(r)}, known: true}, true
	}
	spellings, script := Letter(r)
	return token{
		from: string(unicode.ToUpper(r)), spellings: spellings, script: script, known: spellings != nil,
	}, true
}

// trimmed leaves out blanks at the ends and all but one in a row.
func trimmed(in []token) []token {
	out := in[:0]
	for _, t := range in {
		if t.separator && (len(out) == 0 || out[len(out)-1].separator) {
			continue
		}
		out = append(out, t)
	}
	if len(out) > 0 && out[len(out)-1].separator {
		out = out[:len(out)-1]
	}
	return out
}

// known reports whether a table has every letter.
func known(name []token) bool {
	for i := range name {
		if !name[i].known {
			return false
		}
	}
	return true
}
