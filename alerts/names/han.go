package names

import (
	"strings"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"

	"github.com/openbmis/openbmis/alerts"
)

// The styles of Chinese characters: pinyin with the given name as one word, pinyin by syllables, Wade-Giles, Cantonese and Hokkien family
// names, Japanese.
const (
	hanPinyin = iota
	hanSyllables
	hanUmlaut // Ü as U, as printed before 2012
	hanWade
	hanCantonese
	hanHokkien
	hanJapanese
	hanStyles
)

// han reads a word of Chinese characters. A name of two to four characters that stands alone begins with the family.
func (b *builder) han(w word, style int) {
	if b.nippon || style == hanJapanese {
		b.japanese(w, style%hanJapanese)
		return
	}
	family, given := familyOfHan(w, b.alone)
	if family != "" {
		row := tables()["hanfamily"].inside[family]
		if row == nil {
			b.loseUnread(family)
		}
		b.put(hanFamily(family, row, style), roleOr(w, alerts.Family, b.alone))
	}
	if given == "" {
		return
	}
	role := w.role
	if family != "" {
		role = roleOr(w, alerts.Given, b.alone)
	}
	start := len(b.text)
	var before rune
	for _, r := range given {
		b.letters++
		if r == again {
			r = before
		}
		before = r
		syllable := pinyinOf(r)
		if syllable == "" {
			b.lost++
			continue
		}
		switch style {
		case hanWade:
			syllable = wade(syllable)
		case hanUmlaut:
			syllable = strings.ReplaceAll(strings.ReplaceAll(syllable, "LYU", "LU"), "NYU", "NU")
		}
		b.text = append(b.text, syllable...)
		if style == hanSyllables {
			b.end(start, role)
			start = len(b.text)
		}
	}
	b.end(start, role)
}

// loseUnread counts the characters of a family name that is in no table and that have no reading of their own.
func (b *builder) loseUnread(family string) {
	for _, r := range family {
		if pinyinOf(r) == "" {
			b.letters++
			b.lost++
		}
	}
}

// familyOfHan divides what stands together into the family's characters and the given name's.
func familyOfHan(w word, alone bool) (family, given string) {
	known := tables()["hanfamily"].inside
	first := head(w.text, 2)
	switch {
	case w.role == alerts.Given:
		return "", w.text
	case known[w.text] != nil: // a family name, or a given name that is written alike
		return w.text, ""
	case !alone:
		return "", w.text
	case known[first] != nil:
		return first, w.text[len(first):]
	case utf8.RuneCountInString(w.text) <= 4:
		one := head(w.text, 1)
		return one, w.text[len(one):]
	}
	return "", w.text
}

// head are the first n characters of a text.
func head(text string, n int) string {
	end := 0
	for range n {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	return text[:end]
}

// hanFamily spells a family name.
func hanFamily(family string, row []string, style int) string {
	if row == nil {
		row = []string{""}
		for _, r := range family {
			row[0] += pinyinOf(r)
		}
	}
	switch style {
	case hanWade:
		return wade(row[0])
	case hanUmlaut:
		return strings.ReplaceAll(row[0], "LYU", "LU")
	case hanCantonese:
		return column(row, 1)
	case hanHokkien:
		return column(row, 2)
	}
	return row[0]
}

// again repeats the character before it.
const again = '々'

// pinyinOf is a character's first reading in pinyin, without tones, Ü as in passports since 2012: YU after L and N. Empty: not known.
func pinyinOf(r rune) string {
	reading, _, _ := strings.Cut(pinyin.PinyinDict[int(r)], ",")
	if reading == "" {
		return ""
	}
	var out [8]byte
	text := out[:0]
	for _, c := range reading {
		switch c {
		case 'ü', 'ǖ', 'ǘ', 'ǚ', 'ǜ':
			text = append(text, "YU"...)
		default:
			if base := toneless(c); base >= 'A' && base <= 'Z' {
				text = append(text, byte(base))
			}
		}
	}
	return string(text)
}

// toneless is a letter of pinyin in upper case without its tone.
func toneless(r rune) rune {
	switch r {
	case 'ā', 'á', 'ǎ', 'à':
		return 'A'
	case 'ē', 'é', 'ě', 'è':
		return 'E'
	case 'ī', 'í', 'ǐ', 'ì':
		return 'I'
	case 'ō', 'ó', 'ǒ', 'ò':
		return 'O'
	case 'ū', 'ú', 'ǔ', 'ù':
		return 'U'
	}
	if r >= 'a' && r <= 'z' {
		return r - 'a' + 'A'
	}
	return baseOf(r)
}

// wade is a syllable of pinyin as Wade and Giles write it, without apostrophes, as older passports of Taiwan do.
func wade(syllable string) string {
	for _, pair := range wadeWhole {
		if syllable == pair[0] {
			return pair[1]
		}
	}
	for _, pair := range wadeInitials {
		if rest, ok := strings.CutPrefix(syllable, pair[0]); ok {
			return pair[1] + wadeFinal(rest, pair[1])
		}
	}
	return wadeFinal(syllable, "")
}

// wadeFinal is the rest of a syllable after its first consonant.
func wadeFinal(rest, initial string) string {
	for _, pair := range wadeFinals {
		if rest == pair[0] {
			return pair[1]
		}
	}
	if rest == "E" && (initial == "K" || initial == "H") {
		return "O"
	}
	if rest == "UI" && initial == "K" {
		return "UEI"
	}
	return rest
}

//nolint:gochecknoglobals // constant tables
var (
	wadeWhole = [][2]string{
		{"ZI", "TZU"}, {"CI", "TZU"}, {"SI", "SZU"}, {"ZHI", "CHIH"}, {"CHI", "CHIH"}, {"SHI", "SHIH"}, {"RI", "JIH"}, {"YE", "YEH"},
		{"YAN", "YEN"}, {"YOU", "YU"}, {"YONG", "YUNG"}, {"ER", "ERH"}, {"GUO", "KUO"}, {"HE", "HO"}, {"YI", "I"},
	}
	wadeInitials = [][2]string{
		{"ZH", "CH"}, {"CH", "CH"}, {"SH", "SH"}, {"B", "P"}, {"P", "P"}, {"D", "T"}, {"T", "T"}, {"G", "K"}, {"K", "K"}, {"J", "CH"},
		{"Q", "CH"}, {"X", "HS"}, {"Z", "TS"}, {"C", "TS"}, {"R", "J"}, {"S", "S"}, {"L", "L"}, {"N", "N"}, {"M", "M"}, {"F", "F"}, {"H", "H"},
	}
	wadeFinals = [][2]string{
		{"ONG", "UNG"}, {"IONG", "IUNG"}, {"IAN", "IEN"}, {"UO", "O"}, {"IE", "IEH"}, {"UE", "UEH"}, {"YUE", "UEH"}, {"YU", "U"},
	}
)
