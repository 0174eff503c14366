package pgtest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/migrations"
)

// elsewhere makes the tests of this program share a cluster of their own.
func elsewhere(t *testing.T) (dir string) {
	t.Helper()
	t.Setenv("TMPDIR", TempDir(t))
	dir, err := sharedDir(os.TempDir(), os.Geteuid())
	require.NoError(t, err)
	t.Cleanup(func() { endCustodian(t, dir, syscall.SIGTERM) })
	return dir
}

// endCustodian sends the custodian of dir a signal and waits until it is gone.
func endCustodian(t *testing.T, dir string, how syscall.Signal) {
	t.Helper()
	root := filepath.Join(dir, "cluster")
	_, runs, err := pgcluster.Running(root)
	require.NoError(t, err)
	if !runs {
		return
	}
	pid := custodianPid(t, root)
	require.NoError(t, syscall.Kill(pid, how))
	require.Eventually(t, func() bool { return syscall.Kill(pid, 0) == syscall.ESRCH }, time.Minute, 10*time.Millisecond)
}

func TestACleanEndKeepsTheTemplates(t *testing.T) {
	dir := elsewhere(t)
	t.Run("a test", func(t *testing.T) { New(t, migrations.Station) })
	endCustodian(t, dir, syscall.SIGTERM)
	require.FileExists(t, filepath.Join(dir, "clean"))
	file := filepath.Join(dir, "cluster", "data", "PG_VERSION")
	before, err := os.Stat(file)
	require.NoError(t, err)
	t.Run("a test of the next run", func(t *testing.T) { New(t, migrations.Station) })
	after, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, before.ModTime(), after.ModTime(), "no initdb")
}

// After a crash without fsync nothing is trusted: the next run starts anew, and no test notices.
func TestAKilledCustodianHindersNobody(t *testing.T) {
	dir := elsewhere(t)
	t.Run("a test", func(t *testing.T) { New(t, migrations.Station) })
	file := filepath.Join(dir, "cluster", "data", "PG_VERSION")
	before, err := os.Stat(file)
	require.NoError(t, err)
	endCustodian(t, dir, syscall.SIGKILL)
	require.NoFileExists(t, filepath.Join(dir, "clean"))
	t.Run("a test of the next run", func(t *testing.T) { New(t, migrations.Station) })
	after, err := os.Stat(file)
	require.NoError(t, err)
	require.NotEqual(t, before.ModTime(), after.ModTime(), "a new cluster")
}

func TestDatabasesOfKilledTestsAreDropped(t *testing.T) {
	dir := elsewhere(t)
	t.Run("a test", func(t *testing.T) {
		require.NoError(t, join(t).exec(t.Context(), "CREATE DATABASE test_of_a_killed_program"))
	})
	endCustodian(t, dir, syscall.SIGTERM)
	t.Run("a test of the next run", func(t *testing.T) {
		require.NoError(t, join(t).exec(t.Context(), "CREATE DATABASE test_of_a_killed_program"))
	})
}

func TestTheCustodianStaysWhileSomebodyHolds(t *testing.T) {
	dir := TempDir(t)
	path := filepath.Join(dir, holdersFile)
	held, err := lock(path, false)
	require.NoError(t, err)
	result := make(chan *os.File, 1)
	go func() {
		taken, err := patience{idle: 30 * time.Millisecond, poll: time.Millisecond}.forHolders(context.Background(), dir, nil)
		if err != nil {
			t.Error(err)
		}
		result <- taken
	}()
	select {
	case <-result:
		require.Fail(t, "went while held")
	case <-time.After(200 * time.Millisecond):
	}
	require.NoError(t, held.Close())
	taken := <-result
	newcomer, err := os.Open(path)
	require.NoError(t, err)
	require.ErrorIs(t, flock(newcomer, syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK, "newcomers wait until it has stopped")
	require.NoError(t, taken.Close())
	require.NoError(t, flock(newcomer, syscall.LOCK_SH|syscall.LOCK_NB))
	require.NoError(t, newcomer.Close())
}

func TestTheCustodianGoesWithItsCluster(t *testing.T) {
	ended := make(chan error, 1)
	ended <- nil
	held, err := patience{idle: time.Hour, poll: time.Hour}.forHolders(t.Context(), TempDir(t), ended)
	require.NoError(t, err)
	require.NoError(t, held.Close())
}

func TestTheCustodiansWord(t *testing.T) {
	socket, err := readWord(strings.NewReader("ready /tmp/x\n"), "log")
	require.NoError(t, err)
	require.Equal(t, "/tmp/x", socket)
	_, err = readWord(strings.NewReader("error apt-get install postgresql\n"), "log")
	require.EqualError(t, err, "apt-get install postgresql")
	_, err = readWord(strings.NewReader(""), "the.log")
	require.ErrorContains(t, err, "see the.log")
}

// Without PostgreSQL a test fails and says what to install.
func TestWithoutPostgreSQL(t *testing.T) {
	t.Setenv("TMPDIR", TempDir(t))
	t.Setenv("BMIS_PG_BIN", t.TempDir())
	dir, err := sharedDir(os.TempDir(), os.Geteuid())
	require.NoError(t, err)
	_, err = ensure(t.Context(), dir)
	require.ErrorContains(t, err, "apt-get install postgresql postgresql-contrib")
}

func TestSomebodyElsesDirectoryIsRefused(t *testing.T) {
	temp := t.TempDir()
	_, err := sharedDir(temp, os.Geteuid()+1)
	require.ErrorContains(t, err, "expected a directory that belongs to user")
	other := t.TempDir()
	require.NoError(t, os.Symlink(other, filepath.Join(temp, "link")))
	require.Error(t, ownedBy(filepath.Join(temp, "link"), os.Geteuid()))
}

func TestOldTemplatesAreDropped(t *testing.T) {
	elsewhere(t)
	t.Run("tests of edited schemas", func(t *testing.T) {
		cluster := join(t)
		for _, digest := range []string{"a", "b", "c", "d", "e", "f"} {
			require.NoError(t, cluster.ensureTemplate(t.Context(), migrations.Station, "tpl_station_"+digest))
		}
		require.NoError(t, cluster.ensureTemplate(t.Context(), migrations.Central, "tpl_central_a"))
		require.ElementsMatch(t, []string{"tpl_station_b", "tpl_station_c", "tpl_station_d", "tpl_station_e", "tpl_station_f", "tpl_central_a"},
			templates(t, cluster))
	})
}

func TestTheClusterLiesInMemoryWhereThereIsRoom(t *testing.T) {
	dir := t.TempDir()
	require.Equal(t, dir, place("", dir, 1))
	require.Equal(t, os.TempDir(), place("", dir, 1<<62), "too small")
	require.Equal(t, os.TempDir(), place("", filepath.Join(dir, "none"), 1), "no such folder")
	require.Equal(t, os.TempDir(), place(os.TempDir(), dir, 1), "another is asked for")
}
