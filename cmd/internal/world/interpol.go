package world

import (
	"crypto/rand"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/cmd/internal/interpolsim"
	"github.com/openbmis/openbmis/internal/interpolhttp/simulator"
)

// InterpolSim is a simulated service of the INTERPOL kind that stations of the world ask. Its failures are turned by Set.
type InterpolSim struct {
	*simulator.Server
	Settings string // the file for BMIS_INTERPOL
}

// NewInterpolSim starts a simulator that knows nobody yet, and writes the settings of adapters that ask it; without adapters, of all kinds.
func NewInterpolSim(t testing.TB, clock *Clock, adapters ...interpolsim.Adapter) *InterpolSim {
	t.Helper()
	if len(adapters) == 0 {
		adapters = interpolsim.Adapters()
	}
	const token = "simulators-token-0123456789"
	server, err := simulator.New(simulator.Options{Data: simulator.NewData(1, simulator.Size{}, clock.Now), Token: token, Random: rand.Reader})
	require.NoError(t, err)
	line := httptest.NewTLSServer(server)
	t.Cleanup(func() { line.CloseClientConnections(); line.Close() })
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "ca"), 0o700))
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: line.Certificate().Raw})
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ca", "root.crt"), root, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "token"), []byte(token), 0o600))
	s := &InterpolSim{Server: server, Settings: filepath.Join(dir, "adapters.json")}
	require.NoError(t, interpolsim.WriteSettings(s.Settings, dir, line.URL, 10*time.Second, adapters))
	return s
}

// List puts a traveller's document on the simulator's list of stolen and lost documents.
func (s *InterpolSim) List(v Traveller, id, status string) {
	s.Data.Put(interpol.SLTD, interpol.Record{Candidate: interpol.Candidate{
		ID: id, Owner: v.IssuingState, Subject: alerts.Subject{Kind: alerts.DocumentOnly, Documents: []alerts.Document{
			{Type: "P", Number: v.Number, Issuer: v.IssuingState, Status: status},
		}},
	}})
}

// All turns the knobs of every kind.
func (s *InterpolSim) All(t testing.TB, knobs simulator.Knobs) {
	t.Helper()
	for _, k := range interpol.Kinds() {
		require.NoError(t, s.Set(k, knobs))
	}
}
