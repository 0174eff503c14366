package names

import (
	"unicode/utf8"

	"github.com/openbmis/openbmis/alerts"
)

// japanese reads a word as in Japan: kana by their table, characters by the names that they write. A word of characters alone that the
// list of names has not is not read in this way.
func (b *builder) japanese(w word, style int) {
	text := katakana(w.text)
	start := len(b.text)
	known, rows := tables()["japanese"].inside, tables()["kana"]
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		b.letters++
		switch row, n := longest(known, text[at:]); {
		case n > 0:
			b.text = append(b.text, row[0]...)
			size = n
			if at == 0 && b.alone && n < len(text) {
				b.end(start, roleOr(w, alerts.Family, true))
				start = len(b.text)
				w.role = roleOr(w, alerts.Given, true)
			}
		case scriptOf(r) == kana:
			size = b.kanaAt(rows, text, at, style)
		case w.script == han && !b.nippon:
			b.refused = true
			return
		default:
			b.character(r)
		}
		at += size
	}
	b.end(start, w.role)
}

// kanaAt spells the kana at a place and returns how many bytes they are. The small TSU doubles the consonant behind it.
func (b *builder) kanaAt(rows *table, text string, at, style int) int {
	if r, size := utf8.DecodeRuneInString(text[at:]); r == 'ッ' {
		if row, n := rows.row(text, at+size); n > 0 && column(row, style) != "" {
			first := column(row, style)[0]
			if first == 'C' {
				first = 'T'
			}
			b.text = append(b.text, first)
		}
		return size
	}
	row, n := rows.row(text, at)
	if n == 0 {
		b.lost++
		_, size := utf8.DecodeRuneInString(text[at:])
		return size
	}
	b.text = append(b.text, column(row, style)...)
	return n
}

// character takes a character that stands among kana and that no list of names has: by its Chinese reading, which is a loss.
func (b *builder) character(r rune) {
	b.lost++
	b.text = append(b.text, pinyinOf(r)...)
}

// longest finds the longest row that a text starts with.
func longest(rows map[string][]string, text string) (row []string, n int) {
	end := 0
	for range 4 {
		_, size := utf8.DecodeRuneInString(text[end:])
		if end += size; size == 0 {
			break
		}
		if found := rows[text[:end]]; found != nil {
			row, n = found, end
		}
	}
	return row, n
}

// katakana is a text with its hiragana as katakana.
func katakana(text string) string {
	out := make([]rune, 0, len(text)/3+1)
	for _, r := range text {
		if r >= 'ぁ' && r <= 'ゖ' {
			r += 'ァ' - 'ぁ'
		}
		out = append(out, r)
	}
	return string(out)
}
