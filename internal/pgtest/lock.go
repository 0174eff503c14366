package pgtest

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock waits for the lock of a file, shared or exclusive. Closing the file gives it back.
func lock(path string, exclusive bool) (*os.File, error) {
	how := syscall.LOCK_SH
	if exclusive {
		how = syscall.LOCK_EX
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := flock(file, how); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
	}
	return file, nil
}

// flock repeats the system call when a signal interrupts it.
func flock(file *os.File, how int) error {
	for {
		if err := syscall.Flock(int(file.Fd()), how); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// ownedBy is an error when a directory is a link or somebody else's.
func ownedBy(dir string, uid int) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, known := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !known || int(stat.Uid) != uid {
		return fmt.Errorf("%s: expected a directory that belongs to user %d", dir, uid)
	}
	return nil
}
