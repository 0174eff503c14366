package seal_test

import (
	"bytes"
	"crypto/elliptic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/seal"
)

func TestAVDSNCThatIsWrittenIsRead(t *testing.T) {
	message := map[string]any{"z": "é\u2028<>&", "a": 1.5, "list": []any{true, nil, "x"}}
	content := seal.NCContent{Type: seal.TravelAuthorisation, Version: 1, Issuer: "UTO", Message: message}
	for curve, algorithm := range map[elliptic.Curve]string{elliptic.P256(): "ES256", elliptic.P384(): "ES384", elliptic.P521(): "ES512"} {
		text, err := seal.SignNC(keyOf(t, curve, "k"), []byte{1, 2, 3}, content)
		require.NoError(t, err)
		again, err := seal.SignNC(keyOf(t, curve, "k"), []byte{1, 2, 3}, content)
		require.NoError(t, err)
		require.Equal(t, text, again, "the same content is the same text")
		n, err := seal.ParseNC(text)
		require.NoError(t, err)
		require.Equal(t, algorithm, n.Algorithm)
		require.Equal(t, []byte{1, 2, 3}, n.Certificate)
		require.Equal(t, "icao.dta", n.Type)
	}
	for _, wrong := range []seal.NCContent{{}, {Type: "x", Version: 0, Issuer: "UTO"}, {Type: "x", Version: 1, Issuer: "UTOO"}, {Type: "x", Version: 1, Issuer: "UTO", Message: func() {}}} {
		_, err := seal.SignNC(keyOf(t, elliptic.P256(), "k"), []byte{1}, wrong)
		require.Error(t, err)
	}
	content.Message = map[string]string{"x": string(bytes.Repeat([]byte("x"), seal.MaxNC))}
	_, err := seal.SignNC(keyOf(t, elliptic.P256(), "k"), []byte{1}, content)
	require.ErrorContains(t, err, "expected at most")
}

// FuzzSignNC: whatever text a message holds, what is written is read and says the same.
func FuzzSignNC(f *testing.F) {
	f.Add("name", "ERIKSSON")
	f.Add("\u2028", "\x00\"\\")
	f.Fuzz(func(t *testing.T, name, value string) {
		text, err := seal.SignNC(keyOf(t, elliptic.P256(), "k"), []byte{1}, seal.NCContent{Type: "x", Version: 1, Issuer: "UTO", Message: map[string]string{name: value}})
		if err != nil {
			return
		}
		n, err := seal.ParseNC(text)
		require.NoError(t, err)
		require.Len(t, n.Fields, 1)
	})
}
