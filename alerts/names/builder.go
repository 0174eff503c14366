package names

import (
	"strings"
	"unicode/utf8"

	"github.com/openbmis/openbmis/alerts"
)

type role = alerts.NameRole

// builder puts one reading together.
type builder struct {
	tokens        []Token
	text          []byte // letters of the token that is being spelled, and of those before it
	letters, lost int
	alone         bool // the name is one word: family and given name may stand together
	nippon        bool // some word of the name is in kana: its characters are read as in Japan
	refused       bool // the style has nothing to say about this name
	guessed       bool
}

// spell adds a word in a style of its script.
func (b *builder) spell(w word, style int) {
	switch w.script {
	case latin, cyrillic, greek, armenian, georgian, ethiopic:
		b.byTable(w, style)
	case arabic, hebrew:
		b.unvocalised(w, style)
	case indic:
		b.indic(w, style)
	case thai:
		b.thai(w)
	case hangul:
		b.hangul(w, style)
	case kana:
		b.japanese(w, style)
	case han:
		b.han(w, style)
	case unread:
		n := utf8.RuneCountInString(w.text)
		b.letters, b.lost = b.letters+n, b.lost+n
	}
}

// styles is how many ways a script has.
func styles(s script) int {
	switch s {
	case cyrillic:
		return styleUkrainian + 1
	case latin, armenian, arabic:
		return 3
	case georgian, ethiopic, hebrew, indic:
		return 2
	case kana, greek:
		return 4
	case hangul:
		return hangulStyles
	case han:
		return hanStyles
	case thai, unread:
	}
	return 1
}

// byTable spells a word by a table alone.
func (b *builder) byTable(w word, style int) {
	if w.script == latin && ascii(w.text) {
		b.letters += len(w.text)
		b.put(w.text, w.role)
		return
	}
	start := len(b.text)
	word := w.text
	if w.script == greek {
		word = strings.Map(unaccented, word)
	}
	text, lost := tableOf(w, style).spell(b.text, word, style)
	b.text, b.lost = text, b.lost+lost
	b.letters += utf8.RuneCountInString(w.text)
	b.end(start, w.role)
}

// styleUkrainian is the last style of Cyrillic: a name whose letters do not tell the language may be Ukrainian, and is read as the Ukrainian
// table's first column.
const styleUkrainian = 6

// tableOf is the table for a word: Cyrillic has letters that tell the language.
func tableOf(w word, style int) *table {
	if w.script == cyrillic {
		if w.language == "cyrillic" && style == styleUkrainian {
			return tables()["ukrainian"]
		}
		return tables()[w.language]
	}
	return tables()[w.script.table()]
}

// unaccented is a Greek letter without its accent; the diaeresis, which divides vowels, stays.
func unaccented(r rune) rune {
	switch r {
	case 'ΐ', 'Ϊ', 'ϊ':
		return 'Ϊ'
	case 'ΰ', 'Ϋ', 'ϋ':
		return 'Ϋ'
	}
	if scriptOf(r) != greek {
		return r
	}
	return baseOf(r)
}

// cyrillicOf tells by its letters which table a name in Cyrillic is read with.
func cyrillicOf(words []word) string {
	language := "cyrillic"
	for _, w := range words {
		switch {
		case strings.ContainsAny(w.text, "ІЇЄҐ") && !strings.ContainsAny(w.text, "ЫЭЪӘҚҢҮҰҺ"):
			return "ukrainian"
		case strings.ContainsAny(w.text, "ЈЉЊЋЂЏЌЃЅ"):
			return "balkan"
		case strings.Contains(w.text, "Ъ") && !strings.ContainsAny(w.text, "ЫЭ") && hardInside(w.text):
			language = "bulgarian"
		}
	}
	return language
}

// hardInside: a hard sign before a consonant, which is a vowel and Bulgarian.
func hardInside(text string) bool {
	_, after, _ := strings.Cut(text, "Ъ")
	return after != "" && !strings.ContainsAny(head(after, 1), "ЕЁЮЯ")
}

// end makes a token of what was spelled since start, unless that is nothing.
func (b *builder) end(start int, as role) {
	if len(b.text) > start {
		b.put(string(b.text[start:]), as)
	}
}

// put adds a token.
func (b *builder) put(text string, as role) {
	if text != "" {
		b.tokens = append(b.tokens, Token{Text: text, Role: as, Particle: Particle(text), Initial: len(text) == 1})
	}
}

// guess adds a token whose vowels are not known.
func (b *builder) guess(text string, as role) {
	b.put(text, as)
	if n := len(b.tokens); n > 0 && text != "" {
		b.tokens[n-1].Consonants, b.guessed = true, true
	}
}

// roleOr is a part's own role, or one that is seen from the place in a name that stands alone.
func roleOr(w word, seen role, alone bool) role {
	if alone && (w.role == alerts.Unknown || w.role == "") {
		return seen
	}
	return w.role
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
