package stay_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

func TestVisas(t *testing.T) {
	const once = "> 2026-05-01 short_stay_visa\n< 2026-05-05\n"
	const twice = once + "> 2026-05-10 short_stay_visa\n< 2026-05-12\n"
	visa := func(days, entries int) *stay.Visa {
		return &stay.Visa{From: date(t, "2026-04-20"), Until: date(t, "2026-07-31"), Days: days, Entries: entries}
	}
	for name, c := range map[string]struct {
		records, on string
		visa        *stay.Visa
		max         int
		last, bound string
		use         stay.VisaUse
	}{
		"first entry": {"", "2026-05-01", visa(30, 2), 30, "2026-05-30", stay.BoundVisaDays, stay.VisaUse{0, 2, 0, 30}},
		"second entry of two, days used before": {
			once, "2026-05-10", visa(30, 2), 25, "2026-06-03", stay.BoundVisaDays, stay.VisaUse{1, 1, 5, 25},
		},
		"third entry of two":       {twice, "2026-05-20", visa(30, 2), 0, "", stay.BoundVisaEntries, stay.VisaUse{2, 0, 8, 22}},
		"second entry of one":      {once, "2026-05-20", visa(30, 1), 0, "", stay.BoundVisaEntries, stay.VisaUse{1, 0, 5, 25}},
		"multiple entries":         {twice, "2026-05-20", visa(30, 0), 22, "2026-06-10", stay.BoundVisaDays, stay.VisaUse{2, -1, 8, 22}},
		"the visa ends first":      {once, "2026-07-20", visa(60, 2), 12, "2026-07-31", stay.BoundVisa, stay.VisaUse{1, 1, 5, 55}},
		"the rule ends first":      {"> 2026-04-01\n< 2026-06-09", "2026-06-10", visa(60, 0), 20, "2026-06-29", stay.BoundRule, stay.VisaUse{0, -1, 0, 60}},
		"days used up":             {once, "2026-05-20", visa(5, 0), 0, "", stay.BoundVisaDays, stay.VisaUse{1, -1, 5, 0}},
		"before the visa begins":   {"", "2026-04-10", visa(30, 2), 0, "", stay.BoundVisaStart, stay.VisaUse{0, 2, 0, 30}},
		"after the visa has ended": {"", "2026-08-10", visa(30, 2), 0, "", stay.BoundVisa, stay.VisaUse{0, 2, 0, 30}},
		"no number of days":        {"", "2026-05-01", visa(0, 2), 90, "2026-07-29", stay.BoundRule, stay.VisaUse{0, 2, 0, -1}},
		"inside, on the second entry of two": {
			once + "> 2026-05-10 short_stay_visa", "2026-05-12", visa(30, 2), 23, "2026-06-03", stay.BoundVisaDays, stay.VisaUse{1, 1, 5, 25},
		},
		"entered again on the day of the exit: the day is used once": {
			once + "> 2026-05-05 short_stay_visa", "2026-05-05", visa(30, 0), 26, "2026-05-30", stay.BoundVisaDays, stay.VisaUse{1, -1, 5, 25},
		},
		"an entry before this visa was valid is not of it": {
			"> 2026-04-01 short_stay_visa\n< 2026-04-05", "2026-05-01", visa(30, 1), 30, "2026-05-30", stay.BoundVisaDays, stay.VisaUse{0, 1, 0, 30},
		},
		"nor is a stay without a visa": {
			"> 2026-05-01\n< 2026-05-05", "2026-05-10", visa(30, 1), 30, "2026-06-08", stay.BoundVisaDays, stay.VisaUse{0, 1, 0, 30},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := stay.Build(records(t, c.records)).Answer(stay.Regimes{}, stay.Ask{
				On: date(t, c.on), Basis: border.ShortStayVisa, Visa: c.visa,
			})
			require.Equal(t, []any{c.max, c.last, c.bound, c.use}, []any{a.MaxStay, a.LastLawful.String(), a.Bound, *a.Visa})
		})
	}
}

// An entry on the visa whose exit is missing may have lasted: the bounds say so.
func TestVisaWithMissingExit(t *testing.T) {
	a := stay.Build(records(t, "> 2026-05-01 short_stay_visa\n> 2026-05-10 short_stay_visa\n< 2026-05-12")).Answer(stay.Regimes{},
		stay.Ask{On: date(t, "2026-05-20"), Basis: border.ShortStayVisa, Visa: &stay.Visa{Days: 30}})
	require.True(t, a.Uncertain)
	require.Equal(t, []int{4, 12}, []int{a.Visa.DaysUsed, a.Upper.Visa.DaysUsed})
	require.Equal(t, []int{26, 18}, []int{a.MaxStay, a.Upper.MaxStay})
}

// An exit whose entry is missing may have been on this visa.
func TestVisaWithMissingEntry(t *testing.T) {
	a := stay.Build(records(t, "< 2026-05-12 short_stay_visa")).Answer(stay.Regimes{},
		stay.Ask{On: date(t, "2026-05-20"), Basis: border.ShortStayVisa, Visa: &stay.Visa{Entries: 2}})
	require.True(t, a.Uncertain)
	require.Equal(t, []int{0, 1}, []int{a.Visa.EntriesUsed, a.Upper.Visa.EntriesUsed})
}

func TestUnboundedStays(t *testing.T) {
	for name, a := range map[string]stay.Answer{
		"a rule as long as its window":  stay.Build(records(t, "> 2026-01-01")).Answer(stay.Under(stay.Rule{Days: 180, Window: 180}), stay.Ask{On: date(t, "2026-12-01")}),
		"a rule longer than its window": stay.Build(stay.History{}).Answer(stay.Under(stay.Rule{Days: 100, Window: 90}), stay.Ask{On: date(t, "2026-12-01")}),
		"a basis that does not count":   stay.Build(stay.History{}).Answer(stay.Regimes{}, stay.Ask{On: date(t, "2026-12-01"), Basis: border.ResidencePermit}),
		"inside on such a basis":        answer(t, records(t, "> 2026-01-01 residence_permit"), "2026-12-01"),
	} {
		require.True(t, a.Unbounded, name)
		require.Equal(t, stay.BoundNone, a.Bound, name)
		require.Zero(t, a.MaxStay, name)
		require.Zero(t, a.Overstay, name)
		require.True(t, a.LastLawful.IsZero(), name)
	}
}

func TestEarlierOverstay(t *testing.T) {
	h := records(t, "> 2026-01-01\n< 2026-04-10\n> 2026-08-01")
	a := answer(t, h, "2026-08-01")
	require.Equal(t, []int{10, 10, 0}, []int{a.Earlier, a.Total, a.Overstay})
	a = answer(t, h, "2026-09-30")
	require.Equal(t, []int{7, 10}, []int{a.Earlier, a.Total}, "three days over have left the window of 2026-09-30, which begins on 2026-04-04")
}

func TestEndOfStay(t *testing.T) {
	for name, c := range map[string]struct {
		records string
		changes []stay.Authorisation
		last    string
		open    bool
	}{
		"nobody":                      {"", nil, "", false},
		"left":                        {"> 2026-05-01\n< 2026-05-02", nil, "", false},
		"rule":                        {"> 2026-05-01", nil, "2026-07-29", true},
		"rule, after an earlier stay": {"> 2026-01-01\n< 2026-03-01\n> 2026-05-01", nil, "2026-05-30", true},
		"not one day left":            {"> 2026-01-01\n< 2026-04-10\n> 2026-05-01", nil, "2026-04-30", true},
		"granted":                     {"> 2026-05-01 until=2026-05-10", nil, "2026-05-10", true},
		"no bound":                    {"> 2026-05-01 free_movement", nil, "", true},
		"extended":                    {"> 2026-05-01 until=2026-05-10", []stay.Authorisation{change(t, stay.Extended, "2026-05-20", "2026-05-30")}, "2026-05-30", true},
		"revoked":                     {"> 2026-05-01", []stay.Authorisation{change(t, stay.Revoked, "2026-05-20", "")}, "2026-05-20", true},
		"annulled":                    {"> 2026-05-01", []stay.Authorisation{change(t, stay.Annulled, "2026-05-20", "")}, "2026-04-30", true},
		"annulled to a day before it": {
			"> 2026-05-01", []stay.Authorisation{change(t, stay.Annulled, "2026-05-20", "2026-04-01")}, "2026-04-30", true,
		},
		"two open": {"> 2026-01-01\n> 2026-05-01", nil, "2026-07-29", true},
	} {
		h := records(t, c.records)
		h.Authorisations = c.changes
		last, open := stay.Build(h).EndOfStay(stay.Regimes{})
		require.Equal(t, []any{c.last, c.open}, []any{last.String(), open}, name)
	}
}

// He is over from the day after the end of his stay on, and not before: the list of overstayers and the answers agree.
func TestEndOfStayAgreesWithAnswers(t *testing.T) {
	for _, text := range []string{
		"> 2026-05-01", "> 2026-01-01\n< 2026-03-01\n> 2026-05-01", "> 2026-01-01\n< 2026-04-10\n> 2026-05-01",
		"> 2026-05-01 until=2026-05-10", "> 2026-01-01 residence_permit until=2026-02-01",
	} {
		line := stay.Build(records(t, text))
		last, open := line.EndOfStay(stay.Regimes{})
		require.True(t, open, text)
		over := func(on traveldoc.Date) int { return line.Answer(stay.Regimes{}, stay.Ask{On: on}).Overstay }
		require.Zero(t, over(last), text)
		require.Equal(t, 1, over(stay.AddDays(last, 1)), text)
		require.Equal(t, 30, over(stay.AddDays(last, 30)), text)
	}
}

func TestExplain(t *testing.T) {
	line := stay.Build(records(t, `
		> 2025-01-01
		< 2025-01-05
		> 2026-01-01
		< 2026-04-02
		> 2026-06-01 residence_permit
		< 2026-06-02
		> 2026-06-02
		> 2026-06-05
		< 2026-06-05`))
	ask := stay.Ask{On: date(t, "2026-06-30")}
	e := line.Explain(stay.Regimes{}, ask)
	require.Equal(t, stay.Span{From: date(t, "2026-01-02"), To: date(t, "2026-06-30")}, e.Window)
	require.Equal(t, []stay.Span{{date(t, "2025-01-01"), date(t, "2025-01-05")}, {date(t, "2026-01-01"), date(t, "2026-01-01")}}, e.Outside)
	by := map[string]stay.Day{}
	counted := 0
	for i, d := range e.Days {
		by[d.Date.String()] = d
		require.True(t, i == 0 || e.Days[i-1].Date.Before(d.Date), "ascending")
		if d.Counts {
			counted++
		}
	}
	require.Equal(t, line.Answer(stay.Regimes{}, ask).Used, counted)
	for day, want := range map[string]stay.Day{
		"2026-01-02": {Used: 2, Counts: true, Why: stay.DayInside, Stays: []int{1}},
		"2026-03-31": {Used: 90, Counts: true, Why: stay.DayInside, Stays: []int{1}},
		"2026-04-01": {Used: 91, Counts: true, Over: true, Why: stay.DayInside, Stays: []int{1}},
		"2026-04-02": {Used: 92, Counts: true, Over: true, Why: stay.DayExit, Stays: []int{1}},
		"2026-06-01": {Used: 92, Why: stay.DayExempt, Stays: []int{2}},
		"2026-06-02": {Used: 93, Counts: true, Over: true, Why: stay.DayEntry, Stays: []int{2, 3}},
		"2026-06-03": {Used: 93, Why: stay.DayDoubtful, Stays: []int{3}},
		"2026-06-05": {Used: 94, Counts: true, Over: true, Why: stay.DayBoth, Stays: []int{3, 4}},
	} {
		want.Date = date(t, day)
		require.Equal(t, want, by[day])
	}
	require.NotContains(t, by, "2026-04-03")
}

// Days over are explained however long ago they were.
func TestExplainOldOverstay(t *testing.T) {
	line := stay.Build(records(t, "> 2025-01-01\n< 2025-04-02\n> 2026-06-01"))
	e := line.Explain(stay.Regimes{}, stay.Ask{On: date(t, "2026-06-01")})
	require.Len(t, e.Days, 3)
	require.Equal(t, []any{"2025-04-01", 91, true}, []any{e.Days[0].Date.String(), e.Days[0].Used, e.Days[0].Over})
	require.Equal(t, []any{"2026-06-01", 1, false}, []any{e.Days[2].Date.String(), e.Days[2].Used, e.Days[2].Over})
}
