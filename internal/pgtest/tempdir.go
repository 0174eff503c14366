package pgtest

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TempDir is a directory for a cluster, removed at the end. Unlike t.TempDir it can be entered by the user that PostgreSQL runs as
// when the tests run as root.
func TempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bmis-test-") //nolint:usetesting // see above
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o711))
	return dir
}
