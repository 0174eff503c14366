package pki

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSerialKeys(t *testing.T) {
	for _, test := range []struct {
		body []byte
		n    int64
	}{
		{[]byte{0}, 0}, {[]byte{0, 0, 7}, 7}, {[]byte{7}, 7}, {[]byte{0, 0x80}, 128}, {[]byte{0x80}, -128}, {[]byte{0xFF}, -1},
		{[]byte{0xFF, 0xFF}, -1}, {[]byte{0xFF, 0xFF, 0x80}, -128}, {[]byte{0xFF, 0x7F}, -129}, {[]byte{0x81, 0x23}, 0x8123 - 0x10000},
	} {
		require.Equal(t, append([]byte{}, serialKey(test.body)...), append([]byte{}, numberKey(big.NewInt(test.n))...), "%X", test.body)
	}
}
