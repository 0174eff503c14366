package names

import "strings"

// The machine readable zone writes letters of the Arabic script in a code: X and one or two letters, without vowels (ICAO Doc 9303-3,
// section 6, table C); and marks of Latin letters as XX (MUXXLLER). Both are read here.

// escaped are the words of a name that is written in the code, as Arabic; false where it is not: some word must have a code that begins
// with X, and every word must be of codes alone.
func escaped(words []word) ([]word, bool) {
	seen := false
	for _, w := range words {
		seen = seen || strings.Contains(w.text, "X")
	}
	if !seen {
		return nil, false
	}
	out := make([]word, 0, len(words))
	coded := false
	for _, w := range words {
		text, x, ok := decode(w.text)
		if !ok {
			return nil, false
		}
		coded = coded || x
		w.text, w.script = text, arabic
		out = append(out, w)
	}
	return out, coded
}

// decode reads one word of the code, the longest code first; x says that it has one of those that begin with X.
func decode(text string) (decoded string, x, ok bool) {
	var out strings.Builder
	for at := 0; at < len(text); {
		letter, n := codeAt(text[at:], at == 0)
		if n == 0 {
			return "", false, false
		}
		x = x || n > 1
		out.WriteRune(letter)
		at += n
	}
	return out.String(), x, true
}

// codeAt is the letter whose code stands at the start of a text. O and V are in no code; I stands at the start of a word alone.
func codeAt(text string, start bool) (letter rune, n int) {
	for _, size := range [...]int{3, 2, 1} {
		if len(text) < size {
			continue
		}
		for _, c := range zoneCodes {
			if c.code == text[:size] && (start || c.code != "I") {
				return c.letter, size
			}
		}
	}
	return 0, 0
}

// zoneCodes are the codes of Doc 9303-3, section 6, table C.
//
//nolint:gochecknoglobals // a constant table
var zoneCodes = [...]struct {
	code   string
	letter rune
}{
	{"XAA", 'آ'}, {"XAE", 'أ'}, {"XTA", 'ة'}, {"XAH", 'ة'}, {"XTH", 'ث'}, {"XKH", 'خ'}, {"XDH", 'ذ'}, {"XSH", 'ش'}, {"XSS", 'ص'},
	{"XDZ", 'ض'}, {"XTT", 'ط'}, {"XZZ", 'ظ'}, {"XAY", 'ى'}, {"XXA", 'ٱ'}, {"XXT", 'ٹ'}, {"XRT", 'ټ'}, {"XKE", 'ځ'}, {"XXH", 'څ'},
	{"XXD", 'ڈ'}, {"XDR", 'ډ'}, {"XXR", 'ڑ'}, {"XRR", 'ړ'}, {"XRX", 'ږ'}, {"XXS", 'ښ'}, {"XKK", 'ک'}, {"XXK", 'ګ'}, {"XNG", 'ڭ'},
	{"XGG", 'گ'}, {"XNN", 'ں'}, {"XXN", 'ڼ'}, {"XDO", 'ھ'}, {"XYH", 'ۀ'}, {"XXG", 'ہ'}, {"XGE", 'ۂ'}, {"XTG", 'ۃ'}, {"XYA", 'ی'},
	{"XXY", 'ۍ'}, {"XYB", 'ے'}, {"XBE", 'ۓ'}, {"XWU", 'ؤ'},
	{"XE", 'ء'}, {"XH", 'ح'}, {"XI", 'ئ'}, {"XC", 'چ'}, {"XJ", 'ژ'}, {"XW", 'ؤ'}, {"XV", 'ڤ'}, {"XK", 'ک'}, {"XG", 'گ'}, {"XY", 'ی'},
	{"U", 'ؤ'}, {"I", 'إ'}, {"A", 'ا'}, {"B", 'ب'}, {"T", 'ت'}, {"J", 'ج'}, {"D", 'د'}, {"R", 'ر'}, {"Z", 'ز'}, {"S", 'س'}, {"E", 'ع'},
	{"G", 'غ'}, {"F", 'ف'}, {"Q", 'ق'}, {"K", 'ك'}, {"L", 'ل'}, {"M", 'م'}, {"N", 'ن'}, {"H", 'ه'}, {"W", 'و'}, {"Y", 'ي'}, {"P", 'پ'},
}

// marked are the words with the marks that the zone writes as XX: Ü and Ñ without them; false where there is none.
func marked(words []word) ([]word, bool) {
	found := false
	for _, w := range words {
		found = found || strings.Contains(w.text, "UXX") || strings.Contains(w.text, "NXX")
	}
	if !found {
		return nil, false
	}
	out := make([]word, 0, len(words))
	for _, w := range words {
		w.text = strings.ReplaceAll(strings.ReplaceAll(w.text, "UXX", "U"), "NXX", "N")
		out = append(out, w)
	}
	return out, true
}
