package visas_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/applydb"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/paydb"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visasview"
	"github.com/openbmis/openbmis/ui/visas"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// centre is a centre's site with a desk, a register, uses and fees over one real database. The lists of alerts answer what a test says.
type centre struct {
	*webtest.Site
	t        testing.TB
	store    *applydb.Store
	desk     *desk.Desk
	register *visadb.Register
	cases    *visausedb.Cases
	worker   *visausedb.Worker
	applier  *centraldb.Applier
	fees     *paydb.Store
	lists    *lists
	hub      *central.Hub
	notices  *notices
	posts    map[string]*post
}

type post struct {
	epoch uuid.UUID
	at    replication.Position
}

// lists stand for the lists of alerts.
type lists struct {
	mu   sync.Mutex
	refs map[string]string // by surname
	away bool
}

func (*lists) Name() string { return alerts.CheckName }

func (l *lists) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := border.Finding{Check: alerts.CheckName, Source: border.Source{Name: alerts.CheckName, Version: "12"}, Outcome: border.NoHit}
	if l.away {
		return f, errors.New("lists away")
	}
	if ref := l.refs[s.Identity.Surname]; ref != "" {
		f.Outcome = border.Hit
		f.Evidence = []border.Evidence{
			{Code: "alert_match", Severity: border.SecondLine, Ref: ref, Band: "probable", Score: 0.91},
			{Code: "alert_field", Field: "family", Found: s.Identity.Surname, Expected: s.Identity.Surname, Relation: "equal", Score: 1, Severity: border.Note, Ref: ref},
			{Code: "alert_field", Field: "birth_date", Found: s.Identity.BirthDate.String(), Expected: "1980", Relation: "inside", Score: .98, Severity: border.Note, Ref: ref},
			{Code: "alert_field", Field: "nationality", Found: s.Identity.Nationality, Expected: "BEL", Relation: "different", Severity: border.Note, Ref: ref},
			{Code: "alert_reason", Expected: "the secret reason", Severity: border.SecondLine, Ref: ref, Restricted: true},
		}
	}
	return f, nil
}

func (l *lists) set(surname, ref string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refs[surname] = ref
}

func (l *lists) setAway(away bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.away = away
}

// notices make a PDF that says what it is.
type notices struct{ asked []evisa.Number }

func (n *notices) PDF(_ context.Context, number evisa.Number, _ audit.Entry) ([]byte, error) {
	n.asked = append(n.asked, number)
	return []byte("%PDF-1.7 notice"), nil
}

// known are what the checks look up: the store's, which is made after the plan.
type known struct{ *applydb.Store }

// usesOf tells the register of the uses that the posts made.
type usesOf struct{}

func (usesOf) Uses(ctx context.Context, q visadb.Querier, numbers []evisa.Number) (map[evisa.Number]visadb.Used, error) {
	found, err := visausedb.UsesOf(ctx, q, numbers)
	out := make(map[evisa.Number]visadb.Used, len(found))
	for n, u := range found {
		out[n] = visadb.Used{Uses: u.Uses, Case: u.Case}
	}
	return out, err
}

func open(t testing.TB) *centre {
	t.Helper()
	c := &centre{t: t, lists: &lists{refs: map[string]string{}}, hub: central.NewHub(), notices: &notices{}, posts: map[string]*post{}}
	c.Site = webtest.New(t, migrations.Central, func(s *webtest.Site) {
		c.assemble(s)
		visas.Register(s.Server, visas.Options{
			Desk: c.desk, Visas: c.register, Cases: c.cases, Money: paydb.NewCentre(s.DB, s.Clock.Now), Notices: c.notices, Watcher: c.hub, Changed: c.hub.Nudge,
			Arrivals: func(ctx context.Context, from, until traveldoc.Date) (visausedb.Arrivals, error) {
				return visausedb.ArrivalsOf(ctx, s.DB.Pool, from, until)
			},
			Places: func(context.Context) ([]visasview.Place, error) {
				return []visasview.Place{{ID: "airport-1", Name: "Lanet airport"}, {ID: "land-2", Name: "Bridge"}}, nil
			},
			Quarantine: applydb.Quarantine{Store: c.store, Centre: portaldb.NewCentre(portaldb.CentreConfig{DB: s.DB, Now: s.Clock.Now})}, NewID: uuid.New,
		})
		s.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/visas") })
	}, func(o *web.Options) { o.Nav, o.Zone = visas.Nav(), time.UTC })
	t.Cleanup(c.hub.Close)
	return c
}

// assemble makes the desk and everything behind it.
func (c *centre) assemble(s *webtest.Site) {
	wrapping, err := vault.OpenFiles(c.t.TempDir(), rand.Reader, s.Clock.Now)
	require.NoError(c.t, err)
	policy, log := evisa.DefaultPolicy("UTO"), slog.New(slog.DiscardHandler)
	c.register = visadb.New(visadb.Options{
		DB: s.DB, Wrapping: wrapping, Random: rand.Reader, Now: s.Clock.Now, NewID: uuid.New, QueryKey: []byte("query key of the register, 32 byte"), Policy: policy,
		Uses: usesOf{},
	})
	late := &known{}
	plan := []desk.Planned{
		{Check: desk.DocumentCheck(true, nil), Deadline: time.Second}, {Check: c.lists, Deadline: time.Second, Alert: true, Judged: true},
		{Check: desk.OverstayCheck(late), Deadline: 5 * time.Second, Judged: true}, {Check: desk.RefusalsCheck(late), Deadline: 5 * time.Second, Judged: true},
		{Check: desk.DuplicatesCheck(late), Deadline: 5 * time.Second, Judged: true},
		{Check: desk.FeeCheck(policy), Deadline: time.Second, Judged: true},
	}
	rules := desk.RulesOf(policy, plan)
	c.store = applydb.New(applydb.Options{
		DB: s.DB, Wrapping: wrapping, Random: rand.Reader, Now: s.Clock.Now, NewID: uuid.New, Rules: rules, QueryKey: []byte("query key of the desk, 32 bytes  "),
		Issue: c.register.Issue, Histories: centraldb.NewReader(s.DB, []byte("query key of the reader")),
	})
	late.Store = c.store
	c.desk = desk.New(desk.Config{
		Store: c.store, Rules: rules, Checks: plan, Training: true, Now: s.Clock.Now, NewID: uuid.New, Log: log,
		Day: func(language string, day traveldoc.Date) string {
			return text.Must().Printer(text.Match(language)).Day(day)
		},
	})
	noted := func(ctx context.Context, tx pgx.Tx, numbers []evisa.Number) error {
		return visadb.Note(ctx, tx, numbers...)
	}
	c.cases = visausedb.NewCases(s.DB, noted, s.Clock.Now)
	c.worker = visausedb.NewWorker(visausedb.WorkConfig{DB: s.DB, Changed: noted, Opened: visausedb.CaseNoter(c.register), Now: s.Clock.Now})
	c.applier = centraldb.NewApplier(centraldb.ApplierConfig{DB: s.DB, Now: s.Clock.Now, NewID: uuid.New, Alerts: centraldb.NewAlerts(s.DB, s.Clock.Now, log), Log: log})
	c.fees = paydb.New(pgtest.Portal(c.t, s.DB), paydb.Options{
		ID: uuid.New, Now: s.Clock.Now, Told: func(context.Context, pgx.Tx, pay.Order, evisa.Paid) error { return nil },
	})
}

func day(text string) traveldoc.Date {
	d, err := traveldoc.ParseDate(text)
	if err != nil {
		panic(err) // a mistake in the test's own data
	}
	return d
}

func painted(t testing.TB, c color.Color, width, height int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			m.Set(x, y, c)
		}
	}
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, m, nil))
	return out.Bytes()
}

// pdf is something that a browser would run, if it were shown.
var pdf = []byte("%PDF-1.4\n<script>alert(1)</script>")

// person is an application of somebody.
func (c *centre) person(n int, kind string, change ...func(*evisa.Application)) evisa.Application {
	c.t.Helper()
	reference, err := evisa.NewReference(rand.Reader)
	require.NoError(c.t, err)
	now := c.Clock.Now()
	t, _ := c.desk.Policy().Type(kind)
	a := evisa.Application{
		ID: uuid.New(), Reference: reference, Group: uuid.New(), Lead: true, Type: kind, Purpose: t.Purposes[0],
		Identity: traveldoc.Identity{Surname: "TESTER" + string(rune('A'+n)), GivenNames: "PAT <B>", BirthDate: day("1980-05-17"), Sex: "F", Nationality: "UTO"},
		Document: traveldoc.Document{Code: "P", Number: fmt.Sprintf("X%07d", n), IssuingState: "UTO", ExpiryDate: day("2031-01-01")},
		Read:     "typed", OriginalName: "باتي", Contact: evisa.Contact{Email: fmt.Sprintf("pat%d@example.org", n), Phone: "+44 20 7946 0000"},
		Journey: evisa.Journey{Arrival: day("2026-12-20"), Departure: day("2027-01-05"), Entries: 1, Port: "airport-1", Stays: "Hotel Utopia"},
		Files: []evisa.File{
			{ID: uuid.New(), Kind: evisa.FilePortrait, Type: "image/jpeg", Size: 3000, Likeness: 0x9E3779B97F4A7C15 * uint64(n+1)},
			{ID: uuid.New(), Kind: evisa.FilePassport, Type: "image/jpeg", Size: 4000}, {ID: uuid.New(), Kind: "means", Type: "application/pdf", Size: 40},
		},
		Fee: t.Fee, Language: "ar", SentAt: now,
		Declaration: evisa.Declaration{Version: "2026.1", Notice: "2026.1", Language: "ar", At: now},
	}
	for _, f := range change {
		f(&a)
	}
	return a
}

func (c *centre) keep(kind evisa.ParcelKind, application uuid.UUID, body any, files map[uuid.UUID][]byte) {
	c.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(c.t, err)
	p := evisa.Parcel{ID: uuid.New(), Kind: kind, Application: application, At: c.Clock.Now(), Body: text, Files: files}
	require.NoError(c.t, c.DB.InTx(context.Background(), func(tx pgx.Tx) error { return c.store.Keep(context.Background(), tx, p) }))
}

// applied is an application that came with its files, is paid and examined.
func (c *centre) applied(n int, kind string, change ...func(*evisa.Application)) evisa.Application {
	c.t.Helper()
	a := c.person(n, kind, change...)
	files := map[uuid.UUID][]byte{}
	for _, f := range a.Files {
		switch f.Kind {
		case evisa.FilePortrait:
			files[f.ID] = painted(c.t, color.RGBA{180, 140, 110, 255}, 120, 150)
		case evisa.FilePassport:
			files[f.ID] = painted(c.t, color.RGBA{110, 140, 180, 255}, 250, 176)
		default:
			files[f.ID] = pdf
		}
	}
	c.keep(evisa.ParcelApplication, a.ID, a, files)
	if !a.Fee.Zero() {
		c.keep(evisa.ParcelPaid, a.ID, c.pay(a), nil)
	}
	c.Clock.Pass(time.Minute)
	require.NoError(c.t, c.desk.Work(context.Background()))
	return a
}

// pay pays the fee of an application's group at a provider, as the portal keeps it.
func (c *centre) pay(a evisa.Application) evisa.Paid {
	c.t.Helper()
	var order pay.Order
	require.NoError(c.t, pgtest.Portal(c.t, c.DB).InTx(c.t.Context(), func(tx pgx.Tx) (err error) {
		order, err = c.fees.Order(c.t.Context(), tx, pay.New{Group: a.Group, Application: a.ID, Amount: a.Fee, Language: a.Language})
		return err
	}))
	_, err := c.fees.Begun(c.t.Context(), order.ID, "test", pay.Page{Ref: "o-" + order.ID.String(), URL: "https://pay.example/x", Until: c.Clock.Now().Add(time.Hour)})
	require.NoError(c.t, err)
	standing := pay.Standing{Key: order.ID, Ref: "o-" + order.ID.String(), State: pay.AtPaid, Payments: []pay.Payment{{Ref: "p-" + order.ID.String(), Amount: a.Fee, At: c.Clock.Now()}}}
	_, err = c.fees.Apply(c.t.Context(), "test", standing)
	require.NoError(c.t, err)
	account, err := c.fees.Account(c.t.Context(), a.Group)
	require.NoError(c.t, err)
	r, paid := account.Paid()
	require.True(c.t, paid)
	return evisa.Paid{Payment: r.Payment, Amount: r.Amount, Provider: r.Provider, Ref: r.Ref, At: r.At}
}

// crossed is what a post sends of somebody who came in on a visa.
func (c *centre) crossed(station string, v evisa.Visa, at time.Time, knew int) {
	c.t.Helper()
	e := border.CrossingEvent{
		CrossingID: uuid.New(), TravellerID: uuid.New(), Station: station, Lane: "1", Officer: "olga", Direction: border.Entry, Mode: border.Air,
		CrossedAt: at, ScannedAt: at, Zone: "UTC", LocalDate: traveldoc.DateOf(at), Identity: v.Identity, Document: v.Document,
		Decision: border.Decision{Verdict: border.Admit},
		Findings: []border.Finding{{Check: evisa.CheckName, Outcome: border.NoHit, At: at, Evidence: []border.Evidence{
			{Code: visacheck.CodeValid, Ref: string(v.Number), Severity: border.Note},
			{Code: visacheck.CodeEntries, Found: fmt.Sprint(knew), Expected: fmt.Sprint(v.Entries), Severity: border.Note},
		}}},
	}
	p := c.posts[station]
	if p == nil {
		p = &post{epoch: uuid.New()}
		p.at.Head = replication.Genesis(station, p.epoch)
		c.posts[station] = p
	}
	body, err := json.Marshal(e)
	require.NoError(c.t, err)
	event := replication.Event{Seq: p.at.Seq + 1, ID: uuid.Must(uuid.NewV7()), Kind: "crossing.recorded", Version: 1, CreatedAt: at, Payload: body}
	event.Seal(p.at.Head)
	p.at = replication.Position{Seq: event.Seq, Head: event.Hash}
	reply, err := c.applier.Apply(c.t.Context(), station, p.epoch, []replication.Event{event})
	require.NoError(c.t, err)
	require.Equal(c.t, replication.CodeNone, reply.Code)
	require.NoError(c.t, c.worker.Drain(c.t.Context()))
}

func (c *centre) count(sql string, args ...any) (n int) {
	c.t.Helper()
	require.NoError(c.t, c.DB.Pool.QueryRow(c.t.Context(), "SELECT count(*) FROM "+sql, args...).Scan(&n))
	return n
}
