package pgcluster_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgcluster"
)

// soon is how long a test waits for what must happen, on the slowest machine.
const soon = time.Minute

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, soon, 10*time.Millisecond, what)
}

func running(pid int) bool {
	_, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "exe")) // fails for a zombie too
	return err == nil
}

func TestAKilledInitdbLeavesNothingHalfMade(t *testing.T) {
	root := filepath.Join(tempDir(t), "cluster")
	child := startSupervisor(t, root, nil)
	eventually(t, "initdb at work", func() bool {
		found, err := filepath.Glob(filepath.Join(root, "data.init", "*"))
		return err == nil && len(found) > 3
	})
	child.kill(t)
	require.NoDirExists(t, filepath.Join(root, "data"), "killed too late: the test proves nothing")

	cluster := start(t, pgcluster.Config{Root: root})
	require.Equal(t, "1", query(t, cluster.AdminDSN(pgcluster.Database), "SELECT '1'"))
	require.NoDirExists(t, filepath.Join(root, "data.init"))
}

func TestAStartThatIsCalledOffEndsInitdb(t *testing.T) {
	root := tempDir(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := pgcluster.Start(ctx, pgcluster.Config{Root: root})
	require.Error(t, err)
	start(t, pgcluster.Config{Root: root})
}

// Every row whose commit was confirmed is there after a kill -9 of the postmaster, and a pool finds the server again by itself.
func TestAKilledServerComesBackWithEveryRow(t *testing.T) {
	cluster := start(t, pgcluster.Config{Root: tempDir(t)})
	pool, err := pgxpool.New(t.Context(), cluster.AdminDSN(pgcluster.Database))
	require.NoError(t, err)
	defer pool.Close()
	_, err = pool.Exec(t.Context(), "CREATE TABLE crossing (n int PRIMARY KEY)")
	require.NoError(t, err)
	for round := range 3 {
		first := cluster.Pid()
		for n := range 50 {
			_, err := pool.Exec(t.Context(), "INSERT INTO crossing VALUES ($1)", round*1000+n)
			require.NoError(t, err)
		}
		require.NoError(t, syscall.Kill(first, syscall.SIGKILL))
		eventually(t, "the server is back", func() bool { return cluster.Restarts() == round+1 })
		var rows int
		eventually(t, "the pool is back", func() bool {
			return pool.QueryRow(t.Context(), "SELECT count(*) FROM crossing").Scan(&rows) == nil
		})
		require.Equal(t, (round+1)*50, rows)
		require.NotEqual(t, first, cluster.Pid())
	}
	select {
	case err := <-cluster.Done():
		require.Fail(t, "given up", "%v", err)
	default:
	}
}

// Backends of a killed postmaster die one by one, hold its memory meanwhile, and write their own last words into the log.
func TestAKilledServerWithBusyConnectionsComesBack(t *testing.T) {
	cluster := start(t, pgcluster.Config{Root: tempDir(t)})
	for round := range 2 {
		pool, err := pgxpool.New(t.Context(), cluster.AdminDSN(pgcluster.Database)+" pool_max_conns=12")
		require.NoError(t, err)
		asleep, ended := make(chan error, 12), make(chan error, 12)
		for range cap(asleep) {
			conn, err := pool.Acquire(t.Context())
			require.NoError(t, err)
			go func() {
				_, err := conn.Exec(t.Context(), "SELECT 1")
				asleep <- err
				_, err = conn.Exec(t.Context(), "SELECT sum(n) FROM generate_series(1, 500000000) n")
				conn.Release()
				ended <- err
			}()
		}
		for range cap(asleep) {
			require.NoError(t, <-asleep)
		}
		require.NoError(t, syscall.Kill(cluster.Pid(), syscall.SIGKILL))
		for range cap(ended) {
			require.Error(t, <-ended)
		}
		eventually(t, "the server is back", func() bool { return cluster.Restarts() == round+1 })
		pool.Close()
	}
	require.Equal(t, "1", query(t, cluster.AdminDSN(pgcluster.Database), "SELECT '1'"))
}

func TestAKilledBackendIsTheServersOwnAffair(t *testing.T) {
	cluster := start(t, pgcluster.Config{Root: tempDir(t)})
	pool, err := pgxpool.New(t.Context(), cluster.AdminDSN(pgcluster.Database))
	require.NoError(t, err)
	defer pool.Close()
	var pid int
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT pg_backend_pid()").Scan(&pid))
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	eventually(t, "the pool is back", func() bool { return pool.Ping(t.Context()) == nil })
	require.Zero(t, cluster.Restarts())
}

func TestAServerThatCannotStartAgainIsGivenUp(t *testing.T) {
	cluster := start(t, pgcluster.Config{Root: tempDir(t)})
	require.NoError(t, os.Remove(filepath.Join(cluster.Root(), "data", "global", "pg_control")))
	require.NoError(t, syscall.Kill(cluster.Pid(), syscall.SIGKILL))
	err := <-cluster.Done()
	require.ErrorContains(t, err, "postgres.log")
	require.ErrorContains(t, err, "pg_control")
	require.NoError(t, cluster.Stop(t.Context()), "Stop afterwards is harmless")
}

func TestAServerThatKeepsDyingIsGivenUp(t *testing.T) {
	cluster := start(t, pgcluster.Config{Root: tempDir(t)})
	for n := 0; ; n++ {
		require.Less(t, n, 10)
		require.NoError(t, syscall.Kill(cluster.Pid(), syscall.SIGKILL))
		var err error
		ended := false
		eventually(t, "back or given up", func() bool {
			select {
			case err = <-cluster.Done():
				ended = true
			default:
			}
			return ended || cluster.Restarts() > n
		})
		if ended {
			require.ErrorContains(t, err, "the database server ended 6 times within 1m0s")
			require.Equal(t, 5, n)
			return
		}
	}
}

func TestTheServerDiesWithItsSupervisor(t *testing.T) {
	root := filepath.Join(tempDir(t), "cluster")
	child := startSupervisor(t, root, nil)
	pid, socket := child.ready(t)
	require.True(t, running(pid))
	group, err := syscall.Getpgid(pid)
	require.NoError(t, err)
	require.Equal(t, pid, group, "a Ctrl-C at the terminal does not reach it")
	child.kill(t)
	eventually(t, "the server ended", func() bool { return !running(pid) })

	cluster := start(t, pgcluster.Config{Root: root})
	require.NoDirExists(t, socket, "what the killed one has left is removed")
	require.NotEqual(t, socket, cluster.SocketDir())
}

func TestStartingRightAfterAKillWorks(t *testing.T) {
	root := filepath.Join(tempDir(t), "cluster")
	for range 3 {
		child := startSupervisor(t, root, nil)
		child.ready(t)
		child.kill(t)
	}
	start(t, pgcluster.Config{Root: root})
}

// An orphan that has not heard of its supervisor's end: here one that never had any.
func TestAnOrphanIsReaped(t *testing.T) {
	root := filepath.Join(tempDir(t), "cluster")
	require.NoError(t, start(t, pgcluster.Config{Root: root}).Stop(t.Context()))
	orphan := startPostgres(t, root)
	cluster := start(t, pgcluster.Config{Root: root})
	require.False(t, running(orphan))
	require.Equal(t, "1", query(t, cluster.AdminDSN(pgcluster.Database), "SELECT '1'"))
}

// startPostgres starts a server on a stopped cluster's data, without supervisor.
func startPostgres(t *testing.T, root string) (pid int) {
	t.Helper()
	bin, err := exec.Command("pg_config", "--bindir").Output()
	require.NoError(t, err)
	program := filepath.Join(string(bin[:len(bin)-1]), "postgres")
	cmd := exec.Command(program, "-D", filepath.Join(root, "data"), "-c", "listen_addresses=",
		"-c", "unix_socket_directories="+root)
	cmd.Dir = "/"
	info, err := os.Stat(root)
	require.NoError(t, err)
	owner := info.Sys().(*syscall.Stat_t)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid, NoSetGroups: os.Geteuid() != 0}}
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-ended })
	eventually(t, "the orphan runs", func() bool {
		text, err := os.ReadFile(filepath.Join(root, "data", "postmaster.pid"))
		return err == nil && hasStatusReady(string(text))
	})
	return cmd.Process.Pid
}

// The thread that forks must not be one that Go may retire: the kernel would take that for our death.
func TestTheServerOutlivesTheThreadThatAskedForIt(t *testing.T) {
	root := tempDir(t)
	result := make(chan *pgcluster.Cluster, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		cluster, err := pgcluster.Start(context.Background(), pgcluster.Config{Root: root, NoSync: true})
		if err != nil {
			t.Error(err)
		}
		result <- cluster
	}()
	cluster := <-result
	require.NotNil(t, cluster)
	t.Cleanup(func() { require.NoError(t, cluster.Stop(context.Background())) })
	for range 20 { // threads come and go
		done := make(chan struct{})
		go func() { runtime.LockOSThread(); close(done) }()
		<-done
	}
	require.Equal(t, "1", query(t, cluster.AdminDSN(pgcluster.Database), "SELECT '1'"))
	require.Zero(t, cluster.Restarts())
}
