// Package pcsctest runs the real PC/SC daemon with a virtual reader for tests, where both are installed (on Debian: pcscd and
// vsmartcard-vpcd). It must never disturb a daemon that is already running: a test is then skipped, and says so.
package pcsctest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	socket   = "/run/pcscd/pcscd.comm"
	patience = 30 * time.Second
)

// Reader is a virtual reader of a running daemon.
type Reader struct {
	// Address takes the card, Name is the reader's, Socket the daemon's.
	Address, Name, Socket string
	// Stop ends the daemon before the test does.
	Stop func()
}

// Start runs a daemon until the test ends. Tests of several packages take turns.
func Start(t testing.TB) Reader {
	t.Helper()
	program, driver := installed(t)
	takeTurn(t)
	if conn, err := new(net.Dialer).DialContext(t.Context(), "unix", socket); err == nil {
		_ = conn.Close()
		t.Skip("a PC/SC daemon is running already: not disturbed")
	}
	port := freePort(t)
	folder := t.TempDir()
	config := fmt.Sprintf("FRIENDLYNAME \"Emulated\"\nDEVICENAME /dev/null:0x%04X\nLIBPATH %s\nCHANNELID 0x%04X\n", port, driver, port)
	if err := os.WriteFile(filepath.Join(folder, "emulated"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	daemon := exec.CommandContext(context.Background(), program, "--foreground", "--config", folder) //nolint:gosec // found above
	daemon.Stdout, daemon.Stderr = &log, &log
	daemon.WaitDelay = patience
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- daemon.Wait() }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		_ = daemon.Process.Signal(syscall.SIGTERM)
		<-ended //nolint:errcheck // by a signal
		t.Logf("pcscd said: %s", log.String())
	}
	t.Cleanup(stop)
	address := fmt.Sprintf("localhost:%d", port)
	await(t, "unix", socket, ended, &log)
	return Reader{Address: address, Name: "Emulated 00 00", Socket: socket, Stop: stop}
}

// installed finds the daemon and the driver, or skips the test.
func installed(t testing.TB) (program, driver string) {
	t.Helper()
	program, err := exec.LookPath("pcscd")
	if err != nil {
		program = "/usr/sbin/pcscd"
	}
	if _, err := os.Stat(program); err != nil {
		t.Skip("pcscd is not installed: reading over PC/SC is not tested")
	}
	drivers, err := filepath.Glob("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
	if err != nil || len(drivers) == 0 {
		t.Skip("the virtual reader (vsmartcard-vpcd) is not installed: reading over PC/SC is not tested")
	}
	if os.Geteuid() != 0 {
		t.Skip("pcscd can be started by root alone: reading over PC/SC is not tested")
	}
	return program, drivers[0]
}

// takeTurn: the daemon's socket has one place on a machine.
func takeTurn(t testing.TB) {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(os.TempDir(), "openbmis-pcsctest.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
}

func freePort(t testing.TB) int {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatal(errors.New("expected a TCP address"))
	}
	return address.Port
}

// await waits until something listens.
func await(t testing.TB, network, address string, ended <-chan error, log *strings.Builder) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-again.C:
		case err := <-ended:
			t.Fatalf("pcscd ended: %v: %s", err, log.String())
		case <-ctx.Done():
			t.Fatalf("pcscd does not listen: %v", err)
		}
	}
}
