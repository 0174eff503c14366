package visasim_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/cmd/internal/visasim"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/visahttp"
	"github.com/openbmis/openbmis/traveldoc"
)

type silent struct{}

func (silent) Write(context.Context, audit.Entry) error { return nil }

// With the settings that it writes, a station finds who has a visa, over TLS with the simulator's own root.
func TestItIsAskedByItsSettings(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	dir := t.TempDir()
	tools := node.Tools{Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.DiscardHandler)}
	s, err := visasim.Open(ctx, visasim.Config{Dir: dir, Listen: "127.0.0.1:0", Names: []string{"127.0.0.1"}, Seed: 3, Visas: 200, Tools: tools})
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended) })

	file := filepath.Join(dir, "registry.json")
	require.NoError(t, visasim.WriteSettings(file, dir, s.URL(), 10*time.Second))
	settings, configured, err := visahttp.LoadSettings(file)
	require.NoError(t, err)
	require.True(t, configured)
	platform, err := visahttp.Open(settings, visahttp.Tools{Journal: silent{}, QueryKey: make([]byte, 32), Post: "p", Now: time.Now, SimulatorsOnly: true})
	require.NoError(t, err)

	visas, err := visasim.MadeUp(3, 200, traveldoc.DateOf(time.Now().UTC()))
	require.NoError(t, err)
	found, err := platform.Find(ctx, evisa.Query{Identity: visas[7].Identity, Document: visas[7].Document})
	require.NoError(t, err)
	require.NotEmpty(t, found.Rows)
	require.Equal(t, visas[7].Number, string(found.Rows[0].Number))
	standings := map[evisa.Standing]int{}
	for _, v := range visas {
		standings[v.Standing]++
	}
	require.Greater(t, standings[evisa.InForce], 120)
	require.Positive(t, standings[evisa.Revoked])
}
