package world

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/cmd/internal/station"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/migrations"
)

// Post describes a station of the world.
type Post struct {
	ID        string            // such as airport-1
	Transport border.Mode       // air by default
	Zone      string            // IANA zone; UTC by default
	Lanes     string            // as BMIS_LANES; DefaultLanes by default
	Settings  map[string]string // further settings
}

// DefaultLanes are a station's lanes when its Post names none: two lead in, one out.
const DefaultLanes = "1:entry,2:entry,3:exit"

// deadlines says how long checks may take.
const deadlines = "BMIS_CHECK_DEADLINES"

func (p Post) complete() Post {
	or := func(value *string, otherwise string) {
		if *value == "" {
			*value = otherwise
		}
	}
	or((*string)(&p.Transport), string(border.Air))
	or(&p.Zone, "UTC")
	or(&p.Lanes, DefaultLanes)
	return p
}

// Station is a crossing point.
type Station struct {
	*Part
	Post Post
}

func newStation(t testing.TB, w *World, post Post) *Station {
	t.Helper()
	s := &Station{Part: newPart(t, w, post.ID, migrations.Station, post.Settings), Post: post}
	s.Set("BMIS_STATION_ID", post.ID, "BMIS_STATION_NAME", "Post "+post.ID, "BMIS_TRANSPORT", string(post.Transport),
		"BMIS_ZONE", post.Zone, "BMIS_LANES", post.Lanes)
	if s.settings[deadlines] == "" { // a check that is late on a busy machine would be amber
		s.Set(deadlines, "all:60s")
	}
	s.run = func(ctx context.Context, tools node.Tools, started func()) error {
		cfg, err := config.LoadStation(s.getenv)
		if err != nil {
			return err
		}
		return station.Run(ctx, cfg, tools, func(a station.Addresses) { s.at(a.HTTPS, a.Metrics); started() })
	}
	return s
}

// Backlog is how many events the centre has not confirmed.
func (s *Station) Backlog(t testing.TB) (n int64) {
	t.Helper()
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(),
		`SELECT last_seq - confirmed_seq + (SELECT count(*) FROM outbox WHERE seq IS NULL) FROM outbox_state`).Scan(&n))
	return n
}

// Officer signs a new officer of the role in and takes the lane. The login is made of role and lane.
func (s *Station) Officer(t testing.TB, role auth.Role, lane string) *Officer {
	t.Helper()
	who := s.Person(t, role, string(role)+lane)
	o := &Officer{Client: s.Client(t), Who: who, Lane: lane}
	require.NoError(t, o.SignIn(t.Context(), who))
	require.NoError(t, o.TakeLane(t.Context(), lane))
	return o
}
