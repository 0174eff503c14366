package central_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/central"
	"github.com/openbmis/openbmis/cmd/internal/enrol"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/bus"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/enrolment"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/replication/replicationtest"
)

// running is a centre that runs as its program does, over a test's database.
type running struct {
	central.Addresses
	db  *postgres.DB
	dir string
}

func run(t *testing.T) *running {
	t.Helper()
	return runWith(t, pgtest.New(t, migrations.Central), nil)
}

// runWith runs a centre over a database with settings beside those that it needs.
func runWith(t *testing.T, db *postgres.DB, settings map[string]string) *running {
	t.Helper()
	r := &running{db: db, dir: t.TempDir()}
	cfg, err := config.LoadCentral(func(name string) string {
		if value := settings[name]; value != "" {
			return value
		}
		return map[string]string{
			"BMIS_DATA_DIR": r.dir, "BMIS_DSN": pgtest.DSN(t, r.db), "BMIS_MIGRATE_DSN": pgtest.AdminDSN(t, r.db),
			"BMIS_LISTEN": "127.0.0.1:0", "BMIS_METRICS_LISTEN": "127.0.0.1:0", "BMIS_NATS_LISTEN": "127.0.0.1:0",
			"BMIS_CARRIER_LISTEN": "127.0.0.1:0",
		}[name]
	})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	started, ended := make(chan central.Addresses, 1), make(chan error, 1)
	tools := node.Tools{Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.DiscardHandler)}
	go func() { ended <- central.Run(ctx, cfg, tools, func(a central.Addresses) { started <- a }) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended, "the centre stops cleanly")
	})
	select {
	case r.Addresses = <-started:
	case err := <-ended:
		ended <- err
		require.NoError(t, err)
	}
	return r
}

// url is the https address under a name that stands in the certificate.
func (r *running) url(t *testing.T) string {
	t.Helper()
	_, port, err := net.SplitHostPort(r.HTTPS)
	require.NoError(t, err)
	return "https://localhost:" + port
}

// token makes a station known and gives its enrolment token, as an administrator does.
func (r *running) token(t *testing.T, station string) string {
	t.Helper()
	authority, err := ca.OpenOrCreate(filepath.Join(r.dir, "ca"), rand.Reader, time.Now)
	require.NoError(t, err)
	store := enrolment.New(r.db, authority, time.Now, rand.Reader)
	by := audit.Actor{ID: "test", Role: "administrator", Post: "central"}
	require.NoError(t, store.AddStation(t.Context(), by, enrolment.Station{ID: station, Name: "Airport", Transport: border.Air, Zone: "Africa/Nairobi"}))
	token, err := store.CreateToken(t.Context(), by, station, 0)
	require.NoError(t, err)
	return token.String()
}

func (r *running) join(t *testing.T, station, token string) *enrol.Membership {
	t.Helper()
	key, err := audit.NewKey(rand.Reader, station)
	require.NoError(t, err)
	m, err := enrol.Join(t.Context(), enrol.MembershipConfig{
		Station: station, Dir: t.TempDir(), BaseURL: r.url(t), Token: token, AuditKey: key.Public(),
		Random: rand.Reader, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	return m
}

func (r *running) dial(t *testing.T, station string, m *enrol.Membership) *nats.Conn {
	t.Helper()
	_, port, err := net.SplitHostPort(r.NATS)
	require.NoError(t, err)
	conn, err := bus.Dial(bus.StationConfig{
		URL: "tls://localhost:" + port, Station: station, RootCAs: m.Roots(), Log: slog.New(slog.DiscardHandler),
		Certificate: func() (*tls.Certificate, error) { return m.Current(), nil },
	})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.NoError(t, conn.FlushTimeout(20*time.Second))
	return conn
}

// A station enrols with its one-time token, dials the bus with the certificate it got, and what it reports is at the centre.
func TestAStationEnrolsAndReports(t *testing.T) {
	r := run(t)
	token := r.token(t, "airport-1")
	m := r.join(t, "airport-1", token)
	require.NotEmpty(t, m.NATS())
	require.True(t, strings.HasPrefix(m.WitnessKey(), "central+"))
	conn := r.dial(t, "airport-1", m)

	chain := replicationtest.NewChain("airport-1")
	crossing, err := json.Marshal(border.CrossingEvent{
		CrossingID: uuid.New(), TravellerID: uuid.New(), Direction: border.Entry, CrossedAt: time.Now(), Zone: "Africa/Nairobi",
		Decision: border.Decision{Verdict: border.Admit},
	})
	require.NoError(t, err)
	chain.Add(replicationtest.Body{Kind: border.KindCrossing, Version: 1, Payload: crossing})
	batch, n, err := replication.EncodeBatch(chain.Epoch, chain.Events, bus.MaxPayload)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	answer, err := conn.Request(bus.PushSubject("airport-1"), batch, 20*time.Second)
	require.NoError(t, err)
	var reply replication.Reply
	require.NoError(t, json.Unmarshal(answer.Data, &reply))
	require.Equal(t, replication.Reply{Cursor: 1, Head: chain.At.Head}, reply)
	require.Contains(t, r.page(t, "/metrics"), `bmis_station_received_events{station="airport-1"} 1`)
	var station string
	require.NoError(t, r.db.Pool.QueryRow(t.Context(), `SELECT station FROM crossing`).Scan(&station))
	require.Equal(t, "airport-1", station)

	// It can speak for nobody else.
	refused := make(chan error, 1)
	conn.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err })
	require.NoError(t, conn.Publish(bus.PushSubject("land-2"), batch))
	require.ErrorContains(t, <-refused, "Permissions Violation")
}

func TestATokenWorksOnce(t *testing.T) {
	r := run(t)
	token := r.token(t, "airport-1")
	r.join(t, "airport-1", token)
	key, err := audit.NewKey(rand.Reader, "airport-1")
	require.NoError(t, err)
	_, err = enrol.Join(t.Context(), enrol.MembershipConfig{
		Station: "airport-1", Dir: t.TempDir(), BaseURL: r.url(t), Token: token, AuditKey: key.Public(),
		Random: rand.Reader, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	require.ErrorContains(t, err, "403")
}

// page reads from the plain listener.
func (r *running) page(t *testing.T, path string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.Metrics+path, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
	return string(text)
}

func TestHealthAndMetrics(t *testing.T) {
	r := run(t)
	for path, says := range map[string]string{"/healthz": "alive", "/readyz": `"bus":"ready"`, "/metrics": "go_goroutines"} {
		require.Contains(t, r.page(t, path), says)
	}
}

func TestMainTellsEveryWrongSetting(t *testing.T) {
	var out strings.Builder
	require.Equal(t, 2, central.Main(func(name string) string {
		return map[string]string{"BMIS_LISTEN": "nowhere", "BMIS_LANGUAGE": "tlh", "BMIS_DATA_DIR": os.TempDir()}[name]
	}, &out))
	require.Contains(t, out.String(), "BMIS_LISTEN")
	require.Contains(t, out.String(), "BMIS_LANGUAGE")
}
