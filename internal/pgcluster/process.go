package pgcluster

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// process is a child that dies with us.
type process struct {
	cmd    *exec.Cmd
	exited chan struct{}
	err    error // how it ended; read after exited is closed
}

// spawn starts a child as the account, in its own process group (a Ctrl-C at the terminal is ours to handle), with the smallest
// environment. The kernel sends it the signal `last` when the thread that started it ends. That thread is therefore locked to a
// goroutine that stays until the child is gone: Go would otherwise retire it at some moment, and the child with it.
func spawn(as account, output *os.File, last syscall.Signal, program string, args ...string) (*process, error) {
	cmd := exec.Command(program, args...) //nolint:gosec,noctx // discovered programs; ended by signals, in order
	cmd.Dir = "/"
	cmd.Env = []string{"LC_ALL=C.UTF-8", "TZ=UTC", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: last, Credential: as.cred}
	p := &process{cmd: cmd, exited: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.exited)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// alive says whether the child still runs.
func (p *process) alive() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// signal sends a signal; a child that is gone already needs none.
func (p *process) signal(s syscall.Signal) error {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// abandon ends a server that is not wanted after all: immediate stop, at last by force.
func (p *process) abandon() {
	_ = p.signal(syscall.SIGQUIT) // what follows does not depend on it
	if !p.endWithin(10 * time.Second) {
		p.killGroup()
	}
}

// killGroup ends the child and its own children at once.
func (p *process) killGroup() {
	if p.alive() {
		_ = syscall.Kill(-p.pid(), syscall.SIGKILL) // gone between the two lines: nothing to kill
	}
	<-p.exited
}

// endWithin waits for the end; false when the time is up first.
func (p *process) endWithin(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-p.exited:
		return true
	case <-timer.C:
		return false
	}
}
