package minor_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/minor"
	"github.com/openbmis/openbmis/traveldoc"
)

type entries struct {
	entry *minor.Entry
	err   error
}

func (e entries) LastEntry(context.Context, traveldoc.Identity, traveldoc.Document) (*minor.Entry, error) {
	return e.entry, e.err
}

func date(t *testing.T, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

func guardian(surname, number, consent string) *border.Guardian {
	return &border.Guardian{Surname: surname, GivenNames: "ANNA", DocumentNumber: number, Relation: "mother", Consent: consent}
}

func TestMinors(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	anna, other := guardian("ERIKSSON", "L1", "letter"), guardian("VIRTANEN", "X9", "letter")
	file := uuid.MustParse("018f3a10-0000-7000-8000-000000000001")
	filed := func(g border.Guardian) *border.Guardian { g.File = file; return &g }
	without := guardian("ERIKSSON", "L1", border.ConsentNone)
	entered := func(g *border.Guardian) *minor.Entry { return &minor.Entry{At: at, Guardian: g} }
	renamed := guardian("NEWNAME", "L1", "letter")
	noNumber := guardian("ERIKSSON", "", "letter")
	tests := map[string]struct {
		born     string
		category border.Category
		way      border.Direction
		with     *border.Guardian
		entry    *minor.Entry
		basis    border.Basis
		outcome  border.Outcome
		severity border.Severity
		codes    []string
	}{
		"an adult":                               {"1974-08-12", "", border.Exit, nil, nil, "", border.NoHit, border.Note, []string{border.CodeNotApplicable}},
		"the eighteenth birthday":                {"2008-03-14", "", border.Exit, nil, nil, "", border.NoHit, border.Note, []string{border.CodeNotApplicable}},
		"an unknown age":                         {"", "", border.Entry, nil, nil, "", border.NotChecked, border.Note, []string{minor.CodeAgeUnknown}},
		"an unknown age, taken for a minor":      {"", border.Minor, border.Entry, anna, nil, "", border.NoHit, border.Note, []string{minor.CodeWith}},
		"a year that may be of a minor":          {"2008", "", border.Entry, nil, nil, "", border.Hit, border.Acknowledge, []string{minor.CodeAlone}},
		"enters with an adult":                   {"2015-01-01", border.Minor, border.Entry, anna, nil, "", border.NoHit, border.Note, []string{minor.CodeWith}},
		"enters alone":                           {"2015-01-01", border.Minor, border.Entry, nil, nil, "", border.Hit, border.Acknowledge, []string{minor.CodeAlone}},
		"enters alone, taken for something else": {"2015-01-01", border.Transit, border.Entry, nil, nil, "", border.Hit, border.Acknowledge, []string{minor.CodeAlone}},
		"enters without consent":                 {"2015-01-01", border.Minor, border.Entry, without, nil, "", border.Hit, border.Acknowledge, []string{minor.CodeWith, minor.CodeNoConsent}},
		"leaves with the same adult":             {"2015-01-01", border.Minor, border.Exit, anna, entered(anna), "", border.NoHit, border.Note, []string{minor.CodeWith}},
		"leaves with the same file":              {"2015-01-01", border.Minor, border.Exit, filed(*other), entered(filed(*anna)), "", border.NoHit, border.Note, []string{minor.CodeWith}},
		"leaves with the same, married":          {"2015-01-01", border.Minor, border.Exit, renamed, entered(anna), "", border.NoHit, border.Note, []string{minor.CodeWith}},
		"leaves with the same, no number":        {"2015-01-01", border.Minor, border.Exit, noNumber, entered(anna), "", border.NoHit, border.Note, []string{minor.CodeWith}},
		"leaves alone":                           {"2015-01-01", border.Minor, border.Exit, nil, entered(anna), "", border.Hit, border.SecondLine, []string{minor.CodeAlone}},
		"leaves with another":                    {"2015-01-01", border.Minor, border.Exit, other, entered(anna), "", border.Hit, border.SecondLine, []string{minor.CodeWith, minor.CodeOtherAdult}},
		"leaves without consent":                 {"2015-01-01", border.Minor, border.Exit, without, entered(anna), "", border.Hit, border.SecondLine, []string{minor.CodeWith, minor.CodeNoConsent}},
		"a national leaves":                      {"2015-01-01", border.Minor, border.Exit, anna, nil, border.FreeMovement, border.NoHit, border.Note, []string{minor.CodeWith}},
		"a national leaves with another":         {"2015-01-01", border.Minor, border.Exit, other, entered(anna), border.FreeMovement, border.Hit, border.SecondLine, []string{minor.CodeWith, minor.CodeOtherAdult}},
		"entered elsewhere":                      {"2015-01-01", border.Minor, border.Exit, anna, nil, border.ShortStay, border.NotChecked, border.Note, []string{minor.CodeWith, minor.CodeEntryUnknown}},
		"entered elsewhere, leaves alone":        {"2015-01-01", border.Minor, border.Exit, nil, nil, border.ShortStay, border.Hit, border.SecondLine, []string{minor.CodeAlone, minor.CodeEntryUnknown}},
		"entered with nobody noted":              {"2015-01-01", border.Minor, border.Exit, anna, entered(nil), border.ShortStay, border.NotChecked, border.Note, []string{minor.CodeWith, minor.CodeEntryAlone}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			check := minor.New(entries{entry: test.entry}, 18, "airport-1", func() time.Time { return at })
			f, err := check.Check(t.Context(), border.Subject{
				Identity: traveldoc.Identity{Surname: "ERIKSSON", BirthDate: date(t, test.born)}, Direction: test.way, Today: date(t, "2026-03-14"),
				Circumstances: border.Circumstances{Category: test.category, Guardian: test.with, Basis: test.basis},
			})
			require.NoError(t, err)
			require.Equal(t, test.outcome, f.Outcome)
			require.Equal(t, test.severity, f.Severity())
			codes := make([]string, len(f.Evidence))
			for n, e := range f.Evidence {
				codes[n] = e.Code
			}
			require.Equal(t, test.codes, codes)
			if f.Outcome == border.NotChecked {
				require.Equal(t, border.ReasonDataInsufficient, f.Reason)
			}
		})
	}
}

func TestAnotherAdultIsExplained(t *testing.T) {
	check := minor.New(entries{entry: &minor.Entry{Guardian: guardian("ERIKSSON", "L1", "letter")}}, 18, "airport-1", time.Now)
	f, err := check.Check(t.Context(), border.Subject{
		Identity: traveldoc.Identity{BirthDate: date(t, "2015")}, Direction: border.Exit, Today: date(t, "2026-03-14"),
		Circumstances: border.Circumstances{Guardian: guardian("VIRTANEN", "X9", "letter")},
	})
	require.NoError(t, err)
	last := f.Evidence[len(f.Evidence)-1]
	require.Equal(t, []string{"VIRTANEN, ANNA (X9)", "ERIKSSON, ANNA (L1)"}, []string{last.Found, last.Expected})
}

func TestNobodyIsTakenForSafeWhenTheRecordsAreAway(t *testing.T) {
	away := errors.New("away")
	check := minor.New(entries{err: away}, 18, "airport-1", time.Now)
	_, err := check.Check(t.Context(), border.Subject{Identity: traveldoc.Identity{BirthDate: date(t, "2015")}, Direction: border.Exit, Today: date(t, "2026-03-14")})
	require.ErrorIs(t, err, away)
}
