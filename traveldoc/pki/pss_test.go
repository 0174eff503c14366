package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPSSAsTheStandardLibrarySeesIt changes every byte of an encoded message before it is signed, so that each rule of EMSA-PSS is broken
// by a signature that the key really made; for moduli whose length is and is not a whole number of bytes.
func TestPSSAsTheStandardLibrarySeesIt(t *testing.T) {
	a := SignatureAlgorithm{Scheme: RSAPSS, Hash: crypto.SHA256, MGF: crypto.SHA256, SaltLength: 32}
	digest := sha256.Sum256([]byte("message"))
	for _, bits := range []int{1024, 1025, 1031} {
		private, err := rsa.GenerateKey(rand.Reader, bits)
		require.NoError(t, err)
		public := &PublicKey{RSA: &private.PublicKey}
		signature, err := rsa.SignPSS(rand.Reader, private, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: 32})
		require.NoError(t, err)
		require.NoError(t, public.VerifyDigest(a, digest[:], signature))
		size := len(signature)
		em := new(big.Int).Exp(new(big.Int).SetBytes(signature), big.NewInt(int64(private.E)), private.N).FillBytes(make([]byte, size))
		for i := range em {
			for _, bit := range []byte{1, 0x80} {
				em[i] ^= bit
				number := new(big.Int).SetBytes(em)
				em[i] ^= bit
				if number.Cmp(private.N) >= 0 {
					continue
				}
				forged := number.Exp(number, private.D, private.N).FillBytes(make([]byte, size))
				reference := rsa.VerifyPSS(&private.PublicKey, crypto.SHA256, digest[:], forged, &rsa.PSSOptions{SaltLength: 32})
				require.Equal(t, reference == nil, public.VerifyDigest(a, digest[:], forged) == nil, "%d bits, byte %d", bits, i)
			}
		}
		other := a
		other.SaltLength = 20
		require.ErrorIs(t, public.VerifyDigest(other, digest[:], signature), ErrSignature, "another length of salt")
		for _, length := range []int{0, size + 1} {
			require.ErrorIs(t, public.VerifyDigest(a, digest[:], make([]byte, length)), ErrSignature)
		}
		tooLong := a
		tooLong.SaltLength = maxSaltBytes
		require.ErrorIs(t, public.VerifyDigest(tooLong, digest[:], signature), ErrSignature)
	}
}
