package pgcluster_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgcluster"
)

// With this variable the test program is a supervisor of the cluster in that directory, for tests that kill it.
const superviseEnv = "BMIS_TEST_SUPERVISE"

func TestMain(m *testing.M) {
	if root := os.Getenv(superviseEnv); root != "" {
		os.Exit(superviseUntilStdinEnds(root))
	}
	os.Exit(m.Run())
}

func superviseUntilStdinEnds(root string) int {
	cfg := pgcluster.Config{Root: root, NoSync: true, Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	cluster, err := pgcluster.Start(context.Background(), cfg)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stdout, "failed", err)
		return 1
	}
	_, _ = fmt.Fprintln(os.Stdout, "ready", cluster.Pid(), cluster.SocketDir())
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := cluster.Stop(context.Background()); err != nil {
		return 1
	}
	return 0
}

// supervisor is such a child.
type supervisor struct {
	cmd    *exec.Cmd
	stdin  io.Closer
	stdout *bufio.Reader
}

func startSupervisor(t *testing.T, root string, as *syscall.Credential) *supervisor {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	if as != nil {
		self = copyFor(t, self, as)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), superviseEnv+"="+root)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setpgid: true}
	cmd.Dir, cmd.Stderr = "/", t.Output()
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	s := &supervisor{cmd, stdin, bufio.NewReader(stdout)}
	t.Cleanup(func() { _ = stdin.Close(); _ = cmd.Wait() }) // a clean stop; both fail after kill
	return s
}

// copyFor puts the test program where another user can execute it.
func copyFor(t *testing.T, program string, as *syscall.Credential) string {
	t.Helper()
	text, err := os.ReadFile(program)
	require.NoError(t, err)
	path := filepath.Join(tempDir(t), "program")
	require.NoError(t, os.WriteFile(path, text, 0o500))
	require.NoError(t, os.Chown(path, int(as.Uid), int(as.Gid)))
	return path
}

// ready waits for the child's cluster and gives the postmaster's pid.
func (s *supervisor) ready(t *testing.T) (pid int, socket string) {
	t.Helper()
	line, err := s.stdout.ReadString('\n')
	require.NoError(t, err)
	_, err = fmt.Sscanf(strings.TrimSpace(line), "ready %d %s", &pid, &socket)
	require.NoError(t, err, line)
	return pid, socket
}

// kill ends the child as a power switch would.
func (s *supervisor) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, s.cmd.Process.Kill())
	_ = s.cmd.Wait() // "signal: killed", as wanted
}
