package secondlineview_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/secondline"
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
	texts, err := text.Load()
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, secondlineview.Case(s).Render(text.NewContext(t.Context(), texts.Printer(text.English)), &out))
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
