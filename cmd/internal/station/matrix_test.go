package station

import (
	"crypto/rand"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

// Who may do what at a station, over every route that the program has.
func TestRouteMatrix(t *testing.T) {
	cfg, err := config.LoadStation(func(name string) string {
		return map[string]string{"BMIS_STATION_ID": "airport-1", "BMIS_TRANSPORT": "air", "BMIS_LANES": "1:entry"}[name]
	})
	require.NoError(t, err)
	tools := node.Tools{Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.DiscardHandler)}
	made := &app{cfg: cfg, tools: tools, health: node.NewHealth(), hits: newHitWork(), prints: &printWork{}, fingers: &fingerWork{readers: &laneReaders{}}}
	made.secrets.Evidence = make([]byte, 32)
	server, err := made.web()
	require.NoError(t, err)
	webtest.Matrix(t, server, "testdata/matrix.txt")
}
