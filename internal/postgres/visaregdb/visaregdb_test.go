package visaregdb_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/visaregdb"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// An admitted entry uses the visa at once at its own post; undone it does not; decided again it does, once.
func TestAnEntryUsesTheVisa(t *testing.T) {
	p := open(t)
	p.required(t)
	v := visa(t, "E7KXR4MTQ", "L898902C3")
	p.visas(t, v)
	scan := bordertest.Scan("L898902C3")
	require.Equal(t, visacheck.CodeValid, codes(p.find(t, scan))[0])
	first := p.decide(t, scan, border.Admit, noon)
	next := bordertest.Scan("L898902C3")
	require.Contains(t, codes(p.find(t, next)), visacheck.CodeEntriesUsed)

	again := p.undo(t, first)
	require.Equal(t, visacheck.CodeValid, codes(p.find(t, next))[0], "undone")
	second := p.again(t, again, border.Admit, noon.Add(time.Second))
	require.Contains(t, codes(p.find(t, next)), visacheck.CodeEntriesUsed)

	v.Uses = []evisa.Use{{Crossing: second.CrossingID, Station: "test-air", At: second.CrossedAt, Date: second.LocalDate}}
	v.Terms.Entries, v.Version = 2, 2
	p.visas(t, v)
	f := p.find(t, next)
	require.Equal(t, "1", f.Evidence[1].Found, "the centre knows it now: it counts once")
	v.Uses[0].Void = true
	p.visas(t, v)
	require.Equal(t, "0", p.find(t, next).Evidence[1].Found, "a case found that it was a mistake")
	v.Uses[0].Void = false
	p.visas(t, v)
	p.undo(t, second)
	require.Equal(t, "0", p.find(t, next).Evidence[1].Found, "taken back here, before the centre hears of it")
}

// Who is admitted with a reason on a visa that was issued on another passport, or for another purpose, uses its entry; refused or referred he
// does not.
func TestAnAcknowledgedEntryUsesTheVisa(t *testing.T) {
	for name, c := range map[string]struct {
		document, purpose, code string
	}{
		"renewed passport": {"NEW77", "", visacheck.CodeDocument},
		"other purpose":    {"L898902C3", "study", visacheck.CodePurpose},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t)
			p.required(t)
			p.visas(t, visa(t, "E7KXR4MTQ", "L898902C3"))
			scan := func() border.Scan {
				s := bordertest.Scan(c.document)
				s.Purpose = c.purpose
				return s
			}
			for _, verdict := range []border.Verdict{border.Refer, border.Refuse} {
				p.decide(t, scan(), verdict, noon)
			}
			require.Contains(t, codes(p.find(t, scan())), c.code)
			require.NotContains(t, codes(p.find(t, scan())), visacheck.CodeEntriesUsed)
			p.decide(t, scan(), border.Admit, noon)
			require.Contains(t, codes(p.find(t, scan())), visacheck.CodeEntriesUsed)
		})
	}
}

// Refusals and referrals use nothing.
func TestARefusalUsesNothing(t *testing.T) {
	p := open(t)
	p.required(t)
	p.visas(t, visa(t, "E7KXR4MTQ", "L898902C3"))
	for _, verdict := range []border.Verdict{border.Refer, border.Refuse} {
		p.decide(t, bordertest.Scan("L898902C3"), verdict, noon)
	}
	require.Equal(t, visacheck.CodeValid, codes(p.find(t, bordertest.Scan("L898902C3")))[0])
	var n int
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM visa_use`).Scan(&n))
	require.Zero(t, n)
}

// A visa is found by its document, by an earlier one, by the person and by its number.
func TestFind(t *testing.T) {
	p := open(t)
	byDocument, byPerson, other := visa(t, "E22222222", "AO12"), visa(t, "E33333333", "X1"), visa(t, "E44444444", "AO12")
	byDocument.Identity = traveldoc.Identity{Surname: "SOMEBODY", BirthDate: day(t, "1950-01-01")}
	byPerson.Earlier = []traveldoc.Document{{Number: "0ld-7"}}
	other.Identity = traveldoc.Identity{Surname: "NOBODY", BirthDate: day(t, "1951-01-01")}
	other.Document.Number = "Y9"
	p.visas(t, byDocument, byPerson, other)
	anna := bordertest.Scan("").Identity
	for name, c := range map[string]struct {
		q    evisa.Query
		want []evisa.Number
	}{
		"document":             {evisa.Query{Document: traveldoc.Document{Number: "a012"}}, []evisa.Number{"E22222222"}},
		"earlier":              {evisa.Query{Document: traveldoc.Document{Number: "LD7"}}, []evisa.Number{"E33333333"}},
		"person":               {evisa.Query{Identity: anna}, []evisa.Number{"E33333333"}},
		"both":                 {evisa.Query{Identity: anna, Document: traveldoc.Document{Number: "AO12"}}, []evisa.Number{"E22222222", "E33333333"}},
		"number":               {evisa.Query{Number: "E44444444"}, []evisa.Number{"E44444444"}},
		"nothing":              {evisa.Query{}, nil},
		"birth date alone":     {evisa.Query{Identity: traveldoc.Identity{Surname: "ELSE", BirthDate: anna.BirthDate}}, nil},
		"found in two ways":    {evisa.Query{Identity: anna, Number: "E33333333", Document: traveldoc.Document{Number: "X1"}}, []evisa.Number{"E33333333"}},
		"name and no document": {evisa.Query{Identity: traveldoc.Identity{Surname: anna.Surname, GivenNames: anna.GivenNames}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := p.registry.Find(t.Context(), c.q)
			require.NoError(t, err)
			var got []evisa.Number
			for _, r := range f.Rows {
				got = append(got, r.Number)
			}
			require.ElementsMatch(t, c.want, got)
			require.True(t, f.Held)
			require.Equal(t, noon.Add(-10*time.Minute), f.Source.AsOf)
			require.Equal(t, "1", f.Source.Version)
		})
	}
}

// Many visas of the same birth date and the same first letters: every holder with a renewed passport finds his own, and nothing is cut.
func TestNamesakes(t *testing.T) {
	p := open(t)
	rows := make([]evisa.Row, 150)
	for n := range rows {
		rows[n] = visa(t, evisa.Number(fmt.Sprintf("E%08d", n)), fmt.Sprintf("P%d", n))
		rows[n].Identity.Surname, rows[n].Identity.GivenNames = "MOHAMED", fmt.Sprintf("%c%cSSAN ALI", 'A'+n/26, 'A'+n%26)
	}
	p.visas(t, rows...)
	for _, r := range rows {
		f, err := p.registry.Find(t.Context(), evisa.Query{Identity: r.Identity, Document: traveldoc.Document{Number: "NEW" + r.Document.Number}})
		require.NoError(t, err)
		require.Len(t, f.Rows, 1)
		require.Equal(t, r.Number, f.Rows[0].Number)
	}
}

// Names that the zone cut short and birth dates that are not whole, on either side.
func TestPartsOfAPerson(t *testing.T) {
	whole := traveldoc.Identity{Surname: "PAPANDROPOULOS", GivenNames: "JONATHON ALEC", BirthDate: day(t, "1974-08-12")}
	cut, month, year := whole, whole, whole
	cut.Surname, cut.GivenNames, month.BirthDate, year.BirthDate = "PAPANDRO", "JONATHON", day(t, "1974-08"), day(t, "1974")
	for _, issued := range []traveldoc.Identity{whole, cut, month, year} {
		p := open(t)
		v := visa(t, "E7KXR4MTQ", "L898902C3")
		v.Identity = issued
		p.visas(t, v)
		for _, shown := range []traveldoc.Identity{whole, cut, month, year} {
			f, err := p.registry.Find(t.Context(), evisa.Query{Identity: shown, Document: traveldoc.Document{Number: "NEW77"}})
			require.NoError(t, err)
			require.Len(t, f.Rows, 1, "%v of %v", shown, issued)
		}
		other := whole
		other.BirthDate = day(t, "1975-08-12")
		f, err := p.registry.Find(t.Context(), evisa.Query{Identity: other})
		require.NoError(t, err)
		require.Empty(t, f.Rows)
	}
}

// A reissued visa has the entries of the one that it took the place of, also those of this post that the centre has not heard of.
func TestEntriesOfTheVisaBefore(t *testing.T) {
	p := open(t)
	p.required(t)
	old := visa(t, "E22222222", "L898902C3")
	old.Terms.Entries = 2
	p.visas(t, old)
	p.decide(t, bordertest.Scan("L898902C3"), border.Admit, noon)
	old.Standing, old.ReplacedBy = evisa.Replaced, "E33333333"
	anew := visa(t, "E33333333", "NEW1")
	anew.Terms.Entries, anew.Earlier = 2, []traveldoc.Document{old.Document}
	p.visas(t, old, anew)
	f := p.find(t, bordertest.Scan("NEW1"))
	require.Equal(t, []string{visacheck.CodeValid, "E33333333"}, []string{f.Evidence[0].Code, f.Evidence[0].Ref})
	require.Equal(t, []string{"1", "2"}, []string{f.Evidence[1].Found, f.Evidence[1].Expected})
}

// Rows that this release cannot read are counted, take the place of what was read before, and go when they come again; a dataset that never
// came is no empty one.
func TestRowsThatCannotBeRead(t *testing.T) {
	p := open(t)
	p.required(t)
	scan := bordertest.Scan("L898902C3")
	f := p.find(t, scan)
	require.Equal(t, []any{border.NotChecked, border.ReasonListMissing}, []any{f.Outcome, f.Reason})
	v := visa(t, "E7KXR4MTQ", "L898902C3")
	p.visas(t, v)
	require.Equal(t, border.NoHit, p.find(t, scan).Outcome)
	for _, bad := range []replication.Change{
		put(t, "E7KXR4MTQ", map[string]any{"number": "E7KXR4MTQ", "standing": "suspended"}), put(t, "E7KXR4MTQ", "text"),
		put(t, "E7KXR4MTQ", visa(t, "E22222222", "L898902C3")), {Op: replication.OpPut, Key: "E7KXR4MTQ", Data: []byte("{")},
	} {
		p.tell(t, evisa.DatasetVisas, visaregdb.Sink{}, bad)
		f = p.find(t, scan)
		require.Equal(t, []any{border.NotChecked, border.ReasonListIncomplete}, []any{f.Outcome, f.Reason})
		require.Contains(t, codes(f), visacheck.CodeUnreadable)
	}
	p.visas(t, v)
	require.Equal(t, border.NoHit, p.find(t, scan).Outcome)
	p.tell(t, evisa.DatasetVisas, visaregdb.Sink{}, replication.Change{Op: replication.OpDelete, Key: "E7KXR4MTQ"})
	require.Contains(t, codes(p.find(t, scan)), visacheck.CodeNone)
}

// A snapshot forgets visas and not the entries that were made here.
func TestClear(t *testing.T) {
	p := open(t)
	p.required(t)
	v := visa(t, "E7KXR4MTQ", "L898902C3")
	p.visas(t, v)
	p.decide(t, bordertest.Scan("L898902C3"), border.Admit, noon)
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return visaregdb.Sink{}.Clear(t.Context(), tx) }))
	require.Contains(t, codes(p.find(t, bordertest.Scan("L898902C3"))), visacheck.CodeNone)
	p.visas(t, v)
	require.Contains(t, codes(p.find(t, bordertest.Scan("L898902C3"))), visacheck.CodeEntriesUsed)
	here, err := p.registry.Here(t.Context(), []evisa.Number{"E7KXR4MTQ", "E22222222"})
	require.NoError(t, err)
	require.Len(t, here, 1)
	require.Equal(t, traveldoc.DateOf(noon), here["E7KXR4MTQ"][0].Date)
}

// The rules as they come: never, none in force, a book, one that cannot be read.
func TestRules(t *testing.T) {
	p := open(t)
	p.visas(t)
	scan := bordertest.Scan("L898902C3")
	f := p.find(t, scan)
	require.Equal(t, []any{border.NotChecked, border.ReasonListMissing}, []any{f.Outcome, f.Reason})
	p.tell(t, evisa.DatasetRules, visaregdb.RulesSink{})
	require.Equal(t, []string{visacheck.CodeNoRules}, codes(p.find(t, scan)))
	p.required(t)
	require.Contains(t, codes(p.find(t, scan)), visacheck.CodeNone)
	for _, bad := range []string{`{"version":"2","rules":[],"condition":"new"}`, `{"version":""}`, `[]`} {
		p.tell(t, evisa.DatasetRules, visaregdb.RulesSink{}, replication.Change{Op: replication.OpPut, Key: "book", Data: []byte(bad)})
		f = p.find(t, scan)
		require.Equal(t, []any{border.NotChecked, border.ReasonListIncomplete}, []any{f.Outcome, f.Reason}, bad)
	}
	p.required(t)
	held, err := visaregdb.NewRules(p.db).Rules(t.Context())
	require.NoError(t, err)
	require.Equal(t, []any{true, true, "1", noon.Add(-10 * time.Minute)}, []any{held.Held, held.InForce, held.Book.Version, held.AsOf})
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return visaregdb.RulesSink{}.Clear(t.Context(), tx) }))
	p.tell(t, evisa.DatasetRules, visaregdb.RulesSink{})
	require.Equal(t, []string{visacheck.CodeNoRules}, codes(p.find(t, scan)))
}

// FuzzParseRow: whatever a row holds, it is read or refused, and what is read is about its key.
func FuzzParseRow(f *testing.F) {
	f.Add("E7KXR4MTQ", []byte(`{"number":"E7KXR4MTQ","standing":"in_force","terms":{"until":"2027-01-01"}}`))
	f.Add("", []byte(`{}`))
	f.Fuzz(func(t *testing.T, key string, data []byte) {
		r, err := visaregdb.ParseRow(key, data)
		if err == nil && (string(r.Number) != key || r.Terms.Until.IsZero()) {
			t.Fatalf("%q: %+v", key, r)
		}
	})
}

// The number of a visa on arrival is taken from the decision on, for good: an undone admission gives none back.
func TestTheNumberOfAVisaOnArrivalIsTaken(t *testing.T) {
	p := open(t)
	taken := func(n evisa.Number) bool {
		t.Helper()
		taken, err := visaregdb.ArrivalTaken(t.Context(), p.db, n)
		require.NoError(t, err)
		return taken
	}
	require.False(t, taken("ARWW22222"))
	scan := bordertest.Scan("X1")
	require.NoError(t, p.store.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	e := bordertest.Event(scan, noon)
	e.Decision = border.Decision{Verdict: border.Admit, OnArrival: &border.ArrivalVisa{Number: "ARWW22222", ArrivalTerms: border.ArrivalTerms{Rule: "r", Version: "1", Currency: "EUR"}}}
	e, err := p.store.Record(t.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	require.True(t, taken("ARWW22222"))
	require.False(t, taken("ARWW22223"))
	p.undo(t, e)
	require.True(t, taken("ARWW22222"))
}
