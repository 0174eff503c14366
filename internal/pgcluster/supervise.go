package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Restarting: a postmaster that dies more often than this within the window is given up.
const (
	maxRestarts   = 5
	restartWindow = time.Minute
)

// lookAtDisk is how often the room on the disk is looked at when nobody asks.
const lookAtDisk = time.Second

// supervise waits for the postmaster's end, and starts it again unless the end was wanted.
func (c *Cluster) supervise() {
	defer close(c.ended)
	err := c.keepRunning()
	if releaseErr := c.release(); releaseErr != nil {
		c.cfg.Logger.Warn("database left something behind", "error", releaseErr)
	}
	if err != nil {
		c.cfg.Logger.Error("database given up", "error", err)
	}
	c.done <- err
	close(c.done)
}

func (c *Cluster) keepRunning() error {
	var recent []time.Time
	look := time.NewTicker(lookAtDisk)
	defer look.Stop()
	for {
		p := c.current()
		select {
		case <-c.stop:
			return c.endServer()
		case <-look.C:
			c.reserve.look()
			continue
		case <-p.exited:
		}
		now := c.cfg.Now()
		recent = append(since(recent, now.Add(-restartWindow)), now)
		if len(recent) > maxRestarts {
			return fmt.Errorf("the database server ended %d times within %s (%w): see %s", len(recent), restartWindow, p.err, c.LogFile())
		}
		c.cfg.Logger.Warn("database server ended by itself, starting it again", "status", p.err)
		if err := c.relaunch(); err != nil {
			return err
		}
	}
}

// since keeps the moments that are not before the start.
func since(moments []time.Time, start time.Time) []time.Time {
	for len(moments) > 0 && moments[0].Before(start) {
		moments = moments[1:]
	}
	return moments
}

// relaunch starts the postmaster again, on the same socket; nil also when the end was wanted meanwhile.
func (c *Cluster) relaunch() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-c.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	err := c.launch(ctx)
	if err != nil && ctx.Err() == nil {
		return err
	}
	if err == nil {
		c.mu.Lock()
		c.restarts++
		c.mu.Unlock()
	}
	return nil
}

// launch starts a postmaster and waits until it answers. One that finds backends of a killed predecessor still at work gives up at
// once; they are ended, and it is tried again until the time is up.
func (c *Cluster) launch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.StartTimeout)
	defer cancel()
	for {
		c.reserve.look() // recovery needs room
		before := fileSize(c.LogFile())
		p, err := c.startServer()
		if err != nil {
			return err
		}
		err = c.waitReady(ctx, p)
		if err == nil {
			return nil
		}
		p.abandon()
		words := wordsSince(c.LogFile(), before)
		if ctx.Err() != nil || !strings.Contains(words, "pre-existing shared memory block") {
			return fmt.Errorf("%w%s: see %s", err, lastWords(words), c.LogFile())
		}
		c.endBackends(p.pid())
		c.pause(ctx)
	}
}

func (c *Cluster) pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(5 * poll):
	}
}

// LogFile is where the server writes its log.
func (c *Cluster) LogFile() string { return filepath.Join(c.cfg.Root, "postgres.log") }

// startServer starts postgres itself, no pg_ctl between us: its end is seen at once, and ours ends it.
func (c *Cluster) startServer() (*process, error) {
	output, err := openLog(c.LogFile())
	if err != nil {
		return nil, err
	}
	defer func() { _ = output.Close() }() // the child has its own descriptor
	settings := c.cfg.settings(c.bin.major)
	settings["unix_socket_directories"] = c.socket
	settings["port"] = port
	args := append([]string{"-D", c.data}, arguments(settings)...)
	p, err := spawn(c.as, output, syscall.SIGINT, filepath.Join(c.bin.dir, "postgres"), args...)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.server = p
	c.mu.Unlock()
	return p, nil
}

// waitReady returns when a real connection is answered: a socket that exists does not mean a server that serves.
func (c *Cluster) waitReady(ctx context.Context, p *process) error {
	ticker := time.NewTicker(poll / 2)
	defer ticker.Stop()
	var last error
	for {
		if last = c.exec(ctx, "postgres", "SELECT 1"); last == nil {
			return nil
		}
		select {
		case <-p.exited:
			return fmt.Errorf("the database server ended at once (%w)", p.err)
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("the database server does not answer: %w", ctx.Err()), last)
		case <-ticker.C:
		}
	}
}

const largestLog = 10 << 20

// openLog opens the log for appending; a large one is put aside first.
func openLog(path string) (*os.File, error) {
	if fileSize(path) > largestLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
}

func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// wordsSince is what the log has gained since it had the given size. Backends of a killed predecessor write to it as well.
func wordsSince(path string, size int64) string {
	text, err := os.ReadFile(path)
	if err != nil || size > int64(len(text)) {
		return ""
	}
	return string(text[size:])
}

// lastWords pick what a person wants to know of a log, led by ": ": the last FATAL or PANIC line, or the last few lines if there is
// none; "" if there is nothing.
func lastWords(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range slices.Backward(lines) {
		if strings.Contains(line, "FATAL:") || strings.Contains(line, "PANIC:") {
			return ": " + line
		}
	}
	last := strings.Join(lines[max(0, len(lines)-3):], " ")
	if last == "" {
		return ""
	}
	return ": " + last
}
