package receipt

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
)

// prefix begins the text of a receipt's QR code. Capitals and digits alone take the least room in the code and pass through a scanner
// that types what it reads.
const prefix = "BMIS1:"

func base32Code() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

// Code is the text of the QR code that holds a seal.
func Code(sealed []byte) string { return prefix + base32Code().EncodeToString(sealed) }

// MaxCode is the longest text that Decode takes, in bytes.
const MaxCode = 16 << 10

// ErrNoCode says that the input holds no seal in any form that is known.
var ErrNoCode = errors.New("no receipt code: expected the text of the QR code (BMIS1:...), or the seal as bytes, hexadecimal or base64")

// Decode gives the bytes of a seal from the text of a QR code, from hexadecimal, base64 or base32, or from the bytes themselves. Space
// and line breaks do not matter, nor do small letters where a scanner's Caps Lock has turned them.
func Decode(input []byte) ([]byte, error) {
	if len(input) > MaxCode {
		return nil, ErrNoCode
	}
	if beginsAsSeal(input) {
		return input, nil
	}
	text := string(bytes.Join(bytes.Fields(input), nil))
	upper := strings.ToUpper(text)
	if code, found := strings.CutPrefix(upper, prefix); found {
		out, err := base32Code().DecodeString(code)
		if err != nil {
			return nil, ErrNoCode
		}
		return out, nil
	}
	plain := strings.TrimRight(text, "=")
	for _, decode := range []func() ([]byte, error){
		func() ([]byte, error) { return hex.DecodeString(text) },
		func() ([]byte, error) { return base32Code().DecodeString(strings.TrimRight(upper, "=")) },
		func() ([]byte, error) { return base64.RawStdEncoding.DecodeString(plain) },
		func() ([]byte, error) { return base64.RawURLEncoding.DecodeString(plain) },
	} {
		if out, err := decode(); err == nil && beginsAsSeal(out) {
			return out, nil
		}
	}
	return nil, ErrNoCode
}

func beginsAsSeal(data []byte) bool {
	return len(data) > 2 && data[0] == 0xDC && (data[1] == 2 || data[1] == 3)
}
