package brainpool

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestField compares the arithmetic with math/big, at the edges and at random.
func TestField(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	for _, c := range Curves() {
		f := c.field()
		less := func(n int64) *big.Int { return new(big.Int).Sub(c.P, big.NewInt(n)) }
		numbers := []*big.Int{big.NewInt(0), big.NewInt(1), big.NewInt(2), less(1), less(2), c.A, c.B, new(big.Int).Rsh(c.P, 1)}
		for range 20 {
			b := make([]byte, 80)
			_, _ = random.Read(b) // never fails
			numbers = append(numbers, new(big.Int).Mod(new(big.Int).SetBytes(b), c.P))
		}
		for _, a := range numbers {
			require.Zero(t, a.Cmp(f.number(f.from(a))), c.Name)
			for _, b := range numbers {
				x, y := f.from(a), f.from(b)
				var product, sum, difference element
				f.mul(&product, &x, &y)
				f.add(&sum, &x, &y)
				f.sub(&difference, &x, &y)
				require.Zero(t, f.number(product).Cmp(mod(new(big.Int).Mul(a, b), c)), "%s: %v * %v", c.Name, a, b)
				require.Zero(t, f.number(sum).Cmp(mod(new(big.Int).Add(a, b), c)), "%s: %v + %v", c.Name, a, b)
				require.Zero(t, f.number(difference).Cmp(mod(new(big.Int).Sub(a, b), c)), "%s: %v - %v", c.Name, a, b)
			}
		}
	}
}

func mod(n *big.Int, c *Curve) *big.Int { return n.Mod(n, c.P) }

// TestSums holds k·G + l·Q against (k + ld)·G, at the edges too.
func TestSums(t *testing.T) {
	for _, c := range Curves() {
		key, err := c.GenerateKey(rand.NewChaCha8([32]byte{2}))
		require.NoError(t, err)
		require.True(t, c.Contains(key.X, key.Y))
		zero, one, most := new(big.Int), big.NewInt(1), new(big.Int).Sub(c.N, big.NewInt(1))
		cancel := new(big.Int).Sub(c.N, key.D) // (N-d)·G + 1·Q is infinity
		for _, k := range []*big.Int{zero, one, most, cancel, key.D, c.B} {
			for _, l := range []*big.Int{zero, one, most, c.A} {
				k, l := new(big.Int).Mod(k, c.N), new(big.Int).Mod(l, c.N)
				x, y, ok := c.twoProducts(k, l, key.X, key.Y)
				all := new(big.Int).Mul(l, key.D)
				all.Add(all, k).Mod(all, c.N)
				wantX, wantY, wantOK := c.baseProduct(all)
				require.Equal(t, wantOK, ok, c.Name)
				require.Equal(t, all.Sign() != 0, ok, c.Name)
				if ok {
					require.Zero(t, x.Cmp(wantX), c.Name)
					require.Zero(t, y.Cmp(wantY), c.Name)
				}
			}
		}
	}
}
