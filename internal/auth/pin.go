package auth

import (
	"strings"

	"github.com/openbmis/openbmis/internal/problem"
)

// Bounds of a PIN, which opens a locked session and nothing else.
const (
	MinPINDigits = 6
	MaxPINDigits = 12
	// MaxUnlockAttempts wrong PINs or passwords end the locked session.
	MaxUnlockAttempts = 5
)

// preparePIN folds the decimal digits of any script to ASCII, because an
// Arabic keyboard types Arabic-Indic ones. False when anything else is in it.
func preparePIN(typed string) (string, bool) {
	if len(typed) > 8*MaxPINDigits {
		return "", false
	}
	var digits strings.Builder
	for _, r := range typed {
		value, ok := decimalDigit(r)
		if !ok {
			return "", false
		}
		digits.WriteByte(value)
	}
	return digits.String(), true
}

// decimalDigit gives the ASCII digit of a decimal digit of the scripts that the
// keyboards of our languages type: Latin, Arabic-Indic, Persian, Devanagari,
// Bengali and full width.
func decimalDigit(r rune) (byte, bool) {
	for _, zero := range []rune{'0', 0x0660, 0x06F0, 0x0966, 0x09E6, 0xFF10} {
		if r >= zero && r <= zero+9 {
			return "0123456789"[r-zero], true
		}
	}
	return 0, false
}

// CheckPIN says whether a chosen PIN may be used, and otherwise which rule it
// breaks, as a problem at field "pin".
func CheckPIN(pin string) error {
	digits, ok := preparePIN(pin)
	switch {
	case !ok || len(digits) < MinPINDigits || len(digits) > MaxPINDigits:
		return problem.New(problem.Invalid, "pin_digits").At("pin").
			With("min", MinPINDigits).With("max", MaxPINDigits)
	case distinctRunes(digits) < 3 || isRun([]rune(digits)):
		return problem.New(problem.Invalid, "pin_too_simple").At("pin")
	}
	return nil
}
