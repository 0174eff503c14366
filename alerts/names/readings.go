package names

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/openbmis/openbmis/traveldoc/translit"
)

// readings spells the words in every way that their scripts leave, the same way for all words of a reading.
func readings(words []word) []Reading {
	var out []Reading
	for scheme := range MaxReadings {
		r, more := spelled(words, scheme)
		if len(r.Tokens) > 0 && !slices.ContainsFunc(out, func(o Reading) bool { return sameTokens(o.Tokens, r.Tokens) }) {
			out = append(out, r)
		}
		if !more {
			break
		}
	}
	return out
}

// spelled is the reading of one scheme; more says that a further scheme differs.
func spelled(words []word, scheme int) (r Reading, more bool) {
	r.Tokens = make([]Token, 0, len(words))
	lost, all := 0, 0
	for _, w := range words {
		text := w.text
		if !latinOnly(text) {
			var out strings.Builder
			for _, letter := range text {
				all++
				ways, _ := translit.Letter(letter)
				if len(ways) == 0 {
					lost++
					continue
				}
				out.WriteString(ways[min(scheme, len(ways)-1)])
				more = more || scheme+1 < len(ways)
			}
			text = out.String()
		} else {
			all += len(text)
		}
		if text != "" {
			r.Tokens = append(r.Tokens, Token{Text: text, Role: w.role, Particle: Particle(text), Initial: len(text) == 1})
		}
	}
	r.Loss = min(1, 0.1*float64(scheme)+float64(lost)/float64(max(all, 1)))
	return r, more
}

func latinOnly(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func sameTokens(a, b []Token) bool {
	return slices.EqualFunc(a, b, func(x, y Token) bool { return x.Text == y.Text })
}
