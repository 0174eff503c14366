package border_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

func date(t testing.TB, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

// typed is somebody who shows a document without a machine readable zone.
func typed(t testing.TB, code, nationality, born string) border.ScanInput {
	t.Helper()
	return border.ScanInput{
		Direction: border.Entry, Mode: border.Air,
		Identity: traveldoc.Identity{Surname: "ERIKSSON", Nationality: nationality, BirthDate: date(t, born)},
		Document: traveldoc.Document{Code: code, Number: "N1", IssuingState: nationality},
	}
}

func atHome(store border.Store, c *clock, checks ...border.Check) *border.Desk {
	plan := make([]border.Planned, len(checks))
	for n, check := range checks {
		plan[n] = border.Planned{Check: check, Deadline: time.Minute}
	}
	return border.NewDesk(border.DeskConfig{
		Post: border.Post{Station: "test-air", Zone: time.UTC, Mode: border.Air}, Store: store, Plan: plan, Undo: time.Minute,
		State: "KEN", Now: c.now, NewID: uuid.New,
	})
}

// The day is 14 March 2026.
func TestCategoryAndBasisAreProposed(t *testing.T) {
	tests := map[string]struct {
		code, nationality, born string
		category                border.Category
		basis                   border.Basis
	}{
		"a visitor":                                 {"P", "UTO", "1974-08-12", border.Ordinary, border.ShortStay},
		"a national":                                {"P", "KEN", "1974-08-12", border.Ordinary, border.FreeMovement},
		"a child":                                   {"P", "UTO", "2015-01-01", border.Minor, border.ShortStay},
		"a national's child":                        {"P", "KEN", "2015-01-01", border.Minor, border.FreeMovement},
		"the day before the eighteenth birthday":    {"P", "UTO", "2008-03-15", border.Minor, border.ShortStay},
		"the eighteenth birthday":                   {"P", "UTO", "2008-03-14", border.Ordinary, border.ShortStay},
		"of a year that may be either":              {"P", "UTO", "2008", border.Minor, border.ShortStay},
		"of no known birth date":                    {"P", "UTO", "", border.Ordinary, border.ShortStay},
		"born in the future, as a document may say": {"P", "UTO", "2030-01-01", border.Minor, border.ShortStay},
		"crew":                      {"AC", "UTO", "1974-08-12", border.AirCrew, border.CrewBasis},
		"a diplomat":                {"PD", "UTO", "1974-08-12", border.Diplomatic, border.Accredited},
		"a holder of a border pass": {"BP", "UTO", "1974-08-12", border.BorderResident, border.BorderPass},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := &clock{at: bordertest.Noon}
			i, err := atHome(&bordertest.Memory{}, c).Open(t.Context(), officer, typed(t, test.code, test.nationality, test.born))
			require.NoError(t, err)
			require.Equal(t, test.category, i.Scan.Category)
			require.Equal(t, test.basis, i.Scan.Basis)
			require.Equal(t, i.Scan.Circumstances, i.Subject.Circumstances, "the checks see what is kept")
			require.True(t, border.Rules(i.Scan.Category).Allows(i.Scan.Basis))
		})
	}
}

func TestCircumstancesSayWhatWasExpected(t *testing.T) {
	guardian := func(change func(*border.Guardian)) func(*border.ScanInput) {
		return func(in *border.ScanInput) {
			g := border.Guardian{Surname: "ERIKSSON", Relation: "mother", Consent: "letter"}
			change(&g)
			in.Guardian = &g
		}
	}
	vehicle := func(mode border.Mode, v border.Vehicle) func(*border.ScanInput) {
		return func(in *border.ScanInput) { in.Mode, in.Vehicle = mode, &v }
	}
	with := func(mode border.Mode, category border.Category, code, value string) func(*border.ScanInput) {
		return func(in *border.ScanInput) {
			in.Mode, in.Category, in.Particulars = mode, category, map[string]string{code: value}
		}
	}
	tests := map[string]struct {
		change func(*border.ScanInput)
		code   string
		field  string
	}{
		"a category that there is not": {func(in *border.ScanInput) { in.Category = "tourist" }, "scan.category", "category"},
		"a basis that there is not":    {func(in *border.ScanInput) { in.Basis = "friend" }, "scan.basis", "basis"},
		"a basis of others": {func(in *border.ScanInput) {
			in.Category, in.Basis = border.AirCrew, border.ShortStay
		}, "scan.basis_category", "basis"},
		"a seat on a ship":        {with(border.Sea, "", "seat", "12A"), "scan.particular_unknown", "particulars"},
		"a shore pass of a guest": {with(border.Sea, border.Ordinary, "shore_pass", "1"), "scan.particular_unknown", "particulars"},
		"a seat for crew":         {with(border.Air, border.AirCrew, "seat", "1A"), "scan.particular_unknown", "particulars"},
		"a field nobody knows":    {with(border.Air, "", "meal", "VEG"), "scan.particular_unknown", "particulars"},
		"a visa without one":      {with(border.Foot, "", "visa_days", "30"), "scan.particular_unknown", "particulars"},
		"anything on foot":        {with(border.Foot, "", "carrier", "XX"), "scan.particular_unknown", "particulars"},
		"an airport of two":       {with(border.Air, "", "from", "NB"), "scan.particular_form", "from"},
		"a flight of letters":     {with(border.Air, "", "flight", "ABC"), "scan.particular_form", "flight"},
		"a vessel too long":       {with(border.Sea, "", "vessel", string(make([]byte, 61))), "scan.field_too_long", "vessel"},
		"a car in the air":        {vehicle(border.Air, border.Vehicle{Plate: "A 1"}), "scan.vehicle_mode", "plate"},
		"a vehicle without plate": {vehicle(border.Land, border.Vehicle{Plate: " - "}), "scan.plate", "plate"},
		"a plate too long":        {vehicle(border.Land, border.Vehicle{Plate: "AAAAAAAAAAAAAAAAAAAAA"}), "scan.plate", "plate"},
		"a country of four":       {vehicle(border.Land, border.Vehicle{Plate: "A 1", Country: "KENY"}), "scan.plate_country", "plate_country"},
		"more than a coach":       {vehicle(border.Land, border.Vehicle{Plate: "A 1", Occupants: 121}), "scan.occupants", "occupants"},
		"less than nobody":        {vehicle(border.Land, border.Vehicle{Plate: "A 1", Occupants: -1}), "scan.occupants", "occupants"},
		"an adult without a name": {guardian(func(g *border.Guardian) { g.Surname = " " }), "scan.field_missing", "guardian_surname"},
		"a relation there is not": {guardian(func(g *border.Guardian) { g.Relation = "friend" }), "scan.relation", "guardian_relation"},
		"a consent there is not":  {guardian(func(g *border.Guardian) { g.Consent = "" }), "scan.consent", "guardian_consent"},
		"an adult's endless name": {guardian(func(g *border.Guardian) { g.OtherParent = string(make([]byte, 101)) }), "scan.field_too_long", "guardian_surname"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
			in := typed(t, "P", "UTO", "1974-08-12")
			test.change(&in)
			_, err := atHome(store, c).Open(t.Context(), officer, in)
			var p *problem.Error
			require.ErrorAs(t, err, &p)
			require.Equal(t, test.code, p.Code)
			require.Equal(t, test.field, p.Field)
			require.Empty(t, store.Entries, "nothing was looked up")
		})
	}
}

func TestWhatIsTypedIsTidied(t *testing.T) {
	c := &clock{at: bordertest.Noon}
	d := atHome(&bordertest.Memory{}, c)
	in := typed(t, "P", "UTO", "1974-08-12")
	in.Mode = border.Land
	in.Vehicle = &border.Vehicle{Plate: "  kca   123x ", Country: "ken", Driver: true, Occupants: 4}
	in.Guardian = &border.Guardian{Surname: " eriksson ", Relation: "mother", Consent: "letter"}
	i, err := d.Open(t.Context(), officer, in)
	require.NoError(t, err)
	require.Equal(t, &border.Vehicle{Plate: "KCA 123X", Country: "KEN", Driver: true, Occupants: 4}, i.Scan.Vehicle)
	require.Equal(t, "ERIKSSON", i.Scan.Guardian.Surname)
	require.Equal(t, "  kca   123x ", in.Vehicle.Plate, "what was handed in is left alone")

	for line, want := range map[string]map[string]string{
		"TE 12": {"carrier": "TE", "flight": "12"}, "te12b": {"carrier": "TE", "flight": "12B"}, "3K 7": {"carrier": "3K", "flight": "7"},
		"KQA100": {"carrier": "KQA", "flight": "100"}, "private": nil, "": nil,
	} {
		in := typed(t, "P", "UTO", "1974-08-12")
		in.Document.Number = "T" + line
		in.Transport = line
		i, err := d.Open(t.Context(), officer, in)
		require.NoError(t, err)
		require.Equal(t, want, i.Scan.Particulars, line)
		require.Equal(t, line, i.Scan.Transport)
	}
	in = typed(t, "P", "UTO", "1974-08-12")
	in.Document.Number, in.Mode, in.Basis = "V1", border.Foot, border.ShortStayVisa
	in.Particulars = map[string]string{"visa_days": "30", "visa_entries": "mult", "visa_until": "2026-05-01"}
	i, err = d.Open(t.Context(), officer, in)
	require.NoError(t, err)
	require.Equal(t, "MULT", i.Scan.Particulars["visa_entries"])
	in = typed(t, "P", "UTO", "1974-08-12")
	in.Document.Number, in.Mode, in.Particulars = "S1", border.Sea, map[string]string{"vessel": "mv almara", "voyage": " 12/7 "}
	i, err = d.Open(t.Context(), officer, in)
	require.NoError(t, err)
	require.Equal(t, "MV ALMARA", i.Scan.Transport)
	require.Equal(t, "12/7", i.Scan.Particulars["voyage"])
	in = typed(t, "P", "UTO", "1974-08-12")
	in.Document.Number, in.Mode, in.Transport = "S2", border.River, "Mv Almara"
	i, err = d.Open(t.Context(), officer, in)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"vessel": "MV ALMARA"}, i.Scan.Particulars, "one line is enough")
}

// What a category needs is asked before the traveller is admitted, never before the scan.
func TestACrewMemberNeedsAFlight(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	d := atHome(store, c, noHit("document"), noHit(border.CheckStay))
	i, err := d.Open(t.Context(), officer, typed(t, "AC", "UTO", "1974-08-12"))
	require.NoError(t, err)
	<-i.Done()
	_, err = d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Admit})
	var p *problem.Error
	require.ErrorAs(t, err, &p)
	require.Equal(t, []string{"decision.particular_missing", "carrier"}, []string{p.Code, p.Field})

	i, err = d.Amend(t.Context(), officer, i.Scan.ID, border.Change{Mode: border.Air, Transport: "TE 12", Circumstances: i.Scan.Circumstances})
	require.NoError(t, err)
	<-i.Done()
	event, err := d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Admit})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"carrier": "TE", "flight": "12"}, event.Particulars)
	require.Equal(t, border.AirCrew, event.Category)
	require.False(t, event.Findings[1].Applicable(), "the stay of crew is not counted, and the record says so")
	require.Equal(t, "air_crew", event.Findings[1].Evidence[0].Found)
	require.True(t, event.Findings[0].Applicable())
}

func TestEveryCategoryHasRules(t *testing.T) {
	for _, category := range border.Categories() {
		rule := border.Rules(category)
		require.Equal(t, category, rule.Category)
		require.NotEmpty(t, rule.Bases)
		for _, basis := range rule.Bases {
			require.True(t, basis.Valid())
		}
		require.True(t, rule.Applies("alerts.national"), "nobody is exempt from the lists")
		require.Equal(t, category == border.BorderResident, rule.Applies(border.CheckPass))
		for _, mode := range border.Modes() {
			seen := map[string]bool{}
			for _, f := range border.Fields(mode, category) {
				require.False(t, seen[f.Code])
				seen[f.Code] = true
				require.Positive(t, f.MaxLen)
			}
		}
	}
	require.Equal(t, border.Ordinary, border.Rules("").Category)
	require.Empty(t, border.Fields(border.Foot, border.Ordinary))
}

// An amendment runs the checks again on what is known now; the officer's screen and the record agree.
func TestAmend(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	asked := make(chan border.Category, 4)
	d := atHome(store, c, checkFunc{"document", func(_ context.Context, s border.Subject) (border.Finding, error) {
		asked <- s.Category
		return border.Finding{Outcome: border.NoHit}, nil
	}})
	i, err := d.Open(t.Context(), officer, typed(t, "P", "UTO", "1974-08-12"))
	require.NoError(t, err)
	<-i.Done()
	change := border.Change{Mode: border.Sea, Purpose: "work", Circumstances: border.Circumstances{
		Category: border.ShipCrew, Particulars: map[string]string{"vessel": "MV ALMARA", "shore_pass": "77"},
	}}
	again, err := d.Amend(t.Context(), officer, i.Scan.ID, change)
	require.NoError(t, err)
	<-again.Done()
	require.Equal(t, border.CrewBasis, again.Scan.Basis, "proposed anew")
	require.Equal(t, []border.Category{border.Ordinary, border.ShipCrew}, []border.Category{<-asked, <-asked})
	last := store.Entries[len(store.Entries)-1]
	require.Equal(t, "amend", last.Decision)
	require.NoError(t, last.Validate())
	kept, err := d.Inspection(t.Context(), "1", i.Scan.ID)
	require.NoError(t, err)
	require.Same(t, again, kept)

	other := officer
	other.Lane = "2"
	_, err = d.Amend(t.Context(), other, i.Scan.ID, change)
	require.ErrorIs(t, err, border.ErrNoSuchScan)
	change.Particulars["shore_pass"] = "?"
	_, err = d.Amend(t.Context(), officer, i.Scan.ID, change)
	require.Equal(t, problem.Invalid, problem.KindOf(err))
	event, err := d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Admit})
	require.NoError(t, err)
	require.Equal(t, "MV ALMARA", event.Transport)
	_, err = d.Amend(t.Context(), officer, i.Scan.ID, change)
	require.ErrorIs(t, err, border.ErrNoSuchScan)
}

func TestTheOfficerMayShortenAStay(t *testing.T) {
	grant := &border.Grant{MaxDays: 90, Until: date(t, "2026-06-11"), Rule: "90/180", Bound: "rule"}
	tests := map[string]struct {
		decision border.Decision
		want     *border.Grant
		field    string
	}{
		"as proposed": {border.Decision{Verdict: border.Admit}, grant, ""},
		"shorter": {border.Decision{Verdict: border.Admit, Days: 7, DaysReason: "return_ticket"},
			&border.Grant{MaxDays: 7, Until: date(t, "2026-03-20"), Rule: "90/180", Bound: border.BoundOfficer}, ""},
		"one day":           {border.Decision{Verdict: border.Admit, Days: 1, DaysReason: "other"}, &border.Grant{MaxDays: 1, Until: date(t, "2026-03-14"), Rule: "90/180", Bound: "officer"}, ""},
		"longer":            {border.Decision{Verdict: border.Admit, Days: 91, DaysReason: "other"}, nil, "days"},
		"less than a day":   {border.Decision{Verdict: border.Admit, Days: -1, DaysReason: "other"}, nil, "days"},
		"without a reason":  {border.Decision{Verdict: border.Admit, Days: 7}, nil, "days_reason"},
		"unknown reason":    {border.Decision{Verdict: border.Admit, Days: 7, DaysReason: "mood"}, nil, "days_reason"},
		"with a referral":   {border.Decision{Verdict: border.Refer, Reason: "other", Days: 7, DaysReason: "other"}, nil, "days"},
		"the same, unasked": {border.Decision{Verdict: border.Admit, Days: 90}, grant, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := &clock{at: bordertest.Noon}
			d := atHome(&bordertest.Memory{}, c, checkFunc{border.CheckStay, func(context.Context, border.Subject) (border.Finding, error) {
				return border.Finding{Outcome: border.NoHit, Grant: grant}, nil
			}})
			i, err := d.Open(t.Context(), officer, typed(t, "P", "UTO", "1974-08-12"))
			require.NoError(t, err)
			<-i.Done()
			event, err := d.Decide(t.Context(), officer, i.Scan.ID, test.decision)
			if test.field == "" {
				require.NoError(t, err)
				require.Equal(t, test.want, event.Grant)
				return
			}
			var p *problem.Error
			require.ErrorAs(t, err, &p)
			require.Equal(t, test.field, p.Field)
		})
	}
	require.Equal(t, "2026-06-11", grant.Until.String(), "the finding is left alone")
}
