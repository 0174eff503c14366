package applydb_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/applydb"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// world is a desk over a real database. The alerts answer what a test says, as lists do; everything else is real.
type world struct {
	t      testing.TB
	db     *postgres.DB
	store  *applydb.Store
	desk   *desk.Desk
	rules  desk.Rules
	alerts *alertList
	portal *portal
	logs   *lockedBuffer

	mu  sync.Mutex
	now time.Time
}

// alertList stands for the lists of alerts.
type alertList struct {
	mu      sync.Mutex
	refs    map[string][]string // by surname
	away    bool
	version int
}

func (*alertList) Name() string { return alerts.CheckName }

func (l *alertList) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := border.Finding{Check: alerts.CheckName, Source: border.Source{Name: alerts.CheckName, Version: fmt.Sprint(l.version)}, Outcome: border.NoHit}
	if l.away {
		return f, fmt.Errorf("lists away")
	}
	for _, ref := range l.refs[s.Identity.Surname] {
		f.Outcome = border.Hit
		f.Evidence = append(f.Evidence, border.Evidence{Code: "alert_match", Severity: border.SecondLine, Ref: ref})
	}
	return f, nil
}

func (l *alertList) set(surname string, refs ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refs[surname] = refs
	l.version++
}

func (l *alertList) setAway(away bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.away = away
}

// portal remembers what applicants were told, when its transaction is committed or not: a test looks at what came last.
type portal struct {
	mu      sync.Mutex
	told    []evisa.Told
	mails   []string
	refunds map[uuid.UUID]evisa.Money
	forgot  []uuid.UUID
	kill    bool // the database's process, in the middle of the transaction
}

func (p *portal) Tell(ctx context.Context, tx pgx.Tx, told evisa.Told, email, _ string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kill {
		_, err := tx.Exec(ctx, `SELECT pg_terminate_backend(pg_backend_pid())`)
		return err
	}
	p.told, p.mails = append(p.told, told), append(p.mails, email)
	return nil
}

// written are the states that the applicant was written to about.
func (p *portal) written() (states []evisa.State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n, to := range p.mails {
		if to != "" {
			states = append(states, p.told[n].State)
		}
	}
	return states
}

func (p *portal) RefundWanted(_ context.Context, _ pgx.Tx, id, _ uuid.UUID, amount evisa.Money) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refunds[id] = amount
	return nil
}

func (p *portal) Forget(_ context.Context, _ pgx.Tx, id uuid.UUID) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forgot = append(p.forgot, id)
	return nil
}

func (p *portal) setKill(kill bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kill = kill
}

func (p *portal) last(t testing.TB) evisa.Told {
	p.mu.Lock()
	defer p.mu.Unlock()
	require.NotEmpty(t, p.told)
	return p.told[len(p.told)-1]
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newWorld(t testing.TB) *world { return newWorldOn(t, pgtest.New(t, migrations.Central), nil) }

// newWorldOn is a world on a database that is there; through, when it is not nil, is the way to applicants.
// more are checks beside the usual ones.
func newWorldOn(t testing.TB, db *postgres.DB, through applydb.Portal, more ...func(*world) desk.Planned) *world {
	w := &world{
		t: t, db: db, now: noon, logs: &lockedBuffer{},
		alerts: &alertList{refs: map[string][]string{}, version: 1}, portal: &portal{refunds: map[uuid.UUID]evisa.Money{}},
	}
	if through == nil {
		through = w.portal
	}
	wrapping, err := vault.OpenFiles(t.TempDir(), rand.Reader, w.clock)
	require.NoError(t, err)
	policy := evisa.DefaultPolicy("UTO")
	register := visadb.New(visadb.Options{
		DB: w.db, Wrapping: wrapping, Random: rand.Reader, Now: w.clock, NewID: uuid.New, QueryKey: []byte("query key of the register"), Policy: policy,
	})
	late := &lateLookups{}
	plan := []desk.Planned{
		{Check: desk.DocumentCheck(true, nil), Deadline: time.Second},
		{Check: w.alerts, Deadline: time.Second, Alert: true, Judged: true},
		{Check: desk.OverstayCheck(late), Deadline: 5 * time.Second, Judged: true},
		{Check: desk.RefusalsCheck(late), Deadline: 5 * time.Second, Judged: true},
		{Check: desk.DuplicatesCheck(late), Deadline: 5 * time.Second, Judged: true},
		{Check: desk.FeeCheck(policy), Deadline: time.Second, Judged: true},
	}
	for _, one := range more {
		plan = append(plan, one(w))
	}
	w.rules = desk.RulesOf(policy, plan)
	w.store = applydb.New(applydb.Options{
		DB: w.db, Wrapping: wrapping, Random: rand.Reader, Now: w.clock, NewID: uuid.New, Rules: w.rules, QueryKey: []byte("query key of the desk"),
		Issue: register.Issue, Portal: through, Histories: centraldb.NewReader(w.db, []byte("query key of the reader")),
	})
	late.Store = w.store
	w.desk = desk.New(desk.Config{
		Store: w.store, Rules: w.rules, Checks: plan, Training: true, Now: w.clock, NewID: uuid.New, Log: slog.New(slog.NewTextHandler(w.logs, nil)),
	})
	return w
}

// lateLookups are the store's, which is made after the plan.
type lateLookups struct{ *applydb.Store }

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(time.Millisecond) // no two acts at the same time
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func officer(name string) audit.Actor {
	return audit.Actor{ID: uuid.NewSHA1(uuid.Nil, []byte(name)).String(), Name: name, Role: "visa_officer"}
}

var (
	ada = officer("ada")
	ben = officer("ben")
	cyd = officer("cyd")
)

func day(text string) traveldoc.Date {
	d, err := traveldoc.ParseDate(text)
	if err != nil {
		panic(err) // a mistake in the test's own data
	}
	return d
}

// person makes an application of somebody.
func (w *world) person(n int, kind string) evisa.Application {
	reference, err := evisa.NewReference(rand.Reader)
	require.NoError(w.t, err)
	t, known := w.rules.Policy.Type(kind)
	require.True(w.t, known)
	return evisa.Application{
		ID: uuid.New(), Reference: reference, Group: uuid.New(), Lead: true, Type: kind, Purpose: "tourism",
		Identity: traveldoc.Identity{
			Surname: "TESTER" + string(rune('A'+n%26)) + string(rune('A'+n/26%26)) + string(rune('A'+n/676%26)), GivenNames: "PAT", BirthDate: day("1980-05-17"),
			Sex: "F", Nationality: []string{"UTO", "FRA", "MAR"}[n%3],
		},
		Document: traveldoc.Document{Code: "P", Number: fmt.Sprintf("X%07d", n), IssuingState: []string{"UTO", "FRA", "MAR"}[n%3], ExpiryDate: day("2031-01-01")},
		Read:     "photo", Contact: evisa.Contact{Email: fmt.Sprintf("pat%d@example.org", n)},
		Journey: evisa.Journey{Arrival: day("2026-12-20"), Departure: day("2027-01-05"), Entries: 1},
		Files:   []evisa.File{{ID: uuid.New(), Kind: evisa.FilePortrait, Type: "image/jpeg", Size: 3, Likeness: 0x9E3779B97F4A7C15 * uint64(n+1)}},
		Fee:     t.Fee, Language: "en", SentAt: noon.Add(-time.Minute),
		Declaration: evisa.Declaration{Version: "2026.1", Notice: "2026.1", Language: "en", At: noon.Add(-time.Minute)},
	}
}

func (w *world) parcel(kind evisa.ParcelKind, application uuid.UUID, body any) evisa.Parcel {
	text, err := json.Marshal(body)
	require.NoError(w.t, err)
	return evisa.Parcel{ID: uuid.New(), Kind: kind, Application: application, At: w.clock(), Body: text}
}

func (w *world) sent(a evisa.Application) evisa.Parcel {
	p := w.parcel(evisa.ParcelApplication, a.ID, a)
	p.Files = map[uuid.UUID][]byte{}
	for _, f := range a.Files {
		p.Files[f.ID] = []byte("jpg")
	}
	return p
}

func (w *world) paid(a evisa.Application) evisa.Parcel {
	return w.parcel(evisa.ParcelPaid, a.ID, evisa.Paid{Payment: uuid.New(), Amount: a.Fee, Provider: "test", Ref: "1", At: w.clock()})
}

func (w *world) keep(list ...evisa.Parcel) {
	w.t.Helper()
	for _, p := range list {
		require.NoError(w.t, w.db.InTx(context.Background(), func(tx pgx.Tx) error { return w.store.Keep(context.Background(), tx, p) }))
	}
}

// applied is an application that is paid and examined.
func (w *world) applied(n int, kind string) evisa.Application {
	w.t.Helper()
	a := w.person(n, kind)
	w.keep(w.sent(a))
	if !a.Fee.Zero() {
		w.keep(w.paid(a))
	}
	require.NoError(w.t, w.desk.Work(context.Background()))
	return a
}

// look is what an officer sees, and its version.
func (w *world) look(who audit.Actor, id uuid.UUID) (desk.Case, desk.At) {
	w.t.Helper()
	c, err := w.desk.Case(context.Background(), who, id)
	require.NoError(w.t, err)
	return c, desk.At{ID: id, Version: c.Version}
}

// claimed makes an application an officer's, who has seen it.
func (w *world) claimed(who audit.Actor, id uuid.UUID) desk.At {
	w.t.Helper()
	_, at := w.look(who, id)
	require.NoError(w.t, w.desk.Claim(context.Background(), who, at, ""))
	_, at = w.look(who, id)
	return at
}

func terms() evisa.Terms {
	return evisa.Terms{From: day("2026-12-20"), Until: day("2027-01-31"), Days: 5, Entries: 1}
}

func approval() desk.Decision { return desk.Decision{Approve: true, Terms: terms(), Reason: "seen"} }

func refusal() desk.Decision {
	return desk.Decision{Grounds: []string{"return", "means"}, Reason: "no ties"}
}

// replays holds that the row is what the events make, and gives the case.
func (w *world) replays(id uuid.UUID) *desk.Case {
	w.t.Helper()
	c, err := w.store.Load(context.Background(), id)
	require.NoError(w.t, err)
	same, err := w.store.Replays(context.Background(), id)
	require.NoError(w.t, err)
	require.Empty(w.t, same, "columns that differ from what the events make")
	return c
}

func newWorldReference(t testing.TB) evisa.Reference {
	r, err := evisa.NewReference(rand.Reader)
	require.NoError(t, err)
	return r
}

func adminOf(t testing.TB, db *postgres.DB) *postgres.DB { return pgtest.Admin(t, db) }
