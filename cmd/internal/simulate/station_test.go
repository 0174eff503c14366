package simulate_test

import (
	"context"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/border/previous"
	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/ui/counter"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

func day(t testing.TB, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

// station is a counter with its real checks over a real database.
func station(t *testing.T, wanted simulate.Person) *webtest.Site {
	flat := alerts.Flat{
		ID: "1", Surname: wanted.Identity.Surname, GivenNames: wanted.Identity.GivenNames, BirthDate: wanted.Identity.BirthDate,
		Reason: "test", Action: "refer", ValidFrom: day(t, "2026-01-01"), ValidUntil: day(t, "2030-01-01"),
	}
	return webtest.New(t, migrations.Station, func(s *webtest.Site) {
		post := border.Post{Station: webtest.Post, Zone: time.UTC, Mode: border.Air}
		lists, err := listcheck.InMemory(1, s.Clock.Now(), []alerts.ListInfo{{ID: "national", Version: 1}}, flat.Alert("national"))
		require.NoError(t, err)
		desk := border.NewDesk(border.DeskConfig{
			Post: post, Store: stationdb.New(s.DB, uuid.New, func() {}),
			Plan: []border.Planned{
				{Check: documentcheck.Check{}, Deadline: time.Minute},
				{Check: listcheck.New(listcheck.Config{Lists: lists, Details: lists}), Deadline: time.Minute},
				{Check: previous.New(stationdb.NewHistory(s.DB), webtest.Post, s.Clock.Now), Deadline: time.Minute},
			},
			Undo: time.Minute, Now: s.Clock.Now, NewID: uuid.New,
		})
		counter.New(desk, []counterview.Lane{{Name: "SIM", Direction: border.Entry}, {Name: "SIM-OUT", Direction: border.Exit}}, s.Door).Register(s.Server)
	})
}

func roots(t *testing.T, s *webtest.Site) *x509.CertPool {
	transport, ok := s.Client(t).Transport.(*http.Transport)
	require.True(t, ok)
	return transport.TLSClientConfig.RootCAs
}

// Travellers cross in both directions at a real counter, some are referred, and what the simulator counts stands in the database.
func TestTravellersCross(t *testing.T) {
	wanted := simulate.Person{Format: mrz.TD3,
		Identity: traveldoc.Identity{Surname: "VARGHESE", GivenNames: "DEMIAN", BirthDate: day(t, "1979-03-14"), Sex: "M", Nationality: "GBR"},
		Document: traveldoc.Document{Code: "P", Number: "123456789", IssuingState: "GBR", ExpiryDate: day(t, "2029-01-01")}}
	site := station(t, wanted)
	in, out := site.Person(t, auth.RoleOfficer, "simin"), site.Person(t, auth.RoleOfficer, "simout")
	crowd, err := simulate.OpenCrowd(filepath.Join(t.TempDir(), "inside"), 300)
	require.NoError(t, err)

	const enough = 150
	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex
	count, total, lanes := map[simulate.Outcome]int{}, 0, map[int]int{}
	err = simulate.Run(ctx, simulate.Config{
		Town:  simulate.Town{Seed: 1, Size: 300, Today: traveldoc.DateOf(site.Clock.Now())},
		Crowd: crowd, Pace: 1e6, Now: site.Clock.Now, Log: site.Logs.Logger(),
		Done: func(_, lane int, o simulate.Outcome) {
			mu.Lock()
			defer mu.Unlock()
			count[o]++
			lanes[lane]++
			if total++; total >= enough && count[simulate.Referred] > 0 && lanes[0] > 0 && lanes[1] > 0 {
				cancel()
			}
		},
	}, []simulate.Station{{
		Officer: func() (*simulate.Officer, error) { return simulate.NewOfficer(site.URL, roots(t, site)) },
		Lanes: []simulate.Lane{
			{Name: "SIM", Way: simulate.Entry, Login: in.Login, Password: in.Password, Seed: 1},
			{Name: "SIM-OUT", Way: simulate.Exit, Login: out.Login, Password: out.Password, Seed: 2},
		},
		Profile: simulate.Airport, Zone: time.UTC, Wanted: []simulate.Person{wanted},
	}})
	require.NoError(t, err)

	recorded := 0
	require.NoError(t, site.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM decision`).Scan(&recorded))
	decided := count[simulate.Admitted] + count[simulate.Referred]
	require.GreaterOrEqual(t, recorded, decided, "what was counted was recorded")
	require.LessOrEqual(t, recorded, decided+2, "at most one of each lane was interrupted between the two")
	require.Greater(t, count[simulate.Admitted], enough/2)
	failed := strings.Count(site.Logs.String(), `"status":5`)
	require.LessOrEqual(t, failed, 4, "nothing failed but what was interrupted at the end") // one request a lane, two lines each
}

// A session that ends in between costs the simulator a sign-in, no more.
func TestSimulatorSignsInAgain(t *testing.T) {
	wanted := simulate.Person{Identity: traveldoc.Identity{Surname: "X", BirthDate: day(t, "1979-03-14")}}
	site := station(t, wanted)
	who := site.Person(t, auth.RoleOfficer, "simin")
	crowd, err := simulate.OpenCrowd(filepath.Join(t.TempDir(), "inside"), 300)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	total := 0
	err = simulate.Run(ctx, simulate.Config{
		Town:  simulate.Town{Seed: 1, Size: 300, Today: traveldoc.DateOf(site.Clock.Now())},
		Crowd: crowd, Pace: 1e6, Now: site.Clock.Now, Log: site.Logs.Logger(),
		Done: func(_, _ int, _ simulate.Outcome) {
			if total++; total == 5 {
				site.Clock.Pass(time.Hour) // the screen has locked
			}
			if total == 10 {
				cancel()
			}
		},
	}, []simulate.Station{{
		Officer: func() (*simulate.Officer, error) { return simulate.NewOfficer(site.URL, roots(t, site)) },
		Lanes:   []simulate.Lane{{Name: "SIM", Way: simulate.Entry, Login: who.Login, Password: who.Password, Seed: 1}},
		Profile: simulate.Airport, Zone: time.UTC,
	}})
	require.NoError(t, err)
	require.Equal(t, 10, total)
}
