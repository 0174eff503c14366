package fingers_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/traveldoc"
)

func date(t testing.TB, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

func subject(t testing.TB) border.Subject {
	t.Helper()
	return border.Subject{
		Identity:  traveldoc.Identity{Surname: "MARTIN", Nationality: "FRA", BirthDate: date(t, "1984-02-03")},
		Document:  traveldoc.Document{Code: "P", Number: "12AB34567", IssuingState: "FRA"},
		Direction: border.Entry, Today: date(t, "2026-11-22"), At: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC),
	}
}

func TestWhoIsAsked(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*border.Subject)
		policy func(*fingers.Policy)
		exempt string
	}{
		"a foreigner":             {exempt: ""},
		"a national":              {change: func(s *border.Subject) { s.Identity.Nationality = "UTO" }, exempt: fingers.ExemptNational},
		"a national of everybody": {change: func(s *border.Subject) { s.Identity.Nationality = "UTO" }, policy: func(p *fingers.Policy) { p.Everybody = true }},
		"a child the day before": {
			change: func(s *border.Subject) { s.Identity.BirthDate = date(t, "2014-11-23") }, exempt: fingers.ExemptChild,
		},
		"twelve today":        {change: func(s *border.Subject) { s.Identity.BirthDate = date(t, "2014-11-22") }},
		"perhaps twelve":      {change: func(s *border.Subject) { s.Identity.BirthDate = date(t, "2014") }},
		"an age nobody knows": {change: func(s *border.Subject) { s.Identity.BirthDate = traveldoc.Date{} }},
		"the other way": {
			policy: func(p *fingers.Policy) { p.Directions = []border.Direction{border.Exit} }, exempt: fingers.ExemptDirection,
		},
		"a category": {
			change: func(s *border.Subject) { s.Category = border.Diplomatic },
			policy: func(p *fingers.Policy) { p.ExemptCategories = []border.Category{border.Diplomatic} }, exempt: string(border.Diplomatic),
		},
		"a basis": {
			change: func(s *border.Subject) { s.Basis = border.FreeMovement },
			policy: func(p *fingers.Policy) { p.ExemptBases = []border.Basis{border.FreeMovement} }, exempt: string(border.FreeMovement),
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, p := subject(t), fingers.DefaultPolicy()
			if c.change != nil {
				c.change(&s)
			}
			if c.policy != nil {
				c.policy(&p)
			}
			exempt, asked := p.Asked(s, "UTO")
			require.Equal(t, c.exempt, exempt)
			require.Equal(t, c.exempt == "", asked)
		})
	}
}

func TestWhichFingersAreAskedFirst(t *testing.T) {
	right := fingers.DefaultPolicy().Hands[0]
	left := fingers.DefaultPolicy().Hands[1]
	impressions := func(positions ...biometrics.Position) (list []fingers.Print) {
		for _, p := range positions {
			list = append(list, fingers.Print{Position: p})
		}
		return list
	}
	for name, c := range map[string]struct {
		known fingers.Person
		want  []biometrics.Position
	}{
		"new":                 {want: right},
		"on file":             {known: fingers.Person{References: impressions(right...)}, want: right},
		"the left on file":    {known: fingers.Person{References: impressions(left...)}, want: left},
		"one never there":     {known: fingers.Person{References: impressions(right[:3]...)}, want: right[:3]},
		"too few on file":     {known: fingers.Person{References: impressions(right[0])}, want: right},
		"one to be completed": {known: fingers.Person{References: impressions(right[:3]...), Open: []fingers.Slot{{Position: right[3]}}}, want: right},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, fingers.DefaultPolicy().Begin(c.known)) })
	}
}

func TestTheOtherHandIsAskedWhenTooFewCouldBeTaken(t *testing.T) {
	p := fingers.DefaultPolicy()
	slots := func(codes ...biometrics.Missing) (list []fingers.Slot) {
		for n, code := range codes {
			list = append(list, fingers.Slot{Position: p.Hands[0][n], Missing: code})
		}
		return list
	}
	require.Nil(t, p.Else(slots("", "", biometrics.Amputated, biometrics.Amputated)), "two are enough")
	require.Equal(t, p.Hands[1], p.Else(slots("", biometrics.Bandaged, biometrics.Amputated, biometrics.Injured)))
	require.Nil(t, p.Else(slots(biometrics.Refused, biometrics.Refused, biometrics.Refused, biometrics.Refused)), "who refuses is not asked again")
	require.Nil(t, p.Else(slots(biometrics.DeviceFailure, biometrics.DeviceFailure, "", biometrics.DeviceFailure)))
}

func TestAPolicyIsReadAndItsFaultsAreNamed(t *testing.T) {
	p, err := fingers.ParsePolicy([]byte(`{"version": "2026-1", "about": "for tests",
		"asked": {"directions": ["entry"], "everybody": true, "exempt_below_age": 14, "exempt_categories": ["diplomatic"], "exempt_bases": []},
		"hands": [["right_thumb", "left_thumb"]], "enough": 1, "quality": 55, "tries": 2,
		"verify": {"fused": 25}, "candidate": {"fused": 45, "single": 45}, "severity": {"print_mismatch": "acknowledge"}}`))
	require.NoError(t, err)
	require.Equal(t, "2026-1", p.Version)
	require.Equal(t, []any{14, 55, 2, 1, true}, []any{p.ExemptBelow, p.Quality, p.Tries, p.Enough, p.Everybody})
	require.Equal(t, []float64{25, 35, 45, 45}, []float64{p.Verify, p.VerifyOne, p.Candidate, p.CandidateOne})
	require.Equal(t, border.Acknowledge, p.Severity[fingers.CodeMismatch])
	require.Equal(t, border.SecondLine, p.Severity[fingers.CodeCandidate], "what is not given is as in the default")

	for text, wrong := range map[string]string{
		``:                                 "expected JSON",
		`{}`:                               "version",
		`{"version": "1", "quality": 101}`: "quality: expected a whole number from 0 to 100",
		`{"version": "1", "tries": 0}`:     "tries",
		`{"version": "1", "enough": 5}`:    "enough: expected a whole number from 1 to 4",
		`{"version": "1", "hands": []}`:    "hands: expected at least one",
		`{"version": "1", "hands": [["right_four"]]}`:                                    "hands[0][0]: expected a finger",
		`{"version": "1", "hands": [["right_index"], ["right_index"]]}`:                  "hands[1][0]",
		`{"version": "1", "verify": {"fused": 40, "single": 20}}`:                        "verify: single (20) is below fused (40)",
		`{"version": "1", "verify": {"single": 151}}`:                                    "verify.single: expected a whole number from 1 to 150",
		`{"version": "1", "candidate": {"fused": 500, "single": 500}}`:                   "candidate.fused: expected a whole number from 1 to 150",
		`{"version": "1", "asked": {"directions": ["up"]}}`:                              "asked.directions[0]: expected entry or exit",
		`{"version": "1", "asked": {"exempt_categories": ["diplomatic", "diplomatic"]}}`: "asked.exempt_categories[1]",
		`{"version": "1", "severity": {"print_mismatch": "refuse"}}`:                     "severity.print_mismatch: expected note, acknowledge or second_line",
		`{"version": "1", "severity": {"else": "note"}}`:                                 "severity.else: unknown field",
		`{"version": "1", "policy": 1}`:                                                  "unknown field",
	} {
		_, err := fingers.ParsePolicy([]byte(text))
		require.ErrorContains(t, err, wrong, text)
	}
}

func TestAPolicyIsLoadedFromAFile(t *testing.T) {
	p, err := fingers.LoadPolicy("")
	require.NoError(t, err)
	require.Equal(t, fingers.DefaultPolicy(), p)
	path := filepath.Join(t.TempDir(), "policy.json")
	_, err = fingers.LoadPolicy(path)
	require.ErrorContains(t, err, "policy of fingerprints")
	require.NoError(t, os.WriteFile(path, []byte(`{"version": "x", "tries": 99}`), 0o600))
	_, err = fingers.LoadPolicy(path)
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, "tries")
}

func FuzzParsePolicy(f *testing.F) {
	f.Add([]byte(`{"version": "1", "hands": [["right_index"]], "enough": 1}`))
	f.Add([]byte(`{"version": "1", "asked": {"directions": []}, "severity": {}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := fingers.ParsePolicy(text)
		if err != nil {
			return
		}
		require.NotEmpty(t, p.Version)
		require.NotEmpty(t, p.Hands)
		for _, hand := range p.Hands {
			require.GreaterOrEqual(t, len(hand), p.Enough, "a hand that can never be enough")
		}
		require.LessOrEqual(t, p.Verify, p.VerifyOne)
		require.LessOrEqual(t, p.Candidate, p.CandidateOne)
	})
}
