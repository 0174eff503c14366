package accounts_test

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/accounts"
	"github.com/openbmis/openbmis/migrations"
)

// clock is a clock that moves only when told.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// house is a service on a real database, with cheap hashes and a clock of ours.
type house struct {
	*auth.Service
	db    *postgres.DB
	clock *clock
	log   *syncBuffer
}

type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

const cheapParallel = 4

func cheap() auth.Params { return auth.Params{MemoryKiB: 64, Passes: 1, Lanes: 1} }

func open(t testing.TB) house {
	t.Helper()
	return openOn(t, pgtest.New(t, migrations.Station), newClock(), auth.DefaultPolicy())
}

func openOn(t testing.TB, db *postgres.DB, at *clock, policy auth.Policy) house {
	t.Helper()
	hasher, err := auth.NewHasher(cheap(), cheapParallel, rand.Reader)
	require.NoError(t, err)
	log := &syncBuffer{}
	service, err := auth.NewService(auth.Config{
		Store: accounts.New(db), Hasher: hasher, Policy: policy,
		Key: bytes.Repeat([]byte{7}, 32), Post: "XAA-APT",
		Now: at.now, Random: rand.Reader, NewID: uuid.New, Logger: slog.New(slog.NewTextHandler(log, nil)),
	})
	require.NoError(t, err)
	return house{service, db, at, log}
}

const goodPassword = "six tall grey herons"

func admin() audit.Actor { return audit.Actor{ID: "bmis user", Role: "administrator", Post: "XAA-APT"} }

func (h house) hire(t testing.TB, login string, role auth.Role) auth.User {
	t.Helper()
	user, password, err := h.CreateUser(t.Context(), admin(), auth.NewUser{
		Login: login, DisplayName: "Display of " + login, Role: role, Language: "fr", Password: goodPassword, PIN: "274913",
	})
	require.NoError(t, err)
	require.Equal(t, goodPassword, password)
	return user
}

func attempt(login, password string) auth.Attempt {
	return auth.Attempt{Login: login, Password: password, Source: "192.0.2.7", Lane: "A3", Workstation: "desk-3"}
}

func (h house) signIn(t testing.TB, login string) (string, auth.Session) {
	t.Helper()
	token, session, err := h.SignIn(t.Context(), attempt(login, goodPassword))
	require.NoError(t, err)
	return token, session
}

// act is an audit entry as the tests look at it.
type act struct {
	Actor, Role, Verb, Kind, Object, Decision string
	Results                                   int
}

// acts are the audit entries, oldest first.
func (h house) acts(t testing.TB) []act {
	t.Helper()
	rows, err := h.db.Pool.Query(t.Context(),
		`SELECT actor, role, verb, object_kind, object_id, decision, result_count FROM audit ORDER BY id`)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[act])
	require.NoError(t, err)
	return list
}

func (h house) lastAct(t testing.TB) act {
	t.Helper()
	list := h.acts(t)
	require.NotEmpty(t, list)
	return list[len(list)-1]
}

func (h house) count(t testing.TB, query string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, h.db.Pool.QueryRow(t.Context(), query, args...).Scan(&n))
	return n
}
