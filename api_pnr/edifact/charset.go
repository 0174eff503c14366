package edifact

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// charset is what a syntax identifier says of the bytes that are not ASCII. It is a hint: what is valid UTF-8 is read as that.
type charset struct {
	unicode bool             // says UTF-8 itself
	charmap *charmap.Charmap // nil: no repertoire beyond ASCII is declared
}

// charsetOf is the character set of a syntax identifier, "UNOC:3" or "UNOC".
func charsetOf(syntax string) charset {
	id, _, _ := strings.Cut(syntax, ":") // without a colon it is the whole
	switch id {
	case "UNOC":
		return charset{charmap: charmap.ISO8859_1}
	case "UNOD":
		return charset{charmap: charmap.ISO8859_2}
	case "UNOE":
		return charset{charmap: charmap.ISO8859_5}
	case "UNOF":
		return charset{charmap: charmap.ISO8859_7}
	case "UNOG":
		return charset{charmap: charmap.ISO8859_3}
	case "UNOH":
		return charset{charmap: charmap.ISO8859_4}
	case "UNOI":
		return charset{charmap: charmap.ISO8859_6}
	case "UNOJ":
		return charset{charmap: charmap.ISO8859_8}
	case "UNOK":
		return charset{charmap: charmap.ISO8859_9}
	case "UNOW", "UNOY":
		return charset{unicode: true}
	}
	return charset{}
}

// fits reports whether bytes that are not ASCII are what the syntax identifier says.
func (c charset) fits(raw string) bool {
	if utf8.ValidString(raw) {
		return c.unicode
	}
	return c.charmap != nil
}

// decode gives UTF-8: what is already that, else the declared part of ISO 8859, else ISO 8859-1 with what Windows adds. It never fails.
func (c charset) decode(raw string) string {
	if utf8.ValidString(raw) {
		return raw
	}
	table := c.charmap
	if table == nil {
		table = charmap.ISO8859_1
	}
	var b strings.Builder
	b.Grow(len(raw) + 8)
	for i := range len(raw) {
		b.WriteRune(Character(table, raw[i]))
	}
	return b.String()
}

// Character is that of a byte that is not ASCII. One that the table does not have is what Windows makes of it, whose characters many senders declare as ISO
// 8859: never the mark of one that is lost.
func Character(table *charmap.Charmap, b byte) rune {
	if r := table.DecodeByte(b); r != utf8.RuneError && !unicode.IsControl(r) {
		return r
	}
	return charmap.Windows1252.DecodeByte(b) // has one for every byte
}
