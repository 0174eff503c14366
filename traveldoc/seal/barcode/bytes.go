package barcode

import (
	"strings"
	"unicode/utf8"

	"github.com/makiuchi-d/gozxing"
)

// bytesOf gives the bytes that were encoded. The library gives a text, in which bytes above 7F became characters of ISO 8859-1, and
// beside it the runs of the byte mode as they were; of a Data Matrix code only those runs became characters, and what the upper shift
// wrote stayed a byte.
func bytesOf(s Symbology, r *gozxing.Result) []byte {
	text := r.GetText()
	segments, _ := r.GetResultMetadata()[gozxing.ResultMetadataType_BYTE_SEGMENTS].([][]byte)
	if s != DataMatrix {
		return narrowed(text)
	}
	var out []byte
	for _, segment := range segments {
		wide := widened(segment)
		at := strings.Index(text, wide)
		if at < 0 {
			return narrowed(text)
		}
		out = append(append(out, text[:at]...), segment...)
		text = text[at+len(wide):]
	}
	return append(out, text...)
}

// narrowed turns characters of ISO 8859-1 into bytes; a text with others, which a code may declare, stays in UTF-8.
func narrowed(text string) []byte {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xFF || r == utf8.RuneError {
			return []byte(text)
		}
		out = append(out, byte(r)) //nolint:gosec // at most FF, see above
	}
	return out
}

// widened is what the library makes of bytes.
func widened(data []byte) string {
	var out strings.Builder
	for _, b := range data {
		out.WriteRune(rune(b))
	}
	return out.String()
}
