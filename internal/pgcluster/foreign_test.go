package pgcluster_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgcluster"
)

// hasStatusReady reads the last line of a postmaster.pid.
func hasStatusReady(text string) bool { return strings.HasSuffix(strings.TrimSpace(text), "ready") }

// crashed leaves a cluster as a crash does: with a postmaster.pid. It gives the file's text with another pid in it.
func crashed(t *testing.T) (root string, stamp func(pid int)) {
	t.Helper()
	root = filepath.Join(tempDir(t), "cluster")
	child := startSupervisor(t, root, nil)
	pid, _ := child.ready(t)
	file := filepath.Join(root, "data", "postmaster.pid")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	info, err := os.Stat(file)
	require.NoError(t, err)
	owner := info.Sys().(*syscall.Stat_t)
	require.NoError(t, syscall.Kill(child.cmd.Process.Pid, syscall.SIGSTOP), "so that it does not start a new one")
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	child.kill(t)
	return root, func(pid int) {
		_, rest, _ := strings.Cut(string(text), "\n")
		require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, "%d\n%s", pid, rest), 0o600))
		require.NoError(t, os.Chown(file, int(owner.Uid), int(owner.Gid)))
	}
}

// The worst case: the pid of the crashed server now belongs to a process of the very user that PostgreSQL runs as.
func TestAForeignProcessIsNotKilled(t *testing.T) {
	root, stamp := crashed(t)
	info, err := os.Stat(root)
	require.NoError(t, err)
	owner := info.Sys().(*syscall.Stat_t)
	sleeper := exec.Command("sleep", "600")
	sleeper.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid, NoSetGroups: os.Geteuid() != 0}}
	require.NoError(t, sleeper.Start())
	t.Cleanup(func() { _ = sleeper.Process.Kill(); _ = sleeper.Wait() })
	stamp(sleeper.Process.Pid)
	cluster := start(t, pgcluster.Config{Root: root})
	require.Equal(t, "1", query(t, cluster.AdminDSN(pgcluster.Database), "SELECT '1'"))
	require.True(t, running(sleeper.Process.Pid))
}

func TestAnotherClustersServerIsNotKilled(t *testing.T) {
	other := start(t, pgcluster.Config{Root: tempDir(t)})
	root, stamp := crashed(t)
	stamp(other.Pid())
	cluster := start(t, pgcluster.Config{Root: root})
	require.Equal(t, "1", query(t, cluster.AdminDSN(pgcluster.Database), "SELECT '1'"))
	require.Equal(t, "1", query(t, other.AdminDSN(pgcluster.Database), "SELECT '1'"))
	require.Zero(t, other.Restarts())
}

func TestStrangePidFilesKillNobodyAndHinderNobody(t *testing.T) {
	for _, pid := range []int{1, 0, -1, os.Getpid(), 1 << 30} {
		t.Run(strconv.Itoa(pid), func(t *testing.T) {
			root, stamp := crashed(t)
			stamp(pid)
			cluster := start(t, pgcluster.Config{Root: root})
			require.Equal(t, "1", query(t, cluster.AdminDSN(pgcluster.Database), "SELECT '1'"))
		})
	}
}

func TestAnEmptyPidFileHindersNobody(t *testing.T) {
	root, _ := crashed(t)
	require.NoError(t, os.Truncate(filepath.Join(root, "data", "postmaster.pid"), 0))
	start(t, pgcluster.Config{Root: root})
}
