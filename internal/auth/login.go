package auth

import (
	"unicode/utf8"

	"golang.org/x/text/secure/precis"

	"github.com/openbmis/openbmis/internal/problem"
)

// Bounds of a login name, in characters.
const (
	minLoginRunes = 2
	maxLoginRunes = 64
	maxLoginBytes = 256
)

// NormaliseLogin gives the one form of a login name: the UsernameCaseMapped
// profile of RFC 8265 (case folded, width folded, no spaces). The problem, at
// field "login", never shows what was typed: it may be a password.
func NormaliseLogin(typed string) (string, error) {
	refused := problem.New(problem.Invalid, "login_invalid").At("login").
		With("min", minLoginRunes).With("max", maxLoginRunes)
	if len(typed) > maxLoginBytes || !utf8.ValidString(typed) {
		return "", refused
	}
	login, err := precis.UsernameCaseMapped.String(typed)
	if n := utf8.RuneCountInString(login); err != nil || n < minLoginRunes || n > maxLoginRunes {
		return "", refused
	}
	return login, nil
}
