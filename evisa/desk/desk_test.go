package desk_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func day(t testing.TB, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

func application(t testing.TB) evisa.Application {
	return evisa.Application{
		ID: uuid.New(), Reference: "234567892", Type: "T",
		Identity:      traveldoc.Identity{Surname: "SOUSA", GivenNames: "MARIA", BirthDate: day(t, "1974-08-12"), Sex: "F", Nationality: "PRT"},
		Document:      traveldoc.Document{Code: "P", Number: "X4R8T2K1", IssuingState: "PRT", ExpiryDate: day(t, "2030-04-15")},
		DocumentIssue: day(t, "2020-04-16"), Journey: evisa.Journey{Arrival: day(t, "2026-12-20"), Departure: day(t, "2027-01-05")},
		Files: []evisa.File{{ID: uuid.New(), Kind: evisa.FilePortrait, Likeness: 7}}, Language: "ar", SentAt: noon, Read: "photo",
	}
}

// zoned gives an application the zone of its own document, as a photograph would.
func zoned(t testing.TB, a evisa.Application) evisa.Application {
	zone, err := mrz.Encode(mrz.TD3, a.Document, a.Identity, mrz.Extra{})
	require.NoError(t, err)
	a.Document.MRZ = zone
	return a
}

func german(a *evisa.Application) { a.Document.IssuingState, a.Identity.Nationality = "D", "D" }

// The document is held against itself, the journey and its photographed zone.
func TestDocumentCheck(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(a *evisa.Application)
		after   func(a *evisa.Application) // the zone was read
		outcome border.Outcome
		code    string
	}{
		"good":                 {outcome: border.NoHit},
		"expired":              {change: func(a *evisa.Application) { a.Document.ExpiryDate = day(t, "2026-11-21") }, outcome: border.Hit, code: documentcheck.CodeExpired},
		"expires in the stay":  {change: func(a *evisa.Application) { a.Document.ExpiryDate = day(t, "2026-12-31") }, outcome: border.Hit, code: desk.CodeExpiresInStay},
		"issued tomorrow":      {after: func(a *evisa.Application) { a.DocumentIssue = day(t, "2026-11-23") }, outcome: border.Hit, code: desk.CodeIssuedLater},
		"expired when issued":  {after: func(a *evisa.Application) { a.DocumentIssue = day(t, "2031-01-01") }, outcome: border.Hit, code: desk.CodeIssuedExpired},
		"typed":                {after: func(a *evisa.Application) { a.Document.MRZ = "" }, outcome: border.NoHit, code: desk.CodeTyped},
		"zone of nothing":      {after: func(a *evisa.Application) { a.Document.MRZ = "P<" }, outcome: border.Hit, code: desk.CodeZoneUnreadable},
		"another number":       {after: func(a *evisa.Application) { a.Document.Number = "X4R8T2K2" }, outcome: border.Hit, code: desk.CodeZoneDiffers},
		"another birth date":   {after: func(a *evisa.Application) { a.Identity.BirthDate = day(t, "1974-08-13") }, outcome: border.Hit, code: desk.CodeZoneDiffers},
		"name in accents":      {after: func(a *evisa.Application) { a.Identity.Surname = "Soûsa" }, outcome: border.NoHit},
		"names exchanged":      {after: func(a *evisa.Application) { a.Identity.Surname, a.Identity.GivenNames = "Maria", "Sousa" }, outcome: border.NoHit},
		"another name":         {after: func(a *evisa.Application) { a.Identity.Surname = "PEREIRA" }, outcome: border.Hit, code: desk.CodeNameDiffers},
		"a name too few":       {after: func(a *evisa.Application) { a.Identity.GivenNames = "" }, outcome: border.Hit, code: desk.CodeNameDiffers},
		"name in no table":     {after: func(a *evisa.Application) { a.Identity.Surname = "ソウザ" }, outcome: border.NoHit, code: desk.CodeNameUncompared},
		"no portrait":          {after: func(a *evisa.Application) { a.Files = nil }, outcome: border.Hit, code: desk.CodePortraitMissing},
		"portrait of a wall":   {after: func(a *evisa.Application) { a.Files[0].Likeness = 0 }, outcome: border.NoHit, code: desk.CodePortraitBlank},
		"a German":             {change: german, outcome: border.NoHit},
		"a German, as others":  {change: german, after: func(a *evisa.Application) { a.Document.IssuingState, a.Identity.Nationality = "DEU", "DEU" }, outcome: border.NoHit},
		"of a State that none": {change: func(a *evisa.Application) { a.Document.IssuingState = "ZZQ" }, outcome: border.Hit},
	} {
		a := application(t)
		if c.change != nil {
			c.change(&a)
		}
		a = zoned(t, a)
		if c.after != nil {
			c.after(&a)
		}
		of, wants := desk.DocumentCheck(false, nil).(desk.OfApplication)
		require.True(t, wants)
		f, err := of.Of(&a).Check(context.Background(), desk.SubjectOf(&a, noon, false))
		require.NoError(t, err)
		require.Equal(t, c.outcome, f.Outcome, "%s: %+v", name, f.Evidence)
		if c.code != "" {
			found := false
			for _, e := range f.Evidence {
				found = found || e.Code == c.code
			}
			require.True(t, found, "%s: %+v", name, f.Evidence)
		}
	}
	a := zoned(t, application(t))
	a.Identity.Surname = "PEREIRA"
	f, err := desk.DocumentCheck(false, alike{}).(desk.OfApplication).Of(&a).Check(context.Background(), desk.SubjectOf(&a, noon, false))
	require.NoError(t, err)
	require.Equal(t, border.NoHit, f.Outcome, "the State compares names otherwise")
	f, err = desk.DocumentCheck(false, nil).Check(context.Background(), border.Subject{})
	require.NoError(t, err)
	require.Equal(t, border.NotChecked, f.Outcome, "without an application")
}

// alike takes every name for every other.
type alike struct{}

func (alike) Alike(traveldoc.Identity, traveldoc.Identity) bool { return true }

// rules are those of two checks, one of them of alerts.
func rules() desk.Rules {
	return desk.Rules{Policy: evisa.DefaultPolicy("UTO"), Plan: []desk.PlannedName{{Name: "alerts", Alert: true, Judged: true}, {Name: desk.CheckOverstay, Judged: true}}}
}

// told folds events one after the other and gives what the applicant was told after each.
func told(t testing.TB, kinds []desk.Event) []evisa.Told {
	t.Helper()
	var list []evisa.Told
	var events []desk.Event
	var before *desk.Case
	for n, e := range kinds {
		e.Seq, e.At = n+1, noon.Add(time.Duration(n)*time.Minute)
		events = append(events, e)
		c := rules().Fold(uuid.Nil, events)
		if c.Tells(before) {
			list = append(list, c.Told())
		}
		before = c
	}
	return list
}

// What an applicant is told is the same, to the minute and the count, whatever the alerts found and however the desk came to its decision.
func TestAnAlertCannotBeDerived(t *testing.T) {
	a := application(t)
	finding := func(o border.Outcome) desk.Event {
		f := border.Finding{Check: "alerts", Outcome: o}
		if o == border.Hit {
			f.Evidence = []border.Evidence{{Code: "alert_match", Ref: "n/1@1", Severity: border.SecondLine}}
		}
		return desk.Event{Kind: desk.EventChecked, Detail: desk.Detail{Finding: &f}}
	}
	by := func(e desk.Event, who string) desk.Event { e.Actor, e.Name = who, who; return e }
	note := by(desk.Event{Kind: desk.EventNoted, Detail: desk.Detail{Text: "x"}}, "ada")
	decision := &desk.Decision{Grounds: []string{"means"}, Letter: "no"}
	start, examined := desk.Event{Kind: desk.EventApplied, Detail: desk.Detail{Application: &a}}, desk.Event{Kind: desk.EventExamined}
	refused := by(desk.Event{Kind: desk.EventRefused, Detail: desk.Detail{Decision: decision, AppealUntil: day(t, "2026-12-22")}}, "ben")
	quiet := told(t, []desk.Event{start, finding(border.NoHit), examined, note, note, note, note, refused})
	hit := told(t, []desk.Event{start, finding(border.Hit), examined, by(desk.Event{Kind: desk.EventClaimed}, "ada"), finding(border.NotChecked),
		by(desk.Event{Kind: desk.EventProposed, Detail: desk.Detail{Decision: decision}}, "ada"), note, refused})
	require.Equal(t, quiet, hit)
	require.Len(t, quiet, 3)
}

// A risk is the sum of its factors, and each has a name.
func TestRisk(t *testing.T) {
	a := application(t)
	a.Read, a.RefusedBefore, a.Journey.Arrival = "typed", "by others", day(t, "2026-11-23")
	hit := border.Finding{Check: "alerts", Outcome: border.Hit, Evidence: []border.Evidence{{Ref: "n/1@1", Severity: border.SecondLine}}}
	blank := border.Finding{Check: desk.CheckOverstay, Outcome: border.NotChecked}
	c := rules().Fold(uuid.Nil, []desk.Event{
		{Seq: 1, Kind: desk.EventApplied, At: noon, Detail: desk.Detail{Application: &a}},
		{Seq: 2, Kind: desk.EventPaid, At: noon, Detail: desk.Detail{Paid: &evisa.Paid{}}},
		{Seq: 3, Kind: desk.EventChecked, At: noon, Detail: desk.Detail{Finding: &hit}},
		{Seq: 4, Kind: desk.EventChecked, At: noon, Detail: desk.Detail{Finding: &blank}},
	})
	sum := 0
	for _, f := range c.Risk.Factors {
		require.NotEmpty(t, f.Code)
		require.Positive(t, f.Points)
		sum += f.Points
	}
	require.Equal(t, c.Risk.Points, sum)
	require.Len(t, c.Risk.Factors, 5)
	require.Equal(t, desk.High, c.Risk.Level())
}

// A template says what is wrong with it; its places are filled in the applicant's language.
func TestTemplates(t *testing.T) {
	for _, tpl := range desk.DefaultTemplates() {
		for _, language := range desk.Languages() {
			require.NotEmpty(t, tpl.Words[language])
			filled := tpl.Fill(language, desk.Values{"name": "MARIA", "reference": "234-567-892"})
			require.Contains(t, filled, "MARIA")
			require.NotContains(t, filled, "{name}")
		}
	}
	ask := desk.DefaultTemplates()[0]
	require.Contains(t, ask.Fill("en", desk.Values{"papers": "– a\n– b"}), "\n\n– a\n– b\n\n")
	require.Contains(t, ask.Fill("ar", desk.Values{"papers": "– a\n– b"}), "\u2068– a\u2069\n\u2068– b\u2069", "each line is read from its own start")
	require.Equal(t, "{until} x", desk.Template{Words: map[string]string{"en": "{until} x"}}.Fill("ar", nil), "what is to be filled in is seen")
}

func BenchmarkFold(b *testing.B) {
	a := application(b)
	events := []desk.Event{{Seq: 1, Kind: desk.EventApplied, At: noon, Detail: desk.Detail{Application: &a}}}
	for n := range 30 {
		f := border.Finding{Check: "alerts", Outcome: border.NoHit}
		events = append(events, desk.Event{Seq: n + 2, Kind: desk.EventChecked, At: noon, Detail: desk.Detail{Finding: &f}})
	}
	r := rules()
	for b.Loop() {
		r.Fold(a.ID, events)
	}
}

// What was paid stays unchecked where the centre knows nobody whom it could ask, and says so; where nothing was paid there is nothing to ask.
func TestPaymentsNobodyCanConfirmAreNotChecked(t *testing.T) {
	check := desk.PaymentCheck(nil, nil).(desk.OfCase)
	c := &desk.Case{Application: &evisa.Application{}}
	f, err := check.OfCase(c).Check(t.Context(), border.Subject{})
	require.NoError(t, err)
	require.Equal(t, border.NoHit, f.Outcome)
	c.Payments = []evisa.Paid{{Ref: "o1", Amount: evisa.Money{Minor: 4000, Currency: "EUR"}}}
	f, err = check.OfCase(c).Check(t.Context(), border.Subject{})
	require.NoError(t, err)
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, desk.CodePaymentNobody, f.Evidence[0].Code)
}
