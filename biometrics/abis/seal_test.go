package abis_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/abis"
)

// abisKey is the key of an ABIS, made once.
var abisKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, abis.MinRSA) })

func recipient(t testing.TB) (*rsa.PrivateKey, abis.Recipient, []byte) {
	t.Helper()
	key, err := abisKey()
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	to, err := abis.NewRecipient(der)
	require.NoError(t, err)
	return key, to, der
}

func TestSealedBiometricsHaveTheFormOfTheAPIAndOpenForTheirABISAlone(t *testing.T) {
	key, to, der := recipient(t)
	plain := []byte("<BIR/>")
	sealed, err := to.Seal(rand.Reader, plain)
	require.NoError(t, err)
	back, err := abis.Open(key, sealed)
	require.NoError(t, err)
	require.Equal(t, plain, back)
	back, err = abis.Open(key, append(append([]byte(" "), sealed...), "==\n"...))
	require.NoError(t, err, "with padding and white space, as others write base64")
	require.Equal(t, plain, back)

	data, err := base64.RawURLEncoding.DecodeString(string(sealed))
	require.NoError(t, err)
	mark := sha256.Sum256(der)
	require.Equal(t, "VER_R2", string(data[:6]))
	require.Equal(t, mark[:], data[6:38])
	require.Equal(t, "#KEY_SPLITTER#", string(data[38+key.Size():][:14]))
	require.Len(t, data, 38+key.Size()+14+32+len(plain)+16)
	require.NotContains(t, string(data), "<BIR")

	again, err := to.Seal(rand.Reader, plain)
	require.NoError(t, err)
	require.NotEqual(t, sealed, again)
	foreign, err := rsa.GenerateKey(rand.Reader, abis.MinRSA)
	require.NoError(t, err)
	_, err = abis.Open(foreign, sealed)
	require.ErrorIs(t, err, abis.ErrSealed)
}

func TestAnyChangeOfSealedBiometricsIsFound(t *testing.T) {
	key, to, _ := recipient(t)
	sealed, err := to.Seal(rand.Reader, []byte("<BIR/>"))
	require.NoError(t, err)
	data, err := base64.RawURLEncoding.DecodeString(string(sealed))
	require.NoError(t, err)
	for _, at := range []int{0, 38, 38 + key.Size(), 38 + key.Size() + 14, 38 + key.Size() + 30, len(data) - 20, len(data) - 1} {
		changed := bytes.Clone(data)
		changed[at] ^= 1
		_, err := abis.Open(key, []byte(base64.RawURLEncoding.EncodeToString(changed)))
		require.ErrorIs(t, err, abis.ErrSealed, at)
	}
	for _, cut := range []int{0, 5, 38, 38 + key.Size(), len(data) - 1} {
		_, err := abis.Open(key, []byte(base64.RawURLEncoding.EncodeToString(data[:cut])))
		require.ErrorIs(t, err, abis.ErrSealed, cut)
	}
	_, err = abis.Open(key, []byte("no base64 !"))
	require.ErrorIs(t, err, abis.ErrSealed)
}

func TestRecipientsThatAreNone(t *testing.T) {
	_, to, _ := recipient(t)
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for _, public := range []any{short.Public(), curve.Public()} {
		der, err := x509.MarshalPKIXPublicKey(public)
		require.NoError(t, err)
		_, err = abis.NewRecipient(der)
		require.ErrorContains(t, err, "2048")
	}
	_, err = abis.NewRecipient([]byte("junk"))
	require.Error(t, err)
	_, err = abis.Recipient{}.Seal(rand.Reader, nil)
	require.Error(t, err)
	_, err = to.Seal(iotest.ErrReader(errors.New("no randomness")), nil)
	require.Error(t, err)
}

func FuzzOpen(f *testing.F) {
	key, to, _ := recipient(f)
	sealed, err := to.Seal(rand.Reader, []byte("x"))
	require.NoError(f, err)
	f.Add(sealed)
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := abis.Open(key, data); err != nil {
			require.ErrorIs(t, err, abis.ErrSealed)
		}
	})
}
