package central

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

// Who may do what at the centre, over every route that the program has.
func TestRouteMatrix(t *testing.T) {
	cfg, err := config.LoadCentral(func(string) string { return "" })
	require.NoError(t, err)
	tools := node.Tools{Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.DiscardHandler)}
	server, err := (&app{
		cfg: cfg, tools: tools, health: node.NewHealth(), passengers: &passengerWork{}, boarding: &boarding{}, risk: &riskWork{}, carriers: &carriersDoor{},
	}).web(t.Context())
	require.NoError(t, err)
	webtest.Matrix(t, server, "testdata/matrix.txt")
}
