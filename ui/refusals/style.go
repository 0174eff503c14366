package refusals

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/openbmis/openbmis/ui/assets"
)

// style is the form's style sheet with its fonts in it, for a document that fetches nothing.
func style(files *assets.Assets) string {
	var b strings.Builder
	for _, font := range []struct{ family, file, weight string }{
		{"Noto Sans", "noto-sans-latin-400-normal.woff2", "400"}, {"Noto Sans", "noto-sans-latin-700-normal.woff2", "700"},
		{"Noto Sans Extended", "noto-sans-latin-ext-400-normal.woff2", "400"}, {"Noto Sans Extended", "noto-sans-latin-ext-700-normal.woff2", "700"},
		{"Noto Sans Arabic", "noto-sans-arabic-arabic-400-normal.woff2", "400"}, {"Noto Sans Arabic", "noto-sans-arabic-arabic-700-normal.woff2", "700"},
	} {
		fmt.Fprintf(&b, `@font-face{font-family:"%s";font-weight:%s;src:url("data:font/woff2;base64,%s") format("woff2")}`,
			font.family, font.weight, base64.StdEncoding.EncodeToString(files.Content(font.file)))
	}
	b.WriteString("body{margin:0}")
	b.WriteString(strings.ReplaceAll(string(files.Content("refusal.css")), `"Noto Sans", `, `"Noto Sans", "Noto Sans Extended", `))
	return b.String()
}
