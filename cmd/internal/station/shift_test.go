package station

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// whole is a station with every part wired as in the program, on a database of its own.
type whole struct {
	*app
	url string

	mu sync.Mutex
	at time.Time
}

func (w *whole) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *whole) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

func wholeStation(t *testing.T) *whole {
	t.Helper()
	w := &whole{at: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)}
	cfg, err := config.LoadStation(func(name string) string {
		return map[string]string{
			"BMIS_STATION_ID": "airport-1", "BMIS_TRANSPORT": "air", "BMIS_LANES": "1:entry,2:exit", "BMIS_DATA_DIR": t.TempDir(), "BMIS_STATE": "UTO",
		}[name]
	})
	require.NoError(t, err)
	tools := node.Tools{Now: w.now, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.DiscardHandler)}
	tools.Hash = auth.Params{MemoryKiB: 64, Passes: 1, Lanes: 1}
	w.app = &app{cfg: cfg, tools: tools, health: node.NewHealth(), metrics: node.Metrics(), hits: newHitWork()}
	w.secrets, err = node.LoadSecrets(cfg.DataDir, cfg.ID, rand.Reader)
	require.NoError(t, err)
	w.db = &postgres.Service{DB: pgtest.New(t, migrations.Station), Place: &postgres.Place{}}
	require.NoError(t, w.assemble(t.Context()))
	server, err := w.web()
	require.NoError(t, err)
	handler, err := server.Handler()
	require.NoError(t, err)
	listening := httptest.NewUnstartedServer(handler)
	listening.EnableHTTP2 = true
	listening.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	listening.StartTLS()
	w.url = listening.URL
	t.Cleanup(func() {
		require.NoError(t, server.Close(context.WithoutCancel(t.Context())))
		listening.Close()
	})
	return w
}

const (
	password = "granite lantern orchid seventeen"
	pin      = "271828"
)

func (w *whole) hire(t *testing.T, role auth.Role, login, language string) {
	t.Helper()
	_, _, err := w.auth.CreateUser(t.Context(), audit.Actor{ID: "test"}, auth.NewUser{
		Login: login, DisplayName: login, Role: role, Language: language, Password: password, PIN: pin,
	})
	require.NoError(t, err)
}

// window is a browser in which the person has signed in.
func (w *whole) window(t *testing.T, login, language string) *browsertest.Page {
	t.Helper()
	p := browsertest.Open(t, language)
	p.Goto(w.url + "/signin")
	p.WaitFocus("[name=login]")
	p.Type(login)
	p.Press("Tab")
	p.Type(password)
	p.Press("Enter")
	p.Wait("!location.pathname.startsWith('/signin') && document.readyState === 'complete'")
	return p
}

func zone(t *testing.T, surname, number string) string {
	t.Helper()
	day := func(y, m, d int) traveldoc.Date {
		date, err := traveldoc.NewDate(y, m, d)
		require.NoError(t, err)
		return date
	}
	text, err := mrz.Encode(mrz.TD3, traveldoc.Document{Code: "P", Number: number, IssuingState: "UTO", ExpiryDate: day(2031, 5, 6)},
		traveldoc.Identity{Surname: surname, GivenNames: "PAT", BirthDate: day(1984, 2, 3), Sex: "F", Nationality: "UTO"}, mrz.Extra{})
	require.NoError(t, err)
	return text
}

// settle waits until the browser no longer takes Enter and Tab for a reader's.
func settle(p *browsertest.Page) {
	p.Wait(fmt.Sprintf("performance.now() > %f", browsertest.Eval[float64](p, "performance.now()")+300))
}

// ready waits until a page that has just been asked for takes keys, at the element that it begins with.
func ready(p *browsertest.Page, selector string) {
	p.WaitFocus(selector)
	p.Wait("document.readyState === 'complete'")
	settle(p)
}

// first chooses the first reason of the open question.
func first(p *browsertest.Page, key string) {
	p.WaitFocus("#reason")
	settle(p)
	p.Press("ArrowDown")
	p.Wait("document.getElementById('reason').value !== ''")
	p.Press(key)
}

func (w *whole) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, w.db.Pool.QueryRow(t.Context(), "select count(*) from "+sql, args...).Scan(&n))
	return n
}

// A shift from its beginning to the signature of the next supervisor, with every part of the station as the program wires it, by
// keyboard alone: an officer takes a lane, admits one traveller and refers another; the open case keeps the shift from being handed
// over until the second line has ended it.
func TestAShiftOverTheWholeStation(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) { shiftOfTheStation(t, language) })
	}
}

func shiftOfTheStation(t *testing.T, language string) {
	w := wholeStation(t)
	w.hire(t, auth.RoleOfficer, "amira", language)
	w.hire(t, auth.RoleSupervisor, "sara", language)
	w.hire(t, auth.RoleSupervisor, "tariq", language)

	sara := w.window(t, "sara", language)
	sara.Wait("location.pathname === '/shifts'") // she begins with what needs her
	ready(sara, "[name=team]")
	sara.Press(" ", "F2")
	sara.WaitFor(".message.success")
	sara.Screenshot("station-shift-begun-" + language)
	sara.CheckAccessible()
	sara.CheckOneScreen()

	amira := w.window(t, "amira", language)
	amira.TabTo("button[name=lane]")
	amira.Press("Enter")
	amira.Wait("location.pathname === '/counter' && document.readyState === 'complete' && !!globalThis.wedge")
	require.Equal(t, 1, w.count(t, "shift_lane where officer = 'amira' and lane = '1' and closed_at is null"), "nobody clicked to open it")
	amira.Scan(zone(t, "CLEAN", "L1000001"), "\r")
	amira.WaitFor("#traveller-name")
	amira.WaitFor("[data-hotkey=F4]:not([disabled])")
	amira.Press("F4")
	first(amira, "F4")
	amira.WaitGone("#traveller-name")
	w.pass(time.Minute)

	sara.Goto(w.url + "/shifts")
	sara.WaitFor("#duty-blocks")
	require.Contains(t, sara.Text("#duty"), "amira")
	sara.TabTo("a.button.main")
	sara.Press("Enter")
	ready(sara, "#field-note")
	sara.Type("nothing to report")
	sara.AllowConsole("status of 409")
	sara.Press("F2")
	sara.WaitFor(".message.error")
	sara.Screenshot("station-shift-blocked-" + language)

	sara.TabTo("#blocks a") // the list leads to the case
	sara.Press("Enter")
	sara.Wait("location.pathname.startsWith('/secondline/') && document.readyState === 'complete' && !!document.querySelector('#case')")
	sara.Press("F1")
	sara.Wait("!!document.querySelector('#case .keybar [data-hotkey=F4]')")
	endCase(t, sara)
	w.pass(time.Minute)
	amira.Goto(w.url + "/counter") // the traveller is back, and decided by the first line
	amira.WaitFor("#traveller-name")
	amira.Wait("document.readyState === 'complete' && !!globalThis.wedge")
	amira.WaitFor("[data-hotkey=F2]:not([disabled])")
	amira.Press("F2")
	first(amira, "F2")
	amira.WaitGone("#traveller-name")
	w.pass(time.Minute)

	sara.Goto(w.url + "/shifts")
	sara.WaitFor("#duty-blocks")
	sara.TabTo("a.button.main")
	sara.Press("Enter")
	ready(sara, "#field-note")
	sara.Type("nothing to report")
	sara.Press("F2")
	ready(sara, "#field-witness")
	sara.Screenshot("station-shift-sign-" + language)
	require.Equal(t, "1", sara.Text("#figure-referrals"))
	require.Equal(t, "1", sara.Text("#figure-entries"))
	sara.Type("tariq")
	sara.Press("Tab")
	sara.Type(pin)
	sara.Press("F4")
	sara.Wait("location.pathname === '/shifts'")
	require.Equal(t, 1, w.count(t, "shift where offered_by = 'sara' and signed_by = 'tariq'"))
	require.Equal(t, 1, w.count(t, "audit where decision like 'signed register %'"))

	amira.Goto(w.url + "/counter/lane")
	amira.TabTo("button[name=lane]")
	amira.Press("Enter")
	amira.Wait("location.pathname.endsWith('/handover') && document.readyState === 'complete'") // she reads it first
	require.Contains(t, amira.Text("#handover-note"), "nothing to report")
	amira.Screenshot("station-shift-read-" + language)
	amira.CheckAccessible()
	amira.Press("F2")
	amira.Wait("location.pathname === '/counter'")
	require.Equal(t, 1, w.count(t, "shift_read where person = 'amira'"))
}

// endCase ends the open case by its page: the traveller goes back to the first line.
func endCase(t *testing.T, p *browsertest.Page) {
	t.Helper()
	p.Press("F9")
	p.WaitFor("#in-outcome")
	p.TabTo("#in-outcome")
	for range 10 {
		if p.Value("#in-outcome") == "return" {
			break
		}
		p.Press("ArrowDown")
	}
	require.Equal(t, "return", p.Value("#in-outcome"))
	p.Press("Control+Enter")
	p.WaitFor(".journal .step.ended")
}
