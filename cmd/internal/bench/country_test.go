package bench_test

import (
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/enrolment"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/traveldoc"
)

const (
	stationID = "bench-air"
	officer   = "bench.officer"
	lanes     = 50
	listed    = 10_000 // entries of the national list
	crossed   = 50_000 // crossings of the station before anything is measured
)

// country is a centre and one station, both real processes with databases of their own that sync every commit to disk, the station
// enrolled at the centre, its alert list received from there.
type country struct {
	centre, post     *program
	centreDB, postDB *postgres.DB // as the owner of the schema
	password         string
	roots            *x509.CertPool // of the station's https
	town             simulate.Town
}

func tools() node.Tools {
	return node.Tools{Now: time.Now, Random: rand.Reader, NewID: func() uuid.UUID { return uuid.Must(uuid.NewV7()) }, Log: slog.New(slog.DiscardHandler)}
}

func newCountry(b *testing.B) *country {
	b.Helper()
	c := &country{town: simulate.Town{Seed: 7, Size: 60_000, Today: traveldoc.DateOf(time.Now().UTC())}}
	c.centre = newProgram(b, "central", map[string]string{"BMIS_NATS_LISTEN": loopback(), "BMIS_CARRIER_LISTEN": "off"})
	c.centre.start(b)
	c.centreDB = c.centre.database(b)
	c.publishList(b)

	c.post = newProgram(b, "station", map[string]string{
		"BMIS_STATION_ID": stationID, "BMIS_TRANSPORT": "air", "BMIS_ZONE": "Africa/Nairobi", "BMIS_LANES": laneNames(),
		"BMIS_CENTRAL_URL": c.centre.url(), "BMIS_ENROLMENT_TOKEN": c.token(b),
	})
	c.post.start(b)
	c.postDB = c.post.database(b)
	c.addOfficer(b)
	c.fillHistory(b, crossed)
	authority, err := ca.OpenOrCreate(filepath.Join(c.post.settings["BMIS_DATA_DIR"], "ca"), rand.Reader, time.Now)
	require.NoError(b, err)
	c.roots = authority.Roots()
	c.awaitList(b)
	return c
}

func laneNames() string {
	names := make([]string, lanes)
	for n := range names {
		names[n] = fmt.Sprintf("%d:entry", n+1)
	}
	return strings.Join(names, ",")
}

// database opens the running program's private database as its owner.
func (p *program) database(b *testing.B) *postgres.DB {
	b.Helper()
	address, runs, err := pgcluster.Running(p.settings["BMIS_PG_DIR"])
	require.NoError(b, err)
	require.True(b, runs)
	db, err := postgres.Open(b.Context(), address.AdminDSN(pgcluster.Database), postgres.WithMaxConns(4))
	require.NoError(b, err)
	b.Cleanup(db.Close)
	return db
}

func installer() audit.Actor {
	return audit.Actor{ID: "bench", Role: "installation", Post: "central", Workstation: "console"}
}

// token makes the station known to the centre and gives its enrolment token.
func (c *country) token(b *testing.B) string {
	b.Helper()
	authority, err := ca.OpenOrCreate(filepath.Join(c.centre.settings["BMIS_DATA_DIR"], "ca"), rand.Reader, time.Now)
	require.NoError(b, err)
	store := enrolment.New(c.centreDB, authority, time.Now, rand.Reader)
	require.NoError(b, store.AddStation(b.Context(), installer(), enrolment.Station{ID: stationID, Name: "Bench", Transport: border.Air, Zone: "Africa/Nairobi"}))
	token, err := store.CreateToken(b.Context(), installer(), stationID, 0)
	require.NoError(b, err)
	return token.String()
}

// publishList puts people of another town on the national list: names like the travellers', seldom the same person.
func (c *country) publishList(b *testing.B) {
	b.Helper()
	other := simulate.Town{Seed: 8, Size: listed, Today: c.town.Today}
	list := make([]alerts.Alert, listed)
	for n := range list {
		p := other.Person(n, false)
		flat := alerts.Flat{
			ID: strconv.Itoa(n + 1), Surname: p.Identity.Surname, GivenNames: p.Identity.GivenNames, BirthDate: p.Identity.BirthDate, Sex: p.Identity.Sex,
			Nationality: p.Identity.Nationality, DocumentNumber: p.Document.Number, IssuingState: p.Document.IssuingState,
			Reason: "measured with", Action: "refer", ValidFrom: other.Today,
		}
		list[n] = flat.Alert(listdb.National)
	}
	first, second := listdb.Person{Actor: installer()}, listdb.Person{Actor: installer()}
	second.ID += "-second"
	lists := listdb.New(listdb.Config{DB: c.centreDB, Now: time.Now, NewID: tools().NewID})
	national := listdb.List{ID: listdb.National, Title: "National alert list", Owner: "BENCH", Policy: alerts.DefaultPolicy()}
	_, err := lists.Add(b.Context(), first, second, national, list...)
	require.NoError(b, err)
}

func (c *country) addOfficer(b *testing.B) {
	b.Helper()
	cfg, err := config.LoadStation(c.post.getenv)
	require.NoError(b, err)
	service, err := node.Auth(tools(), c.postDB, make([]byte, 32), stationID, cfg.Session)
	require.NoError(b, err)
	c.password, err = auth.GeneratePassword(rand.Reader)
	require.NoError(b, err)
	_, _, err = service.CreateUser(b.Context(), installer(), auth.NewUser{Login: officer, DisplayName: "Officer", Role: auth.RoleOfficer, Password: c.password})
	require.NoError(b, err)
}

// awaitList waits until the station holds the whole list.
func (c *country) awaitList(b *testing.B) {
	b.Helper()
	await(b, "the alert list to arrive at the station", func() bool {
		var rows int
		require.NoError(b, c.postDB.Pool.QueryRow(b.Context(), `SELECT count(*) FROM ref_row WHERE dataset = $1`, alerts.ListsDataset).Scan(&rows))
		return rows == listed
	})
}

// await asks every ten milliseconds until it is so.
func await(b *testing.B, what string, so func() bool) {
	b.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for begun := time.Now(); !so(); <-tick.C {
		require.Less(b, time.Since(begun), 2*time.Minute, "waited for %s", what)
	}
}
