package hitdb_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/hitdb"
)

// A hit that the checks find before the decision and the decision itself are one hit, however often it is raised and by whom.
func TestAHitIsRaisedOnce(t *testing.T) {
	p := open(t)
	s := p.scan(t, "L898902C3")
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() { _ = p.store.Found(t.Context(), s, found("7", "1")) })
	}
	all.Go(func() { p.decide(t, s, border.Refer, found("7", "1")) })
	all.Wait()
	require.Equal(t, 1, p.count(t, "hit"))
	require.Equal(t, 1, p.count(t, "record where body ->> 'kind' = 'raised'"))
	d := p.look(t, hit.ID(s.ID, "national/7"))
	require.Equal(t, []hit.Kind{hit.Raised, hit.Viewed, hit.Referred}, kinds(d.Hit))
	require.Equal(t, "hits", d.Hit.Course[0].By, "nobody raises a hit: the checks do")
	require.Equal(t, s.Officer, d.Hit.Course[1].By)
	require.Equal(t, border.Refer, d.Hit.Referrals[0].Verdict)
	require.Equal(t, "armed", d.Hit.Raise.Safety[0])
	require.Equal(t, alerts.CategoryArrest, d.Hit.Raise.Category)
	require.Equal(t, "police", d.Hit.Raise.Owner, "the alert's owner goes before the list's")
	require.Equal(t, 10*time.Minute, d.Hit.Policy().EscalateAfter, "the list's policy")
	require.Equal(t, d.Hit.Referrals[0].File, d.Hit.File())
	require.Positive(t, p.changed.Load(), "the queue is told")
}

// Whatever dies between the scan and the decision: what was decided has its hits. Nothing but the decision's transaction was needed.
func TestTheDecisionAloneRaisesItsHits(t *testing.T) {
	p := open(t)
	id, e := p.raised(t, "L898902C3")
	h := p.look(t, id).Hit
	require.Equal(t, []hit.Kind{hit.Raised, hit.Viewed, hit.Referred}, kinds(h))
	require.Equal(t, e.TravellerID, h.File())
	require.Equal(t, 3, p.count(t, "outbox where kind = 'hit.event'"), "the centre is told of each step")
	require.Equal(t, 3, p.count(t, "audit where object_kind = 'hit' and object_id = $1 and verb = 'alteration'", id.String()))
}

// A decision that is not written raises nothing.
func TestADecisionThatFailsRaisesNothing(t *testing.T) {
	p := open(t)
	s := p.scan(t, "L898902C3")
	p.decide(t, s, border.Admit, border.Finding{Check: alerts.CheckName, Outcome: border.NoHit})
	e := bordertest.Event(s, p.now)
	e.Findings = []border.Finding{found("7", "1")}
	_, err := p.first.Record(t.Context(), s.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.ErrorIs(t, err, border.ErrScanNotOpen)
	require.Zero(t, p.count(t, "hit"))
	require.Zero(t, p.count(t, "outbox where kind = 'hit.event'"))
}

func TestADismissedScanKeepsItsHit(t *testing.T) {
	p := open(t)
	s := p.scan(t, "L898902C3")
	d := border.DismissalEvent{
		InspectionID: s.ID, Station: s.Station, Lane: s.Lane, Officer: s.Officer, Reason: "stepped_back", DismissedAt: p.now,
		Identity: &s.Identity, Document: &s.Document, Hits: []border.Finding{found("7", "1")},
	}
	require.NoError(t, p.first.Dismiss(t.Context(), d, bordertest.Entry(audit.Alteration, "inspection", s.ID)))
	h := p.look(t, hit.ID(s.ID, "national/7")).Hit
	require.Equal(t, []hit.Kind{hit.Raised, hit.Viewed, hit.Referred}, kinds(h))
	require.Equal(t, "stepped_back", h.Referrals[0].Dismissed)
	require.Equal(t, 1, p.count(t, `outbox where kind = 'inspection.dismissed' and payload ->> 'hits' is not null and payload ->> 'identity' is not null`))
}

// Several alerts meet one traveller: a hit each, the most urgent first, whatever the order in which they were found.
func TestSeveralAlertsAreSeveralHitsStrongestFirst(t *testing.T) {
	p := open(t)
	refuse, observe := wanted("8", 1), wanted("9", 1)
	refuse.Action, refuse.Category = alerts.ActionRefuse, alerts.CategoryRefusal
	observe.Action, observe.Category, observe.Priority = alerts.ActionInform, alerts.CategoryOther, 0
	p.list(t, refuse, observe)
	s := p.scan(t, "L898902C3")
	p.decide(t, s, border.Refer, together(found("9", "1"), found("8", "1"), found("7", "1")))
	items, err := p.desk.OfInspection(t.Context(), s.ID)
	require.NoError(t, err)
	require.Len(t, items, 3)
	require.Equal(t, []string{"national/7", "national/8", "national/9"}, []string{items[0].Alert, items[1].Alert, items[2].Alert})
	d := p.look(t, items[1].ID)
	require.Len(t, d.Others, 2)
	page, err := p.desk.Queue(t.Context(), actor("sam"), hit.Query{})
	require.NoError(t, err)
	require.Equal(t, "national/7", page.Items[0].Alert)
}

// What the centre receives is what the hit is: folding its copies of the events gives the same hit.
func TestTheCentreCanFoldTheSameHit(t *testing.T) {
	p := open(t)
	id, _ := p.raised(t, "L898902C3")
	require.NoError(t, p.desk.Claim(t.Context(), actor("sam"), id))
	require.NoError(t, p.desk.Judge(t.Context(), actor("sam"), id, hit.Judgement{Same: true, Compared: []string{"photo"}}))
	require.NoError(t, p.desk.Ask(t.Context(), actor("sam"), id, "is it him?"))
	rows, err := p.db.Pool.Query(t.Context(), `select payload from outbox where kind = 'hit.event' order by created_at, (payload -> 'body' ->> 'seq')::int`)
	require.NoError(t, err)
	var course []hit.Event
	for rows.Next() {
		var payload []byte
		require.NoError(t, rows.Scan(&payload))
		var r border.Record
		require.NoError(t, json.Unmarshal(payload, &r))
		require.NoError(t, r.Check())
		require.Equal(t, id, r.Subject)
		var e hit.Event
		require.NoError(t, json.Unmarshal(r.Body, &e))
		course = append(course, e)
	}
	require.NoError(t, rows.Err())
	h, err := hit.Fold(id, course)
	require.NoError(t, err)
	require.Equal(t, p.look(t, id).Hit, h)
	require.Equal(t, hit.StageAsked, h.Stage())
	require.Equal(t, p.now.Add(2*time.Hour), h.Question.AnswerBy)
}

// A scan without hits costs no statement and makes no record.
func TestAClearTravellerMakesNoHit(t *testing.T) {
	p := open(t)
	p.decide(t, p.scan(t, "L898902C3"), border.Admit, border.Finding{Check: alerts.CheckName, Outcome: border.NoHit})
	require.Zero(t, p.count(t, "hit"))
	require.Zero(t, p.changed.Load())
	require.Zero(t, p.count(t, "outbox where kind = 'hit.event'"))
}

// What a decision that is checked again finds is a hit on somebody who has crossed; what the counter had found is not found twice.
func TestACheckAskedAgainRaisesARetroHit(t *testing.T) {
	p := open(t)
	p.list(t, wanted("8", 3))
	s := p.scan(t, "L898902C3")
	e := p.decide(t, s, border.Admit, found("7", "1"))
	p.now = p.now.Add(3 * time.Hour)
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
		raised, err := p.store.Rechecked(t.Context(), tx, e.CrossingID, []border.Finding{found("7", "1"), found("8", "3")})
		require.True(t, raised)
		return err
	}))
	require.Equal(t, 2, p.count(t, "hit"))
	h := p.look(t, hit.ID(e.CrossingID, "national/8")).Hit
	require.Equal(t, hitdb.WasNotChecked, h.Raise.Retro)
	require.Equal(t, e.CrossedAt, h.Raise.CrossedAt)
	require.Equal(t, e.Lane, h.Raise.Lane)
	require.Equal(t, e.TravellerID, h.File())
	require.Equal(t, 3, h.Raise.AlertVersion)
}
