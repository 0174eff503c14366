// Package pgcluster is the embedded default: a private PostgreSQL that the program starts, supervises and stops, so that a station
// runs without a database administrator. It finds the programs, makes the data directory, drops root's privileges, survives crashes
// of either side, and starts a postmaster again that died by itself.
//
// It must never weaken what makes a commit durable (fsync, synchronous_commit, full_page_writes), never listen on TCP, and never
// touch a process that it has not proved to be its own.
package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Cluster is a running private PostgreSQL.
type Cluster struct {
	cfg     Config
	bin     programs
	as      account
	data    string   // the data directory, canonical
	socket  string   // the directory of the socket; the same for the cluster's life
	lock    *os.File // held for the cluster's life
	reserve *reserve

	mu       sync.Mutex
	server   *process // the present postmaster
	restarts int

	stop     chan struct{} // closed: the end is wanted
	stopOnce sync.Once
	ended    chan struct{} // closed: supervision is over
	done     chan error
}

// Start starts the cluster below cfg.Root, makes it first if there is none, and returns when it answers and its database exists.
// Stop must be called. A second supervisor of the same directory gets ErrBusy, a machine without PostgreSQL ErrNoBinaries.
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	c := &Cluster{cfg: cfg.withDefaults(), stop: make(chan struct{}), ended: make(chan struct{}), done: make(chan error, 1)}
	if err := c.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("private database in %s: %w", cfg.Root, err), c.release())
	}
	if err := c.launch(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("private database in %s: %w", cfg.Root, err), c.release())
	}
	go c.supervise()
	if err := c.CreateDatabase(ctx, Database); err != nil {
		return nil, errors.Join(err, c.Stop(context.WithoutCancel(ctx)))
	}
	return c, nil
}

// prepare does everything up to the point where postgres can be started.
func (c *Cluster) prepare(ctx context.Context) error {
	if err := c.prepareRoot(); err != nil {
		return err
	}
	var err error
	if c.lock, err = takeLock(filepath.Join(c.cfg.Root, "supervisor.lock")); err != nil {
		return err
	}
	c.reserve = newReserve(c.cfg)
	c.reserve.look() // what follows writes small files
	made, err := dataVersion(c.data)
	if err != nil {
		return err
	}
	if c.bin, err = discover(ctx, c.cfg.BinDir, made, usualPlaces()); err != nil {
		return err
	}
	if made == 0 {
		if err := c.initialise(ctx); err != nil {
			return err
		}
	}
	if err := c.reap(ctx); err != nil {
		return err
	}
	return c.makeSocketDir()
}

// prepareRoot chooses the account and makes the directory its own.
func (c *Cluster) prepareRoot() error {
	if c.cfg.Root == "" {
		return errors.New("no directory given")
	}
	root, err := filepath.Abs(c.cfg.Root)
	if err != nil {
		return err
	}
	if c.as, err = accountFor(c.cfg.User); err != nil {
		return err
	}
	if err := c.as.makeParents(root); err != nil {
		return err
	}
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return err
	}
	if err := c.as.reaches(root); err != nil {
		return err
	}
	c.cfg.Root, c.data = root, filepath.Join(root, "data")
	return c.as.own(root)
}

// release gives back what prepare took.
func (c *Cluster) release() error {
	var err error
	if c.socket != "" {
		err = errors.Join(os.RemoveAll(c.socket), os.Remove(c.socketNote()))
	}
	if c.lock != nil {
		err = errors.Join(err, c.lock.Close())
	}
	return err
}

// Stop ends the cluster: a clean stop, an immediate one at cfg.StopTimeout or when ctx is done. Close the pools first. It may be
// called more than once.
func (c *Cluster) Stop(ctx context.Context) error {
	c.stopOnce.Do(func() { close(c.stop) })
	stopped := make(chan struct{})
	defer close(stopped)
	go c.hurry(ctx, stopped)
	<-c.ended
	return nil
}

// hurry turns a clean stop into an immediate one when its caller has no more time.
func (c *Cluster) hurry(ctx context.Context, stopped <-chan struct{}) {
	select {
	case <-stopped:
	case <-ctx.Done():
		if p := c.current(); p != nil {
			_ = p.signal(syscall.SIGQUIT) // supervise waits for the end and goes further if this fails
		}
	}
}

// Done gives one value when supervision is over: nil after Stop, else why the database could not be kept running.
func (c *Cluster) Done() <-chan error { return c.done }

// Restarts counts how often the postmaster died by itself and was started again.
func (c *Cluster) Restarts() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.restarts
}

// Pid is the process id of the present postmaster.
func (c *Cluster) Pid() int { return c.current().pid() }

// Root is the canonical directory of the cluster.
func (c *Cluster) Root() string { return c.cfg.Root }

// SocketDir is where the server's socket is: the host of its DSN.
func (c *Cluster) SocketDir() string { return c.socket }

// Major is the major version of PostgreSQL that runs.
func (c *Cluster) Major() int { return c.bin.major }

func (c *Cluster) current() *process {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.server
}

func (c *Cluster) userName() string {
	if c.as.cred == nil {
		return fmt.Sprintf("%d (ourselves)", os.Geteuid())
	}
	return c.as.name
}

// endServer stops the present postmaster: fast (SIGINT), at the deadline immediate (SIGQUIT), at last by force.
func (c *Cluster) endServer() error {
	p := c.current()
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, c.cfg.StopTimeout}, {syscall.SIGQUIT, 10 * time.Second}} {
		if err := p.signal(step.signal); err != nil {
			return err
		}
		if p.endWithin(step.wait) {
			return nil
		}
		c.cfg.Logger.Warn("database server is slow to stop", "signal", step.signal.String())
	}
	p.killGroup()
	return nil
}
