package web

import (
	"strings"
	"unicode/utf8"

	"github.com/openbmis/openbmis/internal/problem"
)

// legible refuses text that nothing can hold: what is not UTF-8, and NUL, which PostgreSQL has no place for. It looks at the
// address and at forms; other bodies are their handlers' to read.
func legible(c *Context) error {
	for _, value := range c.ParamValues() {
		if !isText(value) { // nothing is called so
			return problem.New(problem.NotFound, "route_unknown")
		}
	}
	if err := c.Request().ParseForm(); err != nil { // a wrong escape; the query's too
		return illegible("").Because(err)
	}
	for name, values := range c.Request().Form {
		if !isText(name) || !isText(strings.Join(values, "")) {
			return illegible(name)
		}
	}
	return nil
}

func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func illegible(field string) *problem.Error {
	return problem.New(problem.Invalid, "text_illegible").At(field)
}
