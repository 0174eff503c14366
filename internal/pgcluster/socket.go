package pgcluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	port         = "5432"
	socketPrefix = "bmis-pg-"
	// sun_path holds 108 bytes with its closing zero (unix(7)); the lock file beside the socket is the longest name in the directory.
	longestDir = 107 - len("/.s.PGSQL."+port+".lock")
)

// makeSocketDir makes a fresh, short directory for the socket, closed to other users: whoever reaches the socket is trusted.
func (c *Cluster) makeSocketDir() error {
	c.removeOldSocketDir()
	var errs []string
	for _, parent := range []string{c.cfg.TempDir, os.TempDir(), "/tmp"} {
		if parent == "" {
			continue
		}
		dir, err := c.tryParent(parent)
		if err == nil {
			c.socket = dir
			return os.WriteFile(c.socketNote(), []byte(dir), 0o600)
		}
		errs = append(errs, err.Error())
	}
	return fmt.Errorf("no place for the database's socket: %s", strings.Join(errs, "; "))
}

func (c *Cluster) tryParent(parent string) (string, error) {
	dir, err := os.MkdirTemp(parent, socketPrefix)
	if err != nil {
		return "", err
	}
	err = c.as.reaches(dir)
	if err == nil && len(dir) > longestDir {
		err = fmt.Errorf("%s is longer than %d bytes", dir, longestDir)
	}
	if err == nil {
		err = c.as.own(dir)
	}
	if err != nil {
		_ = os.Remove(dir) // empty; at worst it stays so
		return "", err
	}
	return dir, nil
}

// socketNote remembers the directory, so that the next run removes what a killed one has left.
func (c *Cluster) socketNote() string { return filepath.Join(c.cfg.Root, "socket") }

func (c *Cluster) removeOldSocketDir() {
	text, err := os.ReadFile(c.socketNote())
	if err != nil || !strings.HasPrefix(filepath.Base(string(text)), socketPrefix) {
		return
	}
	if err := os.RemoveAll(string(text)); err != nil {
		c.cfg.Logger.Warn("socket directory of an earlier run stays", "error", err)
	}
}
