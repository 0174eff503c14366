package secondlineview_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/minor"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/border/staycheck"
	"github.com/openbmis/openbmis/border/vehicle"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/secondlineview"
)

func screen() secondlineview.Screen {
	hit := border.Finding{
		Check: "alerts.national", Outcome: border.Hit, Source: border.Source{Name: "alerts.national", Version: "7"},
		Evidence: []border.Evidence{
			{Code: "alert_name", Field: "name", Found: "MÜLLER", Expected: "MUELLER", Severity: border.SecondLine, Ref: "a1"},
			{Code: "alert_reason", Expected: "the secret reason", Severity: border.SecondLine, Ref: "a1", Restricted: true},
		},
	}
	referred := border.CrossingEvent{
		CrossingID: uuid.New(), Officer: "olga", CrossedAt: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC), Decision: border.Decision{Verdict: border.Refer, Reason: "hit"},
		Findings: []border.Finding{hit, border.Unanswered("stay.rules", border.Source{Name: "stay.rules"}, border.ReasonTimeout)},
	}
	return secondlineview.Screen{Dossier: secondline.Dossier{Case: secondline.Open(referred, uuid.New())}, Me: "sam"}
}

func draw(t *testing.T, s secondlineview.Screen) string {
	t.Helper()
	return drawIn(t, s, text.English)
}

func drawIn(t *testing.T, s secondlineview.Screen, language text.Language) string {
	t.Helper()
	texts, err := text.Load()
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, secondlineview.Case(s).Render(text.NewContext(t.Context(), texts.Printer(language)), &out))
	return out.String()
}

func TestARestrictedReasonIsShownToNobodyElse(t *testing.T) {
	s := screen()
	require.NotContains(t, draw(t, s), "the secret reason")
	require.Contains(t, draw(t, s), "Reason restricted")
	s.ShowReasons = true
	require.Contains(t, draw(t, s), "the secret reason")
}

func TestNotCheckedIsNeverGreen(t *testing.T) {
	page := draw(t, screen())
	require.Contains(t, page, `class="status not-checked"`)
	require.NotContains(t, page, `class="status no-hit"`)
}

func TestOnlyWhatTheStateAllowsIsOffered(t *testing.T) {
	s := screen()
	for _, p := range []secondlineview.Panel{secondlineview.AdmitPanel, secondlineview.RefusePanel, secondlineview.EndPanel, secondlineview.InterviewPanel, secondlineview.TakeOverPanel, secondlineview.SignPanel} {
		require.False(t, s.Allows(p), "%s of a case that nobody has", p)
	}
	require.NoError(t, s.Case.Apply(secondline.Event{Seq: 1, Kind: secondline.Claimed, By: "sam", At: time.Now()}))
	require.False(t, s.Allows(secondlineview.AdmitPanel), "a grave hit stands")
	require.True(t, s.Allows(secondlineview.OverridePanel))
	require.False(t, s.Allows(secondlineview.TakeOverPanel), "his own")
	s.Me, s.Supervisor = "sara", true
	require.True(t, s.Allows(secondlineview.TakeOverPanel))
	require.False(t, s.Allows(secondlineview.InterviewPanel))
}

// What is coded is said in words, in every language; what a check did not apply to and whose records it read as much as the rest.
func TestNoCodeIsShownRaw(t *testing.T) {
	s := screen()
	s.Scan.Category, s.Scan.Basis, s.Scan.Particulars = border.Minor, border.FreeMovement, map[string]string{"plate_country": "UTO"}
	s.Case.Referred.Findings = []border.Finding{
		border.NotApplicable(vehicle.Name, vehicle.NoVehicle), border.NotApplicable(border.CheckMinor, minor.Adult),
		{Check: border.CheckMinor, Outcome: border.NoHit, Source: border.Source{Name: border.CheckMinor, Version: "XAA-APT"}},
		{Check: border.CheckStay, Outcome: border.NoHit, Grant: &border.Grant{MaxDays: 90, Rule: "90/180", Until: day(t, 2027, 2, 18)}},
	}
	for _, c := range border.Categories() {
		s.Case.Referred.Findings = append(s.Case.Referred.Findings, border.NotApplicable(border.CheckStay, string(c)))
	}
	for _, b := range border.Bases() {
		s.Case.Referred.Findings = append(s.Case.Referred.Findings, border.NotApplicable(border.CheckStay, string(b)))
	}
	for _, code := range []string{staycheck.CodeOwnNational, staycheck.CodeFreeMovement, staycheck.CodeExempt} {
		basis := border.Evidence{Code: code, Found: string(border.FreeMovement), Severity: border.Note}
		s.Case.Referred.Findings = append(s.Case.Referred.Findings, border.Finding{Check: border.CheckStay, Outcome: border.Hit, Evidence: []border.Evidence{basis}})
	}
	require.NoError(t, s.Case.Apply(secondline.Event{Seq: 1, Kind: secondline.Claimed, By: "sam", At: time.Now()}))
	require.Equal(t, 2, strings.Count(draw(t, s), `class="status no-hit"`), "what does not apply is no answer, and not green")
	s.Asked = secondlineview.AdmitPanel
	for _, language := range text.Languages() {
		shown := words(drawIn(t, s, language))
		for _, code := range []string{vehicle.NoVehicle, "short_stay", "free_movement", "border_resident", "air_crew", "plate_country", "not_applicable"} {
			require.NotContains(t, shown, code, language)
		}
		if language != text.English {
			require.NotRegexp(t, `\b(minor|adult|ordinary|accredited)\b`, shown, language)
		}
		require.Contains(t, shown, "XAA-APT")
		require.NotRegexp(t, `(?i)versi[oó]n\s+XAA-APT|الإصدار\s+XAA-APT`, shown, "a crossing point is no version")
		require.NotContains(t, shown, "2027-02-18", "dates as dates are written on screens")
		require.Contains(t, shown, "90/180")
	}
	require.Contains(t, words(drawIn(t, s, text.English)), "no vehicle noted")
}

// words are what a page says, without its markup.
func words(page string) string { return regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ") }

func day(t *testing.T, y, m, d int) traveldoc.Date {
	t.Helper()
	date, err := traveldoc.NewDate(y, m, d)
	require.NoError(t, err)
	return date
}

// Keys are written in one manner.
func TestKeysAreWrittenInOneManner(t *testing.T) {
	s := screen()
	s.Attaches = true
	require.NoError(t, s.Case.Apply(secondline.Event{Seq: 1, Kind: secondline.Claimed, By: "sam", At: time.Now()}))
	shown := words(draw(t, s))
	for _, key := range []string{"Alt X", "Alt A", "Alt R"} {
		require.Contains(t, shown, key)
	}
	require.NotContains(t, shown, "Alt+")
}
