package expecteddb_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/expecteddb"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

func TestNothingIsSaidBeforeTheDatasetCame(t *testing.T) {
	p := open(t)
	who := person(t, flight("0400", noon), 1)
	require.Equal(t, border.ReasonListMissing, p.find(t, subject(who, "0400")).Reason)
	state, err := p.board.State(t.Context())
	require.NoError(t, err)
	require.False(t, state.Held)
	p.apply(t)
	f := p.find(t, subject(who, "0400"))
	require.Equal(t, border.NoHit, f.Outcome, "an empty dataset says that there is nothing")
	require.Equal(t, noon.Add(-10*time.Minute), f.Source.AsOf)
}

// By number, by birth date, by a slip of it and by name on the noted flight: each way alone finds the person, in one statement.
func TestTheWaysToAPerson(t *testing.T) {
	p := open(t)
	f := flight("0400", noon.Add(-time.Hour))
	who := person(t, f, 7)
	p.tell(t, f, who, person(t, f, 8))
	ways := map[string]func(*border.Subject){
		"as declared":    func(*border.Subject) {},
		"number alone":   func(s *border.Subject) { s.Identity.GivenNames = "JOAN" },
		"another number": func(s *border.Subject) { s.Document.Number = "Z9999999" },
		"another number and a slip of the birth date": func(s *border.Subject) {
			s.Document.Number, s.Identity.BirthDate = "Z9999999", date(t, "1958-08-08")
		},
		"another number and birth date": func(s *border.Subject) {
			s.Document.Number, s.Identity.BirthDate = "Z9999999", date(t, "1999-12-31")
		},
	}
	for name, change := range ways {
		t.Run(name, func(t *testing.T) {
			s := subject(who, "0400")
			change(&s)
			met, is := expected.MetIn([]border.Finding{p.find(t, s)})
			require.True(t, is)
			require.Equal(t, who.ID, met.Person)
		})
	}
	s := subject(who, "")
	s.Direction = border.Exit
	_, is := expected.MetIn([]border.Finding{p.find(t, s)})
	require.False(t, is, "an arriving flight is nobody's departure")
	s = subject(who, "")
	s.At = noon.Add(48 * time.Hour)
	_, is = expected.MetIn([]border.Finding{p.find(t, s)})
	require.False(t, is, "nor one of two days ago")
}

func TestRowsComeAndGo(t *testing.T) {
	p := open(t)
	f := flight("0400", noon)
	a, b := person(t, f, 1), person(t, f, 2)
	p.tell(t, a, b, f) // the flight may come last
	require.Equal(t, 2, p.line(t, f).Expected)
	a.Status = apipnr.StatusCancelled
	p.tell(t, a)
	require.Equal(t, 1, p.line(t, f).Expected)
	p.apply(t, gone(expected.PersonKey(f.ID, b.ID)), gone(expected.PersonKey(f.ID, a.ID)), gone(expected.FlightKey(f.ID)))
	require.Zero(t, p.count(t, "expected_person")+p.count(t, "expected_flight"), "nothing of them is left")

	p.tell(t, f, a)
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return expecteddb.Sink{}.Clear(t.Context(), tx) }))
	require.Zero(t, p.count(t, "expected_person")+p.count(t, "expected_flight"))
}

// Put and deleted in one step, the last word holds.
func TestTheLastWordOfARowHolds(t *testing.T) {
	p := open(t)
	f := flight("0400", noon)
	who := person(t, f, 1)
	row, err := json.Marshal(who)
	require.NoError(t, err)
	key := expected.PersonKey(f.ID, who.ID)
	p.tell(t, f)
	p.apply(t, replication.Change{Op: replication.OpPut, Key: key, Data: row}, gone(key))
	require.Zero(t, p.count(t, "expected_person"))
	p.apply(t, gone(key), replication.Change{Op: replication.OpPut, Key: key, Data: row})
	require.Equal(t, 1, p.count(t, "expected_person"))
}

// Rows that this release cannot read are counted, and keep the check from saying "not on the list".
func TestUnreadableRows(t *testing.T) {
	p := open(t)
	f := flight("0400", noon.Add(-time.Hour))
	who := person(t, f, 1)
	p.tell(t, f)
	key := expected.PersonKey(f.ID, who.ID)
	p.apply(t, replication.Change{Op: replication.OpPut, Key: key, Data: []byte(`{"id": 7}`)}, replication.Change{Op: replication.OpPut, Key: "x/y", Data: []byte(`{}`)})
	finding := p.find(t, subject(who, "0400"))
	require.Equal(t, border.ReasonListIncomplete, finding.Reason)
	require.Equal(t, "2", finding.Evidence[0].Found)
	state, err := p.board.State(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, state.Unreadable)
	p.tell(t, who)
	p.apply(t, gone("x/y"))
	require.Equal(t, border.NoHit, p.find(t, subject(who, "0400")).Outcome)
}

func TestWhoCame(t *testing.T) {
	p := open(t)
	f := flight("0400", noon.Add(-time.Hour))
	came, differs, absent := person(t, f, 1), person(t, f, 2), person(t, f, 3)
	flagged := person(t, f, 4)
	flagged.Screening = &apipnr.Screening{Outcome: border.Hit, Severity: border.SecondLine, At: noon}
	p.tell(t, f, came, differs, absent, flagged)
	require.Equal(t, expected.Counts{Expected: 4, Absent: 4, Hits: 1}, p.line(t, f))

	before, err := p.board.Version(t.Context())
	require.NoError(t, err)
	p.decide(t, subject(came, "0400"), border.Admit)
	after, err := p.board.Version(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, before, after)
	require.EqualValues(t, 1, p.changed.Load())

	other := subject(differs, "0400")
	other.Identity.Sex = "M"
	crossing := p.decide(t, other, border.Admit)
	p.decide(t, subject(flagged, "0400"), border.Refer)
	stranger := person(t, f, 20)
	p.decide(t, subject(stranger, "0400"), border.Admit)
	require.Equal(t, expected.Counts{Expected: 4, Arrived: 3, Absent: 1, Undeclared: 1, Hits: 1, Differing: 1}, p.line(t, f))

	line, all, err := p.board.Persons(t.Context(), f.ID, entry())
	require.NoError(t, err)
	require.Len(t, all, 5)
	counted := func(filter expected.Filter) (n int) {
		for _, x := range all {
			if filter.Of(x) {
				n++
			}
		}
		return n
	}
	require.Equal(t, line.Counts.Arrived, counted(expected.Arrived))
	require.Equal(t, line.Counts.Absent, counted(expected.Absent))
	require.Equal(t, line.Counts.Undeclared, counted(expected.Undeclared))
	require.Equal(t, line.Counts.Hits, counted(expected.Hits))
	require.Equal(t, line.Counts.Differing, counted(expected.Differing))
	for _, x := range all {
		if x.Undeclared {
			require.Equal(t, stranger.Identity.Surname, x.Person.Identity.Surname)
			require.Empty(t, x.Person.Documents[0].MRZ)
		}
	}
	require.Equal(t, 1, p.count(t, "audit WHERE purpose = 'border_control' AND object_kind = 'expected_flight'"))

	page, err := p.board.Missing(t.Context(), expected.MissingQuery{Day: traveldoc.DateOf(noon), Before: noon, Most: 10}, entry())
	require.NoError(t, err)
	require.Equal(t, 1, page.All)
	require.Equal(t, absent.ID, page.Rows[0].Person.ID)
	require.Empty(t, page.Next)
	page, err = p.board.Missing(t.Context(), expected.MissingQuery{Day: traveldoc.DateOf(noon), Before: noon.Add(-2 * time.Hour), Most: 10}, entry())
	require.NoError(t, err)
	require.Zero(t, page.All, "not late yet")

	// A decision that is taken back did not happen; made anew it counts once.
	c := border.CorrectionEvent{CorrectionID: uuid.New(), CrossingID: crossing.CrossingID, Station: "test-air", Lane: crossing.Lane, Officer: "o", Reason: "wrong", CorrectedAt: noon}
	_, err = p.store.Annul(t.Context(), c, noon.Add(-time.Hour), bordertest.Entry(audit.Alteration, "crossing", crossing.CrossingID))
	require.NoError(t, err)
	require.Equal(t, expected.Counts{Expected: 4, Arrived: 2, Absent: 2, Undeclared: 1, Hits: 1}, p.line(t, f))
}

// What is kept of an arrival names nobody, and outlives the rows of the dataset.
func TestArrivalsNameNobody(t *testing.T) {
	p := open(t)
	f := flight("0400", noon)
	who := person(t, f, 1)
	p.tell(t, f, who)
	p.decide(t, subject(who, "0400"), border.Admit)
	p.apply(t, gone(expected.PersonKey(f.ID, who.ID)), gone(expected.FlightKey(f.ID)))
	var row string
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), `SELECT to_jsonb(a)::text FROM expected_arrival a`).Scan(&row))
	for _, secret := range []string{who.Identity.Surname, who.Documents[0].Number, who.Identity.BirthDate.String()} {
		require.NotContains(t, row, secret)
	}
	_, _, err := p.board.Persons(t.Context(), f.ID, entry())
	require.ErrorIs(t, err, expected.ErrNoSuchFlight)
	require.Zero(t, p.count(t, "audit WHERE object_kind = 'expected_flight'"))
}

// Nobody was met: nothing is kept.
func TestADecisionOnNobodyKeepsNothing(t *testing.T) {
	p := open(t)
	p.apply(t)
	p.decide(t, subject(person(t, flight("0400", noon), 1), ""), border.Admit)
	require.Zero(t, p.count(t, "expected_arrival"))
	require.Zero(t, p.changed.Load())
}

// The numbers on the board are those of the rows of the flight's page, whatever happened.
func TestCountsAreRows(t *testing.T) {
	p := open(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		f := flight("0400", noon.Add(-time.Hour))
		f.ID = uuid.New()
		p.tell(t, f)
		persons := []expected.Person{}
		for i := range rapid.IntRange(0, 5).Draw(rt, "persons") {
			who := person(t, f, n*10+i)
			who.Status = rapid.SampledFrom([]apipnr.PersonStatus{apipnr.StatusExpected, apipnr.StatusCancelled, apipnr.StatusOnBoard, apipnr.StatusNotOnBoard}).Draw(rt, "status")
			if rapid.Bool().Draw(rt, "hit") {
				who.Screening = &apipnr.Screening{Outcome: border.Hit, Severity: border.SecondLine}
			}
			persons = append(persons, who)
			p.tell(t, who)
		}
		var made []border.CrossingEvent
		for range rapid.IntRange(0, 6).Draw(rt, "acts") {
			switch act := rapid.IntRange(0, 3).Draw(rt, "act"); {
			case act == 0 && len(made) > 0:
				c := rapid.SampledFrom(made).Draw(rt, "annulled")
				x := border.CorrectionEvent{CorrectionID: uuid.New(), CrossingID: c.CrossingID, Station: c.Station, Lane: c.Lane, Officer: "o", Reason: "wrong", CorrectedAt: noon}
				_, _ = p.store.Annul(t.Context(), x, noon.Add(-time.Hour), bordertest.Entry(audit.Alteration, "crossing", c.CrossingID)) // twice is refused
			case act == 1 && len(persons) > 0:
				p.apply(t, gone(expected.PersonKey(f.ID, rapid.SampledFrom(persons).Draw(rt, "gone").ID)))
			default:
				who := person(t, f, 900+n)
				if len(persons) > 0 && act == 2 {
					who = rapid.SampledFrom(persons).Draw(rt, "who")
				}
				s := subject(who, "0400")
				if rapid.Bool().Draw(rt, "differs") {
					s.Identity.Sex = "M"
				}
				made = append(made, p.decide(t, s, rapid.SampledFrom([]border.Verdict{border.Admit, border.Refer}).Draw(rt, "verdict")))
			}
		}
		line, all, err := p.board.Persons(t.Context(), f.ID, entry())
		require.NoError(rt, err)
		want := expected.Counts{}
		for _, x := range all {
			for of, count := range map[expected.Filter]*int{
				expected.Absent: &want.Absent, expected.Arrived: &want.Arrived, expected.Undeclared: &want.Undeclared, expected.Hits: &want.Hits,
				expected.Differing: &want.Differing,
			} {
				if of.Of(x) {
					*count++
				}
			}
			if !x.Undeclared && x.Person.Expected() {
				want.Expected++
			}
		}
		require.Equal(rt, want, line.Counts)
	})
}

// People of one surname stand in the order of their given names, whether they were declared or not, in both lists.
func TestNamesStandInTheirOrder(t *testing.T) {
	p := open(t)
	f := flight("0400", noon.Add(-3*time.Hour))
	f.ID = uuid.New()
	p.tell(t, f)
	for n, given := range []string{"LENA", "EVA MARIA", "ZOE", "ADAM"} {
		who := person(t, f, n)
		who.Identity.Surname, who.Identity.GivenNames = "BAUER", given
		p.tell(t, who)
	}
	_, all, err := p.board.Persons(t.Context(), f.ID, entry())
	require.NoError(t, err)
	given := make([]string, 0, len(all))
	for _, who := range all {
		given = append(given, who.Person.Identity.GivenNames)
	}
	require.Equal(t, []string{"ADAM", "EVA MARIA", "LENA", "ZOE"}, given)

	q := expected.MissingQuery{Day: traveldoc.DateOf(noon), Before: noon, Most: 1}
	given = nil
	for {
		page, err := p.board.Missing(t.Context(), q, entry())
		require.NoError(t, err)
		for _, who := range page.Rows {
			given = append(given, who.Person.Identity.GivenNames)
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	require.Equal(t, []string{"ADAM", "EVA MARIA", "LENA", "ZOE"}, given, "also from page to page")
}
