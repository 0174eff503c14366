package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	reapTimeout = 30 * time.Second      // for an orphan to stop cleanly
	poll        = 10 * time.Millisecond // between two looks at a process that is not our child, or at a server that starts
)

// reap ends a postmaster that an earlier supervisor of this directory has left behind. The pid in postmaster.pid may by now be
// anybody's: it is ours only if it runs postgres on our data directory.
func (c *Cluster) reap(ctx context.Context) error {
	path := filepath.Join(c.data, "postmaster.pid")
	pid, err := pidIn(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, errBogus):
		return c.setAside(path)
	case err != nil:
		return err
	case pid == 1 || !runsPostgresOn(pid, c.data):
		return c.disown(path, pid)
	}
	c.cfg.Logger.Warn("stopping a database server left behind by an earlier run", "pid", pid)
	for _, last := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, reapTimeout}, {syscall.SIGQUIT, reapTimeout / 3}, {syscall.SIGKILL, reapTimeout / 3}} {
		if err := syscall.Kill(pid, last.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop the database server left behind, process %d: %w", pid, err)
		}
		if c.goneWithin(ctx, pid, last.wait) {
			return nil
		}
	}
	return fmt.Errorf("the database server left behind, process %d, does not end", pid)
}

// goneWithin waits for a process that is not our child.
func (c *Cluster) goneWithin(ctx context.Context, pid int, d time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for runsPostgresOn(pid, c.data) {
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
		}
	}
	return true
}

// disown makes PostgreSQL start although the pid of its last run now belongs to somebody else: as long as that process lives under
// the same user, PostgreSQL would take it for a running postmaster. Our own pid in its place says "stale" (a postmaster disregards its
// parent's). The other lines stay: they let PostgreSQL find backends that still live.
func (c *Cluster) disown(path string, pid int) error {
	if !signalable(pid) {
		return nil // PostgreSQL sees for itself that it is stale
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it was the postmaster, on its last step: it takes its file along
	}
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(string(text), "\n")
	fresh := path + ".new"
	stamped := []byte(strconv.Itoa(os.Getpid()) + "\n" + rest)
	if err := os.WriteFile(fresh, stamped, 0o600); err != nil {
		return err
	}
	return errors.Join(c.as.give(fresh), os.Rename(fresh, path))
}

// signalable says whether a process lives that we may send signals to.
func signalable(pid int) bool { return syscall.Kill(pid, 0) == nil }

// setAside takes away a postmaster.pid that a full disk or a power failure has spoilt; PostgreSQL would refuse to start. PostgreSQL
// still finds backends that live, by the shared memory of this data directory.
func (c *Cluster) setAside(path string) error {
	c.cfg.Logger.Warn("setting a spoilt postmaster.pid aside")
	err := os.Rename(path, path+".spoilt")
	if errors.Is(err, fs.ErrNotExist) {
		return nil // its postmaster was on its last step, and has taken it along
	}
	return err
}

// errBogus says that a postmaster.pid does not begin with a process id.
var errBogus = errors.New("expected a process id")

// pidIn reads the first line of a postmaster.pid; a single-user server has written its pid negative.
func pidIn(path string) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid == 0 {
		return 0, errBogus
	}
	return max(pid, -pid), nil
}

// runsPostgresOn says whether a process is a postgres with this data directory on its command line.
func runsPostgresOn(pid int, data string) bool {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	program, err := os.Readlink(filepath.Join(proc, "exe"))
	// A package upgrade under a running server makes the kernel add " (deleted)".
	if err != nil || filepath.Base(strings.TrimSuffix(program, " (deleted)")) != "postgres" {
		return false
	}
	line, err := os.ReadFile(filepath.Join(proc, "cmdline"))
	if err != nil {
		return false
	}
	return slices.Contains(strings.Split(string(line), "\x00"), data)
}

// Reap ends a server that a killed supervisor has left behind, without starting another: for who wants to delete the cluster.
func Reap(ctx context.Context, cfg Config) error {
	c := &Cluster{cfg: cfg.withDefaults()}
	if err := c.prepareRoot(); err != nil {
		return err
	}
	var err error
	if c.lock, err = takeLock(filepath.Join(c.cfg.Root, "supervisor.lock")); err != nil {
		return err
	}
	err = c.reap(ctx)
	c.removeOldSocketDir()
	return errors.Join(err, c.lock.Close())
}
