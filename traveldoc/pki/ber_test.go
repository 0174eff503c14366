package pki_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
)

func TestDER(t *testing.T) {
	text := []byte("two halves of a text")
	for name, test := range map[string]struct{ ber, want []byte }{
		"definite": {pkitest.Seq(pkitest.Octets(text), pkitest.Null()), nil},
		"indefinite": {
			pkitest.Indefinite(0x30, pkitest.Octets(text), pkitest.Null()), pkitest.Seq(pkitest.Octets(text), pkitest.Null()),
		},
		"string in parts": {
			pkitest.Seq(pkitest.Element(0x24, pkitest.Octets(text[:5]), pkitest.Octets(text[5:]))), pkitest.Seq(pkitest.Octets(text)),
		},
		"parts in parts": {
			pkitest.Indefinite(0x24, pkitest.Octets(text[:5]), pkitest.Indefinite(0x24, pkitest.Octets(text[5:]))), pkitest.Octets(text),
		},
		"bits in parts": {
			pkitest.Element(0x23, pkitest.Bits([]byte{1, 2}), pkitest.Element(3, []byte{4, 0xF0})), pkitest.Element(3, []byte{4, 1, 2, 0xF0}),
		},
		"long content":      {pkitest.Indefinite(0x30, pkitest.Octets(make([]byte, 70_000))), pkitest.Seq(pkitest.Octets(make([]byte, 70_000)))},
		"other bytes after": {append(pkitest.Indefinite(0x30, pkitest.Null()), 9, 9), append(pkitest.Seq(pkitest.Null()), 9, 9)},
	} {
		t.Run(name, func(t *testing.T) {
			got, changed, err := pki.DER(test.ber)
			require.NoError(t, err)
			require.Equal(t, test.want != nil, changed)
			if test.want == nil {
				test.want = test.ber
			}
			require.Equal(t, test.want, got)
			again, changed, err := pki.DER(got)
			require.NoError(t, err)
			require.False(t, changed)
			require.Equal(t, got, again)
		})
	}
}

func TestDERRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		ber  []byte
		says string
	}{
		"nothing":             {nil, "a tag and a length"},
		"cut off":             {[]byte{0x30, 5, 1}, "5 bytes of content, 1 are left"},
		"no end":              {[]byte{0x30, 0x80, 5, 0}, "a tag and a length"},
		"primitive":           {[]byte{0x04, 0x80, 0, 0}, "a definite length"},
		"long tag":            {[]byte{0x1F, 0x81, 0x01, 0}, "a tag number below 31"},
		"long length":         {[]byte{0x30, 0x85, 0, 0, 0, 0, 1}, "at most 4 bytes"},
		"too deep":            {bytes.Repeat([]byte{0x30, 0x80}, 1000), "at most 48 levels"},
		"a number in a text":  {pkitest.Element(0x24, pkitest.Small(1)), "OCTET STRING"},
		"bits after the last": {pkitest.Element(0x23, pkitest.Element(3, []byte{4, 0xF0}), pkitest.Bits([]byte{1})), "whole bytes but in the last"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := pki.DER(test.ber)
			var syntax *pki.SyntaxError
			require.ErrorAs(t, err, &syntax)
			require.ErrorContains(t, err, test.says)
		})
	}
}
