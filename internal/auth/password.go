package auth

import (
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"

	"github.com/openbmis/openbmis/internal/problem"
)

// Bounds of a password. There are no demands on kinds of characters
// (NIST SP 800-63B, 5.1.1.2).
const (
	MinPasswordRunes = 12
	MaxPasswordRunes = 256
	maxPasswordBytes = utf8.UTFMax * MaxPasswordRunes
	minDistinctRunes = 5
)

// preparePassword gives the form of a typed password that is hashed: the
// OpaqueString profile of RFC 8265, so that one password typed on two
// keyboards is one password. False when it cannot be a password at all.
func preparePassword(typed string) (string, bool) {
	if len(typed) > maxPasswordBytes || !utf8.ValidString(typed) {
		return "", false
	}
	prepared, err := precis.OpaqueString.String(typed)
	return prepared, err == nil
}

// CheckPassword says whether a chosen password is good enough for the login,
// and otherwise which rule it breaks, as a problem at field "password".
func CheckPassword(password, login string) error {
	prepared, ok := preparePassword(password)
	folded := strings.ToLower(prepared)
	switch {
	case utf8.RuneCountInString(password) > MaxPasswordRunes:
		return problem.New(problem.Invalid, "password_too_long").At("password").With("max", MaxPasswordRunes)
	case !ok && password != "":
		return problem.New(problem.Invalid, "password_characters").At("password")
	case utf8.RuneCountInString(prepared) < MinPasswordRunes:
		return problem.New(problem.Invalid, "password_too_short").At("password").With("min", MinPasswordRunes)
	case utf8.RuneCountInString(login) >= 3 && strings.Contains(folded, strings.ToLower(login)):
		return problem.New(problem.Invalid, "password_is_login").At("password")
	case distinctRunes(folded) < minDistinctRunes || isRun([]rune(folded)):
		return problem.New(problem.Invalid, "password_too_simple").At("password")
	}
	return nil
}

func distinctRunes(text string) int {
	seen := make(map[rune]struct{})
	for _, r := range text {
		seen[r] = struct{}{}
	}
	return len(seen)
}

// isRun tells a sequence such as 123456 or zyxwvu, also when it wraps from 9
// to 0, and one character repeated.
func isRun(runes []rune) bool {
	if len(runes) < 2 {
		return true
	}
	step := runes[1] - runes[0]
	if step < -1 || step > 1 {
		return false
	}
	for i := 1; i < len(runes); i++ {
		wraps := step != 0 && (runes[i]-runes[i-1] == -9*step)
		if runes[i]-runes[i-1] != step && !wraps {
			return false
		}
	}
	return true
}

// generatedAlphabet has 32 signs that are not mistaken for one another when
// read from a screen or paper: no l, o, 0 or 1.
const generatedAlphabet = "abcdefghijkmnpqrstuvwxyz23456789"

// GeneratePassword makes a one-time password of 80 random bits in four groups,
// such as "k7mq-3x9d-fpz2-8rwa".
func GeneratePassword(random io.Reader) (string, error) {
	var drawn [16]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return "", err
	}
	var text strings.Builder
	for i, b := range drawn {
		if i > 0 && i%4 == 0 {
			text.WriteByte('-')
		}
		text.WriteByte(generatedAlphabet[b%32])
	}
	return text.String(), nil
}
