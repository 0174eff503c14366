package listcheck_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

var now = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func date(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

// national are the alerts that most tests look in.
func national(t testing.TB) []alerts.Alert {
	t.Helper()
	var all []alerts.Alert
	for _, f := range []alerts.Flat{
		{ID: "doc", DocumentNumber: "X1234O", IssuingState: "UTO", Reason: "stolen", Action: "seize_document"},
		{ID: "person", Surname: "Müller-Øst", GivenNames: "Zoë", BirthDate: date(t, "1974-08-12"), Reason: "wanted", Action: "detain"},
		{ID: "year", Surname: "Haddad", GivenNames: "Samir", BirthDate: date(t, "1980"), Reason: "wanted", Action: "detain"},
		{ID: "no-birth", Surname: "Okafor", GivenNames: "Ada", Reason: "witness", Action: "inform"},
		{ID: "long", Surname: "Venkatanarasimharajuvaripeta", GivenNames: "Subramaniam Krishna", Reason: "fraud", Action: "refer"},
		{ID: "past", Surname: "Oldenburger", GivenNames: "Casimir", ValidUntil: date(t, "2025-12-31"), Reason: "x", Action: "refer"},
		{ID: "future", Surname: "Newington", GivenNames: "Casimir", ValidFrom: date(t, "2027-01-01"), Reason: "x", Action: "refer"},
		{ID: "car", Plate: "KCA 123-X", PlateCountry: "EAK", Reason: "stolen", Action: "refer"},
	} {
		all = append(all, f.Alert("national"))
	}
	return all
}

func info(policy alerts.Policy) alerts.ListInfo {
	return alerts.ListInfo{ID: "national", Title: "National list", Owner: "POLICE", Version: 7, Published: now, Policy: policy}
}

func memory(t testing.TB, at time.Time, policy alerts.Policy, all ...alerts.Alert) *listcheck.Memory {
	t.Helper()
	m, err := listcheck.InMemory(12, at, []alerts.ListInfo{info(policy)}, all...)
	require.NoError(t, err)
	return m
}

func config(m *listcheck.Memory) listcheck.Config {
	return listcheck.Config{Lists: m, Details: m, Places: []string{"land", "UTO"}, Log: slog.New(slog.DiscardHandler)}
}

func subject(t testing.TB, surname, given, birth, state, number string) border.Subject {
	t.Helper()
	return border.Subject{
		Identity: traveldoc.Identity{Surname: surname, GivenNames: given, BirthDate: date(t, birth)},
		Document: traveldoc.Document{Code: "P", Number: number, IssuingState: state},
		MRZ:      &mrz.Document{},
		At:       now, Today: traveldoc.DateOf(now),
	}
}

func ask(t testing.TB, c border.Check, s border.Subject) border.Finding {
	t.Helper()
	f, err := c.Check(t.Context(), s)
	require.NoError(t, err)
	return f
}

// refs are the alerts that a finding names, in its order.
func refs(f border.Finding) []string {
	var out []string
	for _, e := range f.Evidence {
		if e.Ref != "" && (len(out) == 0 || out[len(out)-1] != e.Ref) {
			out = append(out, e.Ref)
		}
	}
	return out
}

func codes(f border.Finding) map[string]border.Evidence {
	out := map[string]border.Evidence{}
	for _, e := range f.Evidence {
		if _, known := out[e.Code]; !known {
			out[e.Code] = e
		}
	}
	return out
}

func TestTheListsAreAsked(t *testing.T) {
	tests := map[string]struct {
		subject border.Subject
		hits    []string
	}{
		"exact number":                     {subject(t, "ABERNATHY", "BORIS", "1990-01-01", "UTO", "X1234O"), []string{"national/doc@1"}},
		"O read as 0":                      {subject(t, "ABERNATHY", "BORIS", "1990-01-01", "UTO", "X12340"), []string{"national/doc@1"}},
		"the same number of another state": {subject(t, "ABERNATHY", "BORIS", "1990-01-01", "FRA", "X1234O"), nil},
		"marks and hyphens folded":         {subject(t, "MUELLER OEST", "ZOE", "1974-08-12", "UTO", "1"), []string{"national/person@1"}},
		"fields swapped":                   {subject(t, "ZOE", "MUELLER OEST", "1974-08-12", "UTO", "1"), []string{"national/person@1"}},
		"born in another decade":           {subject(t, "MUELLER OEST", "ZOE", "1991-11-03", "UTO", "1"), nil},
		"listed with the year alone":       {subject(t, "HADDAD", "SAMIR", "1980-05-05", "UTO", "1"), []string{"national/year@1"}},
		"another year":                     {subject(t, "HADDAD", "SAMIR", "1993-05-05", "UTO", "1"), nil},
		"listed without birth date":        {subject(t, "OKAFOR", "ADA", "1999-09-09", "UTO", "1"), []string{"national/no-birth@1"}},
		"shown without birth date":         {subject(t, "MUELLER OEST", "ZOE", "", "UTO", "1"), []string{"national/person@1"}},
		"an alert that has ended":          {subject(t, "OLDENBURGER", "CASIMIR", "1999-09-09", "UTO", "1"), nil},
		"an alert that has not begun":      {subject(t, "NEWINGTON", "CASIMIR", "1999-09-09", "UTO", "1"), nil},
		"nothing":                          {subject(t, "NOBODY", "AT ALL", "1999-09-09", "UTO", "1"), nil},
	}
	check := listcheck.New(config(memory(t, now.Add(-time.Minute), alerts.Policy{}, national(t)...)))
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := ask(t, check, test.subject)
			require.Equal(t, alerts.CheckName, f.Check)
			require.Equal(t, border.Source{Name: alerts.CheckName, Version: "12", AsOf: now.Add(-time.Minute)}, f.Source)
			require.Equal(t, []border.Source{{Name: "national", Version: "7", AsOf: now.Add(-time.Minute)}}, f.Sources)
			require.Equal(t, match.Version, f.Matcher)
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

func TestATruncatedNameIsAPrefix(t *testing.T) {
	check := listcheck.New(config(memory(t, now, alerts.Policy{}, national(t)...)))
	s := subject(t, "VENKATANARASIMHARAJUVARIPETA", "SUBRAMANI", "1970-01-01", "UTO", "1")
	s.Identity.NameTruncated = true
	f := ask(t, check, s)
	require.Equal(t, []string{"national/long@1"}, refs(f))
}

func TestTheReasonIsShownAsThePolicySays(t *testing.T) {
	for name, shown := range map[string]bool{"by default": false, "at the first line": true} {
		t.Run(name, func(t *testing.T) {
			all := national(t)
			all[3].Safety = []string{"armed", "violent"}
			check := listcheck.New(config(memory(t, now, alerts.Policy{ReasonAtFirstLine: shown}, all...)))
			got := codes(ask(t, check, subject(t, "OKAFOR", "ADA", "1999-09-09", "UTO", "1")))
			for _, code := range []string{listcheck.CodeReason, listcheck.CodeAction, listcheck.CodeCategory, listcheck.CodeField} {
				require.Contains(t, got, code)
				require.Equal(t, !shown, got[code].Restricted, code)
			}
			require.False(t, got[listcheck.CodeMatch].Restricted, "that there is a match is told")
			require.Empty(t, got[listcheck.CodeMatch].Expected, "and not with whom")
			require.False(t, got[listcheck.CodeSafety].Restricted, "everybody who meets him must know")
			require.Equal(t, "armed,violent", got[listcheck.CodeSafety].Expected)
		})
	}
}

func TestFieldsAreExplained(t *testing.T) {
	check := listcheck.New(config(memory(t, now, alerts.Policy{}, national(t)...)))
	f := ask(t, check, subject(t, "MUELLER OEST", "ZOE", "1974-12-08", "UTO", "1"))
	head := f.Evidence[0]
	require.Equal(t, listcheck.CodeMatch, head.Code)
	require.NotEmpty(t, head.Band)
	require.Greater(t, head.Score, 0.75)
	fields := map[string]border.Evidence{}
	for _, e := range f.Evidence {
		if e.Code == listcheck.CodeField {
			require.Contains(t, match.Relations(), e.Relation)
			require.Equal(t, border.Note, e.Severity)
			require.Equal(t, head.Ref, e.Ref)
			fields[e.Field] = e
		}
	}
	require.Equal(t, match.RelSwapped, fields["birth_date"].Relation)
	require.Equal(t, "1974-12-08", fields["birth_date"].Found)
	require.Equal(t, "1974-08-12", fields["birth_date"].Expected)
}

func TestListsThatAreMissingOldOrBrokenClearNobody(t *testing.T) {
	nobody, wanted := subject(t, "NOBODY", "AT ALL", "1999-09-09", "UTO", "1"), subject(t, "OKAFOR", "ADA", "1999-09-09", "UTO", "1")
	f := ask(t, listcheck.New(listcheck.Config{Lists: (*listcheck.Memory)(nil)}), nobody)
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, border.ReasonListMissing, f.Reason)

	empty, err := listcheck.InMemory(1, now, nil)
	require.NoError(t, err)
	require.Equal(t, border.ReasonListMissing, ask(t, listcheck.New(config(empty)), nobody).Reason, "a dataset without a list is no list")

	old := listcheck.New(config(memory(t, now.Add(-25*time.Hour), alerts.Policy{}, national(t)...)))
	f = ask(t, old, nobody)
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, border.ReasonListTooOld, f.Reason)
	require.Equal(t, "national", codes(f)[border.CodeListTooOld].Found)
	require.False(t, border.NeedsSecondLine([]border.Finding{f}))
	f = ask(t, old, wanted)
	require.Equal(t, border.Hit, f.Outcome, "an old list still hits")
	require.Contains(t, codes(f), border.CodeListTooOld, "and says that it is old")

	partly := memory(t, now, alerts.Policy{}, national(t)...)
	edit := partly.Book().Edit()
	edit.Row(alerts.RowKey("national/doc"), []byte(`{"list":"national","id":7}`))
	f = ask(t, listcheck.New(listcheck.Config{Lists: holding{edit.Done(map[string]int{"national": 8})}, Details: partly}), nobody)
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, border.ReasonListIncomplete, f.Reason)

	missing := partly.Book().Edit()
	missing.Row(alerts.RowKey("national/doc"), nil)
	f = ask(t, listcheck.New(listcheck.Config{Lists: holding{missing.Done(map[string]int{"national": 7})}, Details: partly}), nobody)
	require.Equal(t, border.ReasonListIncomplete, f.Reason, "the list says how many entries it has")
}

type holding struct{ book *listcheck.Book }

func (h holding) Book() *listcheck.Book { return h.book }

func TestThePolicyOfAListSaysWhenItIsOld(t *testing.T) {
	nobody := subject(t, "NOBODY", "AT ALL", "1999-09-09", "UTO", "1")
	policy := alerts.Policy{Amber: time.Hour, Red: 2 * time.Hour, WhenRed: alerts.WhenRedSupervisor}
	for age, want := range map[time.Duration]struct {
		state   listcheck.State
		outcome border.Outcome
	}{
		30 * time.Minute: {listcheck.Fresh, border.NoHit}, 90 * time.Minute: {listcheck.Aging, border.NoHit}, 3 * time.Hour: {listcheck.Old, border.NotChecked},
	} {
		m := memory(t, now.Add(-age), policy, national(t)...)
		require.Equal(t, want.state, m.Book().Worst(listcheck.Ages{}, now), "%s", age)
		f := ask(t, listcheck.New(config(m)), nobody)
		require.Equal(t, want.outcome, f.Outcome, "%s", age)
		require.Equal(t, want.state == listcheck.Old, border.NeedsSecondLine([]border.Finding{f}), "only a supervisor admits: %s", age)
	}
	c := config(memory(t, now.Add(-3*time.Hour), alerts.Policy{}, national(t)...))
	c.Ages.Red = 2 * time.Hour
	require.Equal(t, border.NotChecked, ask(t, listcheck.New(c), nobody).Outcome, "where the list does not say, the crossing point does")
}

// However many alerts are alike, the most urgent one that applies here is shown, and how many are not.
func TestTheMostUrgentOfManyIsShown(t *testing.T) {
	var all []alerts.Alert
	for n := range 130 {
		a := alerts.Flat{ID: fmt.Sprintf("a%03d", n), Surname: "Okafor", GivenNames: "Ada", Reason: "r", Action: "inform"}.Alert("national")
		if n < 70 {
			a.Action, a.GeoScope = alerts.ActionDetain, []string{"FRA"}
		}
		all = append(all, a)
	}
	last := alerts.Flat{ID: "z", Surname: "Okafor", GivenNames: "Ada", Reason: "r", Action: "detain"}.Alert("national")
	last.Safety = []string{"armed"}
	f := ask(t, listcheck.New(config(memory(t, now, alerts.Policy{}, append(all, last)...))), subject(t, "OKAFOR", "ADA", "1999-09-09", "UTO", "1"))
	require.Equal(t, "national/z@1", f.Evidence[0].Ref)
	require.Equal(t, "11", codes(f)[listcheck.CodeMore].Found, "61 apply here, 50 are shown")
}

func TestSeveralAlertsAreKeptTheMostUrgentFirst(t *testing.T) {
	make3 := func(id, action string, change func(*alerts.Alert)) alerts.Alert {
		a := alerts.Flat{ID: id, Surname: "Okafor", GivenNames: "Ada", Reason: "r", Action: action}.Alert("national")
		if change != nil {
			change(&a)
		}
		return a
	}
	all := []alerts.Alert{
		make3("inform", "inform", nil), make3("detain", "detain", nil), make3("refuse", "refuse", nil),
		make3("first", "refer", func(a *alerts.Alert) { a.Priority = 1 }),
		make3("elsewhere", "detain", func(a *alerts.Alert) { a.GeoScope = []string{"FRA"} }),
		make3("here", "observe", func(a *alerts.Alert) { a.GeoScope = []string{"FRA", "land"} }),
		make3("suspended", "detain", func(a *alerts.Alert) { a.Status = alerts.Suspended }),
		make3("told", "protect", func(a *alerts.Alert) { a.Flagged = true }),
	}
	f := ask(t, listcheck.New(config(memory(t, now, alerts.Policy{}, all...))), subject(t, "OKAFOR", "ADA", "1999-09-09", "UTO", "1"))
	require.Equal(t, []string{
		"national/first@1", "national/detain@1", "national/told@1", "national/refuse@1", "national/here@1", "national/inform@1",
	}, refs(f))
	for _, e := range f.Evidence {
		if e.Ref == "national/told@1" {
			require.Equal(t, border.Note, e.Severity, "an alert that this State does not act on is told and no more")
		}
	}
}

func TestADiscreetAlertIsNotAnsweredWith(t *testing.T) {
	a := alerts.Flat{ID: "x", Surname: "Okafor", GivenNames: "Ada", Reason: "r", Action: "observe"}.Alert("national")
	a.Secrecy = alerts.Discreet
	m := memory(t, now, alerts.Policy{}, a)
	f := ask(t, listcheck.New(config(m)), subject(t, "OKAFOR", "ADA", "1999-09-09", "UTO", "1"))
	require.Equal(t, border.NoHit, f.Outcome)
	require.Empty(t, f.Evidence)
	unreadable, discreet := m.Book().Defects()
	require.Equal(t, []int{0, 1}, []int{unreadable, discreet})
}

// away is a database that does not answer.
type away struct{}

func (away) Alerts(context.Context, []string) (map[string]alerts.Alert, error) {
	return nil, errors.New("away")
}

func TestAHitWithoutDetailsIsStillAHit(t *testing.T) {
	c := config(memory(t, now, alerts.Policy{}, national(t)...))
	c.Details = away{}
	f := ask(t, listcheck.New(c), subject(t, "OKAFOR", "ADA", "1999-09-09", "UTO", "1"))
	require.Equal(t, border.Hit, f.Outcome)
	require.Equal(t, border.SecondLine, f.Severity())
	require.Equal(t, []string{"national/no-birth"}, refs(f))
	require.Contains(t, codes(f), listcheck.CodeNoDetails)
}

func TestWhatIsLeftOutIsSaid(t *testing.T) {
	var all []alerts.Alert
	for n := range 70 {
		all = append(all, alerts.Flat{ID: string(rune('a'+n/26)) + string(rune('a'+n%26)), Surname: "Okafor", GivenNames: "Ada", Reason: "r", Action: "refer"}.Alert("national"))
	}
	f := ask(t, listcheck.New(config(memory(t, now, alerts.Policy{}, all...))), subject(t, "OKAFOR", "ADA", "1999-09-09", "UTO", "1"))
	require.Len(t, refs(f), 50)
	require.Equal(t, "20", codes(f)[listcheck.CodeMore].Found)
}

func TestVehicles(t *testing.T) {
	m := memory(t, now, alerts.Policy{}, national(t)...)
	s := subject(t, "NOBODY", "X", "1999-09-09", "UTO", "1")
	f := ask(t, listcheck.NewVehicles(config(m)), s)
	require.False(t, f.Applicable())
	for plate, want := range map[string]border.Outcome{"KCA123X": border.Hit, "kca 123 x": border.Hit, "KCA 124X": border.NoHit} {
		s.Vehicle = &border.Vehicle{Plate: plate, Country: "EAK"}
		f = ask(t, listcheck.NewVehicles(config(m)), s)
		require.Equal(t, want, f.Outcome, plate)
		if want == border.Hit {
			require.Equal(t, listcheck.CodeVehicle, f.Evidence[0].Code)
			require.Equal(t, border.SecondLine, f.Severity())
			require.True(t, codes(f)[listcheck.CodeReason].Restricted)
		}
	}
	s.Vehicle.Country = "D"
	s.Vehicle.Plate = "KCA123X"
	require.Equal(t, border.NoHit, ask(t, listcheck.NewVehicles(config(m)), s).Outcome, "the plate of another State is another plate")
	m.Confirmed(now.Add(-25 * time.Hour))
	require.Equal(t, border.NotChecked, ask(t, listcheck.NewVehicles(config(m)), s).Outcome)
	require.Equal(t, border.NotChecked, ask(t, listcheck.NewVehicles(listcheck.Config{Lists: (*listcheck.Memory)(nil)}), s).Outcome)
}
