package names

import (
	"slices"
	"unicode/utf8"
)

// readings spells the words in the styles of their scripts: a reading keeps to one style, as who writes a name does.
func readings(words []word, lost int) []Reading {
	if plainWords(words) {
		return []Reading{{Tokens: plainTokens(words), Loss: loss(lost, 0, lost+wordLetters(words))}}
	}
	b := builder{alone: len(words) == 1}
	count := 1
	language := ""
	for i := range words {
		count = max(count, styles(words[i].script))
		b.nippon = b.nippon || words[i].script == kana
		if words[i].script == cyrillic && language == "" {
			language = cyrillicOf(words)
		}
		words[i].language = language
	}
	out := make([]Reading, 0, min(count, MaxReadings))
	for style := range min(count, MaxReadings) {
		if r, ok := b.reading(words, style); ok && !slices.ContainsFunc(out, r.same) {
			r.Loss = min(1, r.Loss+loss(lost, 0, lost+b.letters))
			out = append(out, r)
		}
	}
	return out
}

// reading spells all words in one style; false when that has nothing to say.
func (b *builder) reading(words []word, style int) (Reading, bool) {
	b.tokens, b.text = make([]Token, 0, len(words)+2), b.text[:0]
	b.letters, b.lost, b.refused, b.guessed = 0, 0, false, false
	for _, w := range words {
		b.spell(w, style)
	}
	r := Reading{Tokens: b.tokens, Loss: loss(b.lost, style, b.letters), Consonants: b.guessed}
	return r, len(r.Tokens) > 0 && !b.refused
}

// loss is how far a reading is a guess: a little for each style away from the plain one, and the share of letters that could not be read.
func loss(lost, style, letters int) float64 {
	share := 0.0
	if lost > 0 {
		share = float64(lost) / float64(max(lost, letters))
	}
	return min(1, 0.05*float64(style)+share)
}

// same: the same tokens.
func (r Reading) same(o Reading) bool {
	return slices.EqualFunc(r.Tokens, o.Tokens, func(x, y Token) bool { return x.Text == y.Text })
}

// plainWords: Latin letters without marks only.
func plainWords(words []word) bool {
	for _, w := range words {
		if w.script != latin || !ascii(w.text) {
			return false
		}
	}
	return true
}

func plainTokens(words []word) []Token {
	b := builder{tokens: make([]Token, 0, len(words))}
	for _, w := range words {
		b.put(w.text, w.role)
	}
	return b.tokens
}

func wordLetters(words []word) (n int) {
	for _, w := range words {
		n += utf8.RuneCountInString(w.text)
	}
	return n
}
