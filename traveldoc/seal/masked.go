package seal

import (
	"fmt"
	"strings"
)

// MaskedSize is the length of a masked date in bytes.
const MaskedSize = 1 + DateSize

// UnpackMasked reads a date of which parts may be unknown: a mask, whose bits from the highest on stand for the digits of MMDDYYYY, and
// the date, in which masked digits are zero. The text is YYYY-MM-DD with "x" for each unknown digit; empty when nothing is known.
func UnpackMasked(data []byte) (string, error) {
	if len(data) != MaskedSize {
		return "", fmt.Errorf("masked date of %d bytes: expected %d", len(data), MaskedSize)
	}
	digits := []byte(fmt.Sprintf("%08d", int(data[1])<<16|int(data[2])<<8|int(data[3])))
	if data[0] == 0 {
		d, err := UnpackDate(data[1:])
		return d.String(), err
	}
	if data[0] == 0xFF {
		return "", nil
	}
	for i := range digits {
		if data[0]&(0x80>>i) == 0 {
			continue
		}
		if digits[i] != '0' {
			return "", fmt.Errorf("masked date %s: expected 0 in masked digit %d", digits, i+1)
		}
		digits[i] = 'x'
	}
	return fmt.Sprintf("%s-%s-%s", digits[4:], digits[:2], digits[2:4]), nil
}

// PackMasked writes what UnpackMasked reads.
func PackMasked(text string) ([]byte, error) {
	if text == "" {
		return []byte{0xFF, 0, 0, 0}, nil
	}
	var year, month, day string
	if parts := strings.Split(text, "-"); len(parts) == 3 {
		year, month, day = parts[0], parts[1], parts[2]
	}
	digits := []byte(month + day + year)
	if len(digits) != 8 || len(year) != 4 || len(month) != 2 {
		return nil, fmt.Errorf("masked date: expected YYYY-MM-DD with x for unknown digits")
	}
	mask, n := byte(0), 0
	for i, c := range digits {
		switch {
		case c == 'x':
			mask |= 0x80 >> i
			n *= 10
		case c >= '0' && c <= '9':
			n = 10*n + int(c-'0')
		default:
			return nil, fmt.Errorf("masked date: expected a digit or x at digit %d of MMDDYYYY", i+1)
		}
	}
	if n >= 1<<24 {
		return nil, fmt.Errorf("masked date: expected a month of at most 12")
	}
	return []byte{mask, byte(n >> 16), byte(n >> 8), byte(n)}, nil //nolint:gosec // bounded above
}
