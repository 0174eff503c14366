package brainpool_test

import (
	"bytes"
	"crypto/sha512"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
)

func seeded(n byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{n}) }

func TestCurves(t *testing.T) {
	require.Len(t, brainpool.Curves(), 15)
	for _, c := range brainpool.Curves() {
		t.Run(c.Name, func(t *testing.T) {
			require.True(t, c.P.ProbablyPrime(20))
			require.True(t, c.N.ProbablyPrime(20))
			require.True(t, c.Contains(c.X, c.Y))
			require.Same(t, c, brainpool.ByName(c.Name))
			require.Same(t, c, brainpool.ByOID(c.OID))
			last, err := c.Key(new(big.Int).Sub(c.N, big.NewInt(1)))
			require.NoError(t, err)
			require.Equal(t, c.X, last.X, "(N-1)G is -G")
			require.Equal(t, new(big.Int).Sub(c.P, c.Y), last.Y)
		})
	}
}

func TestSignVerify(t *testing.T) {
	for _, c := range brainpool.Curves() {
		t.Run(c.Name, func(t *testing.T) {
			key, err := c.GenerateKey(seeded(1))
			require.NoError(t, err)
			other, err := c.GenerateKey(seeded(2))
			require.NoError(t, err)
			for _, size := range []int{20, 28, 32, 48, 64} {
				sum := sha512.Sum512([]byte{byte(size)})
				digest := sum[:size]
				signature, err := key.Sign(nil, digest, nil)
				require.NoError(t, err)
				require.True(t, key.VerifyASN1(digest, signature))
				require.False(t, other.VerifyASN1(digest, signature))
				r, s := key.SignRS(digest)
				require.False(t, key.Verify(digest, s, r))
				require.False(t, key.Verify(digest, r, new(big.Int).Add(s, c.N)))
				digest[0] ^= 1
				require.False(t, key.VerifyASN1(digest, signature))
			}
		})
	}
}

// TestPointsOffTheCurve: what is no point of the curve verifies nothing, whoever made it.
func TestPointsOffTheCurve(t *testing.T) {
	c := brainpool.ByName("brainpoolP256r1")
	key, err := c.GenerateKey(seeded(1))
	require.NoError(t, err)
	digest := make([]byte, 32)
	r, s := key.SignRS(digest)
	for _, k := range []brainpool.PublicKey{
		{Curve: c, X: new(big.Int).Add(key.X, c.P), Y: key.Y}, {Curve: c, X: key.X, Y: new(big.Int).Add(key.Y, big.NewInt(1))},
		{Curve: c, X: new(big.Int), Y: new(big.Int)}, {Curve: c, X: new(big.Int).Neg(key.X), Y: key.Y}, {Curve: c},
	} {
		require.False(t, k.Verify(digest, r, s))
	}
	require.True(t, key.Verify(digest, r, s))
}

func TestParsePoint(t *testing.T) {
	for _, c := range brainpool.Curves() {
		key, err := c.GenerateKey(seeded(3))
		require.NoError(t, err)
		long := key.Bytes()
		short := append([]byte{byte(2 + key.Y.Bit(0))}, long[1:1+c.Size()]...)
		for _, form := range [][]byte{long, short} {
			read, err := c.ParsePoint(form)
			require.NoError(t, err)
			require.True(t, read.Equal(&key.PublicKey))
		}
		broken := bytes.Clone(long)
		broken[len(broken)-1] ^= 1
		_, err = c.ParsePoint(broken)
		require.ErrorContains(t, err, "not on the curve "+c.Name)
		_, err = c.ParsePoint(long[1:])
		require.ErrorContains(t, err, "expected")
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, name := range []string{"brainpoolP256r1", "brainpoolP384r1"} {
		b.Run(name, func(b *testing.B) {
			key, err := brainpool.ByName(name).GenerateKey(seeded(1))
			require.NoError(b, err)
			digest := make([]byte, 32)
			r, s := key.SignRS(digest)
			for b.Loop() {
				if !key.Verify(digest, r, s) {
					b.Fatal("the signature does not verify")
				}
			}
		})
	}
}
