package fingerdb_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
)

// qualities are the qualities of a file's references of a finger, best first.
func (p *post) qualities(file uuid.UUID, f biometrics.Position) []int {
	p.Helper()
	rows, err := p.db.Pool.Query(p.Context(), `SELECT p.quality FROM finger_link l JOIN biometric.print p ON p.link = l.link
		WHERE l.file_id = $1 AND p.position = $2 AND p.state = 'reference' ORDER BY p.quality DESC`, file, f)
	require.NoError(p, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[int])
	require.NoError(p, err)
	return list
}

func TestTheBestImpressionsAreReferences(t *testing.T) {
	p := newPost(t)
	file, _ := p.enrol("L898902C3", 50)
	for _, quality := range []int{40, 70, 60, 30, 80} {
		p.clock.move(time.Hour)
		p.enrol("L898902C3", quality, finding(fingers.CodeMatch, 90))
	}
	require.Equal(t, []int{80, 70, 60}, p.qualities(file, biometrics.RightIndex))
	require.Equal(t, 12, p.count(`biometric.print WHERE state = 'presented'`), "the others stay as evidence")
	require.Len(t, p.known(p.open("L898902C3")).References, 12)
	require.Equal(t, 1, p.count("finger_search"), "who was found to be himself is not searched for again")

	p.clock.move(time.Hour)
	scan := p.open("L898902C3")
	again := p.random(biometrics.RightIndex, 99)
	for range 2 { // the very same image twice: the reader repeats itself
		again.ID = uuid.New()
		taking := p.taking(scan, []fingers.Print{again})
		require.NoError(t, p.prints.Keep(t.Context(), taking, []fingers.Print{again}, bordertest.Entry(audit.Collection, "fingerprint_taking", taking.ID)))
		p.decide(scan, finding(fingers.CodeMatch, 90))
		p.clock.move(time.Minute)
		scan = p.open("L898902C3")
	}
	require.Equal(t, []int{99, 80, 70}, p.qualities(file, biometrics.RightIndex), "the same bytes are one impression")
}

func TestWhatNobodyComparedIsNoReference(t *testing.T) {
	p := newPost(t)
	file, _ := p.enrol("L898902C3", 50)
	p.clock.move(time.Hour)
	p.enrol("L898902C3", 90, border.Unanswered(fingers.CheckName, border.Source{}, border.ReasonTimeout))
	require.Equal(t, []int{50}, p.qualities(file, biometrics.RightIndex))
	require.False(t, p.events()[1].Enrolment.References)
	require.Equal(t, 4, p.count(`biometric.print WHERE state = 'presented'`))
}

func TestSomebodySaysWhoseDisputedPrintsAre(t *testing.T) {
	p := newPost(t)
	file, _ := p.enrol("L898902C3", 50)
	p.clock.move(time.Hour)
	scan := p.open("L898902C3")
	taking, _ := p.take(scan, 90)
	p.decide(scan, finding(fingers.CodeMismatch, 3))
	act := func(do func(*fingerdb.Store, pgx.Tx) error) {
		require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return do(p.prints, tx) }))
	}
	for range 2 { // twice is once
		act(func(s *fingerdb.Store, tx pgx.Tx) error { return s.MakeReferences(t.Context(), tx, taking.ID) })
		require.Equal(t, []int{90, 50}, p.qualities(file, biometrics.RightIndex))
	}
	act(func(s *fingerdb.Store, tx pgx.Tx) error { return s.Dispute(t.Context(), tx, taking.ID) })
	require.Equal(t, []int{50}, p.qualities(file, biometrics.RightIndex))
	require.Equal(t, 4, p.count(`biometric.print WHERE state = 'disputed'`))
	act(func(s *fingerdb.Store, tx pgx.Tx) error { return s.MakeReferences(t.Context(), tx, uuid.New()) })
}

func TestAnAnnulledDecisionLetsThePrintsBeNobodys(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3")
	p.take(scan, 60)
	first := p.decide(scan)
	require.Len(t, p.gallery(), 1)
	p.annul(scan, first)
	require.Empty(t, p.gallery())
	require.Zero(t, p.count("finger_link"))
	require.Equal(t, 8, p.count(`biometric.blob WHERE state = 'apart'`), "what had not left does not leave")
	due, err := p.prints.Searches(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, due)
	require.Equal(t, fingers.Withdrawn, p.events()[1].Step)
	presented, err := p.prints.Presented(t.Context(), scan.ID)
	require.NoError(t, err)
	require.Len(t, presented, 4, "the officer goes on where he was")

	p.clock.move(time.Minute)
	p.decide(scan)
	require.Len(t, p.known(p.open("L898902C3")).References, 4)
	require.Equal(t, 8, p.count(`biometric.blob WHERE state = 'waiting'`))
	due, err = p.prints.Searches(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, due, 1)
	require.Equal(t, fingers.Enrolled, p.events()[2].Step)
}

func TestAnAnnulledDecisionGivesTheOlderReferencesBack(t *testing.T) {
	p := newPost(t)
	file, _ := p.enrol("L898902C3", 50)
	for range 2 {
		p.clock.move(time.Hour)
		p.enrol("L898902C3", 60, finding(fingers.CodeMatch, 90))
	}
	p.clock.move(time.Hour)
	scan := p.open("L898902C3")
	p.take(scan, 90)
	e := p.decide(scan, finding(fingers.CodeMatch, 90))
	require.Equal(t, []int{90, 60, 60}, p.qualities(file, biometrics.RightIndex))
	p.annul(scan, e)
	require.Equal(t, []int{60, 60, 50}, p.qualities(file, biometrics.RightIndex))
	require.Equal(t, 1, p.count("finger_link"), "the file keeps its link")
}

func TestWhatNoDecisionFollowedIsErased(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3")
	_, prints := p.take(scan, 60)
	require.NoError(t, p.store.Dismiss(t.Context(), border.DismissalEvent{
		InspectionID: scan.ID, Station: scan.Station, Lane: scan.Lane, Officer: scan.Officer, Reason: "misread", DismissedAt: p.clock.now(),
	}, bordertest.Entry(audit.Alteration, "inspection", scan.ID)))
	known, firstPrints := p.enrol("D23145890", 60)
	replaced := p.open("D23145890")
	p.take(replaced, 20)
	p.clock.move(time.Minute)
	p.take(replaced, 60)
	p.decide(replaced, finding(fingers.CodeMatch, 90))

	p.clock.move(12 * time.Hour)
	n, err := p.prints.Purge(t.Context(), p.clock.now().Add(-24*time.Hour))
	require.NoError(t, err)
	require.Zero(t, n, "it is not time")
	p.clock.move(24 * time.Hour)
	n, err = p.prints.Purge(t.Context(), p.clock.now().Add(-24*time.Hour))
	require.NoError(t, err)
	require.Equal(t, 2, n, "the one put aside, and the one that a later one replaced")
	_, err = p.prints.Image(t.Context(), prints[0].ID, entry("print", prints[0].ID))
	require.ErrorIs(t, err, fingerdb.ErrDestroyed)
	_, err = p.prints.Image(t.Context(), firstPrints[0].ID, entry("print", firstPrints[0].ID))
	require.NoError(t, err)
	none, err := p.prints.Of(t.Context(), scan.ID)
	require.NoError(t, err)
	require.Nil(t, none)
	require.Equal(t, 8, p.count(`biometric.print WHERE state = 'erased' AND ground = 'no_decision'`), "the rows are the tombstones")
	require.Equal(t, 16, p.count(`biometric.blob WHERE sealed IS NULL AND state = 'destroyed'`))
	require.Equal(t, 16, p.count(`biometric.sealed WHERE mark IS NULL`))
	require.Equal(t, 1, p.count(`biometric.key_tombstone WHERE ground = 'no_decision'`), "his key goes with them; the file's stays")
	require.Equal(t, 2, p.count(`audit WHERE verb = 'erasure' AND object_kind = 'fingerprint_taking' AND purpose = 'retention'`))
	require.Zero(t, p.count(`outbox WHERE payload::text LIKE '%"step":"erased"%'`), "the centre never had them")
	n, err = p.prints.Purge(t.Context(), p.clock.now())
	require.NoError(t, err)
	require.Zero(t, n)
	require.Len(t, p.known(p.open("D23145890")).References, 8, "of file %s", known)
}

func TestTheCentreIsToldOfErasedPrintsThatItHas(t *testing.T) {
	p := newPost(t)
	p.enrol("L898902C3", 60)
	scan := p.open("L898902C3")
	_, prints := p.take(scan, 60)
	e := p.decide(scan, finding(fingers.CodeMatch, 90))
	p.exec(`UPDATE biometric.blob SET state = 'sent', sent_at = $1`, p.clock.now())
	p.annul(scan, e)
	p.clock.move(48 * time.Hour)
	n, err := p.prints.Purge(t.Context(), p.clock.now().Add(-24*time.Hour))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	last := p.events()[len(p.events())-1]
	require.Equal(t, fingers.Erased, last.Step)
	require.Len(t, last.Erasure.Prints, 4)
	require.Contains(t, last.Erasure.Prints, prints[0].ID)
	require.Equal(t, fingerdb.GroundApart, last.Erasure.Ground)
	require.Zero(t, p.count("biometric.key_tombstone"))
}

func TestFilesThatAreOnePersonShareTheirPrints(t *testing.T) {
	p := newPost(t)
	one, _ := p.enrol("L898902C3", 60)
	other := p.open("D23145890")
	p.take(other, 60)
	e := p.decide(other)
	require.Len(t, p.known(p.open("D23145890")).References, 4)
	p.exec(`UPDATE traveller SET group_id = least($1::uuid, $2) WHERE id IN ($1, $2)`, one, e.TravellerID)
	known := p.known(p.open("D23145890"))
	require.Equal(t, e.TravellerID, known.File)
	require.Len(t, known.References, 8, "both files' prints are his")

	third := p.open("L898902C3")
	p.take(third, 60)
	p.decide(third, finding(fingers.CodeMismatch, 2))
	due, err := p.prints.Searches(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, due, 3)
	for _, d := range due {
		require.Len(t, d.Own, 2, "neither link is a candidate of the other")
	}
}

func TestTwoCountersThatMeetANewDocumentAtOnce(t *testing.T) {
	p := newPost(t)
	a, b := p.open("L898902C3"), p.open("L898902C3")
	p.take(a, 60)
	p.take(b, 60)
	first, second := p.decide(a), p.decide(b)
	require.Equal(t, first.TravellerID, second.TravellerID)
	require.Equal(t, 2, p.count(`finger_link WHERE file_id = $1`, first.TravellerID), "both links are the file's")
	require.Equal(t, 2, p.destroy(first.TravellerID), "and go together")
}

func TestADecisionThatFailsSettlesNothing(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3")
	p.take(scan, 60)
	broken := bordertest.Event(scan, p.clock.now())
	broken.Officer = ""
	_, err := p.store.Record(t.Context(), scan.ID, broken, bordertest.Entry(audit.Collection, "crossing", broken.CrossingID))
	require.Error(t, err, "a record says who wrote it")
	require.Zero(t, p.count("decision"), "the decision goes with its prints")
	require.Zero(t, p.count("finger_link"))
	require.Equal(t, 8, p.count(`biometric.blob WHERE state = 'apart'`))
}

// What a decision with prints asks of the database does not grow with the file, and one without asks nothing for them.
func TestADecisionWithPrintsSendsAFewStatements(t *testing.T) {
	var sent pgtest.Statements
	db, err := postgres.Open(t.Context(), pgtest.New(t, migrations.Station).Pool.Config().ConnString(), pgtest.WithStatements(&sent))
	require.NoError(t, err)
	t.Cleanup(db.Close)
	p := openPost(t, db)
	p.ctx = context.WithValue(t.Context(), http.ServerContextKey, &http.Server{})
	watch := func(act func()) int {
		sent.Watch()
		act()
		return len(sent.Sent())
	}
	none := p.open("X00000000")
	without := watch(func() { p.decide(none) })
	bare := watch(func() {
		scan := bordertest.Scan("X00000001")
		store := stationdb.New(p.db, uuid.New, func() {})
		require.NoError(t, store.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
		sent.Watch()
		_, err := store.Record(p.Context(), scan.ID, bordertest.Event(scan, p.clock.now()), bordertest.Entry(audit.Collection, "crossing", scan.ID))
		require.NoError(t, err)
	})
	require.Equal(t, bare, without, "a decision without prints costs nothing more than where none are taken")
	for n := range 5 {
		p.clock.move(time.Hour)
		scan := p.open("L898902C3")
		var prints []fingers.Print
		kept := watch(func() { _, prints = p.take(scan, 60) })
		found := p.bound(scan, finding(fingers.CodeMatch, 80))
		settled := watch(func() { p.decideAs(scan, border.Admit, found) })
		t.Logf("crossing %d: %d prints kept by %d statements, settled by %d more", n+1, len(prints), kept, settled-without)
		require.LessOrEqual(t, kept, 13)
		require.LessOrEqual(t, settled-without, 13)
	}
}
