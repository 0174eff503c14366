package visacheck_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func day(text string) traveldoc.Date {
	d, err := traveldoc.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// register is a register that holds what a test puts into it.
type register struct {
	evisa.Found
	err   error
	asked int
}

func (r *register) Find(context.Context, evisa.Query) (evisa.Found, error) {
	r.asked++
	return r.Found, r.err
}

type rules struct {
	visacheck.Standing
	err error
}

func (r rules) Rules(context.Context) (visacheck.Standing, error) { return r.Standing, r.err }

func book() evisa.RuleBook {
	return evisa.RuleBook{Version: "2026-1", Rules: []evisa.EntryRule{
		{ID: "crew-zaa", Kind: evisa.VisaRequired, Basis: "Act 9", Nationalities: []string{"ZAA"}, Categories: []border.Category{border.AirCrew}},
		{ID: "free", Kind: evisa.VisaFree, Basis: "Act 1", Nationalities: []string{"FRA", "D"}, Documents: []string{"P*"}, Days: 90},
		{ID: "arrival", Kind: evisa.VisaOnArrival, Basis: "Act 2", Nationalities: []string{"KEN"}, Ports: []string{"airport-1"}, Days: 30, Fee: &evisa.Money{Minor: 5000, Currency: "EUR"}},
		{ID: "required", Kind: evisa.VisaRequired, Basis: "Act 3", Nationalities: []string{"*"}},
	}}
}

func identity() traveldoc.Identity {
	return traveldoc.Identity{Surname: "OKORO", GivenNames: "ADA NNEKA", BirthDate: day("1990-05-12"), Nationality: "NGA", Sex: "F"}
}

func subject(change ...func(*border.Subject)) border.Subject {
	s := border.Subject{
		Identity: identity(), Document: traveldoc.Document{Code: "P", Number: "A0012345", IssuingState: "NGA"}, Direction: border.Entry, Mode: border.Air,
		At: noon, Today: traveldoc.DateOf(noon), Circumstances: border.Circumstances{Category: border.Ordinary, Basis: border.ShortStay},
	}
	for _, c := range change {
		c(&s)
	}
	return s
}

func row(change ...func(*evisa.Row)) evisa.Row {
	r := evisa.Row{
		Number: "E7KXR4MTQ", Version: 1, Standing: evisa.InForce, Kind: evisa.KindVisa, Type: "T", Purpose: "tourism", Identity: identity(),
		Document: traveldoc.Document{Code: "P", Number: "A0012345", IssuingState: "NGA"},
		Terms:    evisa.Terms{From: day("2026-11-01"), Until: day("2027-01-31"), Days: 30, Entries: 2},
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

func use(at time.Time) evisa.Use {
	return evisa.Use{Crossing: uuid.NewSHA1(uuid.Nil, []byte(at.String())), Station: "land-2", At: at, Date: traveldoc.DateOf(at)}
}

func used(n int) func(*evisa.Row) {
	return func(r *evisa.Row) {
		for i := range n {
			r.Uses = append(r.Uses, use(noon.Add(-time.Duration(n-i)*48*time.Hour)))
		}
	}
}

type asking struct {
	rows   []evisa.Row
	change func(*visacheck.Config, *register, *rules)
	s      border.Subject
}

func find(t testing.TB, a asking) border.Finding {
	t.Helper()
	reg := &register{Found: evisa.Found{Held: true, Rows: a.rows, Source: border.Source{Name: "visas", Version: "7", AsOf: noon.Add(-time.Minute)}}}
	r := &rules{Standing: visacheck.Standing{Held: true, InForce: true, Book: book(), AsOf: noon}}
	cfg := visacheck.Config{Registry: reg, State: "UTO", Post: "airport-1", MaxAge: 24 * time.Hour}
	if a.change != nil {
		a.change(&cfg, reg, r)
	}
	cfg.Rules = *r
	f, err := visacheck.New(cfg).Check(t.Context(), a.s)
	require.NoError(t, err)
	for _, e := range f.Evidence {
		require.Contains(t, append(visacheck.EvidenceCodes(), border.CodeListTooOld), e.Code)
		require.NotEmpty(t, e.Severity, e.Code)
	}
	return f
}

// says is a finding in short: its outcome and reason, and its evidence with severities.
func says(f border.Finding) string {
	out := []string{strings.TrimSpace(f.Outcome.String() + " " + f.Reason)}
	for _, e := range f.Evidence {
		severity := map[border.Severity]string{border.Acknowledge: "!", border.SecondLine: "!!"}[e.Severity]
		out = append(out, strings.TrimPrefix(e.Code, "visa_")+severity+strings.TrimRight(fmt.Sprintf(" %s/%s", e.Found, e.Expected), " /"))
	}
	return strings.Join(out, ", ")
}

const valid = "no_hit, valid T/visa, entries 0/2, days 30, until 2027-01-31"

// Every answer of the check at entry.
func TestAtEntry(t *testing.T) {
	in := func(change ...func(*evisa.Row)) []evisa.Row { return []evisa.Row{row(change...)} }
	for name, c := range map[string]struct {
		rows []evisa.Row
		s    border.Subject
		want string
	}{
		"valid":                            {in(), subject(), valid},
		"valid, used once":                 {in(used(1)), subject(), "no_hit, valid T/visa, entries 1/2, days 30, until 2027-01-31"},
		"multiple entries":                 {in(used(7), func(r *evisa.Row) { r.Terms.Entries = 0 }), subject(), "no_hit, valid T/visa, multiple 7, days 30, until 2027-01-31"},
		"an entry that counts for nothing": {in(used(2), func(r *evisa.Row) { r.Uses[1].Void = true }), subject(), "no_hit, valid T/visa, entries 1/2, days 30, until 2027-01-31"},
		"conditions":                       {in(func(r *evisa.Row) { r.Terms.Conditions = []string{"no_work"} }), subject(), valid + ", condition no_work"},
		"number written otherwise":         {in(), subject(func(s *border.Subject) { s.Document.Number = "ao012345" }), valid},
		"O and 0, small letters":           {in(func(r *evisa.Row) { r.Document.Number = "AO012345" }), subject(), valid},
		"name cut by the zone":             {in(), subject(func(s *border.Subject) { s.Identity.GivenNames = "ADA NNEK" }), valid},
		"none":                             {nil, subject(), "hit, none!!, needed Act 3"},
		"of somebody else":                 {in(func(r *evisa.Row) { r.Identity.Surname, r.Document.Number = "OTHER", "X9" }), subject(), "hit, none!!, needed Act 3"},
		"the same number of another State": {in(func(r *evisa.Row) { r.Identity.Surname, r.Document.IssuingState = "OTHER", "GHA" }), subject(), "hit, none!!, needed Act 3"},
		"a State with two codes": {in(func(r *evisa.Row) { r.Document.IssuingState = "DEU" }), subject(func(s *border.Subject) {
			s.Document.IssuingState = "D"
		}), valid},
		"revoked":                        {in(func(r *evisa.Row) { r.Standing, r.Reason = evisa.Revoked, "alert" }), subject(), "hit, needed Act 3, revoked!! alert"},
		"annulled":                       {in(func(r *evisa.Row) { r.Standing, r.Reason = evisa.Annulled, "obtained_by_fraud" }), subject(), "hit, needed Act 3, annulled!! obtained_by_fraud"},
		"replaced":                       {in(func(r *evisa.Row) { r.Standing, r.ReplacedBy = evisa.Replaced, "E22222222" }), subject(), "hit, needed Act 3, replaced!! E22222222"},
		"expired":                        {in(func(r *evisa.Row) { r.Terms.Until = day("2026-11-21") }), subject(), "hit, needed Act 3, expired!! 2026-11-21"},
		"its last day":                   {in(func(r *evisa.Row) { r.Terms.Until = day("2026-11-22") }), subject(), "no_hit, valid T/visa, entries 0/2, days 30, until 2026-11-22"},
		"not yet valid":                  {in(func(r *evisa.Row) { r.Terms.From = day("2026-11-23") }), subject(), "hit, needed Act 3, not_yet!! 2026-11-23"},
		"entries used":                   {in(used(2)), subject(), "hit, needed Act 3, entries_used!! 2/2"},
		"wrong port":                     {in(func(r *evisa.Row) { r.Terms.Ports = []string{"sea-1", "sea-2"} }), subject(), "hit, needed Act 3, wrong_port!! airport-1/sea-1, sea-2"},
		"right port":                     {in(func(r *evisa.Row) { r.Terms.Ports = []string{"sea-1", "airport-1"} }), subject(), valid},
		"wrong mode":                     {in(func(r *evisa.Row) { r.Terms.Modes = []string{"sea"} }), subject(), "hit, needed Act 3, wrong_mode!! air/sea"},
		"wrong purpose":                  {in(), subject(func(s *border.Subject) { s.Purpose = "study" }), "hit, needed Act 3, wrong_purpose! study/tourism, entries 0/2, days 30, until 2027-01-31"},
		"purpose in the counter's words": {in(), subject(func(s *border.Subject) { s.Purpose = "holiday" }), valid},
		"on another passport":            {in(func(r *evisa.Row) { r.Document.Number = "B7" }), subject(), "hit, needed Act 3, document! A0012345/B7, entries 0/2, days 30, until 2027-01-31"},
		"on an earlier passport": {in(func(r *evisa.Row) {
			r.Document, r.Earlier = traveldoc.Document{Number: "B7"}, []traveldoc.Document{r.Document}
		}), subject(), "hit, needed Act 3, document! A0012345/B7, entries 0/2, days 30, until 2027-01-31"},
		"another name on this passport": {in(func(r *evisa.Row) { r.Identity.Surname = "SMITH"; r.Identity.GivenNames = "JOHN" }), subject(), "hit, needed Act 3, holder!!"},
		"another birth date":            {in(func(r *evisa.Row) { r.Identity.BirthDate = day("1991-05-12") }), subject(), "hit, needed Act 3, holder!!"},
		"case":                          {in(func(r *evisa.Row) { r.Case = true }), subject(), "hit, needed Act 3, case!!"},
		"several: the one that lets in, the others noted": {
			[]evisa.Row{row(func(r *evisa.Row) { r.Number, r.Standing = "E22222222", evisa.Revoked }), row(), row(func(r *evisa.Row) { r.Number, r.Terms.Until = "E33333333", day("2025-01-01") })},
			subject(), valid + ", other revoked, other expired",
		},
		"several, none lets in: the nearest": {
			[]evisa.Row{row(func(r *evisa.Row) { r.Number, r.Standing = "E22222222", evisa.Revoked }), row(func(r *evisa.Row) { r.Document.Number = "B7" })},
			subject(), "hit, needed Act 3, document! A0012345/B7, entries 0/2, days 30, until 2027-01-31, other revoked",
		},
		"a family on one passport: his own alone": {
			[]evisa.Row{row(func(r *evisa.Row) { r.Number, r.Identity.GivenNames, r.Standing = "E22222222", "TOLU", evisa.Revoked }), row()}, subject(), valid,
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, says(find(t, asking{rows: c.rows, s: c.s})))
		})
	}
}

// Who needs no visa, and by what.
func TestWhoNeedsNone(t *testing.T) {
	as := func(nationality string, change ...func(*border.Subject)) border.Subject {
		return subject(append([]func(*border.Subject){func(s *border.Subject) { s.Identity.Nationality = nationality }}, change...)...)
	}
	basis := func(b border.Basis) func(*border.Subject) { return func(s *border.Subject) { s.Basis = b } }
	crew := func(s *border.Subject) { s.Category, s.Basis = border.AirCrew, border.CrewBasis }
	for name, c := range map[string]struct {
		s    border.Subject
		rows []evisa.Row
		want string
		ref  string
	}{
		"own national":                    {as("UTO"), nil, "no_hit, not_needed", "national"},
		"visa-free":                       {as("FRA"), nil, "no_hit, not_needed Act 1, days 90", "free"},
		"visa-free, card":                 {as("FRA", func(s *border.Subject) { s.Document.Code = "I" }), nil, "hit, none!!, needed Act 3", ""},
		"on arrival":                      {as("KEN"), nil, "hit, on_arrival! 50.00 EUR/Act 2, days 30", "arrival"},
		"on arrival, revoked":             {as("KEN"), []evisa.Row{row(func(r *evisa.Row) { r.Standing = evisa.Revoked })}, "hit, needed Act 2, revoked!!", "arrival"},
		"on arrival, expired":             {as("KEN"), []evisa.Row{row(func(r *evisa.Row) { r.Terms.Until = day("2026-01-01") })}, "hit, on_arrival! 50.00 EUR/Act 2, days 30, other expired", "arrival"},
		"on arrival, valid":               {as("KEN"), []evisa.Row{row()}, valid, "E7KXR4MTQ"},
		"free movement":                   {as("NGA", basis(border.FreeMovement)), nil, "no_hit, not_needed", "free_movement"},
		"residence permit":                {as("NGA", basis(border.ResidencePermit)), nil, "no_hit, not_needed", "residence_permit"},
		"border pass":                     {as("NGA", basis(border.BorderPass)), nil, "no_hit, not_needed", "border_pass"},
		"crew":                            {as("NGA", crew), nil, "no_hit, not_needed", "crew"},
		"crew of whom a rule asks one":    {as("ZAA", crew), nil, "hit, none!!, needed Act 9", ""},
		"visa-free, on a visa for longer": {as("FRA", basis(border.LongStayVisa)), []evisa.Row{row()}, valid, "E7KXR4MTQ"},
		"visa-free, says to have a visa and has none": {as("FRA", basis(border.LongStayVisa)), nil, "no_hit, not_needed Act 1, days 90", "free"},
		"no nationality": {as(""), nil, "not_checked data_insufficient", ""},
		"no number":      {as("NGA", func(s *border.Subject) { s.Document.Number = "<<" }), nil, "not_checked data_insufficient", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := find(t, asking{rows: c.rows, s: c.s})
			require.Equal(t, c.want, says(f))
			if c.ref != "" {
				require.Equal(t, c.ref, f.Evidence[0].Ref)
			}
		})
	}
}

// Before boarding nobody knows the post: a visa on arrival at some of them, and a visa for some of them, are good.
func TestBeforeBoarding(t *testing.T) {
	nowhere := func(c *visacheck.Config, _ *register, _ *rules) { c.Post = "" }
	german := subject(func(s *border.Subject) { s.Identity.Nationality, s.Basis = "DEU", "" })
	require.Contains(t, says(find(t, asking{s: german})), "Act 1", "a carrier names the State as other lists do")
	own := func(c *visacheck.Config, _ *register, _ *rules) { c.State = "D" }
	require.Equal(t, "no_hit, not_needed", says(find(t, asking{s: german, change: own})), "of this State, by no rule")
	kenya := subject(func(s *border.Subject) { s.Identity.Nationality, s.Basis = "KEN", "" })
	require.Equal(t, "hit, on_arrival! 50.00 EUR/Act 2, days 30", says(find(t, asking{s: kenya, change: nowhere})))
	elsewhere := func(c *visacheck.Config, _ *register, _ *rules) { c.Post = "land-2" }
	require.Equal(t, "hit, none!!, needed Act 3", says(find(t, asking{s: kenya, change: elsewhere})))
	port := row(func(r *evisa.Row) { r.Terms.Ports = []string{"sea-1"} })
	require.Equal(t, valid, says(find(t, asking{rows: []evisa.Row{port}, s: subject(), change: nowhere})))
}

// Without an answer it never says that there is no visa.
func TestNotChecked(t *testing.T) {
	revoked := row(func(r *evisa.Row) { r.Standing = evisa.Revoked })
	for name, c := range map[string]struct {
		rows   []evisa.Row
		change func(*visacheck.Config, *register, *rules)
		want   string
	}{
		"register never came":          {nil, func(_ *visacheck.Config, r *register, _ *rules) { r.Held = false }, "not_checked list_missing"},
		"rules never came":             {nil, func(_ *visacheck.Config, _ *register, r *rules) { r.Held = false }, "not_checked list_missing"},
		"no rules in force":            {nil, func(_ *visacheck.Config, _ *register, r *rules) { r.InForce = false }, "no_hit, no_rules"},
		"rules unreadable":             {nil, func(_ *visacheck.Config, _ *register, r *rules) { r.Unreadable = true }, "not_checked list_incomplete"},
		"rules fail":                   {nil, func(_ *visacheck.Config, _ *register, r *rules) { r.err = errors.New("away") }, "not_checked failed"},
		"rows unreadable":              {nil, func(_ *visacheck.Config, r *register, _ *rules) { r.Unreadable = 2 }, "not_checked list_incomplete, needed Act 3, unreadable 2"},
		"rows unreadable, a valid one": {[]evisa.Row{row()}, func(_ *visacheck.Config, r *register, _ *rules) { r.Unreadable = 2 }, valid + ", unreadable 2"},
		"rows unreadable, a revoked one": {[]evisa.Row{revoked}, func(_ *visacheck.Config, r *register, _ *rules) { r.Unreadable = 2 },
			"hit, needed Act 3, revoked!!, unreadable 2"},
		"outage": {nil, func(_ *visacheck.Config, r *register, _ *rules) {
			r.err = &evisa.Fault{Reason: border.ReasonBreakerOpen, Err: errors.New("x")}
		},
			"not_checked breaker_open"},
		"outage of a platform beside": {nil, func(_ *visacheck.Config, r *register, _ *rules) { r.Outage = border.ReasonTimeout },
			"not_checked timeout, needed Act 3, outage timeout"},
		"outage of a platform, a valid one": {[]evisa.Row{row()}, func(_ *visacheck.Config, r *register, _ *rules) { r.Outage = border.ReasonTimeout }, valid + ", outage timeout"},
		"outage that nobody minds":          {nil, func(_ *visacheck.Config, r *register, _ *rules) { r.Noted = border.ReasonTimeout }, "hit, none!!, needed Act 3, outage timeout"},
		"too old":                           {nil, old, "not_checked list_too_old, needed Act 3, list_too_old visa"},
		"too old, valid":                    {[]evisa.Row{row()}, old, "not_checked list_too_old, valid T/visa, entries 0/2, days 30, until 2027-01-31, list_too_old visa"},
		"too old, revoked":                  {[]evisa.Row{revoked}, old, "hit, needed Act 3, revoked!!, list_too_old visa"},
	} {
		t.Run(name, func(t *testing.T) {
			f := find(t, asking{rows: c.rows, s: subject(), change: c.change})
			require.Equal(t, c.want, says(f))
			require.False(t, f.Optional)
		})
	}
	f := find(t, asking{s: subject(), change: func(c *visacheck.Config, r *register, _ *rules) { c.Optional, r.Held = true, false }})
	require.True(t, f.Optional)
}

// Visas that do not let in because of their own time, or for another place, are no answer where a further one may be: a platform that is
// out, rows that cannot be read, lists that are too old. What a State took away, or is somebody else's, stays.
func TestWhatAnotherVisaMayMakeGood(t *testing.T) {
	until := func(r *evisa.Row) { r.Terms.Until = day("2026-11-21") }
	reasons := map[string]func(*visacheck.Config, *register, *rules){
		border.ReasonTimeout:        func(_ *visacheck.Config, r *register, _ *rules) { r.Outage = border.ReasonTimeout },
		border.ReasonListIncomplete: func(_ *visacheck.Config, r *register, _ *rules) { r.Unreadable = 1 },
		border.ReasonListTooOld:     old,
	}
	for name, c := range map[string]struct {
		change func(*evisa.Row)
		want   string
	}{
		"expired":       {until, "not_checked %s, needed Act 3, expired 2026-11-21"},
		"replaced":      {func(r *evisa.Row) { r.Standing, r.ReplacedBy = evisa.Replaced, "E22222222" }, "not_checked %s, needed Act 3, replaced E22222222"},
		"entries used":  {used(2), "not_checked %s, needed Act 3, entries_used 2/2"},
		"not yet valid": {func(r *evisa.Row) { r.Terms.From = day("2026-11-23") }, "not_checked %s, needed Act 3, not_yet 2026-11-23"},
		"other port":    {func(r *evisa.Row) { r.Terms.Ports = []string{"sea-1"} }, "not_checked %s, needed Act 3, wrong_port airport-1/sea-1"},
		"other mode":    {func(r *evisa.Row) { r.Terms.Modes = []string{"sea"} }, "not_checked %s, needed Act 3, wrong_mode air/sea"},
		"expired, on another passport": {func(r *evisa.Row) { until(r); r.Document.Number = "B7" },
			"not_checked %s, needed Act 3, expired 2026-11-21, document A0012345/B7"},
		"revoked":             {func(r *evisa.Row) { r.Standing = evisa.Revoked }, "hit, needed Act 3, revoked!!"},
		"revoked and expired": {func(r *evisa.Row) { until(r); r.Standing = evisa.Revoked }, "hit, needed Act 3, revoked!!, expired!! 2026-11-21"},
		"annulled":            {func(r *evisa.Row) { r.Standing = evisa.Annulled }, "hit, needed Act 3, annulled!!"},
		"case":                {func(r *evisa.Row) { r.Case = true }, "hit, needed Act 3, case!!"},
		"somebody else's":     {func(r *evisa.Row) { r.Identity.BirthDate = day("1991-05-12") }, "hit, needed Act 3, holder!!"},
		"on another passport": {func(r *evisa.Row) { r.Document.Number = "B7" }, "hit, needed Act 3, document! A0012345/B7, entries 0/2, days 30, until 2027-01-31"},
	} {
		for reason, change := range reasons {
			t.Run(name+"/"+reason, func(t *testing.T) {
				want := c.want
				if strings.Contains(want, "%s") {
					want = fmt.Sprintf(want, reason)
				}
				got := find(t, asking{rows: []evisa.Row{row(c.change)}, s: subject(), change: change})
				got.Evidence = got.Evidence[:len(got.Evidence)-1] // that says what is not whole
				require.Equal(t, want, says(got))
			})
		}
	}
	both := []evisa.Row{row(until), row(func(r *evisa.Row) { r.Number, r.Standing = "E22222222", evisa.Revoked })}
	require.Equal(t, "hit, needed Act 3, revoked!!, outage timeout, other expired", says(find(t, asking{rows: both, s: subject(), change: reasons[border.ReasonTimeout]})))
}

func old(_ *visacheck.Config, r *register, _ *rules) { r.Source.AsOf = noon.Add(-25 * time.Hour) }

// At exit nothing is held against leaving; a stay that was longer than the visa allowed is told.
func TestAtExit(t *testing.T) {
	leaving := subject(func(s *border.Subject) { s.Direction = border.Exit })
	came := func(days int) []evisa.Row {
		return []evisa.Row{row(func(r *evisa.Row) { r.Uses = []evisa.Use{use(noon.AddDate(0, 0, -days))} })}
	}
	for name, c := range map[string]struct {
		rows []evisa.Row
		want string
	}{
		"in time":    {came(10), "no_hit, exit 2026-11-12"},
		"last day":   {came(29), "no_hit, exit 2026-10-24"},
		"overstayed": {came(32), "no_hit, exit 2026-10-21, overstayed 3/2026-11-19"},
		"the visa ended": {[]evisa.Row{row(func(r *evisa.Row) {
			r.Uses, r.Terms.Until = []evisa.Use{use(noon.AddDate(0, 0, -5))}, day("2026-11-20")
		})}, "no_hit, exit 2026-11-17, overstayed 2/2026-11-20"},
		"on none":           {[]evisa.Row{row()}, "no_hit, not_needed"},
		"revoked meanwhile": {[]evisa.Row{row(used(1), func(r *evisa.Row) { r.Standing = evisa.Revoked })}, "no_hit, exit 2026-11-20"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, says(find(t, asking{rows: c.rows, s: leaving}))) })
	}
	f := find(t, asking{s: leaving, change: func(_ *visacheck.Config, r *register, _ *rules) { r.err = errors.New("away") }})
	require.Equal(t, border.NotChecked, f.Outcome)
	require.True(t, f.Optional, "nobody is kept from leaving")
}

// A decision that is checked again does not meet its own entry.
func TestCheckedAgain(t *testing.T) {
	own := row(func(r *evisa.Row) { r.Terms.Entries, r.Uses = 1, []evisa.Use{use(noon.Add(40 * time.Second))} })
	require.Equal(t, "hit, needed Act 3, entries_used!! 1/1", says(find(t, asking{rows: []evisa.Row{own}, s: subject()})))
	again := subject(func(s *border.Subject) { s.Again = true })
	require.Equal(t, border.NoHit, find(t, asking{rows: []evisa.Row{own}, s: again}).Outcome)
}

// A child's visa may have been issued on the passport of the adult with him.
func TestChildOnTheAdultsPassport(t *testing.T) {
	child := subject(func(s *border.Subject) { s.Category, s.Document.Number = border.Minor, "C1" })
	on := []evisa.Row{row()}
	require.Contains(t, says(find(t, asking{rows: on, s: child})), "document!")
	child.Guardian = &border.Guardian{Surname: "OKORO", DocumentNumber: "A0012345"}
	require.Equal(t, valid, says(find(t, asking{rows: on, s: child})))
	child.Category = border.Ordinary
	require.Contains(t, says(find(t, asking{rows: on, s: child})), "document!")
}

// The two checks of an inspection ask the register once; another inspection, and the same one later, ask anew.
func TestTheRegisterIsAskedOnce(t *testing.T) {
	reg := &register{Found: evisa.Found{Held: true, Rows: []evisa.Row{row()}}}
	now := noon
	c := visacheck.New(visacheck.Config{
		Registry: reg, Rules: rules{Standing: visacheck.Standing{Held: true, InForce: true, Book: book()}}, Post: "airport-1", Now: func() time.Time { return now },
	})
	s := subject(func(s *border.Subject) { s.Scan = uuid.New() })
	ask := func() {
		f, err := c.Check(t.Context(), s)
		require.NoError(t, err)
		require.Equal(t, border.NoHit, f.Outcome)
		g, err := c.Ground(t.Context(), s)
		require.NoError(t, err)
		require.Equal(t, "E7KXR4MTQ", g.Visa.Number)
		require.Equal(t, []any{30, 0}, []any{g.Visa.Days, g.Visa.Entries}, "entries are counted by their uses")
	}
	ask()
	require.Equal(t, 1, reg.asked)
	ask()
	require.Equal(t, 2, reg.asked)
	_, err := c.Check(t.Context(), s)
	require.NoError(t, err)
	now = now.Add(2 * time.Second)
	_, err = c.Ground(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, 4, reg.asked, "an answer does not serve for long")
	for range 2 { // the first is served by what was asked last
		_, err = c.Check(t.Context(), s)
		require.NoError(t, err)
	}
	c.Changed()
	_, err = c.Ground(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, 6, reg.asked, "nor once the register has changed")
	reg.err = errors.New("away")
	g, err := c.Ground(t.Context(), subject())
	require.NoError(t, err, "the check of visas says it")
	require.Empty(t, g)
}

// What a decision says of a visa.
func TestUsedIn(t *testing.T) {
	event := func(verdict border.Verdict, direction border.Direction, f border.Finding) border.CrossingEvent {
		f.Check = evisa.CheckName
		return border.CrossingEvent{Direction: direction, Decision: border.Decision{Verdict: verdict}, Findings: []border.Finding{f}}
	}
	in := find(t, asking{rows: []evisa.Row{row(used(1))}, s: subject()})
	u, is := visacheck.UsedIn(event(border.Admit, border.Entry, in))
	require.True(t, is)
	require.Equal(t, visacheck.Use{Number: "E7KXR4MTQ", Entries: 2, Known: 1}, u)
	for _, verdict := range []border.Verdict{border.Refuse, border.Refer} {
		_, is = visacheck.UsedIn(event(verdict, border.Entry, in))
		require.False(t, is, verdict)
	}
	revoked := find(t, asking{rows: []evisa.Row{row(func(r *evisa.Row) { r.Standing = evisa.Revoked })}, s: subject()})
	_, is = visacheck.UsedIn(event(border.Admit, border.Entry, revoked))
	require.False(t, is)
	free := find(t, asking{s: subject(func(s *border.Subject) { s.Identity.Nationality = "FRA" })})
	_, is = visacheck.UsedIn(event(border.Admit, border.Entry, free))
	require.False(t, is)
	out := find(t, asking{rows: []evisa.Row{row(used(1))}, s: subject(func(s *border.Subject) { s.Direction = border.Exit })})
	u, is = visacheck.UsedIn(event(border.Admit, border.Exit, out))
	require.True(t, is)
	require.Equal(t, evisa.Number("E7KXR4MTQ"), u.Number)
	_, is = visacheck.UsedIn(border.CrossingEvent{Decision: border.Decision{Verdict: border.Admit}})
	require.False(t, is)
}

// A visa whose faults an officer may go over is used by the entry that he admits, and bounds the stay.
func TestWhatIsGoneOverIsUsed(t *testing.T) {
	renewed := row(used(1), func(r *evisa.Row) { r.Document.Number = "B7" })
	for name, c := range map[string]struct {
		r evisa.Row
		s border.Subject
	}{
		"renewed passport": {renewed, subject()},
		"other purpose":    {row(used(1)), subject(func(s *border.Subject) { s.Purpose = "study" })},
	} {
		t.Run(name, func(t *testing.T) {
			f := find(t, asking{rows: []evisa.Row{c.r}, s: c.s})
			require.Equal(t, border.Hit, f.Outcome)
			e := border.CrossingEvent{Direction: border.Entry, Decision: border.Decision{Verdict: border.Admit, Reason: "other"}, Findings: []border.Finding{f}}
			u, is := visacheck.UsedIn(e)
			require.True(t, is)
			require.Equal(t, visacheck.Use{Number: "E7KXR4MTQ", Entries: 2, Known: 1}, u)
			for _, verdict := range []border.Verdict{border.Refuse, border.Refer} {
				e.Decision.Verdict = verdict
				_, is = visacheck.UsedIn(e)
				require.False(t, is, verdict)
			}
			check := visacheck.New(visacheck.Config{
				Registry: &register{Found: evisa.Found{Held: true, Rows: []evisa.Row{c.r}}}, Post: "airport-1",
				Rules: rules{Standing: visacheck.Standing{Held: true, InForce: true, Book: book()}},
			})
			g, err := check.Ground(t.Context(), c.s)
			require.NoError(t, err)
			require.NotNil(t, g.Visa)
			require.Equal(t, 30, g.Visa.Days)
		})
	}
	for name, change := range map[string]func(*evisa.Row){
		"revoked as well": func(r *evisa.Row) { r.Standing = evisa.Revoked }, "used up as well": func(r *evisa.Row) { r.Terms.Entries = 1 },
	} {
		bad := renewed
		change(&bad)
		f := find(t, asking{rows: []evisa.Row{bad}, s: subject()})
		_, is := visacheck.UsedIn(border.CrossingEvent{Decision: border.Decision{Verdict: border.Admit}, Direction: border.Entry, Findings: []border.Finding{f}})
		require.False(t, is, name)
	}
}

// A platform beside the own register: what both have, and its outage.
func TestBoth(t *testing.T) {
	own := &register{Found: evisa.Found{Held: true, Source: border.Source{Name: "visas", Version: "7", AsOf: noon}}}
	platform := &register{Found: evisa.Found{Held: true, Rows: []evisa.Row{row()}, Source: border.Source{Name: "visa_platform", AsOf: noon.Add(-time.Hour)}}}
	uses := func(_ context.Context, numbers []evisa.Number) (map[evisa.Number][]evisa.Use, error) {
		return map[evisa.Number][]evisa.Use{numbers[0]: {use(noon.Add(-time.Hour))}}, nil
	}
	b := visacheck.Both{Own: own, Outside: platform, Required: true, Uses: uses}
	f, err := b.Find(t.Context(), evisa.Query{})
	require.NoError(t, err)
	require.Len(t, f.Rows, 1)
	require.Len(t, f.Rows[0].Uses, 1, "entries that were made here")
	require.Equal(t, noon.Add(-time.Hour), f.Source.AsOf)
	own.Rows = []evisa.Row{row(func(r *evisa.Row) { r.Standing = evisa.Revoked })}
	f, err = b.Find(t.Context(), evisa.Query{})
	require.NoError(t, err)
	require.Len(t, f.Rows, 1)
	require.Equal(t, evisa.Revoked, f.Rows[0].Standing, "of a visa that both know the own register speaks")
	platform.err = &evisa.Fault{Reason: border.ReasonUnreachable, Err: errors.New("x")}
	f, err = b.Find(t.Context(), evisa.Query{})
	require.NoError(t, err)
	require.Equal(t, []string{border.ReasonUnreachable, ""}, []string{f.Outage, f.Noted})
	b.Required = false
	f, err = b.Find(t.Context(), evisa.Query{})
	require.NoError(t, err)
	require.Equal(t, []string{"", border.ReasonUnreachable}, []string{f.Outage, f.Noted})
	own.err = errors.New("away")
	_, err = b.Find(t.Context(), evisa.Query{})
	require.Error(t, err)
}

func TestEvidenceCodesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, code := range visacheck.EvidenceCodes() {
		require.False(t, seen[code], code)
		seen[code] = true
	}
}
