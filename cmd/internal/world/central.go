package world

import (
	"context"
	"crypto/rand"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/central"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres/enrolment"
	"github.com/openbmis/openbmis/migrations"
)

// Central is the centre.
type Central struct {
	*Part
	NATS string // host:port of the embedded server; kept over stops
	// Carriers is host:port of the carriers' door; kept over stops.
	Carriers string

	process *os.Process // while it runs apart
}

func newCentral(t testing.TB, w *World, settings map[string]string) *Central {
	t.Helper()
	c := &Central{Part: newPart(t, w, central.Name, migrations.Central, settings)}
	c.Set("BMIS_NATS_LISTEN", freeAddress(t), "BMIS_CARRIER_LISTEN", freeAddress(t))
	c.run = func(ctx context.Context, tools node.Tools, started func()) error {
		cfg, err := config.LoadCentral(c.getenv)
		if err != nil {
			return err
		}
		return central.Run(ctx, cfg, tools, func(a central.Addresses) {
			c.at(a.HTTPS, a.Metrics)
			c.NATS, c.Carriers = a.NATS, a.Carriers
			started()
		})
	}
	return c
}

// Token makes a station known, if it is not, and gives a one-time token for it, as an administrator does.
func (c *Central) Token(t testing.TB, station string, transport border.Mode, zone string) string {
	t.Helper()
	authority, err := ca.OpenOrCreate(c.caDir(), rand.Reader, c.Clock.Now)
	require.NoError(t, err)
	store := enrolment.New(c.DB, authority, c.Clock.Now, rand.Reader)
	known := enrolment.Station{ID: station, Name: "Post " + station, Transport: transport, Zone: zone}
	require.NoError(t, store.AddStation(t.Context(), Installer(central.Name), known))
	token, err := store.CreateToken(t.Context(), Installer(central.Name), station, 0)
	require.NoError(t, err)
	return token.String()
}
