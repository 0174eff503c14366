package barcode

import (
	"strings"
	"unicode/utf8"

	"github.com/makiuchi-d/gozxing"
)

// bytesOf gives the bytes that were encoded; none when they cannot be told. Of a Data Matrix code the library's text is of no use, see
// codewords; of the others it is one character of ISO 8859-1 a byte, unless a code of QR declares another character set: then the runs of
// its byte mode are put back as they were.
func bytesOf(s Symbology, r *gozxing.Result) []byte {
	if s == DataMatrix {
		data, err := codewords(r.GetRawBytes())
		if err != nil {
			return nil
		}
		return data
	}
	text := r.GetText()
	segments, _ := r.GetResultMetadata()[gozxing.ResultMetadataType_BYTE_SEGMENTS].([][]byte)
	var out []byte
	for _, segment := range segments {
		before, length := within(text, segment)
		if length == 0 {
			return narrowed(r.GetText())
		}
		out = append(append(out, narrowed(text[:before])...), segment...)
		text = text[before+length:]
	}
	return append(out, narrowed(text)...)
}

// within finds what the library made of bytes in its text: a character each, or those of UTF-8.
func within(text string, segment []byte) (at, length int) {
	var wide strings.Builder
	for _, b := range segment {
		wide.WriteRune(rune(b))
	}
	for _, form := range []string{wide.String(), string(segment)} {
		if at := strings.Index(text, form); at >= 0 {
			return at, len(form)
		}
	}
	return 0, 0
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
