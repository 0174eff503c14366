package vault_test

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/internal/vault"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// known is randomness of which a test knows every byte.
type known struct{ n byte }

func (k *known) Read(p []byte) (int, error) {
	for i := range p {
		k.n++
		p[i] = k.n
	}
	return len(p), nil
}

func newKey(t require.TestingT) *vault.DataKey {
	k, err := vault.NewDataKey(uuid.New(), rand.Reader)
	require.NoError(t, err)
	return k
}

func TestWhatIsSealedOpensInItsPlaceAlone(t *testing.T) {
	own, other := newKey(t), newKey(t)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		at := vault.Place{
			Kind:    rapid.SampledFrom([]string{"page", "chip", "portrait"}).Draw(t, "kind"),
			Exhibit: uuid.Must(uuid.FromBytes(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "exhibit"))),
			Version: rapid.IntRange(1, 9).Draw(t, "version"),
		}
		sealed, err := own.Seal(at, plain)
		require.NoError(t, err)
		require.Len(t, sealed, len(plain)+vault.Overhead)
		opened, err := own.Open(at, sealed)
		require.NoError(t, err)
		require.True(t, bytes.Equal(plain, opened))

		moved := at
		switch rapid.IntRange(0, 4).Draw(t, "moved to") {
		case 0:
			moved.Kind += "x"
		case 1:
			moved.Exhibit[rapid.IntRange(0, 15).Draw(t, "byte")] ^= 1
		case 2:
			moved.Version++
		case 3:
			_, err := other.Open(at, sealed)
			require.Error(t, err, "another person's key")
			return
		case 4:
			sealed[rapid.IntRange(0, len(sealed)-1).Draw(t, "bit of")] ^= 1
		}
		_, err = own.Open(moved, sealed)
		require.Error(t, err)
	})
}

// A key with another person's name is another key, also when its secret is the same.
func TestTheNameOfTheKeyIsBound(t *testing.T) {
	one, err := vault.NewDataKey(uuid.New(), &known{})
	require.NoError(t, err)
	two, err := vault.NewDataKey(uuid.New(), &known{})
	require.NoError(t, err)
	at := vault.Place{Kind: "page", Exhibit: uuid.New(), Version: 1}
	sealed, err := one.Seal(at, []byte("x"))
	require.NoError(t, err)
	_, err = two.Open(at, sealed)
	require.Error(t, err)
}

func TestAFingerprintIsThePersonsOwn(t *testing.T) {
	one, two := newKey(t), newKey(t)
	mark := func(k *vault.DataKey, plain string) string {
		sum, err := k.Fingerprint([]byte(plain))
		require.NoError(t, err)
		return hex.EncodeToString(sum)
	}
	again := mark(one, "page")
	require.Equal(t, again, mark(one, "page"))
	require.NotEqual(t, mark(one, "page"), mark(one, "pagf"))
	require.NotEqual(t, mark(one, "page"), mark(two, "page"), "nobody can tell that two people have the same page")
}

func TestASecretIsNeverShown(t *testing.T) {
	k, err := vault.NewDataKey(uuid.New(), &known{})
	require.NoError(t, err)
	private, err := vault.OpenPrivateKey(filepath.Join(t.TempDir(), "centre.key"), &known{})
	require.NoError(t, err)
	secret := make([]byte, 32)
	_, _ = (&known{}).Read(secret)
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	logger.Info("x", "key", k, "private", private)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", k, "private", private)
	for _, v := range []any{k, *private, private} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
			fmt.Fprintf(&log, verb+"\n", v)
		}
	}
	_, err = json.Marshal(k)
	require.Error(t, err)
	shown := strings.ToLower(log.String())
	for _, form := range []string{hex.EncodeToString(secret[:4]), "1 2 3 4", "1, 2, 3, 4", string(secret[:4]), "0x1, 0x2"} {
		require.NotContains(t, shown, form)
	}
	require.Contains(t, shown, k.ID().String())
}

func openFiles(t *testing.T, dir string, now func() time.Time) *vault.Files {
	t.Helper()
	f, err := vault.OpenFiles(dir, rand.Reader, now)
	require.NoError(t, err)
	return f
}

func TestAWrappedKeyComesBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kek")
	f := openFiles(t, dir, func() time.Time { return noon })
	k := newKey(t)
	at := vault.Place{Kind: "chip", Exhibit: uuid.New(), Version: 1}
	sealed, err := k.Seal(at, []byte("DG1"))
	require.NoError(t, err)

	generation, wrapped, err := f.Wrap(k)
	require.NoError(t, err)
	require.Equal(t, "2026-11", generation)
	info, err := os.Stat(filepath.Join(dir, "2026-11.key"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	again := openFiles(t, dir, func() time.Time { return noon }) // after a restart
	back, err := again.Unwrap(k.ID(), generation, wrapped)
	require.NoError(t, err)
	plain, err := back.Open(at, sealed)
	require.NoError(t, err)
	require.Equal(t, "DG1", string(plain))

	_, err = again.Unwrap(uuid.New(), generation, wrapped)
	require.Error(t, err, "a wrapped key that was moved to another person")
	require.NotErrorIs(t, err, vault.ErrDestroyed)
}

func TestGenerationsFollowTheMonths(t *testing.T) {
	now := noon
	f := openFiles(t, t.TempDir(), func() time.Time { return now })
	k := newKey(t)
	first, wrapped, err := f.Wrap(k)
	require.NoError(t, err)
	require.Error(t, f.Destroy(first), "the one in use")
	now = noon.AddDate(0, 1, 0)
	second, rewrapped, err := f.Wrap(k)
	require.NoError(t, err)
	require.Equal(t, "2026-12", second)
	now = noon // the clock goes back
	current, err := f.Current()
	require.NoError(t, err)
	require.Equal(t, "2026-12", current)
	list, err := f.Generations()
	require.NoError(t, err)
	require.Equal(t, []string{"2026-11", "2026-12"}, list)

	_, err = f.Unwrap(k.ID(), first, wrapped)
	require.NoError(t, err)
	_, err = f.Unwrap(k.ID(), second, wrapped)
	require.Error(t, err, "a generation is bound to what it wrapped")
	require.NoError(t, f.Destroy(first))
	require.NoError(t, f.Destroy(first), "twice is once")
	_, err = f.Unwrap(k.ID(), first, wrapped)
	require.ErrorIs(t, err, vault.ErrDestroyed, "an old backup holds this: it is dead")
	_, err = f.Unwrap(k.ID(), second, rewrapped)
	require.NoError(t, err)
}

func TestAKeyThatOthersMayReadIsRefused(t *testing.T) {
	dir := t.TempDir()
	f := openFiles(t, dir, func() time.Time { return noon })
	generation, wrapped, err := f.Wrap(newKey(t))
	require.NoError(t, err)
	require.NoError(t, os.Chmod(filepath.Join(dir, generation+".key"), 0o640))
	_, err = f.Unwrap(uuid.New(), generation, wrapped)
	require.ErrorContains(t, err, "expected 0600")
	_, err = f.Unwrap(uuid.New(), "../2026-11", wrapped)
	require.ErrorContains(t, err, "expected year and month")
}

func TestTheCentreAloneOpensAnEnvelope(t *testing.T) {
	path := filepath.Join(t.TempDir(), "centre.key")
	centre, err := vault.OpenPrivateKey(path, rand.Reader)
	require.NoError(t, err)
	public, err := vault.ParsePublicKey(centre.Public().Bytes)
	require.NoError(t, err)
	require.Equal(t, centre.Public().ID, public.ID)

	k := newKey(t)
	at := vault.Place{Kind: "page", Exhibit: uuid.New(), Version: 1}
	sealed, err := k.Seal(at, []byte("image"))
	require.NoError(t, err)
	envelope, err := public.Seal(k)
	require.NoError(t, err)

	again, err := vault.OpenPrivateKey(path, rand.Reader) // the same after a restart
	require.NoError(t, err)
	back, err := again.Open(k.ID(), envelope)
	require.NoError(t, err)
	plain, err := back.Open(at, sealed)
	require.NoError(t, err)
	require.Equal(t, "image", string(plain))

	_, err = again.Open(uuid.New(), envelope)
	require.Error(t, err, "an envelope that was moved to another person")
	other, err := vault.OpenPrivateKey(filepath.Join(t.TempDir(), "other.key"), rand.Reader)
	require.NoError(t, err)
	_, err = other.Open(k.ID(), envelope)
	require.Error(t, err)
	_, err = vault.ParsePublicKey([]byte("no point"))
	require.Error(t, err)
	_, err = vault.PublicKey{}.Seal(k)
	require.Error(t, err)
}

// A pair is made of a data key, always the same one, and of no other.
func TestAPairIsKeptAsADataKeyIs(t *testing.T) {
	f := openFiles(t, t.TempDir(), func() time.Time { return noon })
	own, other := newKey(t), newKey(t)
	pair, err := vault.PairOf(own)
	require.NoError(t, err)
	generation, wrapped, err := f.Wrap(own)
	require.NoError(t, err)
	back, err := f.Unwrap(own.ID(), generation, wrapped)
	require.NoError(t, err)
	again, err := vault.PairOf(back)
	require.NoError(t, err)
	require.Equal(t, pair.Public().ID, again.Public().ID)
	k := newKey(t)
	envelope, err := pair.Public().Seal(k)
	require.NoError(t, err)
	_, err = again.Open(k.ID(), envelope)
	require.NoError(t, err)
	foreign, err := vault.PairOf(other)
	require.NoError(t, err)
	_, err = foreign.Open(k.ID(), envelope)
	require.Error(t, err)
	_, err = openFiles(t, t.TempDir(), func() time.Time { return noon }).Unwrap(own.ID(), generation, wrapped)
	require.ErrorIs(t, err, vault.ErrDestroyed)
	elsewhere := openFiles(t, t.TempDir(), func() time.Time { return noon })
	_, err = elsewhere.Current()
	require.NoError(t, err)
	_, err = elsewhere.Unwrap(own.ID(), generation, wrapped)
	require.ErrorIs(t, err, vault.ErrOtherKey)
}

func TestTheFileOfAPrivateKeyIsDestroyed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.key")
	_, err := vault.ReadPrivateKey(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = vault.OpenPrivateKey(path, rand.Reader)
	require.NoError(t, err)
	_, err = vault.ReadPrivateKey(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, make([]byte, 32), 0o600)) // the power failed before it was removed
	_, err = vault.ReadPrivateKey(path)
	require.ErrorIs(t, err, vault.ErrDestroyed)
	require.NoError(t, vault.DestroyPrivateKey(path))
	require.NoFileExists(t, path)
	require.NoError(t, vault.DestroyPrivateKey(path), "twice is once")
}

func BenchmarkSeal1MB(b *testing.B) {
	k := newKey(b)
	plain := make([]byte, 1<<20)
	at := vault.Place{Kind: "page", Exhibit: uuid.New(), Version: 1}
	b.SetBytes(1 << 20)
	for b.Loop() {
		if _, err := k.Seal(at, plain); err != nil {
			b.Fatal(err)
		}
	}
}
