package names

import "unicode/utf8"

// indicBlock is how many characters each script of India has: they are laid out like Devanagari.
const indicBlock = 0x80

// devanagari is a letter of any script of India as the letter of Devanagari in its place; itself where none is there.
func devanagari(r rune) rune {
	switch r {
	case 'ৎ':
		return 'त'
	case 'ൺ', 'ൻ', 'ੰ':
		return 'न'
	case 'ർ':
		return 'र'
	case 'ൽ', 'ൾ':
		return 'ल'
	case 'ൿ':
		return 'क'
	}
	if r < 0x0980 || r > 0x0D7F {
		return r
	}
	if sister := 0x0900 + (r-0x0900)%indicBlock; isSilentSign(sister) || tables()["indic"].inside[string(sister)] != nil {
		return sister
	}
	return r
}

const (
	virama = 0x094D
	nukta  = 0x093C
)

// indic reads a word of Devanagari or its sisters: a consonant carries an A unless another vowel or the virama follows; the last A is
// not spoken, nor one between a vowel's syllable and the last one.
func (b *builder) indic(w word, style int) {
	runes := make([]rune, 0, len(w.text)/3+1)
	for _, r := range w.text {
		runes = append(runes, devanagari(r))
	}
	start := len(b.text)
	rows := tables()["indic"].inside
	for i := 0; i < len(runes); i++ {
		b.letters++
		letters := string(runes[i])
		if i+1 < len(runes) && runes[i+1] == nukta && rows[letters+string(rune(nukta))] != nil {
			letters += string(rune(nukta))
		}
		row := rows[letters]
		if row == nil {
			b.other(runes[i], style)
			continue
		}
		b.text = append(b.text, column(row, style)...)
		i += utf8.RuneCountInString(letters) - 1
		if isIndicConsonant(runes[i]) && inherent(runes, i) {
			b.text = append(b.text, 'A')
		}
	}
	b.end(start, w.role)
}

// other takes a letter of another script; signs without a sound are left out.
func (b *builder) other(r rune, style int) {
	if isSilentSign(r) || r >= 0x0951 && r <= 0x0954 {
		return
	}
	var known bool
	if b.text, known = appendLetter(b.text, r, style); !known {
		b.lost++
	}
}

func isIndicConsonant(r rune) bool {
	return r >= 0x0915 && r <= 0x0939 || r >= 0x0958 && r <= 0x095F || r == nukta
}

// inherent reports whether the A after the consonant at i is spoken.
func inherent(runes []rune, i int) bool {
	if i+1 == len(runes) {
		return i == 0
	}
	next := runes[i+1]
	if !isIndicConsonant(next) {
		return next != virama && !isIndicVowelSign(next)
	}
	// Between two consonants: silent when a vowel stands before and the next consonant has one of its own (RAJNIKANT).
	return i == 0 || isIndicConsonant(runes[i-1]) || runes[i-1] == virama || i+2 >= len(runes) || !isIndicVowelSign(runes[i+2])
}

func isIndicVowelSign(r rune) bool { return r >= 0x093E && r <= 0x094C || r == 0x0962 || r == 0x0963 }
