package crosscheck_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/crosscheck"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

func rules(t *testing.T) crosscheck.Rules {
	t.Helper()
	r, err := crosscheck.DefaultRules()
	require.NoError(t, err)
	return r
}

func date(t *testing.T, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

// traveller is the bearer of a good passport on 2026-11-22.
func traveller(t *testing.T) border.Subject {
	t.Helper()
	return border.Subject{
		Document: traveldoc.Document{Code: "P", Number: "X4R8T2K1", IssuingState: "UTO", ExpiryDate: date(t, "2030-04-15")},
		Identity: traveldoc.Identity{Surname: "SOUSA", GivenNames: "MARIA", Nationality: "UTO", Sex: "F", BirthDate: date(t, "1974-08-12")},
		Today:    date(t, "2026-11-22"), Direction: border.Entry,
	}
}

// step is one step of a finding.
func step(t *testing.T, f border.Finding, id string) border.Step {
	t.Helper()
	for _, s := range f.Steps {
		if s.ID == id {
			return s
		}
	}
	require.Fail(t, "no step "+id)
	return border.Step{}
}

func parse(t *testing.T, text string) crosscheck.Rules {
	t.Helper()
	r, err := crosscheck.ParseRules([]byte(text))
	require.NoError(t, err)
	return r
}

func judged(t *testing.T, r crosscheck.Rules, s border.Subject) border.Finding {
	t.Helper()
	f, err := crosscheck.DocumentRules{Rules: r}.Check(t.Context(), s)
	require.NoError(t, err)
	return f
}

func TestADocumentIsHeldAgainstTheRulesOfItsState(t *testing.T) {
	r := parse(t, `{"version": "t", "numbers": [{"state": "UTO", "document": "P", "pattern": "[A-Z][0-9A-Z]{7}"}],
		"codes": [{"state": "UTO", "codes": ["P", "PD"]}], "validity": [{"months": 120, "minor_months": 60, "minor_age": 16}],
		"remaining": [{"months": 3, "issued_months": 120}]}`)
	for name, c := range map[string]struct {
		spoil   func(*border.Subject)
		step    string
		verdict traveldoc.Verdict
		outcome border.Outcome
	}{
		"good":     {func(*border.Subject) {}, "rules.number_pattern", traveldoc.Pass, border.NoHit},
		"number":   {func(s *border.Subject) { s.Document.Number = "12345678" }, "rules.number_pattern", traveldoc.Fail, border.Hit},
		"code":     {func(s *border.Subject) { s.Document.Code = "PX" }, "rules.document_code", traveldoc.Fail, border.NoHit}, // a note
		"too long": {func(s *border.Subject) { s.Document.ExpiryDate = date(t, "2036-11-23") }, "rules.maximum_validity", traveldoc.Fail, border.Hit},
		"just so":  {func(s *border.Subject) { s.Document.ExpiryDate = date(t, "2036-11-22") }, "rules.maximum_validity", traveldoc.Pass, border.NoHit},
		"short":    {func(s *border.Subject) { s.Document.ExpiryDate = date(t, "2027-02-21") }, "rules.remaining_validity", traveldoc.Fail, border.Hit},
		"enough":   {func(s *border.Subject) { s.Document.ExpiryDate = date(t, "2027-02-22") }, "rules.remaining_validity", traveldoc.Pass, border.NoHit},
		"at exit": {func(s *border.Subject) { s.Document.ExpiryDate, s.Direction = date(t, "2027-02-21"), border.Exit }, "rules.remaining_validity",
			traveldoc.NotDone, border.NoHit},
		"issued too long ago": {issued("2016-11-21"), "rules.remaining_validity", traveldoc.Fail, border.Hit},
		"issued before birth": {issued("1974-08-11"), "rules.issue_date", traveldoc.Fail, border.Hit},
		"issued tomorrow":     {issued("2026-11-23"), "rules.issue_date", traveldoc.Fail, border.Hit},
		"issued":              {issued("2020-04-16"), "rules.issue_date", traveldoc.Pass, border.NoHit},
		"a minor's for ten years": {func(s *border.Subject) {
			s.Identity.BirthDate = date(t, "2012-01-01")
			issued("2025-04-16")(s)
			s.Document.ExpiryDate = date(t, "2035-04-15")
		}, "rules.maximum_validity", traveldoc.Fail, border.Hit},
	} {
		t.Run(name, func(t *testing.T) {
			s := traveller(t)
			c.spoil(&s)
			f := judged(t, r, s)
			require.Equal(t, c.verdict, step(t, f, c.step).Verdict)
			require.Equal(t, c.outcome, f.Outcome)
			require.Equal(t, "t", f.Source.Version)
		})
	}
}

func issued(day string) func(*border.Subject) {
	return func(s *border.Subject) {
		s.Reading = &reader.Reading{Values: []reader.Value{{Field: "issue_date", Source: reader.VIZ, Text: day}}}
	}
}

func TestWhereThereIsNoRuleNothingIsSaidToBeFine(t *testing.T) {
	f := judged(t, parse(t, `{"version": "t"}`), traveller(t))
	require.False(t, f.Applicable())
}

func TestRulesHoldOnTheirDaysAndTheLastThatFitsCounts(t *testing.T) {
	r := parse(t, `{"version": "t", "numbers": [{"pattern": "X.*"}, {"state": "UTO", "pattern": "[0-9]+", "until": "2026-11-21"},
		{"state": "UTO", "pattern": "Y.*", "from": "2026-11-23"}],
		"severity": [{"item": "rules.number_pattern", "severity": "second_line"}, {"item": "rules.number_pattern", "document": "PD", "severity": "note"}]}`)
	s := traveller(t)
	require.Equal(t, border.NoHit, judged(t, r, s).Outcome)
	s.Today = date(t, "2026-11-21")
	require.Equal(t, border.SecondLine, judged(t, r, s).Severity())
	s.Today = date(t, "2026-11-23")
	require.Equal(t, border.SecondLine, judged(t, r, s).Severity())
	s.Document.Code = "PD"
	require.Equal(t, border.NoHit, judged(t, r, s).Outcome, "a note is no hit")
}

func TestRulesSayWhereTheyAreWrong(t *testing.T) {
	for text, says := range map[string]string{
		`{}`: "version",
		`{"version": "1", "numbers": [{"pattern": "("}]}`:                                             "numbers[0].pattern",
		`{"version": "1", "numbers": [{"state": "uto", "pattern": "x"}]}`:                             "numbers[0].state",
		`{"version": "1", "numbers": [{"pattern": "x", "from": "2026-02-30"}]}`:                       "numbers[0].from",
		`{"version": "1", "chips": [{}]}`:                                                             "chips[0].since",
		`{"version": "1", "severity": [{"item": "viz.nmae"}]}`:                                        "severity[0].item",
		`{"version": "1", "severity": [{"item": "viz.name", "severity": "grave"}]}`:                   "severity[0].severity",
		`{"version": "1", "validity": [{"months": 0}]}`:                                               "validity[0].months",
		`{"version": "1", "remaining": [{"months": 3, "until": "2020-01-01", "from": "2021-01-01"}]}`: "remaining[0].until",
		`{"version": "1", "numbres": []}`:                                                             "numbres",
	} {
		_, err := crosscheck.ParseRules([]byte(text))
		require.ErrorContains(t, err, says, text)
	}
}

func TestItemsOfTheCatalogueHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, i := range crosscheck.Catalogue() {
		require.False(t, seen[i.ID], i.ID)
		seen[i.ID] = true
		require.Contains(t, crosscheck.Checks(), i.Check)
		require.NotEmpty(t, i.Inputs)
		require.Contains(t, []border.Severity{border.Note, border.Acknowledge, border.SecondLine}, i.Severity, i.ID)
	}
	require.NotContains(t, strings.Join(crosscheck.Reasons(), " "), "  ")
}

func FuzzParseRules(f *testing.F) {
	f.Add([]byte(`{"version": "1", "numbers": [{"state": "UTO", "pattern": "x"}]}`))
	f.Fuzz(func(_ *testing.T, text []byte) { _, _ = crosscheck.ParseRules(text) })
}
