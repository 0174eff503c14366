package carrierdb_test

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/carrierdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/migrations"
)

const patience = time.Minute

var admin = audit.Actor{ID: "ada", Role: "administrator", Post: "central"}

type centre struct {
	*carrierdb.Store
	db  *postgres.DB
	mu  sync.Mutex
	at  time.Time
	dir string
}

func (c *centre) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *centre) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func open(t testing.TB) *centre {
	t.Helper()
	c := &centre{db: pgtest.New(t, migrations.Central), at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), dir: t.TempDir()}
	keys, err := gate.OpenKeys(c.dir+"/keys", rand.Reader)
	require.NoError(t, err)
	authority, err := ca.OpenOrCreate(c.dir+"/ca", rand.Reader, c.now)
	require.NoError(t, err)
	c.Store = carrierdb.New(c.db, keys, authority, c.now)
	require.NoError(t, c.Add(t.Context(), admin, carrierdb.Carrier{Code: "XA", Name: "Almara Air"}))
	return c
}

func (c *centre) carrier(t testing.TB) carrierdb.Carrier {
	t.Helper()
	one, err := c.Carrier(t.Context(), "XA")
	require.NoError(t, err)
	return one
}

func (c *centre) decisions(t testing.TB) []string {
	t.Helper()
	rows, err := c.db.Pool.Query(t.Context(), `SELECT actor || ' ' || object_kind || ' ' || object_id || ': ' || decision FROM audit ORDER BY id`)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return list
}

func requireProblem(t testing.TB, err error, code string) {
	t.Helper()
	var p *problem.Error
	require.ErrorAs(t, err, &p)
	require.Equal(t, code, p.Code)
}

func TestACarrierIsAdmittedOnce(t *testing.T) {
	c := open(t)
	requireProblem(t, c.Add(t.Context(), admin, carrierdb.Carrier{Code: "XA", Name: "Again"}), "carrier_taken")
	one := c.carrier(t)
	require.Equal(t, gate.DefaultConnections, one.Connections)
	require.Equal(t, gate.MaxPayload, one.Payload)
	require.Equal(t, carrierdb.DefaultRate, one.Rate)
	for field, bad := range map[string]carrierdb.Carrier{
		"carrier_code_invalid": {Code: "xa", Name: "x"}, "carrier_name_invalid": {Code: "XB"},
	} {
		requireProblem(t, c.Add(t.Context(), admin, bad), field)
	}
	requireProblem(t, c.SetLimits(t.Context(), admin, carrierdb.Carrier{Code: "XA", Connections: 1, Payload: 2 << 20, Rate: 1}), "carrier_limit")
	require.NoError(t, c.SetLimits(t.Context(), admin, carrierdb.Carrier{Code: "XA", Connections: 2, Payload: 2048, Rate: 3}))
	require.Equal(t, gate.Limits{Connections: 2, Payload: 2048}, c.carrier(t).Account(c.now()).Limits)
	require.Equal(t, 3, c.carrier(t).Rate)
	require.Equal(t, []string{"ada carrier XA: carrier admitted", "ada carrier XA: limits changed"}, c.decisions(t))
}

func TestCredentialsAreIssuedRotatedAndRevoked(t *testing.T) {
	c := open(t)
	first, err := c.Issue(t.Context(), admin, "XA", carrierdb.Wish{Label: "data centre"})
	require.NoError(t, err)
	require.Contains(t, string(first.File), "BEGIN NATS USER JWT")
	require.Empty(t, c.carrier(t).Account(c.now()).Revoked)
	c.pass(time.Minute)
	second, err := c.Issue(t.Context(), admin, "XA", carrierdb.Wish{Rotate: true, Overlap: time.Hour})
	require.NoError(t, err)
	require.Empty(t, c.carrier(t).Account(c.now()).Revoked, "both hold for an hour")
	c.pass(time.Hour)
	require.Contains(t, c.carrier(t).Account(c.now()).Revoked, first.PublicKey)
	require.NotContains(t, c.carrier(t).Account(c.now()).Revoked, second.PublicKey)
	requireProblem(t, c.Revoke(t.Context(), admin, "XA", "UXXX", "why"), "credential_unknown")
	requireProblem(t, c.Revoke(t.Context(), admin, "XA", second.PublicKey, " "), "carrier_reason")
	require.NoError(t, c.Revoke(t.Context(), admin, "XA", second.PublicKey, "laptop lost"))
	require.Len(t, c.carrier(t).Account(c.now()).Revoked, 2)
	c.pass(2 * carrierdb.DefaultValid)
	require.Empty(t, c.carrier(t).Account(c.now()).Revoked, "one that has expired need not be remembered")
	require.Equal(t, []string{
		"ada carrier XA: carrier admitted", "ada carrier XA: credential issued", "ada carrier XA: credential rotated",
		"ada carrier XA: credential revoked",
	}, c.decisions(t))
	_, err = c.Issue(t.Context(), admin, "XB", carrierdb.Wish{})
	requireProblem(t, err, "carrier_unknown")
}

// A rotation that is already under way is never lengthened by another, nor a revocation undone.
func TestRevokingIsNeverUndone(t *testing.T) {
	c := open(t)
	first, err := c.Issue(t.Context(), admin, "XA", carrierdb.Wish{})
	require.NoError(t, err)
	require.NoError(t, c.Revoke(t.Context(), admin, "XA", first.PublicKey, "lost"))
	at := c.carrier(t).Credentials[0].RevokedAt
	c.pass(time.Second)
	_, err = c.Issue(t.Context(), admin, "XA", carrierdb.Wish{Rotate: true, Overlap: time.Hour})
	require.NoError(t, err)
	for _, one := range c.carrier(t).Credentials {
		if one.PublicKey == first.PublicKey {
			require.Equal(t, at, one.RevokedAt)
		}
	}
	second, err := c.Issue(t.Context(), admin, "XA", carrierdb.Wish{})
	require.NoError(t, err)
	require.NoError(t, c.RevokeAll(t.Context(), admin, "XA", "fraud"))
	require.Contains(t, c.carrier(t).Account(c.now()).Revoked, second.PublicKey)
}

func TestNoSecretIsKept(t *testing.T) {
	c := open(t)
	made, err := c.Issue(t.Context(), admin, "XA", carrierdb.Wish{})
	require.NoError(t, err)
	var rows string
	require.NoError(t, c.db.Pool.QueryRow(t.Context(),
		`SELECT (SELECT string_agg(t::text, '') FROM carrier_credential t) || (SELECT string_agg(a::text, '') FROM audit a)`).Scan(&rows))
	for line := range strings.Lines(string(made.File)) {
		if line = strings.TrimSpace(line); len(line) > 40 && !strings.Contains(line, " ") {
			require.NotContains(t, rows, line)
		}
	}
}

func TestCertificates(t *testing.T) {
	c := open(t)
	_, request, err := ca.NewCarrierRequest(rand.Reader, "XA")
	require.NoError(t, err)
	chain, err := c.Certify(t.Context(), admin, "XA", request)
	require.NoError(t, err)
	parsed, err := ca.DecodeChain(chain)
	require.NoError(t, err)
	require.Len(t, parsed, 3)
	list := c.carrier(t).Certificates
	require.Len(t, list, 1)
	require.Equal(t, ca.Serial(parsed[0]), list[0].Serial)
	require.True(t, list[0].Holds(c.now()))
	_, err = c.Certify(t.Context(), admin, "XA", []byte("nothing"))
	requireProblem(t, err, "carrier_request_invalid")
	requireProblem(t, c.Deny(t.Context(), admin, "XA", "ff", "why"), "certificate_unknown")
	require.NoError(t, c.Deny(t.Context(), admin, "XA", list[0].Serial, "lost"))
	require.False(t, c.carrier(t).Certificates[0].Holds(c.now()))
}

func TestAFailedActLeavesNothing(t *testing.T) {
	c := open(t)
	broken := carrierdb.New(c.db, failingIssuer{}, failingAuthority{}, c.now)
	_, err := broken.Issue(t.Context(), admin, "XA", carrierdb.Wish{Rotate: true})
	require.Error(t, err)
	require.Len(t, c.decisions(t), 1, "nothing but the admission")
	require.Empty(t, c.carrier(t).Credentials)
}

type failingIssuer struct{}

func (failingIssuer) Issue(string, time.Time) (gate.Credential, error) {
	return gate.Credential{}, context.Canceled
}

type failingAuthority struct{}

func (failingAuthority) SignCarrier([]byte, string) ([]*x509.Certificate, error) {
	return nil, context.Canceled
}

func TestAnotherProcessesChangeIsSeenAtOnce(t *testing.T) {
	c := open(t)
	c.LookEvery(time.Hour) // so that only being told helps
	ctx, cancel := context.WithCancel(t.Context())
	seen, ended := make(chan struct{}, 64), make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.Watch(ctx, func(context.Context) error { seen <- struct{}{}; return nil }, slog.New(slog.DiscardHandler))
	}()
	next := func() {
		select {
		case <-seen:
		case <-time.After(patience):
			t.Error("not told")
		}
	}
	next() // at once
	require.NoError(t, carrierdb.New(c.db, nil, nil, c.now).Shut(t.Context(), admin, "XA", "unpaid"))
	next()
	require.True(t, c.carrier(t).Account(c.now()).Shut)
	require.NoError(t, c.Open(t.Context(), admin, "XA"))
	next()
	require.False(t, c.carrier(t).Shut())
	cancel()
	<-ended
}
