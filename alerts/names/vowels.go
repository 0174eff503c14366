package names

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// unvocalised reads a word of a script that writes no short vowels, Arabic or Hebrew. What the classes know is spelled as they say; the
// article and the servant's ABD are told apart; of the rest the consonants are known and the vowels are guessed, which the token says.
func (b *builder) unvocalised(w word, style int) {
	text := bareLetters(w.text)
	b.letters += utf8.RuneCountInString(text)
	if w.script == hebrew {
		b.vowelled(text, w, style)
		return
	}
	for _, part := range arabicParts(text) {
		if part == "ال" {
			b.put("AL", w.role)
			continue
		}
		b.vowelled(part, w, style)
	}
}

// vowelled adds one token.
func (b *builder) vowelled(text string, w word, style int) {
	if known := headOf(text); known != "" {
		b.put(known, w.role)
		return
	}
	if first, rest := compound(text); first != "" {
		b.put(first+rest, w.role) // ALIREZA, written together
		return
	}
	letters, lost := signsOf(text, style)
	b.lost += lost
	if w.script == arabic && style == 2 {
		consonantal(letters)
	}
	b.guess(fillVowels(letters), w.role)
}

// arabicParts divides at the article: at the start, after ABD, and before DIN.
func arabicParts(text string) []string {
	if headOf(text) != "" {
		return []string{text}
	}
	if rest, ok := strings.CutPrefix(text, "عبدال"); ok && utf8.RuneCountInString(rest) > 2 {
		return []string{"عبد", "ال", rest}
	}
	if rest, ok := strings.CutPrefix(text, "ال"); ok && utf8.RuneCountInString(rest) > 2 {
		return []string{"ال", rest}
	}
	if rest, ok := strings.CutPrefix(text, "ابوال"); ok && utf8.RuneCountInString(rest) > 2 {
		return []string{"ابو", "ال", rest}
	}
	if before, ok := strings.CutSuffix(text, "الدين"); ok && utf8.RuneCountInString(before) > 1 {
		return []string{before, "ال", "دين"}
	}
	return []string{text}
}

// maxCompound is the longest word, in letters, that is looked at as two names.
const maxCompound = 24

// compound finds two known names that are written together.
func compound(text string) (first, rest string) {
	if letters := utf8.RuneCountInString(text); letters < 6 || letters > maxCompound {
		return "", ""
	}
	for at := range text {
		if at < 6 || len(text)-at < 6 { // three letters of two bytes each
			continue
		}
		if a := headOf(text[:at]); a != "" {
			if z := headOf(text[at:]); z != "" {
				return a, z
			}
		}
	}
	return "", ""
}

// bareLetters is a word without marks, its letters in the forms that the classes and rules use.
func bareLetters(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case 'أ', 'إ', 'آ', 'ٱ':
			return 'ا'
		case 'ى', 'ی', 'ې', 'ۍ', 'ے', 'ێ', 'ۓ':
			return 'ي'
		case 'ک', 'ڪ':
			return 'ك'
		case 'ة', 'ۃ', 'ہ', 'ھ', 'ۀ', 'ۂ':
			return 'ه'
		case 'ء', 'ـ':
			return -1
		case 'ؤ':
			return 'و'
		case 'ئ':
			return 'ي'
		case 'ך':
			return 'כ'
		case 'ם':
			return 'מ'
		case 'ן':
			return 'נ'
		case 'ף':
			return 'פ'
		case 'ץ':
			return 'צ'
		}
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, text)
}

// sign is a letter of an unvocalised word.
type sign struct {
	text   string // in Latin letters
	vowel  byte   // what it is as a vowel; 0: it is none
	throat bool   // a throat sound that is not written in Latin: only carries a vowel
}

// signsOf are the signs of a word; lost counts what no table has.
func signsOf(text string, style int) (out []sign, lost int) {
	for _, r := range text {
		row := letterRow(r)
		if row == nil {
			if isLetter(r) {
				lost++
			}
			continue
		}
		out = append(out, sign{column(row, style), vowelOf(r), r == 'ע' || r == 'א' || r == 'ع'})
	}
	return out, lost
}

// consonantal makes W between consonants what it is in ANWAR and PARVAR: a consonant.
func consonantal(in []sign) {
	for i := range in {
		if in[i].vowel == 'U' && i > 1 && i+1 < len(in) {
			in[i].vowel = 0
		}
	}
}

// vowelOf is the vowel that a letter may stand for.
func vowelOf(r rune) byte {
	switch r {
	case 'ا', 'ع', 'ە', 'א', 'ע':
		return 'A'
	case 'و', 'ۇ', 'ۆ', 'ۈ', 'ו':
		return 'U'
	case 'ي', 'י':
		return 'I'
	case 'ه', 'ה':
		return 'H' // a vowel only at the end
	}
	return 0
}

// fillVowels writes the word with the vowels that its letters stand for and an A where none is written and one must be spoken.
func fillVowels(in []sign) string {
	var room [64]byte
	out := room[:0]
	for i, s := range in {
		if s.vowel == 'A' || isLong(in, i) {
			out = longVowel(out, in, i)
			continue
		}
		if s.vowel == 'H' && i == len(in)-1 && i > 1 && !vowelAt(in, i-1) {
			out = append(out, 'A', 'H')
			continue
		}
		closes := len(out) > 0 && isVowel(out[len(out)-1])
		out = append(out, s.text...)
		last := i+1 == len(in)
		if last || vowelAt(in, i+1) || in[i+1].vowel == 'H' && i+2 == len(in) {
			continue
		}
		if !closes || i+2 >= len(in) {
			out = append(out, 'A')
		}
	}
	return string(out)
}

// longVowel writes a vowel that is written; A before another one is only its carrier.
func longVowel(out []byte, in []sign, i int) []byte {
	if in[i].vowel == 'A' && i == 0 && i+1 < len(in) && in[i+1].vowel != 'A' && isLong(in, i+1) {
		return out
	}
	if in[i].throat && i > 0 && (vowelAt(in, i-1) || i+1 < len(in) && vowelAt(in, i+1)) {
		return out
	}
	if len(out) > 0 && out[len(out)-1] == in[i].vowel {
		return out
	}
	return append(out, in[i].vowel)
}

// vowelAt: the sign there is spoken as a vowel.
func vowelAt(in []sign, i int) bool { return in[i].vowel == 'A' || isLong(in, i) }

// isLong: W or Y stands for U or I: after a consonant, and not before a vowel. At the end W and Y after W are vowels too (MUSAVI).
func isLong(in []sign, i int) bool {
	if in[i].vowel != 'U' && in[i].vowel != 'I' {
		return false
	}
	last := i+1 == len(in)
	if i == 0 || in[i-1].vowel == 'A' && !in[i-1].throat || i > 1 && isLong(in, i-1) {
		return i > 0 && last && in[i].vowel == 'I' || i == 1 && in[0].vowel == 'A' && !last && in[i+1].vowel != 'A'
	}
	if last {
		return true
	}
	if in[i].vowel == 'U' && in[i+1].vowel == 'I' && i+2 == len(in) {
		return false
	}
	return in[i+1].vowel != 'A' || in[i+1].throat
}
