package node

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/google/uuid"
)

// Main runs a program until a signal ends it and gives the exit status: 0 for the end that was asked for, 1 for a failure, which is
// logged. Log lines go to w.
func Main(w io.Writer, program, id string, level slog.Level, run func(context.Context, Tools) error) int {
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

// Misconfigured tells what is wrong with the configuration and gives the exit status.
func Misconfigured(w io.Writer, err error) int {
	_, _ = fmt.Fprintln(w, err) // there is nobody else to tell
	return 2
}

// Version is the release that runs: the module's version, else the commit it was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value[:min(len(s.Value), 12)]
		}
	}
	return info.Main.Version
}
