package pgcluster

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// Running finds the cluster that another program supervises below root: ok is false when none does. It is for commands that people
// run beside the service (migrations, accounts, verifying the audit log). They must be root or the service's user.
func Running(root string) (found Address, ok bool, err error) {
	file, err := os.Open(filepath.Join(root, "supervisor.lock"))
	if errors.Is(err, os.ErrNotExist) {
		return Address{}, false, nil
	}
	if err != nil {
		return Address{}, false, err
	}
	defer func() { _ = file.Close() }() // gives the lock back, if we got it
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	if err == nil {
		return Address{}, false, nil
	}
	if !errors.Is(err, syscall.EWOULDBLOCK) {
		return Address{}, false, err
	}
	socket, err := os.ReadFile(filepath.Join(root, "socket"))
	if err != nil {
		return Address{}, false, errors.Join(errors.New("the database is being started or stopped, try again"), err)
	}
	return Address{socket: string(socket)}, true, nil
}
