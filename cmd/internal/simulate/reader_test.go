package simulate_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/readerdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/ui/counter"
	"github.com/openbmis/openbmis/ui/readers"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestTheSimulatedReaderBeginsWithTheGenuinePassportAndSaysWhatItIs(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }
	device := simulate.NewSpecimens(now)
	for n, c := range specimen.Cases()[:3] {
		r, err := device.Next(t.Context())
		require.NoError(t, err)
		require.NoError(t, r.Check(), c.Name)
		require.True(t, r.Device.Simulated)
		require.Contains(t, r.ID, c.Name, "document %d", n)
	}
	_, err := device.Case("nonsense")
	require.Error(t, err)
	ended, end := context.WithCancel(t.Context())
	end()
	_, err = device.Next(ended)
	require.ErrorIs(t, err, context.Canceled)
}

// withReader is a counter with a document reader in the lane of the simulator.
func withReader(t *testing.T) (*webtest.Site, string) {
	t.Helper()
	var service *arrival.Service
	site := webtest.New(t, migrations.Station, func(s *webtest.Site) {
		keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, s.Clock.Now)
		require.NoError(t, err)
		evidence := evidencedb.New(evidencedb.Options{DB: s.DB, Wrapping: keys, Random: rand.Reader, Now: s.Clock.Now, NewID: uuid.New})
		desk := border.NewDesk(border.DeskConfig{
			Post:  border.Post{Station: webtest.Post, Zone: time.UTC, Mode: border.Air},
			Store: stationdb.New(s.DB, uuid.New, func() {}).Keeping(evidence), Training: true,
			Plan: []border.Planned{{Check: documentcheck.Check{Training: true}, Deadline: time.Minute}},
			Undo: time.Minute, Now: s.Clock.Now, NewID: uuid.New,
		})
		h := counter.New(desk, []counterview.Lane{{Name: "SIM", Direction: border.Entry}}, s.Door)
		store, err := readerdb.New(s.DB, bytes.Repeat([]byte{1}, 32), rand.Reader)
		require.NoError(t, err)
		service = arrival.New(arrival.Config{
			Store: store, Seats: readerdb.NewSeats(s.DB, webtest.Post, time.Hour), Counter: h, Post: webtest.Post, Lanes: []string{"SIM"},
			Now: s.Clock.Now, Random: rand.Reader, NewID: uuid.New,
		})
		h.With(counter.Parts{Arrivals: service}).Register(s.Server)
		readers.New(service).Register(s.Server)
	})
	_, token, err := service.Issue(t.Context(), audit.Actor{ID: "test", Name: "test", Role: "administrator", Post: webtest.Post}, "Simulated", "SIM")
	require.NoError(t, err)
	return site, token.Secret()
}

// The first traveller in a lane with a reader shows the genuine passport, which is read with its chip and decided on at the counter.
func TestDocumentsOnTheReaderAreDecidedOn(t *testing.T) {
	site, token := withReader(t)
	who := site.Person(t, auth.RoleOfficer, "simin")
	crowd, err := simulate.OpenCrowd(filepath.Join(t.TempDir(), "inside"), 300)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var outcomes []simulate.Outcome
	trust := roots(t, site)
	err = simulate.Run(ctx, simulate.Config{
		Town:  simulate.Town{Seed: 1, Size: 300, Today: traveldoc.DateOf(site.Clock.Now())},
		Crowd: crowd, Pace: 1e6, Now: site.Clock.Now, Log: site.Logs.Logger(),
		Done: func(_, _ int, o simulate.Outcome) {
			if outcomes = append(outcomes, o); len(outcomes) == 3 {
				cancel()
			}
		},
	}, []simulate.Station{{
		Officer: func() (*simulate.Officer, error) { return simulate.NewOfficer(site.URL, trust) },
		Agent:   func(token string) (*simulate.Agent, error) { return simulate.NewAgent(site.URL, token, trust), nil },
		Lanes:   []simulate.Lane{{Name: "SIM", Way: simulate.Entry, Login: who.Login, Password: who.Password, Seed: 1, Token: token}},
		Profile: simulate.Airport, Zone: time.UTC,
	}})
	require.NoError(t, err)
	require.Len(t, outcomes, 3)
	require.Equal(t, simulate.Admitted, outcomes[0])
	var opened int
	require.NoError(t, site.DB.Pool.QueryRow(t.Context(),
		`SELECT count(*) FROM reader_arrival WHERE reading_id LIKE 'genuine-%' AND state = 'opened'`).Scan(&opened))
	require.Equal(t, 1, opened)
}

func TestAnAgentTellsWhatTheStationRefuses(t *testing.T) {
	site, token := withReader(t)
	device := simulate.NewSpecimens(site.Clock.Now)
	r, err := device.Case("genuine")
	require.NoError(t, err)
	_, err = simulate.NewAgent(site.URL, "bmr_wrong", roots(t, site)).Post(t.Context(), r)
	require.ErrorContains(t, err, "reader.token")
	require.NotContains(t, err.Error(), "bmr_wrong")
	agent := simulate.NewAgent(site.URL, token, roots(t, site))
	posted, err := agent.Post(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, "kept", posted.State, "nobody sits there")
	r.Images[0].Light = "green"
	_, err = agent.Post(t.Context(), r)
	require.ErrorContains(t, err, "images[0].light")
}
