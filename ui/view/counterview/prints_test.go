package counterview

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/ui/text"
)

func answer(check string, outcome border.Outcome, reason string, codes ...string) border.Answer {
	f := border.Finding{Check: check, Outcome: outcome, Reason: reason}
	for _, code := range codes {
		f.Evidence = append(f.Evidence, border.Evidence{Code: code, Found: "69.4", Expected: "30.0", Severity: border.Note})
	}
	return border.Answer{Check: check, Finding: f}
}

// The band speaks of the prints only while they are what matters.
func TestTheBandSpeaksOfThePrints(t *testing.T) {
	fine, unknown := answer("document", border.NoHit, ""), answer("alerts", border.NotChecked, border.ReasonTimeout)
	take := answer(fingers.CheckName, border.NotChecked, fingers.ReasonToTake, fingers.CodeToTake)
	match, fresh := answer(fingers.CheckName, border.NoHit, "", fingers.CodeMatch), answer(fingers.CheckName, border.NoHit, "", fingers.CodeNew)
	running, hit := border.Answer{Check: "alerts", Pending: true}, answer("alerts", border.Hit, "")
	for name, c := range map[string]struct {
		answers    []border.Answer
		word, help text.Key
	}{
		"to be taken":                   {[]border.Answer{take, fine}, text.FingersBandTake, text.FingersBandTakeHelp},
		"to be taken, others running":   {[]border.Answer{take, running}, text.FingersBandTake, text.FingersBandTakeRunning},
		"to be taken, another is open":  {[]border.Answer{take, unknown}, text.CounterBandNotChecked, text.CounterBandNotCheckedHelp},
		"to be taken, a hit":            {[]border.Answer{take, hit}, text.CounterBandHit, text.CounterBandHitHelp},
		"the reader failed":             {[]border.Answer{answer(fingers.CheckName, border.NotChecked, "reader_busy"), fine}, text.CounterBandNotChecked, text.CounterBandNotCheckedHelp},
		"on file":                       {[]border.Answer{match, fine}, text.CounterBandClear, text.FingersBandMatch},
		"new":                           {[]border.Answer{fresh, fine}, text.CounterBandClear, text.FingersBandNew},
		"on file, another is open":      {[]border.Answer{match, unknown}, text.CounterBandNotChecked, text.CounterBandNotCheckedHelp},
		"on file, others still running": {[]border.Answer{match, running}, text.CounterBandWaiting, text.CounterBandWaitingHelp},
		"no prints":                     {[]border.Answer{fine}, text.CounterBandClear, text.CounterBandClearHelp},
	} {
		s := Screen{Current: &Card{Answers: c.answers}, Fingers: true}
		require.Equal(t, []text.Key{c.word, c.help}, []text.Key{bandWord(s), bandHelp(s)}, name)
	}
	s := Screen{Current: &Card{Answers: []border.Answer{take, fine}}}
	require.Equal(t, text.CounterBandNotCheckedHelp, bandHelp(s), "no key takes prints here")
	require.Equal(t, "not-checked", bandClass(s), "amber it stays")
}

// What was asked for stands where it was asked for; only another's hit goes before it.
func TestThePrintsStayFirst(t *testing.T) {
	match, fine, undone := answer(fingers.CheckName, border.NoHit, ""), answer("document", border.NoHit, ""), answer("alerts", border.NotChecked, "x")
	for _, c := range []struct {
		given []border.Answer
		first string
	}{
		{[]border.Answer{undone, fine, match}, fingers.CheckName},
		{[]border.Answer{fine, {Check: fingers.CheckName, Pending: true}}, fingers.CheckName},
		{[]border.Answer{match, answer("alerts", border.Hit, "")}, "alerts"},
		{[]border.Answer{answer("alerts", border.Hit, ""), answer(fingers.CheckName, border.Hit, "")}, fingers.CheckName},
	} {
		do, _ := (&Card{Answers: c.given}).applicable()
		require.Equal(t, c.first, do[0].Check)
	}
}

// A score is held against what is needed: nobody expects exactly that.
func TestAScoreIsHeldAgainstWhatIsNeeded(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	for language, words := range map[text.Language]string{
		"en": "69.4 – needed 30.0", "fr": "69.4 – requis 30.0", "es": "69.4: se necesita 30.0", "ar": "\u206869.4\u2069 – المطلوب \u206830.0\u2069",
	} {
		ctx := text.NewContext(context.Background(), texts.Printer(language))
		for _, code := range []string{fingers.CodeMatch, fingers.CodeMismatch, fingers.CodeCandidate} {
			require.Equal(t, words, facts(ctx, border.Evidence{Code: code, Found: "69.4", Expected: "30.0"}))
		}
		var out bytes.Buffer
		require.NoError(t, band(Screen{Current: &Card{Answers: []border.Answer{
			answer(fingers.CheckName, border.NotChecked, fingers.ReasonToTake),
		}}, Fingers: true}).Render(ctx, &out))
		require.Contains(t, out.String(), "F11")
	}
}
