package emrtd_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/emrtdtest"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

func publicKey(t testing.TB, key crypto.PublicKey) *pki.PublicKey {
	t.Helper()
	parsed, err := pki.ParsePublicKey(spki(t, key))
	require.NoError(t, err)
	return parsed
}

// spki is the SubjectPublicKeyInfo of a key.
func spki(t testing.TB, key crypto.PublicKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	require.NoError(t, err)
	return der
}

func rsaKey(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	require.NoError(t, err)
	return key
}

func curveKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	return key
}

func TestActiveRSA(t *testing.T) {
	key := rsaKey(t, 1280)
	public := publicKey(t, key.Public())
	challenge := []byte("8 bytes.")
	for _, c := range []struct {
		hash  crypto.Hash
		plain bool
	}{
		{crypto.SHA1, true}, {crypto.SHA1, false}, {crypto.SHA224, false}, {crypto.SHA256, false}, {crypto.SHA384, false}, {crypto.SHA512, false},
	} {
		answer, err := emrtdtest.AnswerISO9796(key, challenge, c.hash, c.plain)
		require.NoError(t, err)
		how, err := emrtd.VerifyActive(public, nil, challenge, answer)
		require.NoError(t, err)
		require.Equal(t, "RSA 1280, ISO/IEC 9796-2, "+c.hash.String(), how)

		// The other root is as good (ISO/IEC 9796-2, annex B).
		other := new(big.Int).Sub(key.N, new(big.Int).SetBytes(answer)).FillBytes(make([]byte, len(answer)))
		_, err = emrtd.VerifyActive(public, nil, challenge, other)
		require.NoError(t, err)

		_, err = emrtd.VerifyActive(public, nil, []byte("another."), answer)
		require.ErrorIs(t, err, pki.ErrSignature)
		require.ErrorContains(t, err, c.hash.String())
	}
}

// A signature over a message of another form is none, even under the right key.
func TestActiveRSAForm(t *testing.T) {
	key := rsaKey(t, 1024)
	public := publicKey(t, key.Public())
	challenge := []byte("8 bytes.")
	sign := func(f []byte) []byte {
		return new(big.Int).Exp(new(big.Int).SetBytes(f), key.D, key.N).FillBytes(make([]byte, key.Size()))
	}
	message := func(header byte, trailer ...byte) []byte {
		f := slices.Repeat([]byte{0x55}, key.Size())
		f[0] = header
		copy(f[len(f)-len(trailer):], trailer)
		return f
	}
	for name, c := range map[string]struct {
		answer []byte
		want   string
	}{
		"unknown hash":      {sign(message(0x6A, 0x39, 0xCC)), "ends in 39CC"},
		"no trailer":        {sign(message(0x6A, 0x33, 0xDC)), "no trailer"},
		"PKCS #1":           {sign(message(0x00, 0x34, 0xCC)), "begins with 00"},
		"whole recovery":    {sign(message(0x4A, 0x34, 0xCC)), "begins with 4A"},
		"wrong hash":        {sign(message(0x6A, 0x34, 0xCC)), "SHA-256 over"},
		"wrong hash, SHA-1": {sign(message(0x6A, 0xBC)), "SHA-1 over"},
		"short":             {make([]byte, key.Size()-1), "answer of 127 bytes, expected 128"},
		"zero":              {make([]byte, key.Size()), "no trailer"},
		"not below modulus": {slices.Repeat([]byte{0xFF}, key.Size()), "not below the modulus"},
		"nothing":           {nil, "answer of 0 bytes"},
	} {
		_, err := emrtd.VerifyActive(public, nil, challenge, c.answer)
		require.ErrorIs(t, err, pki.ErrSignature, name)
		require.ErrorContains(t, err, c.want, name)
	}
	_, err := emrtd.VerifyActive(&pki.PublicKey{RSA: &rsa.PublicKey{N: key.N, E: 1}}, nil, challenge, message(0x6A, 0x34, 0xCC))
	require.ErrorIs(t, err, pki.ErrUnsupported, "anybody can answer for exponent 1")
}

func TestActiveECDSA(t *testing.T) {
	challenge := []byte("8 bytes.")
	for _, curve := range []elliptic.Curve{elliptic.P224(), elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
		public := publicKey(t, key.Public())
		for arc, hash := range map[string]crypto.Hash{
			"1": crypto.SHA1, "2": crypto.SHA224, "3": crypto.SHA256, "4": crypto.SHA384, "5": crypto.SHA512,
		} {
			answer, err := emrtdtest.AnswerECDSA(key, challenge, hash)
			require.NoError(t, err)
			infos := &emrtd.SecurityInfos{Active: &emrtd.ActiveAuthenticationInfo{Algorithm: "0.4.0.127.0.7.1.1.4.1." + arc}}
			how, err := emrtd.VerifyActive(public, infos, challenge, answer)
			require.NoError(t, err)
			require.Equal(t, "ECDSA "+public.Curve+", "+hash.String(), how)
			_, err = emrtd.VerifyActive(public, nil, challenge, answer)
			require.NoError(t, err, "without DG14 the hash is found")
			_, err = emrtd.VerifyActive(public, infos, []byte("another."), answer)
			require.ErrorIs(t, err, pki.ErrSignature)

			infos.Active.Algorithm = "0.4.0.127.0.7.1.1.4.1." + map[string]string{"1": "3", "2": "3", "3": "1", "4": "3", "5": "3"}[arc]
			_, err = emrtd.VerifyActive(public, infos, challenge, answer)
			require.ErrorIs(t, err, pki.ErrSignature, "the hash that DG14 names is the one")
			infos.Active.Algorithm = "0.4.0.127.0.7.1.1.4.1.6"
			_, err = emrtd.VerifyActive(public, infos, challenge, answer)
			require.ErrorIs(t, err, pki.ErrUnsupported)
		}
		for _, odd := range [][]byte{nil, make([]byte, 64), make([]byte, 63), make([]byte, 134)} {
			_, err = emrtd.VerifyActive(public, nil, challenge, odd)
			require.ErrorIs(t, err, pki.ErrSignature)
		}
	}
}

// No altered answer passes.
func TestActiveEveryBitCounts(t *testing.T) {
	challenge := []byte("8 bytes.")
	key := rsaKey(t, 1024)
	byRSA, err := emrtdtest.AnswerISO9796(key, challenge, crypto.SHA256, false)
	require.NoError(t, err)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	byECDSA, err := emrtdtest.AnswerECDSA(curve, challenge, crypto.SHA256)
	require.NoError(t, err)
	keys := []*pki.PublicKey{publicKey(t, key.Public()), publicKey(t, curve.Public())}
	rapid.Check(t, func(r *rapid.T) {
		which := rapid.IntRange(0, 1).Draw(r, "key")
		answer := slices.Clone([][]byte{byRSA, byECDSA}[which])
		answer[rapid.IntRange(0, len(answer)-1).Draw(r, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
		_, err := emrtd.VerifyActive(keys[which], nil, challenge, answer)
		require.ErrorIs(r, err, pki.ErrSignature)
	})
}

// smallRSA is the SubjectPublicKeyInfo of an RSA key with the modulus 7: legal DER, and an answer of one byte.
func smallRSA() []byte {
	return []byte{
		0x30, 0x1A, 0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
		0x03, 0x09, 0x00, 0x30, 0x06, 0x02, 0x01, 0x07, 0x02, 0x01, 0x03,
	}
}

// A key too small for the message's parts is refused before anything of the message is looked at, and never passes or panics.
func TestActiveSmallRSA(t *testing.T) {
	public, err := pki.ParsePublicKey(smallRSA())
	require.NoError(t, err)
	for _, response := range [][]byte{{0x05}, {0x00}, nil, {0x06}} {
		_, err = emrtd.VerifyActive(public, nil, []byte("8 bytes."), response)
		require.ErrorIs(t, err, pki.ErrUnsupported)
		require.ErrorContains(t, err, "RSA of 3 bits")
	}
	for bits := range 520 {
		n := new(big.Int).SetBit(new(big.Int), bits, 1)
		n.Sub(n, big.NewInt(1)) // bits ones
		key := &pki.PublicKey{RSA: &rsa.PublicKey{N: n, E: 3}}
		for _, last := range []byte{0x00, 0x05, 0xBC, 0xCC} {
			response := make([]byte, (n.BitLen()+7)/8)
			if len(response) > 0 {
				response[len(response)-1] = last
			}
			_, err := emrtd.VerifyActive(key, nil, []byte("8 bytes."), response)
			require.Error(t, err)
			require.Equal(t, bits < 512, errors.Is(err, pki.ErrUnsupported), "%d bits: %v", bits, err)
		}
	}
}

// A chip whose signed key is that small is one whose answer could not be verified.
func TestSmallRSAOfAChip(t *testing.T) {
	w := newWorld(t)
	w.files["DG15"] = emrtdtest.DG15(smallRSA())
	w.resign(t)
	w.evidence.Active.Response = []byte{0x05}
	require.Equal(t, "inconclusive unsupported", verdicts(w.verify(t))[emrtd.StepActive])
}
