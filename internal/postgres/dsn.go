package postgres

import "strings"

// mentions says whether a DSN sets a parameter, in either of its forms.
func mentions(dsn, parameter string) bool { return strings.Contains(dsn, parameter+"=") }
