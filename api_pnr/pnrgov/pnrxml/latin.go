package pnrxml

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// latin is a body of one byte to a character, as UTF-8. Its offsets lead back to what was received.
type latin struct {
	body []byte
	high []int // where in the body characters of more bytes are, once for each byte more
}

// decoded is a body as UTF-8: by what its declaration says, but a body that is UTF-8 stays as it is. Other says that it was not.
func decoded(body []byte) (text latin, other bool) {
	declared := declaration(body)
	if utf8.Valid(body) {
		return latin{body: body}, strings.Contains(declared, "encoding") && !strings.Contains(declared, "utf-8") && !ascii(body)
	}
	table, known := charmap.ISO8859_1, false
	for _, c := range [...]*charmap.Charmap{
		charmap.Windows1250, charmap.Windows1251, charmap.Windows1252, charmap.Windows1253, charmap.Windows1254, charmap.ISO8859_1,
		charmap.ISO8859_2, charmap.ISO8859_5, charmap.ISO8859_6, charmap.ISO8859_7, charmap.ISO8859_8, charmap.ISO8859_9, charmap.ISO8859_15,
	} {
		name := strings.ReplaceAll(strings.ToLower(c.String()), " ", "-") // "windows-1252", "iso-8859-1"
		if strings.Contains(declared, `"`+name+`"`) || strings.Contains(declared, "'"+name+"'") {
			table, known = c, true
		}
	}
	out := make([]byte, 0, len(body)+len(body)/8)
	var high []int
	for _, b := range body {
		if b < utf8.RuneSelf {
			out = append(out, b)
			continue
		}
		character := edifact.Character(table, b)
		for more := utf8.RuneLen(character); more > 1; more-- {
			high = append(high, len(out))
		}
		out = utf8.AppendRune(out, character)
	}
	return latin{body: out, high: high}, !known
}

// declaration is what a body says of itself before its first element, in small letters.
func declaration(body []byte) string {
	start := body[:min(len(body), 200)]
	if end := bytes.Index(start, []byte("?>")); end >= 0 {
		start = start[:end]
	}
	return strings.ToLower(string(start))
}

func ascii(body []byte) bool {
	for _, b := range body {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// origin is where a byte of the text stood in what was received.
func (l latin) origin(offset int) int {
	return offset - sort.SearchInts(l.high, offset)
}
