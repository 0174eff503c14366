package protectiondb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/border/refusal"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/protectiondb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
)

type post struct {
	db     *postgres.DB
	scans  *stationdb.Store
	cases  *protectiondb.Store
	at     time.Time
	nudged int
}

func open(t testing.TB) *post {
	t.Helper()
	p := &post{db: pgtest.New(t, migrations.Station), at: bordertest.Noon}
	p.scans = stationdb.New(p.db, uuid.New, func() {})
	p.cases = protectiondb.New(protectiondb.Config{
		DB: p.db, Post: border.Post{Station: "test-air", Zone: time.UTC}, Status: func() border.Status { return border.Confirmed },
		Services: map[protection.Kind]string{protection.Asylum: "Asylum office"}, AcknowledgeWithin: 30 * time.Minute,
		Now: func() time.Time { return p.at }, NewID: uuid.New, Nudge: func() { p.nudged++ },
	})
	return p
}

func officer() audit.Actor {
	return audit.Actor{ID: "u-amira", Name: "amira", Role: "officer", Post: "test-air", Lane: "1"}
}

func service() audit.Actor {
	return audit.Actor{ID: "u-noor", Name: "noor", Role: "protection", Post: "test-air"}
}

func (p *post) scan(t testing.TB, number string) border.Scan {
	t.Helper()
	s := bordertest.Scan(number)
	require.NoError(t, p.scans.OpenScan(t.Context(), s, bordertest.Entry(audit.Consultation, "inspection", s.ID)))
	return s
}

func (p *post) signal(t testing.TB, s border.Scan, kind protection.Kind) uuid.UUID {
	t.Helper()
	require.NoError(t, p.cases.Signal(t.Context(), officer(), protection.Signal{Inspection: s.ID, Kind: kind}))
	var id uuid.UUID
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), `select id from protection_case where inspection_id = $1 and kind = $2 and closed_at is null`,
		s.ID, kind).Scan(&id))
	return id
}

// refuse writes a refusal as the second line does.
func (p *post) refuse(ctx context.Context, s border.Scan) error {
	event := bordertest.Event(s, p.at)
	event.Decision = border.Decision{Verdict: border.Refuse, Reason: "E"}
	event.Refusal = &border.Refusal{Reasons: []string{"E"}, Language: "en", Signature: refusal.Signed, Number: "n"}
	return protectiondb.Problem(p.db.InTx(ctx, func(tx pgx.Tx) error {
		_, err := p.scans.Write(ctx, tx, s.ID, event, bordertest.Entry(audit.Collection, "crossing", event.CrossingID))
		return err
	}))
}

func (p *post) stopped(t testing.TB, inspection uuid.UUID) (is bool) {
	t.Helper()
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) (err error) {
		is, err = protectiondb.Stopped(t.Context(), tx, inspection)
		return err
	}))
	return is
}

func (p *post) count(t testing.TB, what string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), "select count(*) from "+what, args...).Scan(&n))
	return n
}

func (p *post) step(t testing.TB, id uuid.UUID, act protection.Act, words ...string) error {
	t.Helper()
	e := protection.Event{Act: act}
	if len(words) == 2 {
		e.Outcome, e.Note = words[0], words[1]
	}
	return p.cases.Step(t.Context(), service(), id, e)
}

func TestASignalStopsEveryRefusal(t *testing.T) {
	p := open(t)
	first, other := p.scan(t, "L898902C3"), p.scan(t, "X1234567")
	p.signal(t, first, protection.Asylum)
	require.ErrorIs(t, p.refuse(t.Context(), first), protectiondb.ErrStopped)
	require.True(t, p.stopped(t, first.ID))
	require.Zero(t, p.count(t, "decision"))
	require.Zero(t, p.count(t, "outbox where kind = 'crossing.recorded'"))

	require.NoError(t, p.refuse(t.Context(), other), "nobody else's")
	again := p.scan(t, "L898902C3")
	require.ErrorIs(t, p.refuse(t.Context(), again), protectiondb.ErrStopped, "the same document at another counter")

	admitted := bordertest.Event(again, p.at)
	_, err := p.scans.Record(t.Context(), again.ID, admitted, bordertest.Entry(audit.Collection, "crossing", admitted.CrossingID))
	require.NoError(t, err, "only refusals are stopped")
}

func TestAnotherDocumentOfTheSamePersonIsStoppedToo(t *testing.T) {
	p := open(t)
	first := p.scan(t, "L898902C3")
	e := bordertest.Event(first, p.at)
	_, err := p.scans.Record(t.Context(), first.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	p.signal(t, first, protection.Trafficking)

	second := p.scan(t, "OTHERPASS")
	second2 := bordertest.Event(second, p.at)
	second2.CrossingID = uuid.New()
	_, err = p.scans.Record(t.Context(), second.ID, second2, bordertest.Entry(audit.Collection, "crossing", second2.CrossingID))
	require.NoError(t, err)
	third := p.scan(t, "OTHERPASS")
	require.NoError(t, p.refuse(t.Context(), third), "two files until somebody says that they are one person")
	_, err = p.db.Pool.Exec(t.Context(), `update traveller set group_id = (select min(id::text)::uuid from traveller)`)
	require.NoError(t, err)
	require.ErrorIs(t, p.refuse(t.Context(), p.scan(t, "OTHERPASS")), protectiondb.ErrStopped)
}

// Of a signal and a refusal at once, one waits for the other: never are both kept but in this order.
func TestASignalAndARefusalAtOnce(t *testing.T) {
	p := open(t)
	for range 12 {
		s := p.scan(t, "R"+uuid.NewString()[:8])
		refused, signalled := make(chan error, 1), make(chan error, 1)
		go func() { refused <- p.refuse(context.WithoutCancel(t.Context()), s) }()
		go func() {
			signalled <- p.cases.Signal(context.WithoutCancel(t.Context()), officer(), protection.Signal{Inspection: s.ID, Kind: protection.Asylum})
		}()
		require.NoError(t, <-signalled)
		if err := <-refused; err != nil {
			require.ErrorIs(t, err, protectiondb.ErrStopped)
			require.Zero(t, p.count(t, "decision where inspection_id = $1", s.ID))
		}
		require.ErrorIs(t, p.refuse(t.Context(), s), protectiondb.ErrStopped, "from now on it is stopped")
	}
}

func TestTheServiceAloneLiftsTheStop(t *testing.T) {
	p := open(t)
	s := p.scan(t, "L898902C3")
	asylum := p.signal(t, s, protection.Asylum)
	trafficking := p.signal(t, s, protection.Trafficking)
	require.ErrorIs(t, p.step(t, asylum, protection.Lifted, "decided", "x"), protection.ErrUnacknowledged)
	require.NoError(t, p.step(t, asylum, protection.Acknowledged))
	require.Error(t, p.step(t, asylum, protection.Lifted, "decided", ""), "a reason is asked")
	require.ErrorIs(t, p.step(t, asylum, protection.Lifted, "decided", "final decision"), protection.ErrOtherCase, "the other service has not spoken")
	require.True(t, p.stopped(t, s.ID))

	require.NoError(t, p.step(t, trafficking, protection.Acknowledged))
	require.NoError(t, p.step(t, trafficking, protection.Closed, "declined", ""))
	require.ErrorIs(t, p.refuse(t.Context(), s), protectiondb.ErrStopped, "closing a case lifts nothing")
	require.NoError(t, p.step(t, asylum, protection.Lifted, "decided", "final decision"))
	require.False(t, p.stopped(t, s.ID))
	require.ErrorIs(t, p.step(t, asylum, protection.Lifted, "decided", "again"), protection.ErrNotStopped)

	p.signal(t, s, protection.Asylum)
	require.ErrorIs(t, p.refuse(t.Context(), s), protectiondb.ErrStopped, "who signals again stops again")
	require.NoError(t, p.step(t, asylum, protection.Lifted, "decided", "heard again"))
	require.NoError(t, p.refuse(t.Context(), s), "by the second line")
}

func TestASecondSignalGoesIntoTheOpenCase(t *testing.T) {
	p := open(t)
	s := p.scan(t, "L898902C3")
	id := p.signal(t, s, protection.Asylum)
	require.NoError(t, p.cases.Signal(t.Context(), officer(), protection.Signal{Inspection: s.ID, Kind: protection.Asylum, Signs: []string{"age"}, Note: " a child "}))
	require.Equal(t, 1, p.count(t, "protection_case"))
	c, stopped, err := p.cases.Case(t.Context(), service(), id)
	require.NoError(t, err)
	require.True(t, stopped)
	require.Len(t, c.Events, 2)
	require.Equal(t, []string{"age"}, c.Signs())
	require.Equal(t, "a child", c.Events[1].Note)
	require.Equal(t, "Asylum office", c.Service)
	require.Equal(t, "amira", c.OpenedBy)
	require.Equal(t, s.Identity, c.Identity)

	require.NoError(t, p.step(t, id, protection.Acknowledged))
	require.NoError(t, p.step(t, id, protection.Closed, "in_procedure", ""))
	require.NotEqual(t, id, p.signal(t, s, protection.Asylum), "a closed case stays closed")
}

func TestWhoMaySignalAboutWhom(t *testing.T) {
	p := open(t)
	s := p.scan(t, "L898902C3")
	elsewhere := officer()
	elsewhere.Lane = "2"
	signal := protection.Signal{Inspection: s.ID, Kind: protection.Asylum}
	require.ErrorIs(t, p.cases.Signal(t.Context(), elsewhere, signal), protection.ErrNoSuchPerson)
	signal.AnyLane = true
	require.NoError(t, p.cases.Signal(t.Context(), elsewhere, signal), "the second line sits in no lane")
	signal.Inspection = uuid.New()
	require.ErrorIs(t, p.cases.Signal(t.Context(), elsewhere, signal), protection.ErrNoSuchPerson)
	require.Equal(t, 1, p.count(t, "protection_case"))
	require.ErrorIs(t, p.step(t, uuid.New(), protection.Acknowledged), protection.ErrNoSuchCase)
	require.ErrorIs(t, p.cases.Step(t.Context(), service(), uuid.New(), protection.Event{Act: protection.Signalled}), protection.ErrNotNow)
}

func TestTheSecondLineSignalsInItsOwnTransaction(t *testing.T) {
	p := open(t)
	s := p.scan(t, "L898902C3")
	signal := protection.Signal{Inspection: s.ID, Kind: protection.SeparatedChild, AnyLane: true}
	require.ErrorIs(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
		require.NoError(t, p.cases.SignalTx(t.Context(), tx, service(), signal))
		return context.Canceled
	}), context.Canceled)
	require.Zero(t, p.count(t, "protection_case"))
	require.False(t, p.stopped(t, s.ID))
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return p.cases.SignalTx(t.Context(), tx, service(), signal) }))
	require.True(t, p.stopped(t, s.ID))
}

// Every step is one confidential record without a file, one event, one audit entry; the audit entry tells nobody what it was.
func TestEveryStepIsRecordedAndTheAuditTellsNothing(t *testing.T) {
	p := open(t)
	s := p.scan(t, "L898902C3")
	before := p.count(t, "audit")
	id := p.signal(t, s, protection.Trafficking)
	for n, act := range []protection.Act{protection.Acknowledged, protection.Contacted, protection.HandedOver} {
		require.NoError(t, p.step(t, id, act))
		require.Equal(t, n+2, p.count(t, "record where kind = 'protection.event' and file_id is null and subject = $1", id))
	}
	require.NoError(t, p.step(t, id, protection.Closed, "in_care", "shelter"))
	require.Equal(t, 5, p.count(t, "outbox where kind = 'protection.event'"))
	require.Equal(t, 5, p.nudged)
	require.Equal(t, before+5, p.count(t, "audit"))
	require.Equal(t, 5, p.count(t, `audit where object_kind = 'service_case' and object_id = $1 and verb in ('collection', 'alteration')
		and justification = '' and decision = ''`, id.String()))
	require.Zero(t, p.count(t, `audit where row_to_json(audit)::text ~* 'protection_|traffick|asylum|in_care|shelter|contact'`))

	_, err := p.cases.Queue(t.Context(), service(), protectiondb.Closed, nil)
	require.NoError(t, err)
	_, _, err = p.cases.Case(t.Context(), service(), id)
	require.NoError(t, err)
	require.Equal(t, 2, p.count(t, "audit where verb = 'consultation' and object_kind = 'service_case' and purpose = 'service' and result_count = 1"))
}

func TestTheQueuesCountsAreItsRows(t *testing.T) {
	p := open(t)
	versions := map[string]bool{}
	seen := func() {
		v, err := p.cases.Version(t.Context())
		require.NoError(t, err)
		require.False(t, versions[v], "the version tells two states apart: %s", v)
		versions[v] = true
	}
	var ids []uuid.UUID
	for n := range 60 {
		seen()
		p.at = bordertest.Noon.Add(time.Duration(n) * time.Minute)
		ids = append(ids, p.signal(t, p.scan(t, "N"+uuid.NewString()[:8]), protection.Kinds()[n%4]))
	}
	for n, id := range ids {
		if n%2 == 0 {
			require.NoError(t, p.step(t, id, protection.Acknowledged))
			seen()
		}
		if n%6 == 0 {
			require.NoError(t, p.step(t, id, protection.Closed, "no_need", ""))
		}
	}
	p.at = bordertest.Noon.Add(50 * time.Minute) // those of the first twenty minutes are late
	for filter, want := range map[protectiondb.Filter]int{protectiondb.Waiting: 30, protectiondb.Working: 20, protectiondb.Closed: 10} {
		rows, q := p.rows(t, filter)
		require.Len(t, rows, want, filter)
		require.Equal(t, want, q.Counts[filter])
		overdue := 0
		seen := map[uuid.UUID]bool{}
		for _, r := range rows {
			require.False(t, seen[r.ID])
			require.True(t, r.Stopped)
			seen[r.ID] = true
			if r.Overdue(p.at) {
				overdue++
			}
		}
		if filter == protectiondb.Waiting {
			require.Equal(t, q.Overdue, overdue)
			require.Equal(t, 10, overdue)
		}
	}
}

func (p *post) rows(t *testing.T, filter protectiondb.Filter) (all []protectiondb.Row, q protectiondb.Queue) {
	t.Helper()
	var after *protectiondb.Place
	for {
		var err error
		q, err = p.cases.Queue(t.Context(), service(), filter, after)
		require.NoError(t, err)
		all = append(all, q.Rows...)
		if after = q.Next; after == nil {
			return all, q
		}
	}
}

// A signal must not keep the officer: it is recorded while the traveller still stands before him.
func BenchmarkSignal(b *testing.B) {
	p := open(b)
	scans := make([]border.Scan, 0, 256)
	for n := 0; b.Loop(); n++ {
		if n == len(scans) {
			b.StopTimer()
			scans = append(scans, p.scan(b, fmt.Sprintf("B%07d", n)))
			b.StartTimer()
		}
		err := p.cases.Signal(b.Context(), officer(), protection.Signal{Inspection: scans[n].ID, Kind: protection.Asylum})
		if err != nil {
			b.Fatal(err)
		}
	}
}
