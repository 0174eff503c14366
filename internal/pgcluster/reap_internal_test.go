package pgcluster

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A postmaster ends between two looks at its file: it is gone from /proc as a postgres, its pid still answers, and its file vanishes.
func TestAFileThatVanishesWithItsPostmasterIsNoFault(t *testing.T) {
	c := &Cluster{cfg: Config{}.withDefaults(), data: t.TempDir()}
	path := filepath.Join(c.data, "postmaster.pid")
	require.NoError(t, c.disown(path, os.Getpid()))
	require.NoError(t, c.setAside(path))
	require.NoFileExists(t, path)
}
