package border_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// The specimen of ICAO Doc 9303-4.
const specimen = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"

const second = "P<UTOVIRTANEN<<PEKKA<<<<<<<<<<<<<<<<<<<<<<<<\nX000000017UTO8001014M3001019<<<<<<<<<<<<<<00"

var officer = audit.Actor{ID: "0197-one", Name: "officer.one", Role: "officer", Post: "test-air", Lane: "1"}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func desk(store border.Store, c *clock, checks ...border.Check) *border.Desk {
	plan := make([]border.Planned, len(checks))
	for n, check := range checks {
		plan[n] = border.Planned{Check: check, Deadline: time.Minute}
	}
	return border.NewDesk(border.DeskConfig{
		Post:  border.Post{Station: "test-air", Zone: time.FixedZone("east", 5*3600), Mode: border.Air},
		Store: store, Plan: plan, Undo: time.Minute, Now: c.now, NewID: uuid.New,
	})
}

func scan(mrz string) border.ScanInput {
	return border.ScanInput{MRZ: mrz, Direction: border.Entry, Mode: border.Air, Transport: " TE 12 ", Purpose: "holiday"}
}

func TestACleanTravellerIsRecorded(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon.Add(9 * time.Hour)}
	d := desk(store, c, noHit("document"), noHit("alerts.national"))
	i, err := d.Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)
	<-i.Done()
	event, err := d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Admit})
	require.NoError(t, err)

	require.Equal(t, []border.CrossingEvent{event}, store.Crossings)
	require.Equal(t, "ERIKSSON", event.Identity.Surname)
	require.Equal(t, "L898902C3", event.Document.Number)
	require.Equal(t, "TE 12", event.Transport)
	require.Equal(t, "2026-03-15", event.LocalDate.String(), "the day is the post's own")
	require.Len(t, event.Findings, 2)
	require.Equal(t, "officer.one", event.Officer, "the centre knows no other name of a station's officer")
	require.Equal(t, "0197-one", store.Entries[1].Actor)
	require.Equal(t, []audit.Verb{audit.Consultation, audit.Collection}, []audit.Verb{store.Entries[0].Verb, store.Entries[1].Verb})
	for _, e := range store.Entries {
		require.Equal(t, border.PurposeOfControl, e.Purpose)
		require.NoError(t, e.Validate())
	}
	lane, err := d.Lane(t.Context(), officer, 5)
	require.NoError(t, err)
	require.Empty(t, lane.Waiting)
}

func TestNothingIsLookedUpBeforeTheAuditEntry(t *testing.T) {
	store, c := &bordertest.Memory{Err: problem.New(problem.Unavailable, "database")}, &clock{at: bordertest.Noon}
	asked := false
	d := desk(store, c, checkFunc{"document", func(context.Context, border.Subject) (border.Finding, error) {
		asked = true
		return border.Finding{}, nil
	}})
	_, err := d.Open(t.Context(), officer, scan(specimen))
	require.Error(t, err)
	require.False(t, asked)
}

func TestAdmittingWaitsForEveryCheckButReferringDoesNot(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	answer := make(chan struct{})
	t.Cleanup(func() { close(answer) })
	d := desk(store, c, noHit("document"), checkFunc{"slow", func(context.Context, border.Subject) (border.Finding, error) {
		<-answer
		return border.Finding{Outcome: border.NoHit}, nil
	}})
	i, err := d.Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)
	_, err = d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Admit, Reason: "supervisor_agreed"})
	require.ErrorIs(t, err, border.ErrPending)

	event, err := d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Refer, Reason: "not_checked"})
	require.NoError(t, err)
	require.Equal(t, border.NotChecked, event.Findings[1].Outcome, "what had not answered is recorded as not checked")
}

// Going over a hit that belongs to the second line takes two persons; whatever the officer's reason, the counter has one.
func TestNobodyAdmitsOverAHitOfTheSecondLineAtACounter(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	d := desk(store, c, checkFunc{"alerts.national", func(context.Context, border.Subject) (border.Finding, error) {
		return border.Finding{Outcome: border.Hit, Evidence: []border.Evidence{{Code: "alert_name", Severity: border.SecondLine}}}, nil
	}})
	i, err := d.Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)
	<-i.Done()
	for _, reason := range append(border.AdmitReasons(), "") {
		_, err = d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Admit, Reason: reason})
		require.ErrorIs(t, err, border.ErrSecondLineNeeded, reason)
	}
	_, err = d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Refer, Reason: "hit"})
	require.NoError(t, err)
}

func TestTheRecordRemembersWhatWasNotChecked(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	d := desk(store, c, checkFunc{"alerts.national", func(context.Context, border.Subject) (border.Finding, error) {
		return border.Unanswered("alerts.national", border.Source{Name: "alerts.national"}, border.ReasonListMissing), nil
	}})
	i, err := d.Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)
	<-i.Done()
	_, err = d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Admit})
	require.Error(t, err, "amber is never green")
	event, err := d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Admit, Reason: "checked_by_other_means"})
	require.NoError(t, err)
	require.Equal(t, border.ReasonListMissing, event.Findings[0].Reason)
}

func TestTheNextTravellerMayBeScannedAtOnce(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	d := desk(store, c, noHit("document"))
	first, err := d.Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)
	c.advance(time.Second)
	next, err := d.Open(t.Context(), officer, scan(second))
	require.NoError(t, err)
	twice, err := d.Open(t.Context(), officer, scan(second+"\r\n"))
	require.NoError(t, err)
	require.Same(t, next, twice, "a reader that sends twice opens one")

	lane, err := d.Lane(t.Context(), officer, 5)
	require.NoError(t, err)
	require.Equal(t, []*border.Inspection{first, next}, lane.Waiting)
	other, err := d.Lane(t.Context(), audit.Actor{Lane: "2"}, 5)
	require.NoError(t, err)
	require.Empty(t, other.Waiting)
	_, err = d.Inspection(t.Context(), "2", first.Scan.ID)
	require.ErrorIs(t, err, border.ErrNoSuchScan)
}

func TestAReaderThatSendsAtTheSameInstantOpensOne(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	d := desk(store, c, noHit("document"))
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			_, err := d.Open(t.Context(), officer, scan(specimen))
			require.NoError(t, err)
		})
	}
	wait.Wait()
	lane, err := d.Lane(t.Context(), officer, 5)
	require.NoError(t, err)
	require.Len(t, lane.Waiting, 1)
}

func TestAScanOutlivesTheProgram(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	before, err := desk(store, c, noHit("document")).Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)

	after := desk(store, c, noHit("document"))
	lane, err := after.Lane(t.Context(), officer, 5)
	require.NoError(t, err)
	require.Len(t, lane.Waiting, 1)
	require.Equal(t, before.Scan.ID, lane.Waiting[0].Scan.ID)
	<-lane.Waiting[0].Done()
	_, err = after.Decide(t.Context(), officer, before.Scan.ID, border.Decision{Verdict: border.Admit})
	require.NoError(t, err)
}

// The answer to a scan was lost with the program; the reader sends it again, before any page has asked for the lane.
func TestAScanIsOpenedOnceOverARestart(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	before, err := desk(store, c, noHit("document")).Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)
	again, err := desk(store, c, noHit("document")).Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)
	require.Equal(t, before.Scan.ID, again.Scan.ID)
}

// lossy does what it is asked and loses the answer, as a connection does that breaks within a commit.
type lossy struct{ *bordertest.Memory }

var errLost = errors.New("the connection broke")

func (l lossy) OpenScan(ctx context.Context, s border.Scan, entry audit.Entry) error {
	return errors.Join(errLost, l.Memory.OpenScan(ctx, s, entry))
}

func (l lossy) Record(ctx context.Context, id uuid.UUID, e border.CrossingEvent, entry audit.Entry) (border.CrossingEvent, error) {
	_, err := l.Memory.Record(ctx, id, e, entry)
	return border.CrossingEvent{}, errors.Join(errLost, err)
}

func TestALostAnswerIsNotActedOnTwice(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	d := desk(lossy{store}, c, noHit("document"))
	_, err := d.Open(t.Context(), officer, scan(specimen))
	require.ErrorIs(t, err, errLost)
	i, err := d.Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err, "the scan that was kept is the one that waits")
	<-i.Done()
	_, err = d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Admit})
	require.ErrorIs(t, err, errLost)
	_, err = d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Admit})
	require.ErrorIs(t, err, border.ErrScanNotOpen, "it was recorded")
	require.Len(t, store.Crossings, 1)
	_, err = d.Open(t.Context(), officer, scan(specimen))
	require.ErrorIs(t, err, errLost, "who comes back later is scanned anew")
}

func TestUndo(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	d := desk(store, c, noHit("document"))
	i, err := d.Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)
	<-i.Done()
	event, err := d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Admit})
	require.NoError(t, err)

	_, err = d.Undo(t.Context(), officer, event.CrossingID, "because")
	require.Equal(t, problem.Invalid, problem.KindOf(err))
	c.advance(30 * time.Second)
	reopened, err := d.Undo(t.Context(), officer, event.CrossingID, "wrong_key")
	require.NoError(t, err)
	require.Len(t, store.Corrections, 1)
	require.Len(t, store.Crossings, 1, "a correction is a new fact, nothing is deleted")
	<-reopened.Done()
	again, err := d.Decide(t.Context(), officer, reopened.Scan.ID, border.Decision{Verdict: border.Refer, Reason: "hit"})
	require.NoError(t, err)
	require.Equal(t, event.CrossingID, *again.Replaces)

	c.advance(2 * time.Minute)
	_, err = d.Undo(t.Context(), officer, again.CrossingID, "wrong_key")
	require.ErrorIs(t, err, border.ErrTooLate)
}

func TestDismiss(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	d := desk(store, c, noHit("document"))
	i, err := d.Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)
	require.Error(t, d.Dismiss(t.Context(), officer, i.Scan.ID, ""))
	require.NoError(t, d.Dismiss(t.Context(), officer, i.Scan.ID, "misread"))
	_, err = d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Admit})
	require.ErrorIs(t, err, border.ErrNoSuchScan)
}

func TestACounterNeverRefuses(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	d := desk(store, c, noHit("document"))
	i, err := d.Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)
	<-i.Done()
	for _, reason := range append(border.RefuseReasons(), "") {
		_, err = d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Refuse, Reason: reason})
		require.ErrorIs(t, err, border.ErrSecondLine)
	}
	require.Empty(t, store.Crossings)
}

func TestAScanThatIsHandedOverTellsNotWhy(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	d := desk(store, c, noHit("document"))
	i, err := d.Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)
	require.Contains(t, border.DismissReasons(), border.HandedOver, "an officer chooses it too: it tells nothing")
	other := officer
	other.Lane = "2"
	require.ErrorIs(t, d.HandOver(t.Context(), other, i.Scan.ID), border.ErrScanNotOpen)
	require.NoError(t, d.HandOver(t.Context(), officer, i.Scan.ID))
	require.ErrorIs(t, d.HandOver(t.Context(), officer, i.Scan.ID), border.ErrScanNotOpen)
	last := store.Entries[len(store.Entries)-1]
	require.Equal(t, []string{"dismiss", border.HandedOver}, []string{last.Decision, last.Justification})
	lane, err := d.Lane(t.Context(), officer, 5)
	require.NoError(t, err)
	require.Empty(t, lane.Waiting)
}

func TestBadScansSayWhatWasExpected(t *testing.T) {
	typed := border.ScanInput{
		Direction: border.Entry, Mode: border.Air,
		Identity: traveldoc.Identity{Surname: "ERIKSSON", Nationality: "UTO"},
		Document: traveldoc.Document{Code: "P", Number: "1", IssuingState: "UTO"},
	}
	tests := map[string]struct {
		change func(*border.ScanInput)
		field  string
	}{
		"no number":       {func(in *border.ScanInput) { in.Document.Number = " " }, "document_number"},
		"no state":        {func(in *border.ScanInput) { in.Document.IssuingState = "" }, "issuing_state"},
		"no name":         {func(in *border.ScanInput) { in.Identity.Surname = "" }, "surname"},
		"no nationality":  {func(in *border.ScanInput) { in.Identity.Nationality = "" }, "nationality"},
		"a name too long": {func(in *border.ScanInput) { in.Identity.GivenNames = string(make([]byte, 101)) }, "given_names"},
		"not an MRZ":      {func(in *border.ScanInput) { in.MRZ = "hello" }, "mrz"},
		"an MRZ too long": {func(in *border.ScanInput) { in.MRZ = string(make([]byte, border.MaxScan+1)) }, "mrz"},
		"no direction":    {func(in *border.ScanInput) { in.Direction = "" }, "direction"},
		"unknown mode":    {func(in *border.ScanInput) { in.Mode = "balloon" }, "mode"},
		"unknown purpose": {func(in *border.ScanInput) { in.Purpose = "spying" }, "purpose"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			store := &bordertest.Memory{}
			d := desk(store, &clock{at: bordertest.Noon}, noHit("document"))
			in := typed
			test.change(&in)
			_, err := d.Open(t.Context(), officer, in)
			var p *problem.Error
			require.ErrorAs(t, err, &p)
			require.Equal(t, test.field, p.Field)
			require.Empty(t, store.Entries)
		})
	}
	d := desk(&bordertest.Memory{}, &clock{at: bordertest.Noon}, noHit("document"))
	_, err := d.Open(t.Context(), officer, typed)
	require.NoError(t, err)
}

func TestOpeningThePageIsARead(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	d := desk(store, c, noHit("document"))
	_, err := d.Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)
	_, err = d.Look(t.Context(), officer, 5)
	require.NoError(t, err)
	last := store.Entries[len(store.Entries)-1]
	require.Equal(t, []any{audit.Consultation, "lane", 1}, []any{last.Verb, last.ObjectKind, last.ResultCount})
	require.NoError(t, last.Validate())
}

func TestMemoryStore(t *testing.T) {
	bordertest.RunStore(t, func(*testing.T) border.Store { return &bordertest.Memory{} })
}
