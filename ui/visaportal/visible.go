package visaportal

import (
	"regexp"
	"strings"
	"unicode"
)

// mostShown bounds what a form shows again of an answer whose field names no length.
const mostShown = 200

// visible is what a form shows again of what was typed: without what cannot be seen or changes how the rest is seen, and no longer than it
// may be.
func visible(typed string, most int) string {
	if most <= 0 {
		most = mostShown
	}
	if len(typed) > 8*most {
		typed = strings.ToValidUTF8(typed[:8*most], "")
	}
	clean := []rune(strings.Map(func(r rune) rune {
		if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) {
			return -1
		}
		return r
	}, typed))
	return string(clean[:min(len(clean), most)])
}

// linkShape is what the token of an e-mailed link is made of.
var linkShape = regexp.MustCompile(`^[A-Za-z0-9_-]{8,200}$`)
