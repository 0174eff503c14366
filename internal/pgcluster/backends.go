package pgcluster

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// endBackends ends what a dead postmaster has left at work. A backend notices its postmaster's death only when it waits for something:
// one that computes would hold the shared memory, and with it the next start, for as long as its query takes. Nothing is lost by
// force: recovery follows, and what such a backend has not committed was never acknowledged.
func (c *Cluster) endBackends(besides int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return // no such file system: they end by themselves
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == besides || !worksIn(pid, c.data) {
			continue
		}
		c.cfg.Logger.Warn("ending a database process that has outlived its server", "pid", pid)
		_ = syscall.Kill(pid, syscall.SIGKILL) // gone meanwhile: as wanted
	}
}

// worksIn says whether a process is a postgres whose working directory is this data directory: every process of a server has it, under
// whatever title.
func worksIn(pid int, data string) bool {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	program, err := os.Readlink(filepath.Join(proc, "exe"))
	if err != nil || filepath.Base(strings.TrimSuffix(program, " (deleted)")) != "postgres" {
		return false
	}
	dir, err := os.Readlink(filepath.Join(proc, "cwd"))
	return err == nil && dir == data
}
