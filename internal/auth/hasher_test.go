package auth_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/internal/auth"
)

func cheap() auth.Params { return auth.Params{MemoryKiB: 32, Passes: 1, Lanes: 1} }

func newHasher(t testing.TB, params auth.Params, parallel int) *auth.Hasher {
	t.Helper()
	hasher, err := auth.NewHasher(params, parallel, rand.Reader)
	require.NoError(t, err)
	return hasher
}

func TestHashesOfOtherCostsVerifyAndAreStale(t *testing.T) {
	for _, c := range []struct {
		name, stored, secret string
		stale                bool
	}{
		{"our costs", mustHash(t, cheap(), "password"), "password", false},
		{"other costs", mustHash(t, auth.Params{MemoryKiB: 64, Passes: 3, Lanes: 2}, "password"), "password", true},
		// from the tests of the reference implementation (P-H-C/phc-winner-argon2, src/test.c)
		{"reference", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password", true},
		{"reference, 256 KiB", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "password", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			match, stale, err := newHasher(t, cheap(), 1).Verify(t.Context(), c.secret, c.stored)
			require.NoError(t, err)
			require.True(t, match)
			require.Equal(t, c.stale, stale)
		})
	}
}

func mustHash(t *testing.T, params auth.Params, secret string) string {
	t.Helper()
	stored, err := newHasher(t, params, 1).Hash(t.Context(), secret)
	require.NoError(t, err)
	return stored
}

func TestOneSecretMatchesAndNoOther(t *testing.T) {
	hasher := newHasher(t, cheap(), 1)
	rapid.Check(t, func(r *rapid.T) {
		secret, other := rapid.String().Draw(r, "secret"), rapid.String().Draw(r, "other")
		first, err := hasher.Hash(t.Context(), secret)
		require.NoError(r, err)
		second, err := hasher.Hash(t.Context(), secret)
		require.NoError(r, err)
		require.NotEqual(r, first, second, "salted")
		match, stale, err := hasher.Verify(t.Context(), secret, first)
		require.NoError(r, err)
		require.True(r, match)
		require.False(r, stale)
		match, _, err = hasher.Verify(t.Context(), other, first)
		require.NoError(r, err)
		require.Equal(r, secret == other, match)
	})
}

// A hash that cannot be read costs as much as any other and matches nothing; one that asks for too much is not obeyed.
func TestUnreadableHashesNeverMatch(t *testing.T) {
	good := mustHash(t, cheap(), "")
	parts := strings.Split(good, "$")
	with := func(i int, part string) string {
		changed := append([]string{}, parts...)
		changed[i] = part
		return strings.Join(changed, "$")
	}
	for name, stored := range map[string]string{
		"none":              "",
		"text":              "password",
		"argon2i":           with(1, "argon2i"),
		"version":           with(2, "v=16"),
		"all memory":        with(3, "m=4294967295,t=1,p=1"),
		"endless passes":    with(3, "m=32,t=4294967295,p=1"),
		"no lanes":          with(3, "m=32,t=1,p=0"),
		"many lanes":        with(3, "m=32,t=1,p=255"),
		"more than uint8":   with(3, "m=32,t=1,p=257"),
		"leading zero":      with(3, "m=032,t=1,p=1"),
		"sign":              with(3, "m=+32,t=1,p=1"),
		"order":             with(3, "t=1,m=32,p=1"),
		"short":             with(3, "m=32,t=1"),
		"salt":              with(4, "AAAA"),
		"padded":            good + "=",
		"empty key":         with(5, ""),
		"line break in key": with(5, parts[5][:4]+"\n"+parts[5][4:]),
		"more":              good + "$",
		"long":              good + strings.Repeat("A", 300),
	} {
		t.Run(name, func(t *testing.T) {
			hasher := newHasher(t, cheap(), 1)
			match, _, err := hasher.Verify(t.Context(), "", stored)
			require.NoError(t, err)
			require.False(t, match)
			require.EqualValues(t, 1, hasher.Stats().Total)
		})
	}
}

func TestHashesAreCapped(t *testing.T) {
	const parallel, crowd = 3, 200
	hasher := newHasher(t, cheap(), parallel)
	var group sync.WaitGroup
	for range crowd {
		group.Go(func() { _, _, _ = hasher.Verify(t.Context(), "x", "") })
	}
	group.Wait()
	stats := hasher.Stats()
	require.EqualValues(t, crowd, stats.Total)
	require.LessOrEqual(t, stats.Peak, int64(parallel))
	require.Zero(t, stats.Running)
}

func TestWhoIsTiredOfWaitingLeaves(t *testing.T) {
	hasher := newHasher(t, auth.OWASPParams(), 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	refused := false
	for range 100 { // with a free slot and an ended context, either may win
		_, err := hasher.Hash(ctx, "x")
		if err != nil {
			require.ErrorIs(t, err, context.Canceled)
			refused = true
			break
		}
	}
	require.True(t, refused)
}

func TestHashersAreCheckedWhenMade(t *testing.T) {
	for _, c := range []struct {
		want     string
		params   auth.Params
		parallel int
		random   io.Reader
	}{
		{"m=1", auth.Params{MemoryKiB: 1, Passes: 1, Lanes: 1}, 1, rand.Reader},
		{"m=32", auth.Params{MemoryKiB: 32, Passes: 1, Lanes: 8}, 1, rand.Reader},
		{"t=0", auth.Params{MemoryKiB: 32, Lanes: 1}, 1, rand.Reader},
		{"p=0", auth.Params{MemoryKiB: 32, Passes: 1}, 1, rand.Reader},
		{"parallel", cheap(), 0, rand.Reader},
		{"randomness", cheap(), 1, nil},
	} {
		_, err := auth.NewHasher(c.params, c.parallel, c.random)
		require.ErrorContains(t, err, c.want)
	}
	hasher, err := auth.NewHasher(cheap(), 1, brokenReader{})
	require.NoError(t, err)
	_, err = hasher.Hash(t.Context(), "x")
	require.ErrorIs(t, err, errBroken)
}

var errBroken = errors.New("no randomness")

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errBroken }

func BenchmarkHash(b *testing.B) {
	hasher := newHasher(b, auth.OWASPParams(), 1)
	for b.Loop() {
		_, _ = hasher.Hash(b.Context(), "six tall grey herons")
	}
}
