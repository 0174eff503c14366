package audit_test

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
)

func newKey(t testing.TB, origin string) audit.Key {
	t.Helper()
	key, err := audit.NewKey(rand.Reader, origin)
	require.NoError(t, err)
	return key
}

func TestAKeyIsKeptAndFoundAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.key")
	made, err := audit.LoadOrCreateKey(rand.Reader, path, "airport-1")
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())

	found, err := audit.LoadOrCreateKey(rand.Reader, path, "airport-1")
	require.NoError(t, err)
	require.Equal(t, made.Public(), found.Public())
	public, err := os.ReadFile(path + ".pub")
	require.NoError(t, err)
	verifier, err := audit.ParsePublicKey(string(public))
	require.NoError(t, err)
	require.Equal(t, made.Verifier().KeyHash(), verifier.KeyHash())

	_, err = audit.LoadOrCreateKey(rand.Reader, path, "airport-2")
	require.ErrorContains(t, err, `expected a key of "airport-2", found one of "airport-1"`)
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 2, "nothing half-written stays behind")
}

func TestAKeyThatOthersCanReadIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.key")
	_, err := audit.LoadOrCreateKey(rand.Reader, path, "airport-1")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(path, 0o640))
	_, err = audit.LoadKey(path)
	require.ErrorContains(t, err, "expected mode 0600, got 0640")
}

func TestAKeyNeverPrintsItsSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.key")
	key, err := audit.LoadOrCreateKey(rand.Reader, path, "airport-1")
	require.NoError(t, err)
	private, err := os.ReadFile(path)
	require.NoError(t, err)
	secret := strings.Split(strings.TrimSpace(string(private)), "+")[4]
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		require.NotContains(t, fmt.Sprintf(format, key), secret)
		require.NotContains(t, fmt.Sprintf(format, struct{ Key audit.Key }{key}), secret)
	}
}

func TestMalformedKeysAreRefused(t *testing.T) {
	for _, s := range []string{"", "PRIVATE+KEY+a+0+b", "PRIVATE", newKey(t, "airport-1").Public()} {
		_, err := audit.ParseKey(s)
		require.Error(t, err, s)
	}
	_, err := audit.ParsePublicKey("airport-1+00000000+AAAA")
	require.Error(t, err)
	for _, origin := range []string{"", "a b", "a+b", "-a", "a-", "a\nb", strings.Repeat("a", 101), "é"} {
		require.Error(t, audit.CheckOrigin(origin), origin)
		_, err := audit.NewKey(rand.Reader, origin)
		require.Error(t, err, origin)
	}
	require.NoError(t, audit.CheckOrigin("bmis.example/audit/airport-1"))
}
