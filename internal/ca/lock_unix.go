//go:build unix

package ca

import (
	"errors"
	"os"
	"syscall"
)

// locked runs act while no other process has the lock of the folder. The system releases the lock of one that dies.
func locked(path string, act func() error) (err error) {
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
