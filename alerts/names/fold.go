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

// isLetter: a letter of any script, not a mark and not a digit.
func isLetter(r rune) bool { return unicode.IsLetter(r) }

// readable reports whether something is known of a letter.
func readable(r rune) bool {
	switch scriptOf(r) { //nolint:exhaustive // the others go by their tables
	case hangul:
		return true
	case han:
		return r == again || pinyinOf(r) != "" || tables()["japanese"].inside[string(r)] != nil
	case indic:
		return tables()["indic"].inside[string(devanagari(r))] != nil || isSilentSign(devanagari(r))
	case kana:
		_, n := tables()["kana"].row(katakana(string(r)), 0)
		return n > 0 || r == 'っ' || r == 'ッ'
	case thai:
		return r >= 0x0E80 || letterRow(r) != nil
	}
	_, known := appendLetter(nil, r, 0)
	return known
}

func isSilentSign(r rune) bool { return r == virama || r == nukta || r == 0x093D }

// initials divides letters with dots between them: "J.R" is two initials, while "ST.JOHN" is one word.
func initials(field string) string {
	if !strings.Contains(field, ".") {
		return field
	}
	var out strings.Builder
	alone := 0 // letters since the last dot or the start
	for i, r := range field {
		if r == '.' && alone == 1 && i+1 < len(field) {
			out.WriteByte(' ')
			alone = 0
			continue
		}
		alone++
		out.WriteRune(r)
	}
	return out.String()
}
