package fingerdb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/hitdb"
)

// retain erases what is to be erased, and says how many persons it was.
func (p *post) retain() int {
	p.Helper()
	n, err := p.prints.Retain(p.Context(), fingers.DefaultPolicy())
	require.NoError(p, err)
	return n
}

func (p *post) retention() fingers.Retention {
	p.Helper()
	r, err := p.prints.Retention(p.Context(), fingers.DefaultPolicy())
	require.NoError(p, err)
	return r
}

// until moves the clock to so many months after an instant.
func (p *post) until(at time.Time, months int) {
	p.clock.move(at.AddDate(0, months, 0).Sub(p.clock.now()))
}

// cross admits whoever shows a document, with prints or without.
func (p *post) cross(number string, direction border.Direction, prints bool) (border.Scan, border.CrossingEvent) {
	p.Helper()
	scan := p.openAs(number, direction)
	if prints {
		p.take(scan, 70)
		return scan, p.decide(scan, finding(fingers.CodeMatch, 60))
	}
	return scan, p.decide(scan)
}

func (p *post) openAs(number string, direction border.Direction) border.Scan {
	p.Helper()
	scan := bordertest.Scan(number)
	scan.At, scan.Direction = p.clock.now(), direction
	require.NoError(p, p.store.OpenScan(p.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	return scan
}

// Whoever left is kept for 36 months after that, whoever is not known to have left for 60 after he entered, whatever was taken of him since.
func TestTheTimeOfKeepingCountsFromTheLastCrossing(t *testing.T) {
	policy := fingers.DefaultPolicy()
	const stay = 30 * 24 * time.Hour
	for name, c := range map[string]struct {
		after  func(p *post) // what happens a month after the entry at which the prints are taken
		months int
		from   time.Duration // since the entry
	}{
		"nothing more is known": {func(*post) {}, policy.KeptInside, 0},
		"he left, and was not asked for prints": {
			func(p *post) { p.cross("L898902C3", border.Exit, false) }, policy.Kept, stay,
		},
		"he left with prints": {func(p *post) { p.cross("L898902C3", border.Exit, true) }, policy.Kept, stay},
		"that he left was annulled": {func(p *post) {
			scan, e := p.cross("L898902C3", border.Exit, false)
			p.annul(scan, e)
		}, policy.KeptInside, 0},
		"he left and came back": {func(p *post) {
			p.cross("L898902C3", border.Exit, false)
			p.clock.move(time.Hour)
			p.cross("L898902C3", border.Entry, false)
		}, policy.KeptInside, stay + time.Hour},
		"prints were taken and he was turned back at the exit": {func(p *post) {
			scan := p.openAs("L898902C3", border.Exit)
			p.take(scan, 70)
			p.decideAs(scan, border.Refuse, p.bound(scan, finding(fingers.CodeMatch, 60)))
		}, policy.KeptInside, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPost(t)
			_, e := p.cross("L898902C3", border.Entry, true)
			p.clock.move(stay)
			c.after(p)
			p.until(e.CrossedAt.Add(c.from), c.months)
			require.Zero(t, p.retain(), "the last day")
			require.Equal(t, fingers.Retention{}, p.retention())
			p.clock.move(time.Second)
			require.Equal(t, fingers.Retention{Expired: 1}, p.retention())
			require.Equal(t, 1, p.retain())
			require.Empty(t, p.gallery())
		})
	}
}

// Who came first at the exit and was not let go is kept from the taking on, though no crossing stands.
func TestATakingCountsWhereNoCrossingStands(t *testing.T) {
	p := newPost(t)
	scan := p.openAs("L898902C3", border.Exit)
	taking, _ := p.take(scan, 70)
	p.decideAs(scan, border.Refuse)
	p.until(taking.At, fingers.DefaultPolicy().Kept)
	require.Zero(t, p.retain())
	p.clock.move(time.Second)
	require.Equal(t, 1, p.retain())
}

// hits are the hits of the post, raised as its program raises them.
func (p *post) hits() *hitdb.Store {
	return hitdb.New(hitdb.Config{
		DB: p.db, Space: func() pgcluster.Space { return pgcluster.Ample }, Nudge: func() {}, Changed: func() {},
		Writer: hit.Writer{
			Station: "test-air", Zone: time.UTC, Status: func() border.Status { return border.Confirmed }, Now: p.clock.now, NewID: uuid.New,
		},
	})
}

// onList is a finding that the bearer is on a list.
func onList() border.Finding {
	const ref = "national/7@1"
	return border.Finding{
		Check: "alerts.test", Source: border.Source{Name: "alerts.test", Version: "7"}, Outcome: border.Hit, At: bordertest.Noon, Matcher: "1",
		Evidence: []border.Evidence{
			{Code: hit.CodeMatch, Field: "name", Severity: border.SecondLine, Ref: ref, Band: "probable", Score: 0.9, Found: "X", Expected: "X"},
			{Code: hit.CodeAction, Severity: border.SecondLine, Ref: ref, Expected: "detain"},
		},
	}
}

// What is open about somebody keeps his prints, is counted, and lets them go once it is closed; whoever else is over his time goes meanwhile.
func TestWhatIsOpenKeepsPrints(t *testing.T) {
	const number = "L898902C3"
	closeHits := func(p *post) { p.exec(`UPDATE hit SET closed_at = now(), outcome = 'released', stage = 'closed'`) }
	for name, c := range map[string]struct {
		opened func(p *post)
		closed func(p *post)
	}{
		"a hit on somebody who was admitted": {func(p *post) {
			e := p.decide(p.open(number), onList())
			p.exec(`UPDATE movement SET voided_by = id WHERE id = $1`, e.CrossingID) // his last crossing is the old one
		}, closeHits},
		"a hit on somebody who was put aside": {func(p *post) {
			scan := p.open("l898902c3<") // as another reader gives the number
			require.NoError(p, p.hits().Found(p.Context(), scan, onList()))
			d := border.DismissalEvent{
				InspectionID: scan.ID, Station: scan.Station, Lane: scan.Lane, Officer: scan.Officer, Reason: "read_again", DismissedAt: p.clock.now(),
				Identity: &scan.Identity, Document: &scan.Document, Hits: []border.Finding{onList()},
			}
			require.NoError(p, p.store.Dismiss(p.Context(), d, bordertest.Entry(audit.Alteration, "inspection", scan.ID)))
		}, closeHits},
		"a hit on somebody who stands at the counter": {func(p *post) {
			require.NoError(p, p.hits().Found(p.Context(), p.open(number), onList()))
		}, closeHits},
		"a case of the second line": {func(p *post) {
			p.decideAs(p.open(number), border.Refer)
		}, func(p *post) { p.exec(`UPDATE referral SET closed_at = now(), outcome = 'hand_over'`) }},
		"a hit on another file of the same person": {func(p *post) {
			e := p.decide(p.open("X11111111"), onList())
			p.exec(`UPDATE traveller SET group_id = (SELECT traveller_id FROM traveller_document WHERE number = $1) WHERE id = $2`, number, e.TravellerID)
			p.exec(`UPDATE movement SET voided_by = id WHERE file_id = $1`, e.TravellerID)
		}, closeHits},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPost(t)
			p.store = p.store.Raising(p.hits())
			_, first := p.cross(number, border.Exit, true)
			_, other := p.cross("P00000000", border.Exit, true)
			p.until(other.CrossedAt, fingers.DefaultPolicy().Kept)
			p.clock.move(time.Second)
			require.Equal(t, fingers.Retention{Expired: 2}, p.retention())
			c.opened(p)
			require.Equal(t, fingers.Retention{Expired: 1, OpenHits: 1}, p.retention())
			require.Equal(t, 1, p.retain(), "the other one")
			require.Len(t, p.gallery(), 1)
			require.Equal(t, fingers.Retention{OpenHits: 1, Erased: 1}, p.retention())
			require.Equal(t, 1, p.count("audit WHERE verb = 'erasure' AND purpose = 'retention' AND object_id = $1", other.TravellerID.String()))
			require.Zero(t, p.count("audit WHERE verb = 'erasure' AND object_id = $1", first.TravellerID.String()), "who is kept")
			c.closed(p)
			require.Equal(t, 1, p.retain())
			require.Empty(t, p.gallery())
			require.Equal(t, 1, p.count("audit WHERE verb = 'erasure' AND purpose = 'retention' AND object_id = $1", first.TravellerID.String()))
		})
	}
}

// Who is kept for a task and for a hit is counted once.
func TestWhoIsKeptForTwoReasonsIsCountedOnce(t *testing.T) {
	p := newPost(t)
	p.store = p.store.Raising(p.hits())
	scan := p.openAs("L898902C3", border.Exit)
	p.take(scan, 70)
	e := p.decideAs(scan, border.Refer, onList())
	p.exec(`INSERT INTO finger_task (id, taking, ground, place, link, candidate_link, candidate_station, score, raised_at)
		SELECT $1, id, 'mismatch', 'test-air', link, link, '', 1, now() FROM finger_taking`, uuid.New())
	p.until(e.CrossedAt, fingers.DefaultPolicy().Kept)
	p.clock.move(time.Second)
	require.Equal(t, fingers.Retention{OpenTasks: 1}, p.retention())
	p.exec(`UPDATE finger_task SET decided_at = now(), stage = 'decided'`)
	require.Equal(t, fingers.Retention{OpenHits: 1}, p.retention())
	require.Zero(t, p.retain())
	require.Zero(t, p.count("audit WHERE verb = 'erasure'"))
}

// What cannot be told in the audit log is not erased.
func TestAnErasureThatCannotBeAuditedIsNone(t *testing.T) {
	p := newPost(t)
	_, e := p.cross("L898902C3", border.Exit, true)
	p.until(e.CrossedAt, fingers.DefaultPolicy().Kept)
	p.clock.move(time.Second)
	admin := pgtest.Admin(t, p.db).Pool
	_, err := admin.Exec(t.Context(), `REVOKE INSERT ON audit FROM bmis_app`)
	require.NoError(t, err)
	_, err = p.prints.Retain(t.Context(), fingers.DefaultPolicy())
	require.Error(t, err)
	require.Zero(t, p.count("biometric.key_tombstone"))
	require.Len(t, p.gallery(), 1)
	_, err = admin.Exec(t.Context(), `GRANT INSERT ON audit TO bmis_app`)
	require.NoError(t, err)
	require.Equal(t, 1, p.retain())
}
