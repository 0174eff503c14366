package seal

import (
	"errors"
	"fmt"
	"strings"
)

// C40 packs three characters of A-Z, 0-9 and space into two bytes: 1600a + 40b + c + 1 (Doc 9303-13, 2.6.1; the alphabet is that of
// ISO/IEC 16022). The filler "<" of an MRZ is written as a space. A lone last character is 0xFE and its ASCII code plus one; of a
// last pair the third place is shift 1.
const (
	c40Space   = 3
	c40Digit   = 4
	c40Letter  = 14
	c40Unlatch = 0xFE
)

var errC40 = errors.New("expected A-Z, 0-9, space or <")

func c40Value(c byte) (int, bool) {
	switch {
	case c == ' ' || c == '<':
		return c40Space, true
	case c >= '0' && c <= '9':
		return int(c-'0') + c40Digit, true
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + c40Letter, true
	}
	return 0, false
}

func c40Char(v int) (byte, bool) {
	switch {
	case v == c40Space:
		return ' ', true
	case v >= c40Digit && v < c40Letter:
		return byte('0' + v - c40Digit), true
	case v >= c40Letter && v < 40:
		return byte('A' + v - c40Letter), true
	}
	return 0, false
}

// PackC40 encodes text of A-Z, 0-9, space and "<". The error names the place of the first other character, never the character.
func PackC40(text string) ([]byte, error) {
	values := make([]int, len(text))
	for i := range len(text) {
		v, ok := c40Value(text[i])
		if !ok {
			return nil, fmt.Errorf("character %d: %w", i+1, errC40)
		}
		values[i] = v
	}
	out := make([]byte, 0, (len(text)+2)/3*2)
	for i := 0; i < len(values); i += 3 {
		switch len(values) - i {
		case 1:
			ascii := text[i]
			if ascii == '<' {
				ascii = ' '
			}
			return append(out, c40Unlatch, ascii+1), nil
		case 2:
			return packC40(out, values[i], values[i+1], 0), nil
		}
		out = packC40(out, values[i], values[i+1], values[i+2])
	}
	return out, nil
}

func packC40(out []byte, a, b, c int) []byte {
	u := 1600*a + 40*b + c + 1
	return append(out, byte(u>>8), byte(u)) //nolint:gosec // at most 1600*39+40*39+39+1 = 64000
}

// UnpackC40 decodes what PackC40 writes; spaces stay spaces.
func UnpackC40(data []byte) (string, error) {
	if len(data)%2 != 0 {
		return "", fmt.Errorf("%d bytes of C40: expected an even number", len(data))
	}
	var out strings.Builder
	for i := 0; i < len(data); i += 2 {
		last := i+2 == len(data)
		if err := unpackC40(&out, data[i], data[i+1], last); err != nil {
			return "", fmt.Errorf("C40 at byte %d: %w", i, err)
		}
	}
	return out.String(), nil
}

func unpackC40(out *strings.Builder, high, low byte, last bool) error {
	if high == c40Unlatch {
		if _, ok := c40Value(low - 1); !ok || !last || low-1 == '<' {
			return errC40
		}
		out.WriteByte(low - 1)
		return nil
	}
	u := int(high)<<8 + int(low) - 1
	if u < 0 {
		return errC40
	}
	triple := [3]int{u / 1600, u % 1600 / 40, u % 40}
	for n, v := range triple {
		if n == 2 && v == 0 && last { // shift 1 pads a last pair
			return nil
		}
		c, ok := c40Char(v)
		if !ok {
			return errC40
		}
		out.WriteByte(c)
	}
	return nil
}
