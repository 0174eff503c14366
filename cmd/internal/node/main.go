package node

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/google/uuid"
)

// Main runs a program until a signal ends it and gives the exit status: 0 for the end that was asked for, 1 for a failure, which is
// logged. Log lines go to w.
func Main(w io.Writer, program, id string, level slog.Level, run func(context.Context, Tools) error) int {
	ballast := make([]byte, ballastBytes)
	defer runtime.KeepAlive(ballast)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	log := Log(w, level, program, id)
	newID := func() uuid.UUID { return uuid.Must(uuid.NewV7()) } // fails only when the machine has no randomness
	if err := run(ctx, Tools{Now: time.Now, Random: rand.Reader, NewID: newID, Log: log}); err != nil {
		log.Error("stopped", "error", err)
		return 1
	}
	log.Info("stopped")
	return 0
}

// ballastBytes counts for the garbage collector as if it were in use, and is never touched: it takes addresses and no memory. A
// program of thirty megabytes would be collected every thirty megabytes; so it is every hundred and sixty, which saves a fifth of the
// processor time of a backlog. Where much is in use (a list of a million) it makes no difference, as a larger GOGC would.
const ballastBytes = 128 << 20

// Misconfigured tells what is wrong with the configuration and gives the exit status.
func Misconfigured(w io.Writer, err error) int {
	_, _ = fmt.Fprintln(w, err) // there is nobody else to tell
	return 2
}

// version is the release; the linker sets it (see the Makefile).
var version string //nolint:gochecknoglobals // the linker can set nothing else

// Version is the release that runs: as built by make, else the module's version.
func Version() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "unknown"
}
