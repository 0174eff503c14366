package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/pgcluster"
)

// The custodian is the process that owns the shared cluster: the first test program that needs one starts itself a second time with
// this variable set. It outlives the test program and ends when nobody has used the cluster for a while.
const custodianEnv = "BMIS_PGTEST_CUSTODIAN"

const (
	readyLine = "ready "
	failLine  = "error "
)

// patience is how long the cluster waits for another test, and how often it looks.
type patience struct{ idle, poll time.Duration }

// The one init of the project: a test program started as custodian must become it before its own tests would run, and a package that
// only uses this one has no other place to say so.
func init() { //nolint:gochecknoinits // see above
	if dir := os.Getenv(custodianEnv); dir != "" {
		os.Exit(custodian(dir, patience{idle: 10 * time.Second, poll: time.Second}))
	}
}

// startCustodian starts the process and waits for its word.
func startCustodian(ctx context.Context, dir string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	output, err := os.OpenFile(filepath.Join(dir, logFile), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return "", err
	}
	defer func() { _ = output.Close() }() // the child's
	word, wordOut, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer func() { _ = word.Close() }() // read to its end
	cmd := exec.CommandContext(context.WithoutCancel(ctx), self)
	cmd.Env = append(os.Environ(), custodianEnv+"="+dir)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = dir, output, output, []*os.File{wordOut}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // a Ctrl-C on the tests is not meant for it
	err = cmd.Start()
	if err := errors.Join(err, wordOut.Close()); err != nil {
		return "", fmt.Errorf("start the test cluster: %w", err)
	}
	go func() { _ = cmd.Wait() }() // it may end before us; how is in its log
	return readWord(word, output.Name())
}

// readWord reads what the custodian says once: ready and where, or why not.
func readWord(from io.Reader, log string) (string, error) {
	line, err := bufio.NewReader(from).ReadString('\n')
	line = strings.TrimSpace(line)
	if socket, ready := strings.CutPrefix(line, readyLine); ready {
		return socket, nil
	}
	if reason, failed := strings.CutPrefix(line, failLine); failed {
		return "", errors.New(reason)
	}
	return "", fmt.Errorf("the test cluster's process ended without a word (%w): see %s", err, log)
}

// custodian runs the shared cluster until it is idle. It gives the exit status.
func custodian(dir string, wait patience) int {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	err := runCustodian(ctx, dir, wait, os.NewFile(3, "word"))
	if err != nil {
		slog.New(slog.NewTextHandler(os.Stderr, nil)).Error("test cluster", "error", err)
		return 1
	}
	return 0
}

func runCustodian(ctx context.Context, dir string, wait patience, word io.Writer) error {
	cluster, err := startShared(ctx, dir)
	if err != nil {
		_, sayErr := fmt.Fprintf(word, "%s%s\n", failLine, strings.ReplaceAll(err.Error(), "\n", "; "))
		return errors.Join(err, sayErr)
	}
	if _, err := fmt.Fprintf(word, "%s%s\n", readyLine, cluster.SocketDir()); err != nil {
		return errors.Join(err, stopShared(dir, cluster)) // who asked is gone
	}
	holders, err := wait.forHolders(ctx, dir, cluster.Done())
	err = errors.Join(err, stopShared(dir, cluster))
	if holders != nil {
		err = errors.Join(err, holders.Close())
	}
	return err
}

// startShared starts the cluster on the data of the last run, if that was stopped cleanly; otherwise on fresh data, because without
// fsync nothing else can be trusted.
func startShared(ctx context.Context, dir string) (*pgcluster.Cluster, error) {
	root, clean := filepath.Join(dir, "cluster"), filepath.Join(dir, "clean")
	cfg := pgcluster.Config{Root: root, BinDir: os.Getenv("BMIS_PG_BIN"), Settings: settings(), NoSync: true,
		Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	if err := os.Remove(clean); errors.Is(err, fs.ErrNotExist) {
		// The orphan of a killed custodian must be gone before its data.
		if err := pgcluster.Reap(ctx, cfg); err != nil {
			return nil, err
		}
		if err := os.RemoveAll(root); err != nil {
			return nil, err
		}
	}
	cluster, err := pgcluster.Start(ctx, cfg)
	if err != nil {
		return nil, err
	}
	err = errors.Join(dropLeftovers(ctx, shared{cluster.SocketDir()}),
		os.WriteFile(filepath.Join(dir, socketFile), []byte(cluster.SocketDir()), 0o600))
	if err != nil {
		return nil, errors.Join(err, cluster.Stop(ctx))
	}
	return cluster, nil
}

// settings trade every safety for speed, and keep the log small, which may lie in memory. Tests that crash a server use Durable.
func settings() map[string]string {
	return map[string]string{"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal",
		"max_wal_senders": "0", "max_wal_size": "256MB", "autovacuum": "off", "max_connections": "500"}
}

// dropLeftovers drops the databases of tests that were killed.
func dropLeftovers(ctx context.Context, s shared) error {
	return s.admin(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `SELECT datname FROM pg_database WHERE datname LIKE 'test\_%' OR datname LIKE 'draft\_%'`)
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, name := range names {
			_, dropErr := conn.Exec(ctx, "DROP DATABASE "+name)
			err = errors.Join(err, dropErr)
		}
		return err
	})
}

// forHolders returns when nobody holds the cluster for a while, with the lock that keeps newcomers waiting until it has stopped; or
// without it when the cluster ended or we shall end.
func (p patience) forHolders(ctx context.Context, dir string, ended <-chan error) (*os.File, error) {
	holders, err := os.OpenFile(filepath.Join(dir, holdersFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	ticker := time.NewTicker(p.poll)
	defer ticker.Stop()
	for idle := time.Duration(0); ; idle += p.poll {
		select {
		case <-ctx.Done():
			return holders, nil
		case err := <-ended:
			return holders, err
		case <-ticker.C:
		}
		if err := flock(holders, syscall.LOCK_EX|syscall.LOCK_NB); err != nil { // somebody holds it
			idle = 0
		} else if idle >= p.idle {
			return holders, nil
		} else if err := flock(holders, syscall.LOCK_UN); err != nil {
			return holders, err
		}
	}
}

func stopShared(dir string, cluster *pgcluster.Cluster) error {
	err := errors.Join(os.Remove(filepath.Join(dir, socketFile)), cluster.Stop(context.Background()))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "clean"), nil, 0o600)
}
