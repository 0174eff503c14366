package bench_test

import (
	"errors"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/central"
	"github.com/openbmis/openbmis/cmd/internal/station"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/pgtest"
)

// programVariable makes this test program the station or the centre that a benchmark measures.
const programVariable = "BENCH_PROGRAM"

func TestMain(m *testing.M) {
	switch os.Getenv(programVariable) {
	case "station":
		os.Exit(station.Main(os.Getenv, os.Stderr))
	case "central":
		os.Exit(central.Main(os.Getenv, os.Stderr))
	}
	os.Exit(browsertest.Main(m))
}

// program is a station or a centre that runs as a process of its own.
type program struct {
	role     string
	settings map[string]string
	log      string
	child    *os.Process
	ended    chan error
}

// newProgram makes a program that is stopped, and whose log is looked at, when the benchmark ends.
func newProgram(b *testing.B, role string, settings map[string]string) *program {
	b.Helper()
	dir := pgtest.TempDir(b)
	require.NoError(b, os.Mkdir(filepath.Join(dir, "data"), 0o700))
	p := &program{role: role, settings: map[string]string{
		"BMIS_DATA_DIR": filepath.Join(dir, "data"), "BMIS_PG_DIR": filepath.Join(dir, "postgres"), "BMIS_LOG_LEVEL": "warn",
		"BMIS_LISTEN": loopback(), "BMIS_METRICS_LISTEN": loopback(), "BMIS_PUBLIC_NAMES": "localhost,127.0.0.1",
	}, log: filepath.Join(dir, role+".log")}
	maps.Copy(p.settings, settings)
	b.Cleanup(func() { p.stop(b); p.logged(b) })
	return p
}

func (p *program) getenv(name string) string { return p.settings[name] }

// url is the program's https address.
func (p *program) url() string { return "https://" + p.settings["BMIS_LISTEN"] }

// start starts the process and gives the time from then to the first answer "ready".
func (p *program) start(b *testing.B) time.Duration {
	b.Helper()
	begun := time.Now()
	started := make(chan error)
	p.ended = make(chan error, 1)
	go p.supervise(started)
	require.NoError(b, <-started)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !p.ready(b) {
		require.Less(b, time.Since(begun), 2*time.Minute, "%s is not ready", p.role)
		select {
		case err := <-p.ended:
			text, _ := os.ReadFile(p.log)
			require.FailNow(b, "a program ended by itself", "%s: %v\n%s", p.role, err, text)
		case <-tick.C:
		}
	}
	return time.Since(begun)
}

// supervise stays on the thread that forked: the kernel ends the child when that thread ends.
func (p *program) supervise(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	output, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		started <- err
		return
	}
	cmd := exec.Command(os.Args[0])
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = output, output, attributes()
	cmd.Env = []string{programVariable + "=" + p.role, "PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "BMIS_PG_BIN=" + os.Getenv("BMIS_PG_BIN")}
	for name, value := range p.settings {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	err = cmd.Start()
	p.child = cmd.Process
	started <- err
	if err == nil {
		p.ended <- errors.Join(cmd.Wait(), output.Close())
	}
}

func (p *program) ready(b *testing.B) bool {
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://"+p.settings["BMIS_METRICS_LISTEN"]+"/readyz", nil)
	require.NoError(b, err)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}

// stop ends the process in order. Stopping one that does not run is fine.
func (p *program) stop(b *testing.B) {
	b.Helper()
	if p.child == nil {
		return
	}
	require.NoError(b, p.child.Signal(syscall.SIGTERM))
	require.NoError(b, <-p.ended, "%s stops cleanly", p.role)
	p.child = nil
}

// logged fails the benchmark when the program has logged an error: a figure measured while something failed is none.
func (p *program) logged(b *testing.B) {
	b.Helper()
	text, err := os.ReadFile(p.log)
	require.NoError(b, err)
	for line := range strings.Lines(string(text)) {
		require.NotContains(b, line, `"level":"ERROR"`)
	}
}

// loopback is an address that nobody listens on.
func loopback() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
