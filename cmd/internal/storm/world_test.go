package storm

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/faultnet"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/enrolment"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/traveldoc"
)

const (
	stationID = "land-1"
	lanes     = 3
)

// world is a centre and a station whose line runs through a proxy that misbehaves on demand.
type world struct {
	dir              string
	seed             uint64
	smallDisk        int64 // bytes; 0: the databases are on the machine's own disk
	central, station *program
	door             *faultnet.Proxy // to the centre's https
	line             *faultnet.Proxy // to the centre's bus
}

// long says that the storm is the long one.
func long() bool { return os.Getenv("BMIS_STORM") == "long" }

// newWorld starts a centre with an alert list and an enrolled station with officers. With a small disk each database is on a file
// system of its own, of so many bytes.
func newWorld(t *testing.T, smallDisk int64) *world {
	t.Helper()
	w := &world{dir: pgtest.TempDir(t), seed: seed(t), smallDisk: smallDisk}
	w.door, w.line = proxy(t), proxy(t)
	w.central = w.program(t, "central", "central", map[string]string{
		"BMIS_NATS_LISTEN": anyPort, "BMIS_CARRIER_LISTEN": "off", "BMIS_NATS_ADVERTISE": w.line.Addr(),
	})
	require.NoError(t, w.startCentral(t.Context()))
	token := w.settle(t)
	w.people(t, w.central, map[string]auth.Role{"analyst": auth.RoleAnalyst})
	w.station = w.program(t, stationID, "station", map[string]string{
		"BMIS_STATION_ID": stationID, "BMIS_STATION_NAME": "Storm pass", "BMIS_TRANSPORT": "land", "BMIS_ZONE": "Africa/Nairobi",
		"BMIS_LANES": "1:entry,2:exit,3:entry", "BMIS_CENTRAL_URL": "https://" + w.door.Addr(), "BMIS_ENROLMENT_TOKEN": token,
	})
	require.NoError(t, w.station.start(t.Context()))
	officers := map[string]auth.Role{}
	for lane := 1; lane <= lanes; lane++ {
		officers[login(lane)] = auth.RoleOfficer
	}
	w.people(t, w.station, officers)
	require.NoError(t, until(t.Context(), func() error { return w.holdsList(t.Context()) }))
	return w
}

const anyPort = "127.0.0.1:0"

func seed(t *testing.T) uint64 {
	t.Helper()
	chosen := mathrand.Uint64()
	if text := os.Getenv("BMIS_STORM_SEED"); text != "" {
		var err error
		chosen, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("BMIS_STORM_SEED=%d", chosen)
	return chosen
}

func proxy(t *testing.T) *faultnet.Proxy {
	t.Helper()
	p, err := faultnet.Listen(anyPort) // the target is not there yet
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p
}

// program makes a program that is stopped at the end of the test, which fails if it cannot be.
func (w *world) program(t *testing.T, name, role string, settings map[string]string) *program {
	t.Helper()
	p := &program{name: name, role: role, log: filepath.Join(w.dir, name+".log"), database: filepath.Join(w.dir, name+".pg"), settings: map[string]string{
		"BMIS_DATA_DIR": filepath.Join(w.dir, name), "BMIS_PG_DIR": filepath.Join(w.dir, name+".pg"), "BMIS_LISTEN": anyPort,
		"BMIS_METRICS_LISTEN": anyPort, "BMIS_PUBLIC_NAMES": "localhost,127.0.0.1", "BMIS_IDLE_LOCK": "1h",
	}}
	for key, value := range settings {
		p.settings[key] = value
	}
	if w.smallDisk > 0 {
		p.moveTo(t, w.smallDisk)
	}
	t.Cleanup(func() {
		if err := p.stop(); err != nil && !t.Failed() {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the end of %s's log:\n%s", name, p.lastWords(40))
		}
	})
	return p
}

// startCentral starts the centre and leads the proxies to it.
func (w *world) startCentral(ctx context.Context) error {
	if err := w.central.start(ctx); err != nil {
		return err
	}
	w.door.Retarget(w.central.run().HTTPS)
	w.line.Retarget(w.central.run().NATS)
	return nil
}

// start starts a program again.
func (w *world) start(ctx context.Context, p *program) error {
	if p == w.central {
		return w.startCentral(ctx)
	}
	return p.start(ctx)
}

var installer = audit.Actor{ID: "storm", Role: "installation", Post: "central", Workstation: "console"}

// settle makes the station known at the centre, puts somebody on the alert list and gives the station's token.
func (w *world) settle(t *testing.T) (token string) {
	t.Helper()
	authority := w.authority(t, w.central)
	require.NoError(t, w.central.with(t.Context(), func(db *postgres.DB) error {
		store := enrolment.New(db, authority, time.Now, rand.Reader)
		known := enrolment.Station{ID: stationID, Name: "Storm pass", Transport: border.Land, Zone: "Africa/Nairobi"}
		if err := store.AddStation(t.Context(), installer, known); err != nil {
			return err
		}
		made, err := store.CreateToken(t.Context(), installer, stationID, 0)
		if err != nil {
			return err
		}
		token = made.String()
		now := time.Now()
		first, second := listdb.Person{Actor: installer}, listdb.Person{Actor: installer}
		second.ID += "-second"
		a := alerts.Flat{
			ID: "S-1", Surname: "TORVALDSEN", GivenNames: "EMRIK", Action: "refer", Reason: "test", ValidFrom: traveldoc.DateOf(now.AddDate(0, -1, 0)),
			DocumentNumber: "X00000000", IssuingState: "FRA",
		}
		national := listdb.List{ID: listdb.National, Title: "National alert list", Owner: "STORM", Policy: alerts.DefaultPolicy()}
		lists := listdb.New(listdb.Config{DB: db, Now: time.Now, NewID: uuid.New})
		_, err = lists.Add(t.Context(), first, second, national, a.Alert(listdb.National))
		return err
	}))
	return token
}

// holdsList is an error until the station's list has come from the centre.
func (w *world) holdsList(ctx context.Context) error {
	return w.station.with(ctx, func(db *postgres.DB) error {
		var version int64
		err := db.Pool.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM ref_cursor WHERE dataset = $1`, alerts.ListsDataset).Scan(&version)
		if err == nil && version == 0 {
			err = fmt.Errorf("the station has no alert list; its last words:\n%s", w.station.lastWords(5))
		}
		return err
	})
}

func (w *world) authority(t *testing.T, p *program) *ca.Authority {
	t.Helper()
	a, err := ca.OpenOrCreate(filepath.Join(p.settings["BMIS_DATA_DIR"], "ca"), rand.Reader, time.Now)
	require.NoError(t, err)
	return a
}

func (w *world) roots(t *testing.T, p *program) *x509.CertPool { return w.authority(t, p).Roots() }

// secrets are the keys of a program.
func (w *world) secrets(t *testing.T, p *program) node.Secrets {
	t.Helper()
	s, err := node.LoadSecrets(p.settings["BMIS_DATA_DIR"], p.name, rand.Reader)
	require.NoError(t, err)
	return s
}

// password is everybody's: the world lasts for a minute and listens to this machine alone.
const password = "nine-orange-lanterns-drift"

func login(lane int) string { return "officer" + strconv.Itoa(lane) }

// people makes accounts at a program that runs.
func (w *world) people(t *testing.T, p *program, roles map[string]auth.Role) {
	t.Helper()
	tools := node.Tools{Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.DiscardHandler)}
	require.NoError(t, p.with(t.Context(), func(db *postgres.DB) error {
		service, err := node.Auth(tools, db, make([]byte, 32), p.name, config.Session{IdleLock: time.Hour, Lifetime: 12 * time.Hour})
		for login, role := range roles {
			if err == nil {
				_, _, err = service.CreateUser(t.Context(), installer, auth.NewUser{Login: login, DisplayName: "In the storm", Role: role, Password: password})
			}
		}
		return err
	}))
}
