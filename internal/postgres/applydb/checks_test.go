package applydb_test

import (
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// crossed puts decisions of a crossing point into the centre's record, as its station would send them.
func (w *world) crossed(list ...border.CrossingEvent) {
	w.t.Helper()
	log := slog.New(slog.DiscardHandler)
	applier := centraldb.NewApplier(centraldb.ApplierConfig{
		DB: w.db, Now: w.clock, NewID: uuid.New, Alerts: centraldb.NewAlerts(w.db, w.clock, log), Log: log,
	})
	at := replication.Position{}
	epoch := uuid.New()
	at.Head = replication.Genesis("xaa-apt", epoch)
	var events []replication.Event
	for _, c := range list {
		body, err := json.Marshal(c)
		require.NoError(w.t, err)
		e := replication.Event{Seq: at.Seq + 1, ID: uuid.New(), Kind: border.KindCrossing, Version: 1, CreatedAt: c.CrossedAt, Payload: body}
		e.Seal(at.Head)
		at = replication.Position{Seq: e.Seq, Head: e.Hash}
		events = append(events, e)
	}
	_, err := applier.Apply(ctx, "xaa-apt", epoch, events)
	require.NoError(w.t, err)
}

func (w *world) projector() *centraldb.Projector {
	return centraldb.NewProjector(centraldb.ProjectorConfig{DB: w.db, Now: w.clock, Log: slog.New(slog.DiscardHandler)})
}

func crossingOf(a evisa.Application, direction border.Direction, at time.Time, v border.Verdict) border.CrossingEvent {
	c := border.CrossingEvent{
		CrossingID: uuid.New(), TravellerID: uuid.NewSHA1(uuid.Nil, []byte(a.Document.Number)), Station: "xaa-apt", Lane: "1", Officer: "o", Direction: direction,
		Mode: border.Air, Purpose: "holiday", CrossedAt: at, ScannedAt: at, Zone: "UTC", LocalDate: traveldoc.DateOf(at), Identity: a.Identity, Document: a.Document,
		Decision: border.Decision{Verdict: v},
	}
	if v == border.Refuse {
		c.Decision.Reason = "E"
	}
	return c
}

func (w *world) finding(id uuid.UUID, check string) desk.Checked {
	w.t.Helper()
	for _, k := range w.replays(id).Checks {
		if k.Name == check {
			return k
		}
	}
	w.t.Fatalf("no check %s", check)
	return desk.Checked{}
}

func codes(k desk.Checked) (list []string) {
	for _, e := range k.Finding.Evidence {
		list = append(list, e.Code)
	}
	return list
}

// Who stayed too long, stays too long, or was refused at the border is found, by document and under a new passport by name and birth date.
func TestThePastAtTheBorderIsFound(t *testing.T) {
	w := newWorld(t)
	over, inside, refused, good := w.person(1, "T"), w.person(2, "T"), w.person(3, "T"), w.person(4, "T")
	days := func(n int) time.Time { return noon.AddDate(0, 0, -n) }
	w.crossed(
		crossingOf(over, border.Entry, days(400), border.Admit), crossingOf(over, border.Exit, days(250), border.Admit),
		crossingOf(inside, border.Entry, days(120), border.Admit),
		crossingOf(refused, border.Entry, days(30), border.Refuse),
		crossingOf(good, border.Entry, days(60), border.Admit), crossingOf(good, border.Exit, days(50), border.Admit),
	)
	over.Document.Number = "NEW000001" // a new passport, the names the other way round
	over.Identity.Surname, over.Identity.GivenNames = over.Identity.GivenNames, over.Identity.Surname
	for _, a := range []evisa.Application{over, inside, refused, good} {
		w.keep(w.sent(a), w.paid(a))
	}
	require.NoError(t, w.desk.Work(ctx))
	require.Equal(t, border.NotChecked, w.finding(inside.ID, desk.CheckOverstay).Finding.Outcome, "his movements are not counted yet: no answer")
	require.NoError(t, w.projector().Drain(ctx))
	w.pass(time.Minute)
	require.NoError(t, w.desk.Work(ctx), "asked again by itself")
	require.Equal(t, []string{desk.CodeOverstayPast}, codes(w.finding(over.ID, desk.CheckOverstay)))
	require.Equal(t, []string{desk.CodeOverstayNow}, codes(w.finding(inside.ID, desk.CheckOverstay)))
	require.Equal(t, []string{desk.CodeBorderRefusal}, codes(w.finding(refused.ID, desk.CheckRefusals)))
	for _, name := range []string{desk.CheckOverstay, desk.CheckRefusals} {
		require.Equal(t, border.NoHit, w.finding(good.ID, name).Finding.Outcome)
	}
	require.Len(t, w.finding(inside.ID, desk.CheckOverstay).Hits, 1, "an officer judges whether it was him")
	other := refused
	other.ID, other.Reference, other.Identity.BirthDate = uuid.New(), newWorldReference(t), day("1991-01-01")
	other.Document.Number, other.Files = "OTHER01", nil
	w.keep(w.sent(other), w.paid(other))
	require.NoError(t, w.desk.Work(ctx))
	require.Equal(t, border.NoHit, w.finding(other.ID, desk.CheckRefusals).Finding.Outcome, "born on another day")
}

// Other applications are found by document, by person and by portrait; what is odd is to be judged, what is usual is a note.
func TestDuplicatesAreFound(t *testing.T) {
	w := newWorld(t)
	first := w.applied(1, "T")
	again := func(change func(a *evisa.Application)) desk.Checked {
		a := w.person(1, "T")
		change(&a)
		w.keep(w.sent(a), w.paid(a))
		require.NoError(t, w.desk.Work(ctx))
		return w.finding(a.ID, desk.CheckDuplicates)
	}
	blank := func(a *evisa.Application) { a.Files[0].Likeness = 0 }

	same := again(blank)
	require.Equal(t, []string{desk.CodeSameDocument, desk.CodeSamePerson}, codes(same))
	require.Equal(t, border.Acknowledge, same.Hits[0].Severity, "the other is open")

	elsewhere := again(func(a *evisa.Application) { blank(a); a.Identity.Surname = "OTHERNAME" })
	require.Equal(t, border.SecondLine, elsewhere.Finding.Severity(), "one document in two names")

	portrait := again(func(a *evisa.Application) {
		a.Identity.Surname, a.Document.Number = "SOMEBODY", "OTHER02"
		a.Files[0].Likeness ^= 0b10101 // written anew
	})
	require.Contains(t, codes(portrait), desk.CodeSamePortrait)
	require.Equal(t, portrait.Finding.Evidence[0].Expected, first.Reference.String())
	require.Equal(t, "3", portrait.Finding.Evidence[0].Found)

	onPage := again(func(a *evisa.Application) { // the data page is the first's; name and number were typed otherwise
		zone, err := mrz.Encode(mrz.TD3, a.Document, a.Identity, mrz.Extra{})
		require.NoError(t, err)
		a.Document.MRZ = zone
		a.Identity.Surname, a.Document.Number = "TYPEDNAME", "TYPED01"
		blank(a)
	})
	require.Contains(t, codes(onPage), desk.CodeSameDocument)
	require.Contains(t, codes(onPage), desk.CodeSamePerson)
	typed := again(func(a *evisa.Application) { a.Identity.Surname, a.Document.Number = "TYPEDNAME", "TYPED01"; blank(a) })
	require.Contains(t, codes(typed), desk.CodeSameDocument, "what was typed finds it too")

	none := again(func(a *evisa.Application) {
		a.Identity.Surname, a.Document.Number = "NOBODY", "OTHER03"
		a.Files[0].Likeness ^= 0xFFFF
	})
	require.Equal(t, border.NoHit, none.Finding.Outcome)
	require.Empty(t, none.Finding.Evidence)
}

// A refused application is found by the next of the person.
func TestARefusalIsFoundByTheNextApplication(t *testing.T) {
	w := newWorld(t)
	w.refused(1)
	next := w.applied(1, "T")
	k := w.finding(next.ID, desk.CheckRefusals)
	require.Equal(t, []string{desk.CodeRefusedBefore, desk.CodeRefusedBefore}, codes(k))
	require.Len(t, k.Hits, 1, "one entry, with both grounds")
	c, _ := w.look(ada, next.ID)
	require.Len(t, c.Earlier, 1)
	require.Equal(t, []string{"means", "return"}, c.Earlier[0].Grounds)
	require.Positive(t, c.Risk.Points)
}
