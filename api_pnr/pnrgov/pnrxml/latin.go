package pnrxml

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"
)

// latin is a body that was ISO 8859-1, as UTF-8. Its offsets lead back to what was received.
type latin struct {
	body []byte
	high []int // where in the body the characters of two bytes are
}

// decoded is a body as UTF-8: by what its declaration says, but a body that is UTF-8 stays as it is. Other says that it was not.
func decoded(body []byte) (text latin, other bool) {
	declaration := body[:min(len(body), 200)]
	if end := bytes.Index(declaration, []byte("?>")); end >= 0 {
		declaration = declaration[:end]
	}
	declared := strings.ToLower(string(declaration))
	if utf8.Valid(body) {
		return latin{body: body}, strings.Contains(declared, "encoding") && !strings.Contains(declared, "utf-8") && !ascii(body)
	}
	out := make([]byte, 0, len(body)+len(body)/8)
	var high []int
	for _, b := range body {
		if b >= utf8.RuneSelf {
			high = append(high, len(out))
		}
		out = utf8.AppendRune(out, rune(b))
	}
	return latin{body: out, high: high}, !strings.Contains(declared, "8859-1") && !strings.Contains(declared, "1252")
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
