package world

import (
	"context"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/cmd/internal/abissim"
	"github.com/openbmis/openbmis/cmd/internal/captureagent"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/sbihttp/simulator"
)

// FingerReader is a capture agent with a simulated fingerprint reader, as it stands beside a counter.
type FingerReader struct {
	*captureagent.Agent
	// Settings are those by which a station takes prints from it.
	Settings map[string]string
}

// NewFingerReader starts a capture agent. Readers of one source have the same people before them. It stops when the test ends.
func NewFingerReader(t testing.TB, people simulator.Source) *FingerReader {
	t.Helper()
	tools := node.Tools{Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.DiscardHandler)}
	agent, err := captureagent.Open(t.Context(), captureagent.Config{
		Dir: t.TempDir(), Listen: anyPort, Source: people, Compression: fir.WSQ, Tools: tools,
	})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- agent.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, node.Quiet(<-ended))
	})
	return &FingerReader{Agent: agent, Settings: map[string]string{"BMIS_CAPTURE_AGENT": agent.URL(), "BMIS_CAPTURE_TRUST": agent.Trust()}}
}

// Person lets somebody put his fingers on the reader from now on.
func (r *FingerReader) Person(t testing.TB, who string) {
	t.Helper()
	require.NoError(t, r.Simulated.Set(simulator.Knobs{Person: who}))
}

// NewABIS starts a simulated ABIS and gives the file for BMIS_ABIS. It stops when the test ends.
func NewABIS(t testing.TB) (simulated *abissim.Simulator, settings string) {
	t.Helper()
	dir := t.TempDir()
	simulated, err := abissim.Open(t.Context(), abissim.Config{
		Dir: dir, Listen: anyPort, Names: []string{"localhost", "127.0.0.1"},
		Tools: node.Tools{Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.DiscardHandler)},
	})
	require.NoError(t, err)
	settings = filepath.Join(dir, "settings.json")
	require.NoError(t, abissim.WriteSettings(settings, dir, simulated.URL(), 20*time.Second))
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- simulated.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, node.Quiet(<-ended))
	})
	return simulated, settings
}
