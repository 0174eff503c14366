package pgcluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is whom the server runs as. The zero account is ourselves.
type account struct {
	name string
	cred *syscall.Credential // nil: ourselves
}

// accountFor chooses the account: ourselves, unless we are root, as whom PostgreSQL refuses to run.
func accountFor(name string) (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	names := []string{"postgres", "nobody"}
	if name != "" {
		names = []string{name}
	}
	var errs []error
	for _, name := range names {
		found, err := lookup(name)
		if err == nil {
			return found, nil
		}
		errs = append(errs, err)
	}
	return account{}, fmt.Errorf("PostgreSQL does not run as root and needs another user: %w", errors.Join(errs...))
}

func lookup(name string) (account, error) {
	found, err := user.Lookup(name)
	if err != nil {
		return account{}, err
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("user %s: uid %q: %w", name, found.Uid, err)
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("user %s: gid %q: %w", name, found.Gid, err)
	}
	if uid == 0 {
		return account{}, fmt.Errorf("user %s is root", name)
	}
	return account{name, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// makeParents makes a directory and what is missing above it, so that the account can enter, but others see no names.
func (a account) makeParents(dir string) error {
	if a.cred == nil {
		return os.MkdirAll(dir, 0o700)
	}
	return os.MkdirAll(dir, 0o711) //nolint:gosec // entered by another user; the directory itself is closed by own
}

// own makes a directory of the account's own, closed to everybody else.
func (a account) own(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a directory is entered
		return err
	}
	return a.give(dir)
}

// give makes the account the owner of a file.
func (a account) give(path string) error {
	if a.cred == nil {
		return nil
	}
	return os.Lchown(path, int(a.cred.Uid), int(a.cred.Gid))
}

// reaches is an error when a directory above path cannot be entered by the account.
func (a account) reaches(path string) error {
	if a.cred == nil {
		return nil
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return err
		}
		if !a.enters(info) {
			return fmt.Errorf("directory %s cannot be entered by user %s, as whom PostgreSQL runs: "+
				"chmod o+x it, or choose another place", dir, a.name)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// enters reads the permission bits as the kernel does (owner, else group, else others).
func (a account) enters(info fs.FileInfo) bool {
	stat, known := info.Sys().(*syscall.Stat_t)
	bit := fs.FileMode(0o001)
	if known && stat.Uid == a.cred.Uid {
		bit = 0o100
	} else if known && stat.Gid == a.cred.Gid {
		bit = 0o010
	}
	return info.Mode().Perm()&bit != 0
}
