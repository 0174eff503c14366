package visausedb

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/openbmis/openbmis/internal/problem"
)

// wrapped says what was being done; a problem for people stays what it is.
func wrapped(err error, doing string) error {
	var p *problem.Error
	if err == nil || errors.As(err, &p) {
		return err
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// text reports whether a text that somebody typed can be kept.
func text(s string, most int) bool {
	return len(s) <= most && utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}
