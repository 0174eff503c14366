package pgcluster_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openbmis/openbmis/internal/pgcluster"
)

func TestASecondSupervisorIsRefused(t *testing.T) {
	cluster := start(t, pgcluster.Config{Root: tempDir(t)})
	_, err := pgcluster.Start(t.Context(), pgcluster.Config{Root: cluster.Root()})
	require.ErrorIs(t, err, pgcluster.ErrBusy)
	require.ErrorContains(t, err, fmt.Sprintf("is held by process %d", os.Getpid()))
	require.Equal(t, "1", query(t, cluster.AdminDSN(pgcluster.Database), "SELECT '1'"), "the first is unharmed")
}

func TestALongPathIsNoObstacle(t *testing.T) {
	root := filepath.Join(tempDir(t), strings.Repeat("a-station-with-a-long-name/", 8), "postgres")
	require.Greater(t, len(root), 108)
	cluster := start(t, pgcluster.Config{Root: root})
	require.Less(t, len(cluster.SocketDir()), 80)
	require.Equal(t, "1", query(t, cluster.AdminDSN(pgcluster.Database), "SELECT '1'"))
}

func TestALongTemporaryDirectoryIsNoObstacle(t *testing.T) {
	long := filepath.Join(tempDir(t), strings.Repeat("long/", 30))
	require.NoError(t, os.MkdirAll(long, 0o711))
	cluster := start(t, pgcluster.Config{Root: tempDir(t), TempDir: long})
	require.NotContains(t, cluster.SocketDir(), long)
	left, err := os.ReadDir(long)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestDataSurvivesARestart(t *testing.T) {
	root := tempDir(t)
	first := start(t, pgcluster.Config{Root: root})
	conn, err := pgx.Connect(t.Context(), first.AdminDSN(pgcluster.Database))
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "CREATE TABLE kept AS SELECT 'here' AS word")
	require.NoError(t, err)
	require.NoError(t, first.Stop(t.Context()), "an open connection does not hinder a stop")
	require.Error(t, conn.Ping(t.Context()))
	second := start(t, pgcluster.Config{Root: root})
	require.Equal(t, "here", query(t, second.AdminDSN(pgcluster.Database), "SELECT word FROM kept"))
}

func TestAStopWithoutTimeIsImmediateAndLosesNothing(t *testing.T) {
	root := tempDir(t)
	cluster := start(t, pgcluster.Config{Root: root})
	require.Equal(t, "kept", query(t, cluster.AdminDSN(pgcluster.Database),
		"WITH made AS (SELECT set_config('x.y', 'kept', false) AS word) SELECT word FROM made"))
	pool, err := pgxpool.New(t.Context(), cluster.AdminDSN(pgcluster.Database))
	require.NoError(t, err)
	defer pool.Close()
	_, err = pool.Exec(t.Context(), "CREATE TABLE kept AS SELECT 'here' AS word")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, cluster.Stop(ctx))
	again := start(t, pgcluster.Config{Root: root})
	require.Equal(t, "here", query(t, again.AdminDSN(pgcluster.Database), "SELECT word FROM kept"))
}

func TestNothingIsLeftBehind(t *testing.T) {
	before := goleak.IgnoreCurrent()
	root := tempDir(t)
	cluster := start(t, pgcluster.Config{Root: root})
	pid := cluster.Pid()
	require.NoError(t, cluster.Stop(t.Context()))
	require.NoError(t, cluster.Stop(t.Context()), "twice is once")
	require.False(t, running(pid))
	goleak.VerifyNone(t, before)
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	require.Equal(t, []string{"data", "postgres.log", "supervisor.lock"}, names)
}

func TestSettingsCanBeOverridden(t *testing.T) {
	cluster := start(t, pgcluster.Config{Root: tempDir(t), Settings: map[string]string{"max_connections": "17", "work_mem": "5MB"}})
	dsn := cluster.AdminDSN(pgcluster.Database)
	for name, want := range map[string]string{
		"max_connections": "17", "work_mem": "5MB", "shared_buffers": "128MB", "max_wal_size": "2GB", "wal_compression": "lz4", "jit": "off",
		"timezone": "UTC", "log_timezone": "UTC", "listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
		"data_checksums": "on", "server_encoding": "UTF8",
	} {
		require.Equal(t, want, query(t, dsn, "SHOW "+name), name)
	}
}

func TestAWrongSettingIsNamed(t *testing.T) {
	_, err := pgcluster.Start(t.Context(), pgcluster.Config{Root: tempDir(t), NoSync: true, Settings: map[string]string{"shared_buffers": "a lot"}})
	require.ErrorContains(t, err, `invalid value for parameter "shared_buffers"`)
	require.ErrorContains(t, err, "postgres.log")
}

// The server's log must not hold what is in people's records.
func TestTheLogHoldsNoValues(t *testing.T) {
	cluster := start(t, pgcluster.Config{Root: tempDir(t)})
	conn, err := pgx.Connect(t.Context(), cluster.AdminDSN(pgcluster.Database))
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	_, err = conn.Exec(t.Context(), "CREATE TABLE person (name text PRIMARY KEY, born date)")
	require.NoError(t, err)
	for range 2 {
		_, err = conn.Exec(t.Context(), "INSERT INTO person (name) VALUES ('ERIKSSON')")
	}
	require.Error(t, err)
	_, err = conn.Exec(t.Context(), "INSERT INTO person (name, born) VALUES ('ERIKSSON', 'L898902C')")
	require.Error(t, err)
	_, err = conn.Exec(t.Context(), "SELECT pg_sleep(0), 'ERIKSSON' FROM")
	require.Error(t, err)
	text, err := os.ReadFile(cluster.LogFile())
	require.NoError(t, err)
	require.Contains(t, string(text), "ready to accept connections")
	require.NotContains(t, string(text), "ERIKSSON")
	require.NotContains(t, string(text), "L898902C")
}

func TestDataOfAnotherVersionIsNamed(t *testing.T) {
	root := tempDir(t)
	require.NoError(t, start(t, pgcluster.Config{Root: root}).Stop(t.Context()))
	require.NoError(t, os.WriteFile(filepath.Join(root, "data", "PG_VERSION"), []byte("99\n"), 0o600))
	_, err := pgcluster.Start(t.Context(), pgcluster.Config{Root: root})
	require.ErrorContains(t, err, "the data directory was made by PostgreSQL 99, but only ")
}

func TestNoDirectoryIsAnError(t *testing.T) {
	_, err := pgcluster.Start(t.Context(), pgcluster.Config{})
	require.ErrorContains(t, err, "no directory given")
}

func TestWithoutProgramsNothingIsMade(t *testing.T) {
	root := filepath.Join(tempDir(t), "cluster")
	_, err := pgcluster.Start(t.Context(), pgcluster.Config{Root: root, BinDir: t.TempDir()})
	require.ErrorIs(t, err, pgcluster.ErrNoBinaries)
	require.NoDirExists(t, filepath.Join(root, "data"))
}

func TestRunningFindsTheClusterOfAnotherProgram(t *testing.T) {
	root := filepath.Join(tempDir(t), "cluster")
	_, ok, err := pgcluster.Running(root)
	require.NoError(t, err)
	require.False(t, ok, "none was ever made")
	child := startSupervisor(t, root, nil)
	child.ready(t)
	address, ok, err := pgcluster.Running(root)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "1", query(t, address.AdminDSN(pgcluster.Database), "SELECT '1'"))
	require.NoError(t, child.stdin.Close())
	require.NoError(t, child.cmd.Wait())
	_, ok, err = pgcluster.Running(root)
	require.NoError(t, err)
	require.False(t, ok)
}

func TestAsRootTheServerRunsAsSomebodyElse(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: there is no privilege to drop")
	}
	for _, user := range []string{"", "nobody"} {
		cluster := start(t, pgcluster.Config{Root: tempDir(t), User: user})
		info, err := os.Stat(filepath.Join("/proc", fmt.Sprint(cluster.Pid())))
		require.NoError(t, err)
		require.NotZero(t, info.Sys().(*syscall.Stat_t).Uid)
		for _, dir := range []string{cluster.Root(), cluster.SocketDir(), filepath.Join(cluster.Root(), "data")} {
			info, err := os.Stat(dir)
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o700), info.Mode().Perm(), dir)
			require.NotZero(t, info.Sys().(*syscall.Stat_t).Uid, dir)
		}
	}
	_, err := pgcluster.Start(t.Context(), pgcluster.Config{Root: tempDir(t), User: "nobody-at-all"})
	require.ErrorContains(t, err, "nobody-at-all")
	_, err = pgcluster.Start(t.Context(), pgcluster.Config{Root: tempDir(t), User: "root"})
	require.ErrorContains(t, err, "user root is root")
}

func TestAsRootAClosedDirectoryIsNamed(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: we enter our own directories")
	}
	closed := filepath.Join(tempDir(t), "closed")
	require.NoError(t, os.Mkdir(closed, 0o700))
	_, err := pgcluster.Start(t.Context(), pgcluster.Config{Root: filepath.Join(closed, "postgres")})
	require.ErrorContains(t, err, "directory "+closed+" cannot be entered by user")
	require.ErrorContains(t, err, "chmod o+x")
}

func TestAsAnOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("every other test of this run is this one")
	}
	nobody := &syscall.Credential{Uid: 65534, Gid: 65534}
	home := tempDir(t)
	require.NoError(t, os.Chown(home, 65534, 65534))
	root := filepath.Join(home, "data", "postgres")
	child := startSupervisor(t, root, nobody)
	pid, socket := child.ready(t)
	info, err := os.Stat(filepath.Join("/proc", fmt.Sprint(pid)))
	require.NoError(t, err)
	require.EqualValues(t, 65534, info.Sys().(*syscall.Stat_t).Uid)
	require.Equal(t, "1", query(t, "host="+socket+" user=bmis dbname=bmis", "SELECT '1'"))
	child.kill(t)
	again := startSupervisor(t, root, nobody)
	again.ready(t)
}
