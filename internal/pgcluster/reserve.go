package pgcluster

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// Space says how much the cluster's disk can still take.
type Space int

// The spaces. PostgreSQL without room for its log ends at once and cannot start again, and then nothing can be read either; therefore
// a reserve is kept, and given to it when the disk is full.
const (
	Ample  Space = iota // anything may be written
	Scarce              // the reserve is in use: nothing new should be recorded
	Spent               // little of the reserve is left: only what keeps people's work readable
)

// defaultReserve is four segments of PostgreSQL's log, in bytes; half of it more must be free besides.
const defaultReserve = 64 << 20

// reserve is a file that takes room on the cluster's disk as long as there is enough, and is given up when there is not.
type reserve struct {
	path string
	size int64 // 0: no reserve is kept
	log  *slog.Logger

	mu   sync.Mutex
	held bool
}

func newReserve(cfg Config) *reserve {
	r := &reserve{path: filepath.Join(cfg.Root, "reserve"), size: max(cfg.Reserve, 0), log: cfg.Logger}
	r.held = r.size > 0 && fileSize(r.path) == r.size
	return r
}

// look compares with what is free, gives the reserve up or takes it back, and says where that leaves the cluster.
func (r *reserve) look() Space {
	if r.size == 0 {
		return Ample
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	free, err := freeBytes(filepath.Dir(r.path))
	if err != nil {
		return Ample // not known: the writes themselves will tell
	}
	switch {
	case r.held && free < r.size/2:
		r.log.Error("the disk of the database is full: the reserve is given up, nothing new should be recorded", "free", free)
		if err := os.Remove(r.path); err != nil {
			r.log.Error("reserve not given up", "error", err)
		}
		r.held = false
		free += r.size
	case !r.held && free >= r.size+r.size/2:
		if err := r.take(); err != nil {
			r.log.Warn("no reserve on the disk of the database", "error", err)
			break
		}
		r.held = true
		r.log.Info("the disk of the database has a reserve", "bytes", r.size)
	}
	switch {
	case r.held, free >= r.size+r.size/2:
		return Ample
	case free >= r.size/4:
		return Scarce
	}
	return Spent
}

// take makes the file; one that was made by half is never taken for it, for its size is wrong.
func (r *reserve) take() error {
	file, err := os.OpenFile(r.path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = syscall.Fallocate(int(file.Fd()), 0, 0, r.size)
	if errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOSYS) {
		_, err = io.CopyN(file, zeros{}, r.size)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(r.path))
	}
	return nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// freeBytes is what a user other than root may still write on the disk of a directory.
func freeBytes(dir string) (int64, error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return 0, err
	}
	return int64(disk.Bavail) * disk.Bsize, nil //nolint:gosec // no disk has 2^63 bytes
}

// Space says how much the cluster's disk can still take. It asks the disk, which takes microseconds.
func (c *Cluster) Space() Space { return c.reserve.look() }
