package ca

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Pin is the SHA-256 of a root certificate's DER.
type Pin [sha256.Size]byte

// Matches tells whether der is the pinned certificate.
func (p Pin) Matches(der []byte) bool {
	sum := sha256.Sum256(der)
	return subtle.ConstantTimeCompare(sum[:], p[:]) == 1
}

// Token is the one-time enrolment token that an administrator of the centre gives to the people who set up a station. It lets the
// centre know the station, and by the pin it lets the station know the centre at first contact.
type Token struct {
	Station string
	Secret  [24]byte
	Pin     Pin
}

const tokenPrefix = "bmis1"

// NewToken draws the secret of a token.
func NewToken(random io.Reader, station string, pin Pin) (Token, error) {
	if err := CheckStationID(station); err != nil {
		return Token{}, err
	}
	t := Token{Station: station, Pin: pin}
	if _, err := io.ReadFull(random, t.Secret[:]); err != nil {
		return Token{}, fmt.Errorf("drawing an enrolment token: %w", err)
	}
	return t, nil
}

// String is the text that is handed over: bmis1.STATION.SECRET.PIN, the last two in base64url without padding. It is a secret.
func (t Token) String() string {
	b64 := base64.RawURLEncoding
	return strings.Join([]string{
		tokenPrefix, t.Station, b64.EncodeToString(t.Secret[:]), b64.EncodeToString(t.Pin[:]),
	}, ".")
}

// Hash is what the centre stores of the token: SHA-256 over station and secret.
func (t Token) Hash() [sha256.Size]byte {
	return sha256.Sum256([]byte(tokenPrefix + "." + t.Station + "." + string(t.Secret[:])))
}

// ErrToken is wrapped by every error of ParseToken.
var ErrToken = errors.New("enrolment token: expected bmis1.STATION.SECRET.PIN as the centre printed it")

// ParseToken reads what String writes; white space around it is ignored. Its error never repeats the text.
func ParseToken(text string) (Token, error) {
	parts := strings.Split(strings.TrimSpace(text), ".")
	if len(text) > 512 || len(parts) != 4 || parts[0] != tokenPrefix {
		return Token{}, ErrToken
	}
	t := Token{Station: parts[1]}
	if CheckStationID(t.Station) != nil {
		return Token{}, fmt.Errorf("%w: the second part is no station id", ErrToken)
	}
	if !decodeExactly(t.Secret[:], parts[2]) || !decodeExactly(t.Pin[:], parts[3]) {
		return Token{}, fmt.Errorf("%w: the third or fourth part is not whole", ErrToken)
	}
	return t, nil
}

func decodeExactly(into []byte, text string) bool {
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(data) != len(into) || strings.ContainsAny(text, "\r\n") {
		return false
	}
	copy(into, data)
	return true
}
