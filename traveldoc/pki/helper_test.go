package pki_test

import (
	"encoding/pem"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
)

func seeded(n byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{n}) }

// rsaKeys are made once: they take long.
var rsaKeys = sync.OnceValue(func() []*pkitest.Key {
	return []*pkitest.Key{pkitest.NewKey(seeded(1), "rsa2048"), pkitest.NewKey(seeded(2), "rsa2048")}
})

// keyOf makes a key of a kind: "rsa", or a curve.
func keyOf(kind string, n byte) *pkitest.Key {
	if kind == "rsa" {
		k := *rsaKeys()[n%2]
		return &k
	}
	return pkitest.NewKey(seeded(n), kind)
}

func parse(t testing.TB, der []byte) *pki.Certificate {
	t.Helper()
	c, err := pki.ParseCertificate(der)
	require.NoError(t, err)
	return c
}

func codes(deviations []pki.Deviation) []string {
	var out []string
	for _, d := range deviations {
		out = append(out, d.Code)
	}
	return out
}

// openssl runs the program in a folder that holds the files; it skips where it is not installed.
func openssl(t *testing.T, files map[string][]byte, args ...string) (string, error) {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed: nothing to compare with")
	}
	dir := t.TempDir()
	for name, data := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	command := exec.CommandContext(t.Context(), program, args...)
	command.Dir = dir
	out, err := command.CombinedOutput()
	return string(out), err
}

func asPEM(kind string, ders ...[]byte) []byte {
	var out []byte
	for _, der := range ders {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})...)
	}
	return out
}

// testData is the folder of real documents, or skips.
func testData(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("BMIS_TEST_DATA")
	if dir == "" {
		t.Skip("BMIS_TEST_DATA is not set: no real master lists to read")
	}
	return filepath.Join(dir, "documents")
}

func masterLists(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(testData(t), "master-lists", "*.ml"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	lists := map[string][]byte{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		lists[strings.TrimSuffix(filepath.Base(path), ".ml")] = data
	}
	return lists
}
