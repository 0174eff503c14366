package demo

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPortsAreApart(t *testing.T) {
	p := PortsFrom(8400, 2)
	require.Equal(t, 8400, p.Health)
	require.Equal(t, []int{8402, 8403}, p.Stations)
	seen := map[int]bool{}
	for _, port := range p.all() {
		require.False(t, seen[port], port)
		seen[port] = true
	}
	require.Len(t, seen, 14)
}

func TestTakenPortIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	p := PortsFrom(l.Addr().(*net.TCPAddr).Port, 1)
	require.ErrorContains(t, p.free(), l.Addr().String())
	require.ErrorContains(t, p.free(), "--port")
}

func TestHealthTellsWhatIsMissing(t *testing.T) {
	h := newHealth("centre", "stations")
	answer := func() (int, string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/healthz", nil))
		return w.Code, w.Body.String()
	}
	code, text := answer()
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.JSONEq(t, `{"ready":false,"waiting":["centre","stations"]}`, text)
	h.ready("centre")
	_, text = answer()
	require.JSONEq(t, `{"ready":false,"waiting":["stations"]}`, text)
	h.ready("stations")
	code, text = answer()
	require.Equal(t, http.StatusOK, code)
	require.JSONEq(t, `{"ready":true}`, text)
}

func TestWaitEndsWithTheLastAnswer(t *testing.T) {
	h := newHealth("centre")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked == 2 { // the first answer has come
			cancel()
		}
		h.ServeHTTP(w, r)
	}))
	defer server.Close()
	require.ErrorContains(t, Wait(ctx, server.URL+"/healthz"), "503")

	go h.ready("centre")
	require.NoError(t, Wait(t.Context(), server.URL+"/healthz"))
}

func TestCredentialsAreKept(t *testing.T) {
	dir := t.TempDir()
	c, err := openCredentials(dir)
	require.NoError(t, err)
	require.NoError(t, c.keep("central", "analyst", "k7mq-3x9d"))
	require.NoError(t, c.keep("almara-air", "officer", "fpz2-8rwa"))
	again, err := openCredentials(dir)
	require.NoError(t, err)
	require.Equal(t, "k7mq-3x9d", again.password("central", "analyst"))
	require.Equal(t, "fpz2-8rwa", again.password("almara-air", "officer"))
	require.Empty(t, again.password("central", "officer"))
	info, err := os.Stat(filepath.Join(dir, "credentials"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	require.NoError(t, os.WriteFile(filepath.Join(dir, "credentials"), []byte("half a line\nx\n"), 0o600))
	_, err = openCredentials(dir)
	require.ErrorContains(t, err, "expected lines of PROGRAM LOGIN PASSWORD")
}

func TestOneDemoADirectory(t *testing.T) {
	dir := t.TempDir()
	unlock, err := lock(dir)
	require.NoError(t, err)
	_, err = lock(dir)
	require.ErrorContains(t, err, "a demo runs with the data in "+dir)
	require.ErrorContains(t, Reset(dir), "a demo runs")
	unlock()
	require.NoError(t, Reset(dir))
	require.NoDirExists(t, dir)
	require.NoError(t, Reset(dir), "nothing to forget is fine")
}

func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700))
	return path
}

func TestProcessStopsInOrder(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	p, err := startProcess("p", script(t, `trap 'echo bye; exit 0' TERM; echo "$SECRET up"; while :; do sleep 0.05; done`), log, []string{"SECRET=it"})
	require.NoError(t, err)
	requireLog(t, log, "it up")
	require.NoError(t, p.stop(t.Context()))
	requireLog(t, log, "it up\nbye")
	require.NoError(t, p.stop(t.Context()), "stopping what has stopped is fine")
}

func TestProcessThatDoesNotStopIsKilled(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	p, err := startProcess("stubborn", script(t, `trap '' TERM; echo up; while :; do sleep 0.05; done`), log, nil)
	require.NoError(t, err)
	requireLog(t, log, "up")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	require.ErrorContains(t, p.stop(ctx), "stubborn did not stop")
}

func TestProcessThatEndsTellsItsLastWords(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	p, err := startProcess("p", script(t, "echo no database >&2; exit 3"), log, nil)
	require.NoError(t, err)
	<-p.ended
	require.ErrorContains(t, p.failure(), "exit status 3")
	require.ErrorContains(t, p.failure(), "no database")
}

func TestMissingProgram(t *testing.T) {
	_, err := startProcess("p", "/does/not/exist", filepath.Join(t.TempDir(), "log"), nil)
	require.ErrorContains(t, err, "start p")
}

// A child does not outlive us, even when we are killed.
func TestChildEndsWithUs(t *testing.T) {
	if os.Getenv("DEMO_PARENT") != "" {
		_, err := startProcess("child", os.Getenv("DEMO_PARENT"), os.Getenv("DEMO_LOG"), nil)
		require.NoError(t, err)
		select {}
	}
	log := filepath.Join(t.TempDir(), "log")
	parent := exec.Command(os.Args[0], "-test.run=TestChildEndsWithUs")
	parent.Env = append(os.Environ(), "DEMO_LOG="+log, "DEMO_PARENT="+script(t, `trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done`))
	require.NoError(t, parent.Start())
	requireLog(t, log, "up")
	require.NoError(t, parent.Process.Signal(syscall.SIGKILL))
	_ = parent.Wait()
	requireLog(t, log, "up\nbye")
}

func requireLog(t *testing.T, file, expected string) {
	t.Helper()
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(file)
		return err == nil && string(text) == expected+"\n"
	}, time.Minute, 20*time.Millisecond, "%s in %s", expected, file)
}
