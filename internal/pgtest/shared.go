package pgtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgcluster"
)

// The shared cluster's directory. A test holds `holders` shared for as long as it uses the cluster; the custodian takes it
// exclusively to stop. The kernel drops a dead process's lock, so that no count can go stale.
const (
	holdersFile  = "holders.lock"
	startingFile = "starting.lock"
	socketFile   = "socket" // where a cluster that is ready has its socket
	logFile      = "custodian.log"
)

// shared is the cluster that all tests use.
type shared struct{ socket string }

// join makes sure that the shared cluster runs, and keeps it running until the test ends.
func join(t testing.TB) shared {
	t.Helper()
	dir, err := sharedDir(place(os.Getenv("TMPDIR"), memory, roomy), os.Geteuid())
	require.NoError(t, err)
	holders, err := lock(filepath.Join(dir, holdersFile), false)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, holders.Close()) })
	socket, err := ensure(t.Context(), dir)
	require.NoError(t, err, "the tests need PostgreSQL")
	return shared{socket}
}

// memory is where Linux keeps files in memory, and roomy how large it has to be in all: a cluster takes some hundred megabytes.
const (
	memory = "/dev/shm"
	roomy  = 8 << 30
)

// place is the folder of shared directories: the temporary one that is asked for, else memory where there is enough of it. A test's
// database is a thousand small files, which a disk's file system makes and removes many times slower. What is free does not matter, or
// programs that run together would not find one another.
func place(asked, memory string, roomy uint64) string {
	var fs syscall.Statfs_t
	if asked == "" && syscall.Statfs(memory, &fs) == nil && fs.Blocks*uint64(fs.Bsize) >= roomy {
		return memory
	}
	return os.TempDir()
}

// sharedDir is the well-known directory of a user's cluster. Somebody else's directory at that place is refused.
func sharedDir(temp string, uid int) (string, error) {
	dir := filepath.Join(temp, fmt.Sprintf("bmis-pgtest-%d", uid))
	if err := os.Mkdir(dir, 0o711); err != nil && !os.IsExist(err) {
		return "", err
	}
	if err := ownedBy(dir, uid); err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711)
}

// ensure gives the socket directory of the running cluster; it starts one when there is none.
func ensure(ctx context.Context, dir string) (string, error) {
	starting, err := lock(filepath.Join(dir, startingFile), true)
	if err != nil {
		return "", err
	}
	defer func() { _ = starting.Close() }() // closing a lock file that was only read cannot lose anything
	socket, err := os.ReadFile(filepath.Join(dir, socketFile))
	if err == nil && answers(ctx, shared{string(socket)}) {
		return string(socket), nil
	}
	return startCustodian(ctx, dir)
}

func answers(ctx context.Context, s shared) bool {
	conn, err := pgx.Connect(ctx, s.dsn("postgres", pgcluster.Superuser))
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

func (s shared) dsn(database, role string) string {
	return fmt.Sprintf("host='%s' user=%s dbname=%s sslmode=disable", s.socket, role, database)
}

// admin runs fn on a connection of the superuser to the database `postgres`.
func (s shared) admin(ctx context.Context, fn func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, s.dsn("postgres", pgcluster.Superuser))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }() // what matters was answered
	return fn(conn)
}
