package pass

import (
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"strings"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// The number of a border pass is what stands on the card, in its bar code and in its QR code:
//
//	BP UTO 012345678 5
//	|  |   |         check digit over the 14 characters before it (ICAO Doc 9303-3, 4.9: weights 7, 3, 1)
//	|  |   nine digits, drawn at random: nobody can count passes or guess the next
//	|  issuing State, three characters as in a machine readable zone
//	the document code
const (
	prefix       = "BP"
	serialDigits = 9
	// NumberLength is the length of a number in characters.
	NumberLength = len(prefix) + 3 + serialDigits + 1
)

// NewNumber draws the number of a new pass of a State (three letters, or fewer filled up with '<').
func NewNumber(random io.Reader, state string) (string, error) {
	serial, err := rand.Int(random, new(big.Int).Exp(big.NewInt(10), big.NewInt(serialDigits), nil))
	if err != nil {
		return "", fmt.Errorf("number of a border pass: %w", err)
	}
	text := fmt.Sprintf("%s%-3s%0*d", prefix, state, serialDigits, serial)
	text = strings.ReplaceAll(text, " ", "<")
	digit, ok := mrz.CheckDigit(text)
	if !ok || len(text) != NumberLength-1 {
		return "", fmt.Errorf("number of a border pass: issuing State of %d characters; expected one to three letters", len(state))
	}
	return text + string(digit), nil
}

// ParseNumber finds the number in what a reader or a person sent: spaces and dashes do not matter, the check digit must be right.
func ParseNumber(text string) (string, bool) {
	if len(text) > 4*NumberLength {
		return "", false
	}
	number := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\r", "", "\n", "", "\t", "").Replace(text))
	if len(number) != NumberLength || !strings.HasPrefix(number, prefix) {
		return "", false
	}
	for i, c := range number[len(prefix):] {
		digit, letter := c >= '0' && c <= '9', c >= 'A' && c <= 'Z' || c == '<'
		if i < 3 && !letter || i >= 3 && !digit {
			return "", false
		}
	}
	digit, ok := mrz.CheckDigit(number[:NumberLength-1])
	return number, ok && digit == number[NumberLength-1]
}

// State is the issuing State that a number names, without fillers.
func State(number string) string {
	if len(number) != NumberLength {
		return ""
	}
	return strings.TrimRight(number[len(prefix):len(prefix)+3], "<")
}
