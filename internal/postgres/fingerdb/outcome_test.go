package fingerdb_test

import (
	"crypto/rand"
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
	"github.com/openbmis/openbmis/internal/vault"
)

// due are the takings of which a search is due.
func (p *post) due() (list []uuid.UUID) {
	p.Helper()
	due, err := p.prints.Searches(p.Context(), 16)
	require.NoError(p, err)
	for _, d := range due {
		list = append(list, d.Taking)
	}
	return list
}

func (p *post) last() fingers.Event {
	all := p.events()
	return all[len(all)-1]
}

// returned is what the second line does with a traveller whom it sends back to his lane.
func (p *post) returned(scan border.Scan, e border.CrossingEvent) {
	p.Helper()
	require.NoError(p, p.db.InTx(p.Context(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(p.Context(), `UPDATE scan SET status = 'open', closed_at = NULL WHERE id = $1`, scan.ID); err != nil {
			return err
		}
		_, err := p.prints.Withdraw(p.Context(), tx, scan.ID, border.CorrectionEvent{
			CrossingID: e.CrossingID, Station: "test-air", Lane: "1", Officer: "sam", CorrectedAt: p.clock.now(),
		}, bordertest.Entry(audit.Alteration, "referral", e.CrossingID))
		return err
	}))
}

func TestAReferredStrangerFoundsNoFile(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3")
	taking, _ := p.take(scan, 60)
	first := p.decideAs(scan, border.Refer, p.bound(scan, finding(fingers.CodeCandidate, 90)))
	require.Empty(t, p.gallery(), "nobody has admitted him")
	require.Equal(t, []uuid.UUID{taking.ID}, p.due(), "but he is searched for")
	e := p.last().Enrolment
	require.Equal(t, []any{fingers.OutcomePresented, false, true}, []any{e.Outcome, e.References, e.Search})
	require.Equal(t, fingers.StatePresented, e.Prints[0].State)
	require.Equal(t, 8, p.count(`biometric.blob WHERE state = 'waiting'`), "the evidence is the centre's too")

	p.returned(scan, first)
	require.Equal(t, fingers.Withdrawn, p.last().Step)
	require.Empty(t, p.known(scan).References, "nobody is compared with himself as he stands there")
	p.clock.move(time.Minute)
	p.decideAs(scan, border.Admit, p.bound(scan, finding(fingers.CodeNew, 0)))
	require.Len(t, p.gallery(), 1)
	require.Equal(t, fingers.StateReference, p.last().Enrolment.Prints[0].State)
	require.Empty(t, p.known(scan).References, "also when they are references by now")
	require.Len(t, p.known(p.open("L898902C3")).References, 4)
}

func TestACaseThatEndsWithAdmissionMakesReferences(t *testing.T) {
	for name, c := range map[string]struct {
		verdict border.Verdict
		code    string
		n       int
	}{
		"admitted":              {border.Admit, fingers.CodeNew, 1},
		"refused":               {border.Refuse, fingers.CodeNew, 0},
		"admitted all the same": {border.Admit, fingers.CodeMismatch, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPost(t)
			scan := p.open("L898902C3")
			p.take(scan, 60)
			found := p.bound(scan, finding(c.code, 3))
			first := p.decideAs(scan, border.Refer, found)
			end := bordertest.Event(scan, p.clock.now().Add(time.Minute))
			end.TravellerID, end.Referral, end.Findings = first.TravellerID, first.CrossingID, []border.Finding{found}
			end.Decision = border.Decision{Verdict: c.verdict}
			require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
				_, err := p.prints.Conclude(t.Context(), tx, scan.ID, end, bordertest.Entry(audit.Collection, "crossing", end.CrossingID))
				return err
			}))
			require.Len(t, p.gallery(), c.n)
			if c.n > 0 {
				require.Equal(t, end.CrossingID, p.last().Enrolment.Crossing)
			}
		})
	}
}

func TestADecisionOnAnAnswerAboutOtherPrintsIsRefused(t *testing.T) {
	p := newPost(t)
	p.enrol("L898902C3", 50)
	scan := p.open("L898902C3")
	untaken := border.Finding{Check: fingers.CheckName, Outcome: border.NotChecked, Reason: fingers.ReasonToTake, Evidence: []border.Evidence{
		{Code: fingers.CodeToTake, Found: "right_index", Severity: border.Note},
	}}
	p.take(scan, 60)
	old := p.bound(scan, finding(fingers.CodeMatch, 90))
	p.clock.move(time.Minute)
	taking, _ := p.take(scan, 70)
	for _, f := range []border.Finding{untaken, old} {
		e := bordertest.Event(scan, p.clock.now())
		e.Findings = []border.Finding{f}
		_, err := p.store.Record(t.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
		require.ErrorIs(t, err, fingers.ErrChanged)
	}
	require.Equal(t, 1, p.count("decision"))
	p.decide(scan, finding(fingers.CodeMatch, 90))
	require.Equal(t, taking.ID, p.last().Taking)
}

func TestOneGenuineFingerDoesNotSpeakForTheOthers(t *testing.T) {
	p := newPost(t)
	file, _ := p.enrol("L898902C3", 50)
	p.clock.move(time.Hour)
	scan := p.open("L898902C3")
	p.take(scan, 80)
	p.decideAs(scan, border.Admit, p.bound(scan, finding(fingers.CodeMatch, 122), 131.9, 3, 4.4, 22.5))
	require.Equal(t, []int{80, 50}, p.qualities(file, biometrics.RightIndex))
	require.Equal(t, []int{50}, p.qualities(file, biometrics.RightMiddle))
	states := map[biometrics.Position]string{}
	for _, n := range p.last().Enrolment.Prints {
		states[n.Position] = n.State
	}
	require.Equal(t, map[biometrics.Position]string{
		biometrics.RightIndex: fingers.StateReference, biometrics.RightMiddle: fingers.StatePresented, biometrics.RightRing: fingers.StatePresented,
		biometrics.RightLittle: fingers.StatePresented,
	}, states)
	scan = p.open("L898902C3")
	p.clock.move(time.Hour)
	p.take(scan, 90)
	p.annul(scan, p.decide(scan, finding(fingers.CodeMatch, 90)))
	require.Equal(t, []int{50}, p.qualities(file, biometrics.RightMiddle), "taking something back does not bring in what never was one")

	weak := p.open("L898902C3")
	p.take(weak, 95)
	p.decideAs(weak, border.Admit, p.bound(weak, finding(fingers.CodeMatch, 31), 20, 20, 20, 20))
	require.Equal(t, fingers.OutcomePresented, p.last().Enrolment.Outcome)
}

func TestWhatDoesNotOpenIsNotNothing(t *testing.T) {
	p := newPost(t)
	p.enrol("L898902C3", 50)
	var err error
	p.keys, err = vault.OpenFiles(t.TempDir(), rand.Reader, p.clock.now) // the files with the generation are lost
	require.NoError(t, err)
	p.start()
	known := p.known(p.open("L898902C3"))
	require.Empty(t, known.References)
	require.Equal(t, 4, known.Unreadable)
}

func TestPrintsUnderAnothersLinkAreNoReferences(t *testing.T) {
	p := newPost(t)
	file, _ := p.enrol("L898902C3", 50)
	p.clock.move(time.Hour)
	scan := p.open("L898902C3") // a misread document: the prints stand under the link of its file
	taking, _ := p.take(scan, 90)
	repaired := scan
	repaired.Document.Number = "D23145890"
	p.decideAs(repaired, border.Admit, p.bound(scan, finding(fingers.CodeNew, 0)))
	require.Equal(t, []int{50}, p.qualities(file, biometrics.RightIndex), "whoever it is, he is not the person of that file")
	require.Len(t, p.known(p.open("L898902C3")).References, 4)
	require.Empty(t, p.known(p.open("D23145890")).References)
	require.Equal(t, fingers.OutcomePresented, p.last().Enrolment.Outcome)
	require.Contains(t, p.due(), taking.ID)
}

func TestPrintsTakenAgainStandUnderTheRepairedDocumentsLink(t *testing.T) {
	p := newPost(t)
	p.enrol("L898902C3", 50)
	_, others := p.enrol("D23145890", 50)
	scan := p.open("L898902C3")
	p.take(scan, 60)
	p.exec(`UPDATE scan SET document = jsonb_set(document, '{number}', '"D23145890"') WHERE id = $1`, scan.ID)
	p.take(scan, 60)
	presented, err := p.prints.Presented(t.Context(), scan.ID)
	require.NoError(t, err)
	mine, err := p.prints.Image(t.Context(), others[0].ID, entry("print", others[0].ID))
	require.NoError(t, err)
	require.Equal(t, mine.Link, presented[0].Link)
}

func TestAKnownTravellerWhomNobodyComparedIsSearchedFor(t *testing.T) {
	p := newPost(t)
	p.enrol("L898902C3", 50)
	p.clock.move(time.Hour)
	scan := p.open("L898902C3")
	other := p.random(biometrics.LeftIndex, 60)
	taking := p.taking(scan, []fingers.Print{other})
	require.NoError(t, p.prints.Keep(t.Context(), taking, []fingers.Print{other}, bordertest.Entry(audit.Collection, "fingerprint_taking", taking.ID)))
	p.decideAs(scan, border.Admit, border.Unanswered(fingers.CheckName, border.Source{}, fingers.ReasonNoCommon))
	require.Contains(t, p.due(), taking.ID)
	require.True(t, p.last().Enrolment.Search)
	require.Empty(t, p.gallery()[uuid.Nil])
}

func TestAnotherTakingDoesNotMakeAHitUnsaid(t *testing.T) {
	p := newPost(t)
	p.enrol("L898902C3", 50)
	note := func(taking uuid.UUID, code string, score float64) {
		require.NoError(t, p.prints.Note(t.Context(), fingers.Noted{Taking: taking, Code: code, Score: score, Engine: "e"}, entry("fingerprint_taking", taking)))
	}
	p.clock.move(time.Hour)
	scan := p.open("L898902C3")
	stranger, _ := p.take(scan, 60)
	note(stranger.ID, fingers.CodeMismatch, 3)
	note(stranger.ID, fingers.CodeCandidate, 80)
	p.clock.move(time.Minute)
	alike, _ := p.take(scan, 60)
	note(alike.ID, fingers.CodeCandidate, 70)
	p.clock.move(time.Minute)
	p.take(scan, 60)
	before, err := p.prints.Before(t.Context(), scan.ID)
	require.NoError(t, err)
	require.Equal(t, []fingers.Noted{
		{Taking: stranger.ID, Code: fingers.CodeMismatch, Score: 3, Engine: "e"}, {Taking: alike.ID, Code: fingers.CodeCandidate, Score: 70, Engine: "e"},
	}, before)
	p.tasks.all = nil
	p.decide(scan, finding(fingers.CodeMatch, 90))
	require.Len(t, p.tasks.all, 1)
	require.Equal(t, []any{stranger.ID, fingers.GroundMismatch, 3.0}, []any{p.tasks.all[0].Taking, p.tasks.all[0].Candidacy.Ground, p.tasks.all[0].Candidacy.Score})
	require.Equal(t, 4, p.count(`biometric.print WHERE state = 'disputed'`))
	require.Subset(t, p.due(), []uuid.UUID{stranger.ID, alike.ID}, "whose they are, a search says")

	p.clock.move(time.Hour)
	aside := p.open("L898902C3")
	third, _ := p.take(aside, 60)
	note(third.ID, fingers.CodeMismatch, 2)
	require.NoError(t, p.store.Dismiss(t.Context(), border.DismissalEvent{
		InspectionID: aside.ID, Station: aside.Station, Lane: aside.Lane, Officer: aside.Officer, Reason: "misread", DismissedAt: p.clock.now(),
	}, bordertest.Entry(audit.Alteration, "inspection", aside.ID)))
	p.clock.move(time.Minute)
	for number, n := range map[string]int{"L898902C3": 1, "D23145890": 0} {
		before, err = p.prints.Before(t.Context(), p.open(number).ID)
		require.NoError(t, err)
		require.Len(t, before, n)
	}
	p.clock.move(25 * time.Hour)
	before, err = p.prints.Before(t.Context(), p.open("L898902C3").ID)
	require.NoError(t, err)
	require.Empty(t, before)
}
