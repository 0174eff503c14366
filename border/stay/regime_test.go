package stay_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
)

const country = `{"version": "2026-1", "default": {"days": 90, "window": 180}, "regimes": [
  {"name": "shore leave", "categories": ["ship_crew"], "exempt": true},
  {"name": "bilateral UTO 2026", "source": "Exchange of letters", "nationalities": ["UTO", "D"], "bases": ["short_stay"],
   "from": "2026-01-01", "until": "2026-12-31", "rule": {"days": 120, "window": 360}},
  {"name": "bilateral UTO", "nationalities": ["UTO"], "rule": {"days": 30, "window": 60}}]}`

func regimes(t testing.TB, text string) stay.Regimes {
	t.Helper()
	r, err := stay.ParseRegimes([]byte(text))
	require.NoError(t, err)
	return r
}

func TestRegimeFor(t *testing.T) {
	r := regimes(t, country)
	require.Equal(t, "2026-1", r.Version())
	require.Len(t, r.List(), 3)
	for _, c := range []struct {
		nationality string
		basis       border.Basis
		category    border.Category
		on, want    string
	}{
		{"FRA", border.ShortStay, border.Ordinary, "2026-05-01", "default"},
		{"UTO", border.ShortStay, border.Ordinary, "2026-01-01", "bilateral UTO 2026"},
		{"UTO", "", "", "2026-12-31", "bilateral UTO 2026"},
		{"D", border.ShortStay, border.Ordinary, "2026-05-01", "bilateral UTO 2026"},
		{"UTO", border.ShortStay, border.Ordinary, "2025-12-31", "bilateral UTO"},
		{"UTO", border.ShortStay, border.Ordinary, "2027-01-01", "bilateral UTO"},
		{"UTO", border.ShortStayVisa, border.Ordinary, "2026-05-01", "bilateral UTO"},
		{"UTO", border.CrewBasis, border.ShipCrew, "2026-05-01", "shore leave"},
		{"", "", "", "2026-05-01", "default"},
	} {
		require.Equal(t, c.want, r.For(c.nationality, c.basis, c.category, date(t, c.on)).Name, "%+v", c)
	}
	require.Equal(t, stay.Regime{Name: stay.DefaultRegime, Rule: stay.DefaultRule()}, stay.Regimes{}.For("UTO", "", "", date(t, "2026-05-01")))
}

func TestAnswersUnderRegimes(t *testing.T) {
	r := regimes(t, country)
	ask := func(text, nationality, on string) stay.Answer {
		return stay.Build(records(t, text)).Answer(r, stay.Ask{On: date(t, on), Nationality: nationality})
	}
	a := ask("", "UTO", "2026-05-01")
	require.Equal(t, []any{"bilateral UTO 2026", 120, "2026-08-28"}, []any{a.Regime, a.MaxStay, a.LastLawful.String()})
	a = ask("> 2025-12-31", "UTO", "2026-02-05")
	require.Equal(t, []any{"bilateral UTO", "30/60", 7}, []any{a.Regime, a.Rule.String(), a.Overstay}, "the regime of the day of entry holds for the stay")
	a = ask("> 2026-01-01\n< 2026-04-10", "UTO", "2026-05-01")
	require.Equal(t, []any{100, 20, 0}, []any{a.Used, a.MaxStay, a.Total}, "100 days were within the rule of then")
	a = ask("> 2025-12-31 nationality=", "UTO", "2026-02-05")
	require.Equal(t, "bilateral UTO", a.Regime, "a record without nationality is of the person who is asked about")
	a = ask("> 2025-12-31 nationality=FRA", "UTO", "2026-02-05")
	require.Equal(t, "default", a.Regime, "the nationality shown at entry decides")
	a = ask("> 2026-05-01 category=ship_crew\n< 2026-05-20", "UTO", "2026-06-01")
	require.Equal(t, 0, a.Used, "days of an exempt regime do not count")
	a = ask("> 2026-05-01 category=ship_crew", "UTO", "2026-05-20")
	require.Equal(t, []any{"shore leave", true, true}, []any{a.Regime, a.Exempt, a.Unbounded})
	require.True(t, stay.Build(stay.History{}).Answer(r, stay.Ask{On: date(t, "2026-05-01"), Category: border.ShipCrew}).Unbounded)
}

func TestParseRegimesErrors(t *testing.T) {
	regime := func(fields string) string {
		return `{"version": "1", "default": {"days": 90, "window": 180}, "regimes": [{"name": "a", "exempt": true, "nationalities": ["UTO"]}, {` + fields + `}]}`
	}
	for name, c := range map[string]struct{ text, want string }{
		"nothing":             {"", "expected JSON, found nothing"},
		"no JSON":             {"{\n  \"version\": 1,,\n}", "line 2, column 16: expected JSON"},
		"no object":           {"[]", "expected an object with version, default, regimes, found an array"},
		"two values":          {"{} {}", "expected JSON"},
		"not UTF-8":           {"{\"version\": \"\xff\"}", "UTF-8"},
		"too long":            {strings.Repeat(" ", 1<<20+1), "at most 1048576 bytes"},
		"no version":          {`{"default": {"days": 90, "window": 180}, "regimes": []}`, "version: expected the version of the data, found nothing"},
		"no default":          {`{"version": "1", "regimes": []}`, "default: expected an object with days, window, found nothing"},
		"no regimes":          {`{"version": "1", "default": {"days": 90, "window": 180}}`, "regimes: expected an array of regimes"},
		"unknown field":       {`{"edition": "1"}`, "edition: unknown field; expected one of version, default, regimes"},
		"field twice":         {`{"version": "1", "version": "2"}`, "version: given twice"},
		"days beyond window":  {`{"version": "1", "default": {"days": 181, "window": 180}, "regimes": []}`, "default.days: expected a whole number from 1 to 180, found a number"},
		"no days":             {`{"version": "1", "default": {"days": 0, "window": 180}, "regimes": []}`, "default.days: expected a whole number"},
		"fractions":           {`{"version": "1", "default": {"days": 1.5, "window": 180}, "regimes": []}`, "default.days: expected a whole number"},
		"window without end":  {`{"version": "1", "default": {"days": 90, "window": 99999}, "regimes": []}`, "default.window: expected a whole number from 1 to 3660"},
		"regime without name": {regime(`"exempt": true`), "regimes[1].name: expected a name, found nothing"},
		"no effect":           {regime(`"name": "b"`), "regimes[1]: expected either a rule, or exempt true"},
		"exempt false":        {regime(`"name": "b", "exempt": false`), "regimes[1]: expected either a rule, or exempt true"},
		"two effects":         {regime(`"name": "b", "exempt": true, "rule": {"days": 1, "window": 2}`), "regimes[1]: expected either a rule, or exempt true"},
		"exempt text":         {regime(`"name": "b", "exempt": "yes"`), "regimes[1].exempt: expected true or false, found other text"},
		"wrong rule":          {regime(`"name": "b", "rule": {"days": -1, "window": 2}`), "regimes[1].rule.days: expected a whole number from 1 to 2"},
		"nationality":         {regime(`"name": "b", "exempt": true, "nationalities": ["UTO", "Uto"]`), "regimes[1].nationalities[1]: expected a nationality"},
		"nationality twice":   {regime(`"name": "b", "exempt": true, "nationalities": ["FRA", "FRA"]`), "regimes[1].nationalities[1]: given twice"},
		"nobody":              {regime(`"name": "b", "exempt": true, "nationalities": []`), "regimes[1].nationalities: expected at least one"},
		"basis":               {regime(`"name": "b", "exempt": true, "bases": ["tourist"]`), "regimes[1].bases[0]: expected a basis of stay"},
		"category":            {regime(`"name": "b", "exempt": true, "categories": [7]`), "regimes[1].categories[0]: expected a category, found a number"},
		"date":                {regime(`"name": "b", "exempt": true, "from": "2026-02-30"`), "regimes[1].from: expected a date YYYY-MM-DD"},
		"part of a date":      {regime(`"name": "b", "exempt": true, "until": "2026-02"`), "regimes[1].until: expected a date YYYY-MM-DD"},
		"until before from":   {regime(`"name": "b", "exempt": true, "from": "2026-02-02", "until": "2026-02-01"`), "regimes[1].until: lies before from"},
		"name taken":          {regime(`"name": "a", "exempt": true`), "regimes[1]: name: is taken"},
		"name of the default": {regime(`"name": "default", "exempt": true`), "name: "},
		"hidden":              {regime(`"name": "b", "exempt": true, "nationalities": ["UTO"], "from": "2026-01-01"`), "regimes[1]: can never apply: regimes[0] fits"},
	} {
		_, err := stay.ParseRegimes([]byte(c.text))
		require.ErrorContains(t, err, c.want, name)
	}
}

func TestLoadRegimes(t *testing.T) {
	r, err := stay.LoadRegimes("")
	require.NoError(t, err)
	require.Equal(t, stay.DefaultRule(), r.Default())
	path := filepath.Join(t.TempDir(), "rules.json")
	_, err = stay.LoadRegimes(path)
	require.ErrorContains(t, err, "rules of stay: open "+path)
	require.NoError(t, os.WriteFile(path, []byte(`{"version": 3}`), 0o600))
	_, err = stay.LoadRegimes(path)
	require.ErrorContains(t, err, path+": version: expected the version of the data")
	require.NoError(t, os.WriteFile(path, []byte(country), 0o600))
	r, err = stay.LoadRegimes(path)
	require.NoError(t, err)
	require.Len(t, r.List(), 3)
}

func FuzzParseRegimes(f *testing.F) {
	f.Add([]byte(country))
	f.Add([]byte(`{"version":"1","default":{"days":1,"window":1},"regimes":[{"name":"\u0000","exempt":true}]}`))
	f.Add([]byte(`{"version":{"version":[[[[`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := stay.ParseRegimes(text)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		require.NoError(t, r.Default().Check())
		for _, g := range r.List() {
			require.Equal(t, g.Exempt, g.Rule == stay.Rule{})
			if !g.Exempt {
				require.NoError(t, g.Rule.Check())
			}
		}
	})
}

func TestRuleCheck(t *testing.T) {
	require.NoError(t, stay.DefaultRule().Check())
	require.ErrorContains(t, stay.Rule{Days: 1}.Check(), "window: 0: expected 1 to 3660")
	require.ErrorContains(t, stay.Rule{Days: 5, Window: 4}.Check(), "days: 5: expected 1 to the window's 4")
}
