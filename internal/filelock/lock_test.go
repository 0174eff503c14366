package filelock_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/filelock"
)

// A counter kept in a file loses nothing: whoever reads it is alone until it is written.
func TestOneAtATime(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no flock here: programs are started one at a time")
	}
	dir := t.TempDir()
	count := filepath.Join(dir, "count")
	require.NoError(t, os.WriteFile(count, nil, 0o600))
	var all sync.WaitGroup
	const askers = 50
	failed := make(chan error, askers)
	for range askers {
		all.Go(func() {
			failed <- filelock.Do(filepath.Join(dir, "lock"), func() error {
				text, err := os.ReadFile(count)
				return errors.Join(err, os.WriteFile(count, append(text, 'x'), 0o600))
			})
		})
	}
	all.Wait()
	for range askers {
		require.NoError(t, <-failed)
	}
	text, err := os.ReadFile(count)
	require.NoError(t, err)
	require.Len(t, text, askers)
}

func TestErrorsAreTheActs(t *testing.T) {
	own := errors.New("own")
	path := filepath.Join(t.TempDir(), "lock")
	require.ErrorIs(t, filelock.Do(path, func() error { return own }), own)
	require.NoError(t, filelock.Do(path, func() error { return nil }), "it was given back")
	if runtime.GOOS != "windows" {
		acted := false
		require.Error(t, filelock.Do(filepath.Join(path, "none"), func() error { acted = true; return nil }), "no folder for the lock")
		require.False(t, acted)
	}
}
