package expected_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

func TestFoundAndEqual(t *testing.T) {
	f := flight("XX0400")
	found := check(t, holding([]expected.Flight{f}, anna(t, f)), scan(t, "XX400"))
	require.Equal(t, border.NoHit, found.Outcome)
	require.Equal(t, []string{"expected_found", "expected_seat", "expected_screened"}, said(found))
	require.Equal(t, "XX0400 DXB–LHR", found.Evidence[0].Found)
	require.Equal(t, "2026-11-22T11:30:00Z", found.Evidence[0].Expected)
	require.Equal(t, "12B", found.Evidence[1].Found)
	require.Equal(t, "7", found.Source.Version)
	require.Equal(t, "2026-11-22T09:00:00Z", found.Evidence[2].Expected, "when the screening answered, beside the age of the data")
	require.Equal(t, noon.Add(-10*time.Minute), found.Source.AsOf)
}

func TestWhatDiffers(t *testing.T) {
	day := func(s string) traveldoc.Date { return date(t, s) }
	tests := map[string]struct {
		change func(*expected.Person)
		want   []string // beside flight, seat and screening
		hit    bool
	}{
		"transliterated":  {func(p *expected.Person) { p.Identity.Surname = "ERIKSSÖN"; p.Identity.GivenNames = "ANNA-MARIA" }, nil, true},
		"names left out":  {func(p *expected.Person) { p.Identity.GivenNames = "ANNA" }, []string{"expected_differs name fewer_names"}, false},
		"a cut name":      {func(p *expected.Person) { p.Identity.GivenNames = "ANNA MAR" }, []string{"expected_differs name cut_name"}, false},
		"another order":   {func(p *expected.Person) { p.Identity.Surname, p.Identity.GivenNames = "ANNA MARIA", "ERIKSSON" }, []string{"expected_differs name reordered"}, false},
		"another name":    {func(p *expected.Person) { p.Identity.Surname = "TANAKA" }, []string{"expected_differs name different !"}, true},
		"day and month":   {func(p *expected.Person) { p.Identity.BirthDate = day("1974-12-08") }, []string{"expected_differs birth_date day_month_swapped"}, false},
		"one digit":       {func(p *expected.Person) { p.Identity.BirthDate = day("1974-08-13") }, []string{"expected_differs birth_date one_digit !"}, true},
		"the year alone":  {func(p *expected.Person) { p.Identity.BirthDate = day("1974") }, []string{"expected_differs birth_date partly_said"}, false},
		"another birth":   {func(p *expected.Person) { p.Identity.BirthDate = day("1969-01-30") }, []string{"expected_differs birth_date different !"}, true},
		"sex":             {func(p *expected.Person) { p.Identity.Sex = "M" }, []string{"expected_differs sex different !"}, true},
		"sex not said":    {func(p *expected.Person) { p.Identity.Sex = "" }, nil, false},
		"sex X":           {func(p *expected.Person) { p.Identity.Sex = "X" }, []string{"expected_differs sex unspecified"}, false},
		"nationality":     {func(p *expected.Person) { p.Identity.Nationality = "NOR" }, []string{"expected_differs nationality different !"}, true},
		"number, O and 0": {func(p *expected.Person) { p.Documents[0].Number = "L8989O2C3" }, nil, false},
		"number misread":  {func(p *expected.Person) { p.Documents[0].Number = "LB98902C3" }, []string{"expected_differs document_number misread"}, false},
		"number, a slip":  {func(p *expected.Person) { p.Documents[0].Number = "L898902C4" }, []string{"expected_differs document_number typo !"}, true},
		"number swapped":  {func(p *expected.Person) { p.Documents[0].Number = "L898920C3" }, []string{"expected_differs document_number typo !"}, true},
		"another number":  {func(p *expected.Person) { p.Documents[0].Number = "X1234567" }, []string{"expected_differs document_number different !"}, true},
		"no document":     {func(p *expected.Person) { p.Documents = nil }, []string{"expected_differs document_number unknown"}, false},
		"issuer":          {func(p *expected.Person) { p.Documents[0].IssuingState = "NOR" }, []string{"expected_differs issuing_state different !"}, true},
		"expiry":          {func(p *expected.Person) { p.Documents[0].ExpiryDate = day("2031-01-01") }, []string{"expected_differs expiry_date different"}, false},
		"a visa beside": {func(p *expected.Person) {
			p.Documents = append([]traveldoc.Document{{Code: "V", Number: "777", IssuingState: "UTO"}}, p.Documents...)
		}, nil, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := flight("XX0400")
			p := anna(t, f)
			test.change(&p)
			found := check(t, holding([]expected.Flight{f}, p), scan(t, "XX400"))
			want := append([]string{"expected_found", "expected_seat", "expected_screened"}, test.want...)
			if name == "transliterated" { // Ö is OE or O in a zone: O alone is a spelling of Doc 9303
				want, test.hit = append(want, "expected_differs name transliterated"), false
			}
			require.Equal(t, want, said(found))
			require.Equal(t, test.hit, found.Outcome == border.Hit)
			for _, e := range found.Evidence {
				if e.Code == expected.CodeDiffers && e.Relation != expected.RelUnknown {
					require.NotEmpty(t, e.Found, "both values are shown")
					require.NotEmpty(t, e.Expected, "both values are shown")
				}
			}
		})
	}
}

// Germany's code is D in documents, DEU elsewhere.
func TestGermanyIsOneState(t *testing.T) {
	f := flight("XX0400")
	p, s := anna(t, f), scan(t, "XX400")
	p.Identity.Nationality, p.Documents[0].IssuingState = "DEU", "DEU"
	s.Identity.Nationality, s.Document.IssuingState = "D", "D<<"
	require.Equal(t, border.NoHit, check(t, holding([]expected.Flight{f}, p), s).Outcome)
}

func TestScreeningAndDecisions(t *testing.T) {
	screening := func(s apipnr.Screening) *apipnr.Screening { s.At = noon.Add(-time.Hour); return &s }
	tests := map[string]struct {
		screening *apipnr.Screening
		severity  border.Severity // of the finding
		outcome   border.Outcome
	}{
		"nobody looked":    {nil, border.Note, border.NoHit},
		"nothing":          {screening(apipnr.Screening{Outcome: border.NoHit}), border.Note, border.NoHit},
		"not checked":      {screening(apipnr.Screening{Outcome: border.NotChecked}), border.Note, border.NoHit},
		"a hit":            {screening(apipnr.Screening{Outcome: border.Hit, Severity: border.SecondLine}), border.SecondLine, border.Hit},
		"a hit for a note": {screening(apipnr.Screening{Outcome: border.Hit, Severity: border.Acknowledge}), border.Acknowledge, border.Hit},
		"no board": {screening(apipnr.Screening{Outcome: border.NoHit, Decision: &apipnr.ScreeningDecision{Verdict: apipnr.DecideNoBoard}}),
			border.SecondLine, border.Hit},
		"refer": {screening(apipnr.Screening{Outcome: border.NoHit, Decision: &apipnr.ScreeningDecision{Verdict: apipnr.DecideRefer}}),
			border.SecondLine, border.Hit},
		"cleared by an analyst": {screening(apipnr.Screening{Outcome: border.Hit, Severity: border.SecondLine, Board: "do_not_board",
			Decision: &apipnr.ScreeningDecision{Verdict: apipnr.DecideBoard}}), border.Note, border.NoHit},
		"refused by itself": {screening(apipnr.Screening{Outcome: border.NoHit, Board: "do_not_board"}), border.SecondLine, border.Hit},
		"taken back":        {screening(apipnr.Screening{Outcome: border.NoHit, Decision: &apipnr.ScreeningDecision{}}), border.Note, border.NoHit},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := flight("XX0400")
			p := anna(t, f)
			p.Screening = test.screening
			found := check(t, holding([]expected.Flight{f}, p), scan(t, "XX400"))
			require.Equal(t, test.outcome, found.Outcome)
			require.Equal(t, test.severity, found.Severity())
			require.Equal(t, test.severity != border.Note, p.Flagged(), "the page counts as hits what the counter stops")
			met, is := expected.MetIn([]border.Finding{named(found)})
			require.True(t, is)
			require.Equal(t, expected.Met{Flight: f.ID, Person: p.ID, Hit: test.severity != border.Note}, met)
		})
	}
}

// named is a finding as Inspect leaves it.
func named(f border.Finding) border.Finding {
	f.Check = expected.Name
	return f
}

// A reason that only few may see stays one.
func TestRestrictedReasonsStayRestricted(t *testing.T) {
	f := flight("XX0400")
	p := anna(t, f)
	p.Screening.Reasons = []apipnr.ScreeningReason{{Check: "alerts.national", Code: "alert_name", Restricted: true}, {Check: "risk", Code: "x"}}
	found := check(t, holding([]expected.Flight{f}, p), scan(t, "XX400"))
	require.True(t, found.Evidence[3].Restricted)
	require.False(t, found.Evidence[4].Restricted)
}

func TestNotDeclared(t *testing.T) {
	here := flight("XX0400")
	pnrOnly := flight("XX0400")
	pnrOnly.API, pnrOnly.PNR = 0, 180
	gone := flight("XX0400")
	gone.Status = apipnr.FlightCancelled
	crew := flight("XX0400")
	crew.Crew = true
	tests := map[string]struct {
		flights []expected.Flight
		change  func(*border.Subject)
		want    []string
	}{
		"the list is here":           {[]expected.Flight{here}, nil, []string{"expected_undeclared !"}},
		"only reservations came":     {[]expected.Flight{pnrOnly}, nil, []string{"expected_no_manifest"}},
		"nothing came":               {nil, nil, []string{"expected_no_manifest"}},
		"the flight is cancelled":    {[]expected.Flight{gone}, nil, []string{"expected_no_manifest"}},
		"no flight was noted":        {nil, func(s *border.Subject) { s.Particulars = nil }, []string{"expected_no_flight"}},
		"he leaves":                  {[]expected.Flight{here}, func(s *border.Subject) { s.Direction = border.Exit }, []string{"expected_none"}},
		"crew, not declared at all":  {[]expected.Flight{here}, func(s *border.Subject) { s.Category = border.AirCrew }, []string{"expected_none"}},
		"crew, others were declared": {[]expected.Flight{crew}, func(s *border.Subject) { s.Category = border.AirCrew }, []string{"expected_undeclared !"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := scan(t, "XX400")
			if test.change != nil {
				test.change(&s)
			}
			found := check(t, holding(test.flights), s)
			require.Equal(t, test.want, said(found))
			require.Equal(t, test.want[0] == "expected_undeclared !", found.Outcome == border.Hit)
			met, is := expected.MetIn([]border.Finding{named(found)})
			require.Equal(t, found.Outcome == border.Hit, is)
			require.Equal(t, uuid.Nil, met.Person)
		})
	}
}

func TestTakenOffAndLeftBehind(t *testing.T) {
	f := flight("XX0400")
	for _, status := range []apipnr.PersonStatus{apipnr.StatusCancelled, apipnr.StatusNotOnBoard} {
		p := anna(t, f)
		p.Status = status
		found := check(t, holding([]expected.Flight{f}, p), scan(t, "XX400"))
		require.Equal(t, []string{"expected_found", "expected_seat", "expected_screened", "expected_status !"}, said(found))
	}
	f.Status = apipnr.FlightCancelled
	require.Contains(t, said(check(t, holding([]expected.Flight{f}, anna(t, f)), scan(t, ""))), "expected_flight_status !")
}

func TestWhenThereIsNoAnswer(t *testing.T) {
	f := flight("XX0400")
	s := scan(t, "XX400")
	found := check(t, &register{}, s)
	require.Equal(t, border.NotChecked, found.Outcome)
	require.Equal(t, border.ReasonListMissing, found.Reason)

	old := holding([]expected.Flight{f}, anna(t, f))
	old.AsOf = noon.Add(-25 * time.Hour)
	found = check(t, old, s)
	require.Equal(t, border.NotChecked, found.Outcome, "found and equal, and yet not green: the data is too old")
	require.Equal(t, border.ReasonListTooOld, found.Reason)
	require.NotEmpty(t, found.Evidence, "what is there is shown")
	p := anna(t, f)
	p.Identity.Sex = "M"
	old = holding([]expected.Flight{f}, p)
	old.AsOf = noon.Add(-25 * time.Hour)
	require.Equal(t, border.Hit, check(t, old, s).Outcome, "a hit is one however old the data")

	broken := holding([]expected.Flight{f})
	broken.Unreadable = 2
	found = check(t, broken, s)
	require.Equal(t, border.NotChecked, found.Outcome)
	require.Equal(t, border.ReasonListIncomplete, found.Reason)
	require.Equal(t, []string{"expected_unreadable", "expected_undeclared"}, said(found), "he may be one of those who cannot be read")

	nobody := border.Subject{Direction: border.Entry, Mode: border.Air, At: noon}
	require.Equal(t, border.ReasonDataInsufficient, check(t, broken, nobody).Reason)
	s.Mode = border.Land
	require.False(t, check(t, broken, s).Applicable())
	s.Mode = border.Air
	_, err := expected.NewCheck(expected.CheckConfig{Register: &register{err: errors.New("gone")}}).Check(t.Context(), s)
	require.Error(t, err)
}

func TestSeveralCandidates(t *testing.T) {
	f := flight("XX0400")
	one, two := anna(t, f), anna(t, f)
	one.Documents[0].Number = "A1111111"
	two.ID, two.Documents = id("two"), []traveldoc.Document{{Code: "P", Number: "B2222222", IssuingState: "SWE"}}
	found := check(t, holding([]expected.Flight{f}, one, two), scan(t, "XX400"))
	require.Equal(t, []string{"expected_candidate !", "expected_candidate !"}, said(found), "nobody is chosen")
	_, is := expected.MetIn([]border.Finding{named(found)})
	require.False(t, is)

	two.Documents[0].Number = "L898902C3"
	found = check(t, holding([]expected.Flight{f}, one, two), scan(t, "XX400"))
	met, is := expected.MetIn([]border.Finding{named(found)})
	require.True(t, is)
	require.Equal(t, two.ID, met.Person, "the document tells the namesakes apart")

	// Two messages named one person apart: nothing speaks against it.
	again := anna(t, f)
	again.ID, again.Documents, again.Listed = id("again"), nil, false
	_, is = expected.MetIn([]border.Finding{named(check(t, holding([]expected.Flight{f}, anna(t, f), again), scan(t, "XX400")))})
	require.True(t, is)
}

func TestOnSeveralFlights(t *testing.T) {
	morning, noted, evening := flight("XX0100"), flight("XX0400"), flight("XX0900")
	morning.ArrivesAt, evening.ArrivesAt = noon.Add(-6*time.Hour), noon.Add(7*time.Hour)
	all := []expected.Flight{morning, evening}
	found := check(t, holding(all, anna(t, evening), anna(t, morning)), scan(t, ""))
	require.Equal(t, "XX0100 DXB–LHR", found.Evidence[0].Found, "the flight that is nearest in time")
	require.Contains(t, said(found), "expected_also")

	found = check(t, holding(append(all, noted), anna(t, evening), anna(t, morning), anna(t, noted)), scan(t, "XX400"))
	require.Equal(t, "XX0400 DXB–LHR", found.Evidence[0].Found, "the flight that the officer noted")

	found = check(t, holding(all, anna(t, morning)), scan(t, "XX400"))
	require.Contains(t, said(found), "expected_other_flight")
	require.Equal(t, border.NoHit, found.Outcome)

	codeshare := flight("XX0400")
	codeshare.Also = []string{"YY7001"}
	require.NotContains(t, said(check(t, holding([]expected.Flight{codeshare}, anna(t, codeshare)), scan(t, "YY7001"))), "expected_other_flight")
}

// By the name alone somebody is found only on the noted flight, and it is said.
func TestByNameAlone(t *testing.T) {
	f := flight("XX0400")
	p := anna(t, f)
	p.Identity.BirthDate, p.Documents = date(t, "1991-02-03"), nil
	require.Contains(t, said(check(t, holding([]expected.Flight{f}, p), scan(t, "XX400"))), "expected_by_name")
	require.NotContains(t, said(check(t, holding([]expected.Flight{f}, p), scan(t, "XX900"))), "expected_found")
	p.Identity.Sex = "M"
	require.NotContains(t, said(check(t, holding([]expected.Flight{f}, p), scan(t, "XX400"))), "expected_found")
}

// A document that was declared for another person is said, and does not make him the traveller.
func TestDocumentOfAnother(t *testing.T) {
	f := flight("XX0400")
	child := anna(t, f)
	child.ID, child.Identity = id("child"), traveldoc.Identity{Surname: "TANAKA", GivenNames: "YUKI", BirthDate: date(t, "2015-03-01"), Sex: "M", Nationality: "JPN"}
	mother := anna(t, f)
	mother.Documents = []traveldoc.Document{{Code: "P", Number: "K5555555", IssuingState: "SWE"}}
	found := check(t, holding([]expected.Flight{f}, child, mother), scan(t, "XX400"))
	require.Equal(t, []string{
		"expected_found", "expected_seat", "expected_screened", "expected_differs document_number different !", "expected_other_person !",
	}, said(found))
	met, _ := expected.MetIn([]border.Finding{named(found)})
	require.Equal(t, mother.ID, met.Person)
	require.Equal(t, 1, met.Differences)
}

func TestWhatIsAsked(t *testing.T) {
	r := holding(nil)
	s := scan(t, "XX40A")
	check(t, r, s)
	require.Equal(t, []string{"L898902C3"}, r.asked.Numbers)
	require.Equal(t, []string{"XX0040A"}, r.asked.Designators)
	require.Equal(t, []string{"ERIKSSON"}, r.asked.Family)
	require.Equal(t, []string{"ANNA", "MARIA"}, r.asked.Given)
	require.Equal(t, []string{"1974-08-12", "1974-08", "1974", "1974-12-08"}, r.asked.Births)
	require.Contains(t, r.asked.Slips, "1974-08-13")
	require.NotContains(t, r.asked.Slips, "1974-08-12")
	require.NotContains(t, r.asked.Slips, "1974-88-12")
	s.Particulars = map[string]string{"carrier": "XX", "flight": "?"}
	check(t, r, s)
	require.Empty(t, r.asked.Designators)
}
