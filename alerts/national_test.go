package alerts_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

var now = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func date(t *testing.T, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

type holder alerts.Held

func (h holder) Held() alerts.Held { return alerts.Held(h) }

func list(t *testing.T) *alerts.List {
	t.Helper()
	return alerts.NewList("7", []alerts.Flat{
		{ID: "doc", DocumentNumber: "X1234O", IssuingState: "UTO", Reason: "stolen", Action: "retain"},
		{ID: "doc-any-state", DocumentNumber: "Q99", Reason: "lost", Action: "examine"},
		{ID: "person", Surname: "Müller-Øst", GivenNames: "Zoë", BirthDate: date(t, "1974-08-12"), Reason: "wanted", Action: "detain"},
		{ID: "year", Surname: "Haddad", GivenNames: "Samir", BirthDate: date(t, "1980"), Reason: "wanted", Action: "detain"},
		{ID: "no-birth", Surname: "Okafor", GivenNames: "Ada", Reason: "witness", Action: "inform"},
		{ID: "long", Surname: "Venkatanarasimharajuvaripeta", GivenNames: "Subramaniam Krishna", Reason: "fraud", Action: "examine"},
		{ID: "past", Surname: "Old", GivenNames: "Case", ValidUntil: date(t, "2025-12-31"), Reason: "x", Action: "y"},
		{ID: "future", Surname: "New", GivenNames: "Case", ValidFrom: date(t, "2027-01-01"), Reason: "x", Action: "y"},
	})
}

func subject(t *testing.T, surname, given, birth, state, number string) border.Subject {
	t.Helper()
	return border.Subject{
		Identity: traveldoc.Identity{Surname: surname, GivenNames: given, BirthDate: date(t, birth)},
		Document: traveldoc.Document{Number: number, IssuingState: state},
		At:       now, Today: traveldoc.DateOf(now),
	}
}

func TestNational(t *testing.T) {
	tests := map[string]struct {
		subject border.Subject
		hits    []string
	}{
		"exact number":                     {subject(t, "A", "B", "1990-01-01", "UTO", "X1234O"), []string{"doc"}},
		"O read as 0":                      {subject(t, "A", "B", "1990-01-01", "UTO", "x12340"), []string{"doc"}},
		"the same number of another state": {subject(t, "A", "B", "1990-01-01", "FRA", "X1234O"), nil},
		"a listed number without state":    {subject(t, "A", "B", "1990-01-01", "FRA", "Q99"), []string{"doc-any-state"}},
		"marks and hyphens folded":         {subject(t, "MULLER OEST", "ZOE", "1974-08-12", "UTO", "1"), []string{"person"}},
		"fields swapped":                   {subject(t, "ZOE", "MULLER OEST", "1974-08-12", "UTO", "1"), []string{"person"}},
		"another birth date":               {subject(t, "MULLER OEST", "ZOE", "1974-08-13", "UTO", "1"), nil},
		"listed with the year alone":       {subject(t, "HADDAD", "SAMIR", "1980-05-05", "UTO", "1"), []string{"year"}},
		"another year":                     {subject(t, "HADDAD", "SAMIR", "1981-05-05", "UTO", "1"), nil},
		"listed without birth date":        {subject(t, "OKAFOR", "ADA", "1999-09-09", "UTO", "1"), []string{"no-birth"}},
		"shown without birth date":         {subject(t, "MULLER OEST", "ZOE", "", "UTO", "1"), []string{"person"}},
		"an alert that has ended":          {subject(t, "OLD", "CASE", "1999-09-09", "UTO", "1"), nil},
		"an alert that has not begun":      {subject(t, "NEW", "CASE", "1999-09-09", "UTO", "1"), nil},
		"nothing":                          {subject(t, "NOBODY", "AT ALL", "1999-09-09", "UTO", "1"), nil},
	}
	check := alerts.NewNational(holder{List: list(t), CurrentAt: now.Add(-time.Minute)}, time.Hour)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := check.Check(t.Context(), test.subject)
			require.NoError(t, err)
			require.Equal(t, "7", f.Source.Version)
			require.Equal(t, now.Add(-time.Minute), f.Source.AsOf)
			require.Equal(t, test.hits, refs(f))
			if test.hits == nil {
				require.Equal(t, border.NoHit, f.Outcome)
				return
			}
			require.Equal(t, border.Hit, f.Outcome)
			require.Equal(t, border.SecondLine, f.Severity())
		})
	}
}

func refs(f border.Finding) []string {
	var out []string
	for _, e := range f.Evidence {
		if len(out) == 0 || out[len(out)-1] != e.Ref {
			out = append(out, e.Ref)
		}
	}
	return out
}

func TestATruncatedNameIsAPrefix(t *testing.T) {
	check := alerts.NewNational(holder{List: list(t), CurrentAt: now}, time.Hour)
	s := subject(t, "VENKATANARASIMHARAJUVARIPETA", "SUBRAMANI", "1970-01-01", "UTO", "1")
	f, err := check.Check(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, border.NoHit, f.Outcome)
	s.Identity.NameTruncated = true
	f, err = check.Check(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, []string{"long"}, refs(f))
}

func TestTheReasonIsRestrictedAndTheActionIsNot(t *testing.T) {
	check := alerts.NewNational(holder{List: list(t), CurrentAt: now}, time.Hour)
	f, err := check.Check(t.Context(), subject(t, "OKAFOR", "ADA", "1999-09-09", "UTO", "1"))
	require.NoError(t, err)
	restricted := map[string]bool{}
	for _, e := range f.Evidence {
		restricted[e.Code] = e.Restricted
	}
	require.Equal(t, map[string]bool{"alert_name": false, "alert_birth_date": false, "alert_reason": true, "alert_action": false}, restricted)
}

func TestNoListAndOldListAreNotChecked(t *testing.T) {
	nobody, wanted := subject(t, "NOBODY", "X", "1999-09-09", "UTO", "1"), subject(t, "OKAFOR", "ADA", "1999-09-09", "UTO", "1")
	f, err := alerts.NewNational(holder{}, time.Hour).Check(t.Context(), nobody)
	require.NoError(t, err)
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, border.ReasonListMissing, f.Reason)

	old := alerts.NewNational(holder{List: list(t), CurrentAt: now.Add(-2 * time.Hour)}, time.Hour)
	f, err = old.Check(t.Context(), nobody)
	require.NoError(t, err)
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, border.ReasonListTooOld, f.Reason)
	f, err = old.Check(t.Context(), wanted)
	require.NoError(t, err)
	require.Equal(t, border.Hit, f.Outcome, "an old list still hits")

	partly := alerts.NewNational(holder{List: list(t), CurrentAt: now, Unreadable: 1}, time.Hour)
	f, err = partly.Check(t.Context(), nobody)
	require.NoError(t, err)
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, border.ReasonListIncomplete, f.Reason)
}

func TestParse(t *testing.T) {
	a, err := alerts.Parse("k1", json.RawMessage(`{"surname":"Doe","birth_date":"1980","reason":"r","action":"a"}`))
	require.NoError(t, err)
	require.Equal(t, "k1", a.ID)
	require.Equal(t, 1980, a.BirthDate.Year())
	_, err = alerts.Parse("k2", json.RawMessage(`{"reason":"nobody"}`))
	require.ErrorContains(t, err, "expected a name, a document number or a plate")
	_, err = alerts.Parse("k3", json.RawMessage(`{"birth_date":"19x0"}`))
	require.ErrorContains(t, err, "k3")
}

func BenchmarkNational(b *testing.B) {
	all := make([]alerts.Flat, 100_000)
	for n := range all {
		all[n] = alerts.Flat{ID: "a", Surname: "NAME" + string(rune('A'+n%26)), GivenNames: string(rune('A'+n/26%26)) + "X", DocumentNumber: "D" + string(rune('A'+n%26))}
	}
	check := alerts.NewNational(holder{List: alerts.NewList("1", all), CurrentAt: now}, time.Hour)
	s := border.Subject{Identity: traveldoc.Identity{Surname: "NOBODY", GivenNames: "HERE"}, Document: traveldoc.Document{Number: "ZZZ", IssuingState: "UTO"}, At: now, Today: traveldoc.DateOf(now)}
	for b.Loop() {
		if _, err := check.Check(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
}
