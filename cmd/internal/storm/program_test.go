package storm

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
)

// program is a station or a centre, over the processes that run it one after the other.
type program struct {
	name, role string
	settings   map[string]string
	log        string // file of its log lines
	database   string // root of its private cluster

	mu  sync.Mutex
	now *process
}

// process is one run of a program.
type process struct {
	addresses
	cmd   *exec.Cmd
	ended chan struct{} // closed when it is gone; err is set before
	err   error
	took  time.Duration // from its start to the moment it served
}

const startTimeout = 90 * time.Second

// start runs the program and returns when it serves.
func (p *program) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	began := time.Now()
	run, words, err := p.spawn()
	if err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	p.mu.Lock()
	p.now = run
	p.mu.Unlock()
	said := make(chan error, 1)
	go func() {
		line, err := bufio.NewReader(words).ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(line, &run.addresses)
		}
		said <- errors.Join(err, words.Close())
	}()
	select {
	case err = <-said:
	case <-ctx.Done():
		err = ctx.Err()
	}
	run.took = time.Since(began)
	if err != nil {
		return fmt.Errorf("%s does not serve: %w; its last words:\n%s", p.name, err, p.lastWords(12))
	}
	return nil
}

// spawn starts the process on a thread of its own, at whose end the kernel would end it too.
func (p *program) spawn() (*process, *os.File, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	output, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, err
	}
	words, its, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	run := &process{cmd: exec.Command(self), ended: make(chan struct{})}
	run.cmd.Stdout, run.cmd.Stderr = its, output
	run.cmd.Env = p.environment()
	run.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := run.cmd.Start()
		started <- errors.Join(err, its.Close(), output.Close())
		if err == nil {
			run.err = run.cmd.Wait()
		}
		close(run.ended)
	}()
	return run, words, <-started
}

func (p *program) environment() []string {
	env := []string{roleVariable + "=" + p.role}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "LANG", "BMIS_PG_BIN", "GOCOVERDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	for name, value := range p.settings {
		env = append(env, name+"="+value)
	}
	return env
}

// run is the present process; nil before the first start.
func (p *program) run() *process {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// url is where the program's pages are.
func (p *program) url() string {
	_, port, _ := strings.Cut(p.run().HTTPS, ":")
	return "https://localhost:" + port[strings.LastIndex(port, ":")+1:]
}

// kill ends the program as a power failure does (SIGKILL), and is an error unless that is what ended it.
func (p *program) kill() error {
	run := p.run()
	if err := run.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("kill %s: %w", p.name, err)
	}
	<-run.ended
	state, ok := run.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !state.Signaled() || state.Signal() != syscall.SIGKILL {
		return fmt.Errorf("%s was not killed but ended by itself: %s; its last words:\n%s", p.name, run.cmd.ProcessState, p.lastWords(12))
	}
	return nil
}

// stop asks the program to end (SIGTERM) and waits. The error is that of an exit status other than 0.
func (p *program) stop() error {
	run := p.run()
	if run == nil {
		return nil
	}
	if err := run.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-run.ended:
	case <-time.After(startTimeout):
		return errors.Join(fmt.Errorf("%s does not stop", p.name), p.kill())
	}
	if run.err != nil {
		return fmt.Errorf("%s stopped: %w; its last words:\n%s", p.name, run.err, p.lastWords(12))
	}
	return nil
}

// alive reports whether the present process runs.
func (p *program) alive() bool {
	select {
	case <-p.run().ended:
		return false
	default:
		return true
	}
}

func (p *program) data() string { return filepath.Join(p.database, "data") }

// postmaster is the process id of the program's database server, 0 when none runs.
func (p *program) postmaster() int {
	text, err := os.ReadFile(filepath.Join(p.data(), "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil || !p.isServer(pid) {
		return 0
	}
	return pid
}

// isServer reports whether a process is postgres on this program's data, and no zombie.
func (p *program) isServer(pid int) bool {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	exe, err := os.Readlink(filepath.Join(proc, "exe"))
	if err != nil || filepath.Base(exe) != "postgres" {
		return false
	}
	line, err := os.ReadFile(filepath.Join(proc, "cmdline"))
	return err == nil && slices.Contains(strings.Split(string(line), "\x00"), p.data())
}

// servers are the processes of the machine that are postgres and work in this program's data.
func (p *program) servers() []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		proc := filepath.Join("/proc", e.Name())
		exe, _ := os.Readlink(filepath.Join(proc, "exe")) // gone: not found
		dir, _ := os.Readlink(filepath.Join(proc, "cwd"))
		if filepath.Base(exe) == "postgres" && dir == p.data() {
			found = append(found, pid)
		}
	}
	return found
}

var errNoServer = errors.New("no database server runs")

// killPostmaster ends the database server with SIGKILL and returns when another one answers.
func (p *program) killPostmaster(ctx context.Context) error {
	pid := p.postmaster()
	if pid == 0 {
		return fmt.Errorf("%s: %w", p.name, errNoServer)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return err
	}
	return until(ctx, func() error {
		switch now := p.postmaster(); {
		case !p.alive():
			return fatal(fmt.Errorf("%s ended with its database: %w; its last words:\n%s", p.name, p.run().err, p.lastWords(12)))
		case now == 0 || now == pid:
			return errNoServer
		}
		return p.with(ctx, func(*postgres.DB) error { return nil })
	})
}

// with opens the database of the running program.
func (p *program) with(ctx context.Context, use func(*postgres.DB) error) error {
	address, runs, err := pgcluster.Running(p.database)
	if err != nil || !runs {
		return errors.Join(err, errNoServer)
	}
	db, err := postgres.Open(ctx, address.DSN(pgcluster.Database, pgcluster.AppRole), postgres.WithMaxConns(2))
	if err != nil {
		return err
	}
	defer db.Close()
	return use(db)
}

func (p *program) lastWords(n int) string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	return "  " + strings.Join(lines[max(0, len(lines)-n):], "\n  ")
}

// ready is an error until /readyz answers 200.
func (p *program) ready(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.run().Metrics+"/readyz", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
		return errors.Join(err, fmt.Errorf("%s answers /readyz with %s", p.name, response.Status))
	}
	return nil
}

// says is an error until the program's log has the words.
func (p *program) says(words string) error {
	text, err := os.ReadFile(p.log)
	if err == nil && !strings.Contains(string(text), words) {
		err = fmt.Errorf("%s has not said %q", p.name, words)
	}
	return err
}
