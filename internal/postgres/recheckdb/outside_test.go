package recheckdb_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/recheck"
	"github.com/openbmis/openbmis/internal/audit"
)

// outside is a check of an outside service and the line to it.
type outside struct {
	mu      sync.Mutex
	name    string
	answer  map[string]border.Finding
	away    bool // the check gets no answer
	back    time.Time
	answers bool
	asked   []string
}

func (o *outside) Name() string               { return o.name }
func (o *outside) CheckName() string          { return o.name }
func (o *outside) Answers() (time.Time, bool) { return o.back, o.answers }

func (o *outside) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = append(o.asked, s.Document.Number)
	if o.away {
		return border.Unanswered(o.name, border.Source{Name: o.name}, border.ReasonTimeout), nil
	}
	if f, said := o.answer[s.Document.Number]; said {
		return f, nil
	}
	return border.Finding{Outcome: border.NoHit}, nil
}

// outsideWorld is a station that asks two services outside.
type outsideWorld struct {
	*world
	sltd, people *outside
}

func newOutside(t *testing.T) outsideWorld {
	t.Helper()
	o := outsideWorld{newWorld(t), &outside{name: "interpol.sltd", answer: map[string]border.Finding{}}, &outside{name: "interpol.people", answer: map[string]border.Finding{}}}
	cfg := o.config()
	cfg.Links = []recheck.Link{o.sltd, o.people}
	for _, c := range []*outside{o.sltd, o.people} {
		cfg.Plan = append(cfg.Plan, border.Planned{Check: c, Deadline: 10 * time.Second})
	}
	o.worker = recheck.NewWorker(cfg)
	return o
}

// admitted records a decision whose outside checks answered as given, and the others "no hit".
func (o outsideWorld) admitted(t *testing.T, number string, status border.Status, sltd, people border.Outcome) border.CrossingEvent {
	t.Helper()
	scan := bordertest.Scan(number)
	scan.At = o.now
	require.NoError(t, o.facts.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	e := bordertest.Event(scan, o.now)
	e.Status = status
	finding := func(check string, outcome border.Outcome) border.Finding {
		f := border.Finding{Check: check, Source: border.Source{Name: check}, Outcome: outcome, At: o.now}
		if outcome == border.NotChecked {
			f.Reason = border.ReasonUnreachable
		}
		return f
	}
	e.Findings = []border.Finding{finding("alerts.national", border.NoHit), finding("interpol.sltd", sltd), finding("interpol.people", people)}
	recorded, err := o.facts.Record(t.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	return recorded
}

func (o outsideWorld) drain(t *testing.T) {
	t.Helper()
	require.NoError(t, o.worker.Drain(t.Context()))
}

func (o outsideWorld) last(t *testing.T, crossing uuid.UUID) recheck.Result {
	t.Helper()
	all := o.results(t, crossing)
	require.NotEmpty(t, all)
	return all[len(all)-1]
}

func TestAServiceThatIsBackIsAskedAgainWhileTheCentreIsAway(t *testing.T) {
	o := newOutside(t)
	o.sltd.answer["P1"] = hit("sltd/S1@1")
	e := o.admitted(t, "P1", border.Confirmed, border.NotChecked, border.NoHit)
	o.drain(t)
	require.Empty(t, o.sltd.asked, "the service is away")
	o.now = o.now.Add(time.Minute)
	o.sltd.back, o.sltd.answers = o.now, true
	o.drain(t)
	require.Equal(t, []string{"P1"}, o.sltd.asked)
	require.Empty(t, o.people.asked, "what a service answered is not sent to it again")
	require.Empty(t, o.list.asked, "the centre is away: its list has nothing new to say")
	r := o.last(t, e.CrossingID)
	require.Equal(t, recheck.Changed, r.Outcome, "a late hit")
	require.Equal(t, "sltd/S1@1", r.Changes[0].Evidence[0].Ref)
	o.drain(t)
	require.Len(t, o.sltd.asked, 1, "settled")
}

func TestWhatWaitsForAServiceIsNotHeldUpByItsPause(t *testing.T) {
	o := newOutside(t)
	o.sltd.away, o.sltd.answers = true, true
	e := o.admitted(t, "P1", border.Confirmed, border.NotChecked, border.NoHit)
	for range 6 { // it says that it answers, and does not
		o.drain(t)
		o.now = o.now.Add(20 * time.Minute)
	}
	require.Len(t, o.sltd.asked, 6, "once for each pause, not for each look")
	o.drain(t)
	o.sltd.away, o.sltd.back = false, o.now.Add(time.Second)
	o.now = o.now.Add(2 * time.Second) // long before the next pause is over
	o.drain(t)
	require.Equal(t, recheck.Confirmed, o.last(t, e.CrossingID).Outcome)
}

func TestAProvisionalDecisionStillWaitsForTheCentre(t *testing.T) {
	o := newOutside(t)
	o.sltd.answer["P1"] = hit("sltd/S1@1")
	e := o.admitted(t, "P1", border.Provisional, border.NotChecked, border.NotChecked)
	o.sltd.answers = true
	o.now = o.now.Add(time.Minute)
	o.drain(t)
	r := o.last(t, e.CrossingID)
	require.True(t, r.Partial)
	require.Equal(t, recheck.NotChecked, r.Outcome)
	require.Len(t, r.Changes, 1, "but the late hit is told at once")
	require.Equal(t, []string{"interpol.people"}, checksOf(r.Waiting))

	o.reconnect()
	o.drain(t)
	require.Equal(t, []string{"P1"}, o.list.asked)
	require.Equal(t, []string{"P1"}, o.sltd.asked, "answered once")
	require.Equal(t, []string{"P1"}, o.people.asked, "with everything else, now that the centre is back")
	r = o.last(t, e.CrossingID)
	require.Equal(t, recheck.Changed, r.Outcome)
	require.False(t, r.Partial)
	require.Equal(t, []string{"interpol.sltd"}, checksOf(r.Changes), "what was found meanwhile stands")
	require.Equal(t, []string{"interpol.people"}, checksOf(r.Answered))
}

func TestAnAnsweredServiceIsNotAskedWithTheOthers(t *testing.T) {
	o := newOutside(t)
	e := o.admitted(t, "P1", border.Provisional, border.NoHit, border.NoHit)
	o.sltd.answers, o.people.answers = true, true
	o.reconnect()
	o.drain(t)
	require.Empty(t, o.sltd.asked)
	require.Empty(t, o.people.asked)
	require.Equal(t, recheck.Confirmed, o.last(t, e.CrossingID).Outcome)
}

func TestAnAnnulledDecisionSendsNothing(t *testing.T) {
	o := newOutside(t)
	e := o.admitted(t, "P1", border.Confirmed, border.NotChecked, border.NoHit)
	o.annul(t, e)
	o.sltd.answers = true
	o.now = o.now.Add(time.Minute)
	o.drain(t)
	require.Empty(t, o.sltd.asked)
	require.Equal(t, recheck.Annulled, o.last(t, e.CrossingID).Outcome)
}

func checksOf(changes []recheck.Change) []string {
	var names []string
	for _, c := range changes {
		names = append(names, c.Check)
	}
	return names
}
