package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// process is a program of OpenBMIS that runs as a child, its output in a file.
type process struct {
	name  string
	log   string
	ended chan struct{} // closed when the child is gone; err is set before
	err   error
	child *os.Process
}

// stopWithin is how long a child gets to stop in order: it closes its door, then its database.
const stopWithin = 45 * time.Second

// startProcess starts program with env added to the little of ours that it needs. Its own process group keeps the terminal's
// Ctrl-C away from it: we stop the children in order. Should we be killed, the kernel tells it to stop.
func startProcess(name, program, log string, env []string) (*process, error) {
	output, err := os.OpenFile(filepath.Clean(log), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program) //nolint:gosec,noctx // our own program; it is ended by signals, in order, not by a context
	cmd.Stdout, cmd.Stderr = output, output
	cmd.Env = append(inherited(), env...)
	cmd.SysProcAttr = attributes()
	p := &process{name: name, log: log, ended: make(chan struct{})}
	started := make(chan error)
	go p.supervise(cmd, output, started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return p, nil
}

// supervise stays on one thread for the child's life: the kernel's word to a child comes when the thread that started it ends.
func (p *process) supervise(cmd *exec.Cmd, output *os.File, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cmd.Start()
	if err == nil {
		p.child = cmd.Process
	}
	started <- err
	if err == nil {
		p.err = cmd.Wait()
	}
	p.err = errors.Join(p.err, output.Close())
	close(p.ended)
}

// stop asks the child to end and waits; after stopWithin, or when ctx ends, it is killed.
func (p *process) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopWithin)
	defer cancel()
	if err := p.child.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", p.name, err)
	}
	select {
	case <-p.ended:
		return nil
	case <-ctx.Done():
	}
	if err := p.child.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill %s: %w", p.name, err)
	}
	<-p.ended
	return fmt.Errorf("%s did not stop within %s and was killed", p.name, stopWithin)
}

// failure describes a child that ended by itself, with the last lines it wrote.
func (p *process) failure() error {
	return fmt.Errorf("%s ended by itself (%w); the end of %s:\n%s", p.name, p.err, p.log, lastLines(p.log, 12))
}

func lastLines(file string, n int) string {
	text, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	return "  " + strings.Join(lines[max(0, len(lines)-n):], "\n  ")
}

// inherited is what a child takes over: where programs, home and temporary files are. Settings of our own shell stay out.
func inherited() []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "LANG", "BMIS_PG_BIN"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}
