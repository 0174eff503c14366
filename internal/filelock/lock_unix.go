//go:build unix

package filelock

import (
	"errors"
	"os"
	"syscall"
)

// Do runs act while no other process, and nobody else in this one, has the lock of the file, which is made when it is missing. The system releases
// the lock of a process that dies.
func Do(path string, act func() error) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }() // closing unlocks
	for {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return err
	}
	return act()
}
