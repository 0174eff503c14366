package central

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os/signal"
	"syscall"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/config"
)

// Main runs the centre as the environment configures it until a signal ends it; it gives the exit status. Log lines go to w.
func Main(getenv config.Getenv, w io.Writer) int {
	cfg, err := config.LoadCentral(getenv)
	if err != nil {
		_, _ = fmt.Fprintln(w, err) // there is nobody else to tell
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	log := node.Log(w, cfg.LogLevel, Name, Name)
	newID := func() uuid.UUID { return uuid.Must(uuid.NewV7()) } // fails only when the machine has no randomness
	if err := Run(ctx, cfg, node.Tools{Now: time.Now, Random: rand.Reader, NewID: newID, Log: log}, nil); err != nil {
		log.Error("centre stopped", "error", err)
		return 1
	}
	log.Info("centre stopped")
	return 0
}
