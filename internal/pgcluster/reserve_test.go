package pgcluster_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgcluster"
)

func TestADiskWithRoomHasAReserve(t *testing.T) {
	cluster := start(t, pgcluster.Config{Root: tempDir(t), Reserve: 1 << 20})
	require.Equal(t, pgcluster.Ample, cluster.Space())
	info, err := os.Stat(filepath.Join(cluster.Root(), "reserve"))
	require.NoError(t, err)
	require.Equal(t, int64(1<<20), info.Size())
}

func TestADiskThatIsTooSmallForTheReserveIsSpared(t *testing.T) {
	cluster := start(t, pgcluster.Config{Root: tempDir(t), Reserve: 1 << 50})
	require.Equal(t, pgcluster.Spent, cluster.Space())
	require.NoFileExists(t, filepath.Join(cluster.Root(), "reserve"))
}

// endless gives bytes until nobody takes them.
type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Somebody fills the disk to its last byte: the database has the reserve, and can even be killed and start again.
func TestTheReserveIsGivenUpWhenTheDiskIsFull(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("a small disk is mounted by root only")
	}
	disk := filepath.Join(tempDir(t), "disk")
	require.NoError(t, os.Mkdir(disk, 0o711))
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=400m,mode=0711"); err != nil {
		t.Skipf("this machine mounts no tmpfs: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(disk, 0)) })
	root := filepath.Join(disk, "pg")
	cluster := start(t, pgcluster.Config{Root: root, Reserve: 64 << 20})
	dsn := cluster.AdminDSN(pgcluster.Database)
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "CREATE TABLE crossing (n int)")
	require.NoError(t, errors.Join(err, conn.Close(t.Context())))
	require.Equal(t, pgcluster.Ample, cluster.Space())

	filler, err := os.Create(filepath.Join(disk, "filler"))
	require.NoError(t, err)
	_, err = io.Copy(filler, endless{})
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.NoError(t, filler.Close())
	eventually(t, "nobody asks, but the reserve is given up", func() bool {
		_, err := os.Stat(filepath.Join(root, "reserve"))
		return os.IsNotExist(err)
	})
	require.Equal(t, pgcluster.Scarce, cluster.Space())
	for round := range 2 {
		require.NoError(t, syscall.Kill(cluster.Pid(), syscall.SIGKILL))
		eventually(t, "the server is back", func() bool { return cluster.Restarts() == round+1 })
		require.Equal(t, "10000", query(t, dsn, "WITH x AS (INSERT INTO crossing SELECT generate_series(1, 10000) RETURNING 1) SELECT count(*)::text FROM x"))
	}
	require.Equal(t, pgcluster.Scarce, cluster.Space())
	require.NoError(t, os.Remove(filler.Name()))
	require.Equal(t, pgcluster.Ample, cluster.Space())
	require.FileExists(t, filepath.Join(root, "reserve"))
}
