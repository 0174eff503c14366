package pgcluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// dataVersion is the major version that made the data directory, 0 when there is none yet.
func dataVersion(data string) (int, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s/PG_VERSION: expected a number: %w", data, err)
	}
	return major, nil
}

// initialise makes the data directory. It is made beside its place and renamed, so that one that was not finished is never used.
func (c *Cluster) initialise(ctx context.Context) error {
	half := c.data + ".init"
	if err := os.RemoveAll(half); err != nil {
		return fmt.Errorf("remove what an interrupted initdb has left: %w", err)
	}
	args := []string{"-D", half, "-U", Superuser, "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
		"--auth-local=trust", "--auth-host=reject"}
	if c.bin.major >= 14 {
		args = append(args, "--no-instructions")
	}
	if c.cfg.NoSync {
		args = append(args, "--no-sync")
	}
	if err := c.runInitdb(ctx, args); err != nil {
		return err
	}
	if err := os.Rename(half, c.data); err != nil {
		return err
	}
	return c.syncRoot()
}

// runInitdb runs initdb to its end; its words are part of the error.
func (c *Cluster) runInitdb(ctx context.Context, args []string) error {
	output, err := os.CreateTemp(c.cfg.Root, "initdb-*.log")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(output.Name()); _ = output.Close() }() // read before; nothing is lost
	p, err := spawn(c.as, output, syscall.SIGKILL, filepath.Join(c.bin.dir, "initdb"), args...)
	if err != nil {
		return err
	}
	select {
	case <-p.exited:
	case <-ctx.Done():
		p.killGroup()
		return fmt.Errorf("initdb: %w", ctx.Err())
	}
	if p.err != nil {
		words, _ := os.ReadFile(output.Name()) // without them the exit status has to do
		return fmt.Errorf("initdb as user %s: %w: %s", c.userName(), p.err, bytes.TrimSpace(words))
	}
	return nil
}

// syncRoot makes the rename survive a power failure.
func (c *Cluster) syncRoot() error {
	if c.cfg.NoSync {
		return nil
	}
	dir, err := os.Open(c.cfg.Root)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
