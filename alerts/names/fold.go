package names

import (
	"strings"
	"unicode"
)

// separates reports what stands between words: blanks, fillers, hyphens and every mark that does not vanish.
func separates(r rune) bool {
	if r >= 'A' && r <= 'Z' || vanishes(r) {
		return false
	}
	return !unicode.IsLetter(r) && !unicode.IsMark(r)
}

// vanishes reports what is left out without dividing a word: apostrophes in their many forms, dots, and what is not seen.
func vanishes(r rune) bool {
	switch r {
	case '\'', '’', '‘', '`', '´', 'ʼ', 'ʻ', 'ʾ', 'ʿ', 'ʹ', 'ʺ', '′', '‛', '.', '"', '“', '”', '„', 'ـ', '׳', '״', '＇':
		return true
	}
	return unicode.Is(unicode.Cf, r)
}

// bare is a word without what vanishes.
func bare(word string) string {
	if strings.IndexFunc(word, vanishes) < 0 {
		return word
	}
	return strings.Map(func(r rune) rune {
		if vanishes(r) {
			return -1
		}
		return r
	}, word)
}
