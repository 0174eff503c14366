package simulate_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/sbihttp/simulator"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/counter"
	fingersui "github.com/openbmis/openbmis/ui/fingers"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

// fingerStation is a counter that asks everybody for prints, with a real biometric store.
func fingerStation(t *testing.T, reader *simulator.Reader) *webtest.Site {
	return webtest.New(t, migrations.Station, func(s *webtest.Site) {
		keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, s.Clock.Now)
		require.NoError(t, err)
		store := fingerdb.New(fingerdb.Options{
			DB: s.DB, Wrapping: keys, Random: rand.Reader, Now: s.Clock.Now, NewID: uuid.New, Station: webtest.Post, Zone: time.UTC,
		})
		policy := fingers.DefaultPolicy()
		policy.ExemptBelow = 0
		readers := fingers.LaneReaders(map[string]capture.Reader{"SIM": reader})
		var desk *border.Desk
		work := fingers.NewDesk(fingers.DeskConfig{
			Store: store, Policy: policy, Readers: readers, State: "UTO", Station: webtest.Post, Now: s.Clock.Now, NewID: uuid.New,
			Changed: func(ctx context.Context, lane string, scan uuid.UUID) {
				_, _ = desk.Renew(ctx, lane, scan, fingers.CheckName) // the traveller may be gone
			},
		})
		desk = border.NewDesk(border.DeskConfig{
			Post: border.Post{Station: webtest.Post, Zone: time.UTC, Mode: border.Air}, State: "UTO",
			Store: stationdb.New(s.DB, uuid.New, func() {}).Enrolling(store),
			Plan: []border.Planned{{Check: documentcheck.Check{}, Deadline: time.Minute}, {Deadline: time.Minute, Check: fingers.NewCheck(fingers.CheckConfig{
				Store: store, Policy: policy, Engine: abis.NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), s.Clock.Now), Readers: readers,
				Failed: work.Failed, State: "UTO", Station: webtest.Post, Now: s.Clock.Now, NewID: uuid.New,
			})}},
			Undo: time.Minute, Now: s.Clock.Now, NewID: uuid.New,
		})
		lanes := []counterview.Lane{{Name: "SIM", Direction: border.Entry}}
		counter.New(desk, lanes, s.Door).With(counter.Parts{Fingers: true}).Register(s.Server)
		fingersui.New(fingersui.Options{
			Desk: work, Inspections: desk, Store: store, Readers: readers, Lanes: lanes, NewID: uuid.New,
		}).Register(s.Server)
	})
}

// Travellers put their fingers on the lane's reader: a town of two persons is enrolled at the first crossings and verified at the next.
func TestTravellersGiveTheirPrints(t *testing.T) {
	reader := simulator.New(simulator.Options{
		Source: simulator.NewSynthetic(), Serial: "SIM000000001", Seed: 7, Now: time.Now,
		Assess: func(m biometrics.Image) (int, error) {
			a, err := fingerprint.Assess(m)
			return int(a.Score), err
		},
	})
	defer reader.Close()
	site := fingerStation(t, reader)
	who := site.Person(t, auth.RoleOfficer, "simin")
	crowd, err := simulate.OpenCrowd(filepath.Join(t.TempDir(), "inside"), 2)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex
	total := 0
	err = simulate.Run(ctx, simulate.Config{
		Town:  simulate.Town{Seed: 1, Size: 2, Today: traveldoc.DateOf(site.Clock.Now())},
		Crowd: crowd, Pace: 1e6, Now: site.Clock.Now, Log: site.Logs.Logger(),
		Done: func(_, _ int, _ simulate.Outcome) {
			mu.Lock()
			defer mu.Unlock()
			if total++; total == 6 {
				cancel()
			}
		},
	}, []simulate.Station{{
		Officer: func() (*simulate.Officer, error) { return simulate.NewOfficer(site.URL, roots(t, site)) },
		Lanes:   []simulate.Lane{{Name: "SIM", Way: simulate.Entry, Login: who.Login, Password: who.Password, Seed: 3, Fingers: reader}},
		Profile: simulate.Airport, Zone: time.UTC,
	}})
	require.NoError(t, err)
	outcomes := map[string]int{}
	rows, err := site.DB.Pool.Query(t.Context(), `SELECT coalesce(outcome, '') FROM finger_taking`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var outcome string
		require.NoError(t, rows.Scan(&outcome))
		outcomes[outcome]++
	}
	require.NoError(t, rows.Err())
	require.Positive(t, outcomes["enrolled"], "%v %s", outcomes, site.Logs)
	require.Greater(t, outcomes["enrolled"]+outcomes["presented"], 2, "%v", outcomes)
}

// The same document, the same fingers, and the same one missing; few lack one.
func TestAHandGoesWithTheDocument(t *testing.T) {
	lacking := 0
	for n := range 3000 {
		number := fmt.Sprintf("A%08d", n)
		h := simulate.HandOf(number)
		require.Equal(t, h, simulate.HandOf(number))
		require.Equal(t, number, h.Knobs.Person)
		require.NoError(t, h.Knobs.Check())
		if h.Amputated != biometrics.UnknownFinger {
			lacking++
			require.Equal(t, simulator.Missing, h.Knobs.Fingers[h.Amputated])
		}
	}
	require.InDelta(t, 100, lacking, 50)
}
