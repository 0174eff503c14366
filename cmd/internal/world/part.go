package world

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/migrations"
)

// host stands in every certificate by default.
const host = "localhost"

// Part is a program of the world: the centre or a station. It can be stopped and started again on its data directory, its database
// and its addresses.
type Part struct {
	Name       string
	Dir        string // data directory
	DB         *postgres.DB
	Clock      *Clock
	Logs       *Logs
	Statements *pgtest.Statements // that the program sends to its database
	HTTPS      string             // host:port; kept over stops
	Metrics    string

	t        testing.TB
	settings map[string]string
	run      func(ctx context.Context, tools node.Tools, started func()) error
	stop     context.CancelFunc // nil while it does not run
	ended    chan error
}

func newPart(t testing.TB, w *World, name string, kind migrations.Kind, settings map[string]string) *Part {
	t.Helper()
	p := &Part{
		Name: name, Dir: t.TempDir(), Clock: &Clock{}, Logs: w.Logs, Statements: &pgtest.Statements{}, t: t, settings: map[string]string{},
	}
	p.DB = pgtest.New(t, kind)
	p.Set("BMIS_DATA_DIR", p.Dir, "BMIS_DSN", pgtest.DSN(t, p.DB), "BMIS_MIGRATE_DSN", pgtest.AdminDSN(t, p.DB),
		"BMIS_LISTEN", freeAddress(t), "BMIS_METRICS_LISTEN", freeAddress(t), "BMIS_LOG_LEVEL", "debug")
	for name, value := range settings {
		p.settings[name] = value
	}
	t.Cleanup(p.Stop)
	return p
}

const anyPort = "127.0.0.1:0"

// Set changes settings (pairs of variable and value) for the next start.
func (p *Part) Set(pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		p.settings[pairs[i]] = pairs[i+1]
	}
}

func (p *Part) getenv(name string) string { return p.settings[name] }

// Start starts the program and waits until it serves.
func (p *Part) Start() {
	p.t.Helper()
	require.Nil(p.t, p.stop, "%s runs already", p.Name)
	ctx, stop := context.WithCancel(context.Background())
	started, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- p.run(ctx, p.tools(), func() { close(started) }) }()
	p.stop, p.ended = stop, ended
	select {
	case <-started:
	case err := <-ended:
		p.stop = nil
		stop()
		require.NoError(p.t, err, "%s does not start", p.Name)
	}
}

// Stop stops the program, cleanly; no matter when it does not run.
func (p *Part) Stop() {
	if p.stop == nil {
		return
	}
	p.stop()
	p.stop = nil
	require.NoError(p.t, <-p.ended, "%s stops cleanly", p.Name)
}

func (p *Part) tools() node.Tools {
	return node.Tools{
		Now: p.Clock.Now, Random: rand.Reader, NewID: uuid.New, Log: node.Log(p.Logs, slog.LevelDebug, "world", p.Name),
		Database: []postgres.Option{pgtest.WithStatements(p.Statements)},
		Hash:     auth.Params{MemoryKiB: 64, Passes: 1, Lanes: 1}, // every window signs in with a password
	}
}

// URL is the program's address for people.
func (p *Part) URL() string { return urlOf(p.HTTPS) }

func urlOf(address string) string { return "https://" + net.JoinHostPort(host, portOf(address)) }

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address) // given by a listener, so well-formed
	return port
}

// at keeps the addresses.
func (p *Part) at(https, metrics string) { p.HTTPS, p.Metrics = https, metrics }

// password is everybody's.
const password = "granite lantern orchid seventeen"

// Person is somebody with an account.
type Person struct {
	auth.User
	Password, PIN string
}

// Person makes an account of the role with a password and a PIN; the language, where given, is the person's own.
func (p *Part) Person(t testing.TB, role auth.Role, login string, language ...string) Person {
	t.Helper()
	if role == auth.RoleCarrier {
		return p.Agent(t, role, login, "XX") // one without a carrier may open nothing
	}
	who := Person{Password: password, PIN: "271828"}
	n := auth.NewUser{Login: login, DisplayName: "Person " + login, Role: role, Password: who.Password, PIN: who.PIN}
	if len(language) > 0 {
		n.Language = language[0]
	}
	return p.hire(t, n, who)
}

// Agent is Person for somebody who works for an agency that owns alerts: its desk, or its auditor.
func (p *Part) Agent(t testing.TB, role auth.Role, login, agency string) Person {
	t.Helper()
	who := Person{Password: password, PIN: "271828"}
	n := auth.NewUser{Login: login, DisplayName: "Person " + login, Role: role, Agency: agency, Password: who.Password, PIN: who.PIN}
	return p.hire(t, n, who)
}

func (p *Part) hire(t testing.TB, n auth.NewUser, who Person) Person {
	t.Helper()
	user, _, err := p.Accounts(t).CreateUser(t.Context(), Installer(p.Name), n)
	require.NoError(t, err)
	who.User = user
	return who
}

// Installer is who the audit log names for what is done before anybody can sign in.
func Installer(post string) audit.Actor {
	return audit.Actor{ID: "test", Role: "installation", Post: post, Workstation: "console"}
}

// Accounts is the service of accounts over the program's database, as a command line beside the program has it.
func (p *Part) Accounts(t testing.TB) *auth.Service {
	t.Helper()
	session := config.Session{IdleLock: 5 * time.Minute, Lifetime: 12 * time.Hour}
	service, err := node.Auth(p.tools(), p.DB, make([]byte, 32), p.Name, session)
	require.NoError(t, err)
	return service
}

// Keys are the program's secrets.
func (p *Part) Keys(t testing.TB) node.Secrets {
	t.Helper()
	keys, err := node.LoadSecrets(p.Dir, p.Name, rand.Reader)
	require.NoError(t, err)
	return keys
}

func (p *Part) caDir() string { return filepath.Join(p.Dir, "ca") }

// Count is how many rows the query gives, as count(*) of it.
func (p *Part) Count(t testing.TB, query string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, p.DB.Pool.QueryRow(t.Context(), "SELECT count(*) FROM ("+query+") AS counted", args...).Scan(&n))
	return n
}

// Eventually waits until the condition holds.
func Eventually(t testing.TB, condition func() bool, what string, args ...any) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); !condition(); <-tick.C {
		if time.Now().After(end) {
			require.FailNow(t, "it did not come about", append([]any{what}, args...)...)
		}
	}
}

// patience is how long something may take to come about. It is generous because machines are shared; nothing passes or fails by
// how fast it was.
const patience = 90 * time.Second

// form makes the values of a form of pairs.
func form(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values
}
