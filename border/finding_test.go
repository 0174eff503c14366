package border_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
)

func TestTheZeroOutcomeIsNotChecked(t *testing.T) {
	var f border.Finding
	require.Equal(t, border.NotChecked, f.Outcome)
	require.True(t, border.NeedsReason([]border.Finding{f}))
}

func TestOutcomeAsText(t *testing.T) {
	for _, o := range []border.Outcome{border.NotChecked, border.NoHit, border.Hit} {
		text, err := json.Marshal(o)
		require.NoError(t, err)
		var back border.Outcome
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, o, back)
	}
	var o border.Outcome
	require.Error(t, json.Unmarshal([]byte(`"green"`), &o), "there is no fourth")
}

func TestSourceAge(t *testing.T) {
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	require.Equal(t, time.Hour, border.Source{AsOf: now.Add(-time.Hour)}.Age(now))
	require.Zero(t, border.Source{AsOf: now.Add(time.Hour)}.Age(now), "a clock that ran ahead makes nothing younger than new")
	require.Zero(t, border.Source{}.Age(now))
}

func TestDecisionNeedsItsReason(t *testing.T) {
	clean := []border.Finding{{Outcome: border.NoHit}}
	hit := []border.Finding{{Outcome: border.NoHit}, {Outcome: border.Hit}}
	amber := []border.Finding{{Outcome: border.NotChecked}}
	known := []border.Finding{{Outcome: border.Hit, Evidence: []border.Evidence{{Severity: border.Note}, {Severity: border.Acknowledge}}}}
	grave := []border.Finding{{Outcome: border.NoHit}, {Outcome: border.Hit, Evidence: []border.Evidence{{Severity: border.SecondLine}}}}
	tests := map[string]struct {
		decision border.Decision
		way      border.Direction
		findings []border.Finding
		wrong    string
	}{
		"a clean traveller needs none":       {border.Decision{Verdict: border.Admit}, border.Entry, clean, ""},
		"a hit needs one":                    {border.Decision{Verdict: border.Admit}, border.Entry, hit, "reason"},
		"not checked needs one":              {border.Decision{Verdict: border.Admit}, border.Exit, amber, "reason"},
		"a hit with its reason":              {border.Decision{Verdict: border.Admit, Reason: "not_same_person"}, border.Entry, hit, ""},
		"one to acknowledge with its reason": {border.Decision{Verdict: border.Admit, Reason: "document_examined"}, border.Entry, known, ""},
		"one of the second line":             {border.Decision{Verdict: border.Admit, Reason: "supervisor_agreed"}, border.Entry, grave, "verdict"},
		"one of it, leaving, with no reason": {border.Decision{Verdict: border.Admit}, border.Exit, grave, "verdict"},
		"one of it is referred":              {border.Decision{Verdict: border.Refer, Reason: "hit"}, border.Entry, grave, ""},
		"a reason of another verdict":        {border.Decision{Verdict: border.Admit, Reason: "H"}, border.Entry, hit, "reason"},
		"a referral needs one":               {border.Decision{Verdict: border.Refer}, border.Entry, clean, "reason"},
		"a referral":                         {border.Decision{Verdict: border.Refer, Reason: "hit"}, border.Exit, clean, ""},
		"a refusal needs its letter":         {border.Decision{Verdict: border.Refuse}, border.Entry, clean, "reason"},
		"a refusal":                          {border.Decision{Verdict: border.Refuse, Reason: "C"}, border.Entry, clean, ""},
		"nobody is refused to leave":         {border.Decision{Verdict: border.Refuse, Reason: "C"}, border.Exit, clean, "verdict"},
		"no verdict":                         {border.Decision{}, border.Entry, clean, "verdict"},
		"a verdict that there is not":        {border.Decision{Verdict: "detain"}, border.Entry, clean, "verdict"},
		"a note longer than the bound":       {border.Decision{Verdict: border.Admit, Note: string(make([]byte, border.MaxNote+1))}, border.Entry, clean, "note"},
		"a reason where none would be asked": {border.Decision{Verdict: border.Admit, Reason: "humanitarian"}, border.Entry, clean, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := test.decision.Check(test.way, test.findings)
			if test.wrong == "" {
				require.NoError(t, err)
				return
			}
			var p *problem.Error
			require.ErrorAs(t, err, &p)
			require.Equal(t, test.wrong, p.Field)
			if errors.Is(err, border.ErrSecondLineNeeded) {
				require.True(t, border.NeedsSecondLine(test.findings))
				return
			}
			require.Equal(t, problem.Invalid, p.Kind)
		})
	}
}

func TestFleetingEvidenceIsNotKept(t *testing.T) {
	shown := border.Finding{Check: "c", Outcome: border.Hit, Evidence: []border.Evidence{
		{Code: "a", Field: "name", Found: "ANNA", Expected: "ANNE", Relation: "typo", Severity: border.Acknowledge, Ref: "r", Fleeting: true},
		{Code: "b", Found: "ANNA"},
	}}
	kept := border.Kept([]border.Finding{shown})
	require.Equal(t, []border.Evidence{
		{Code: "a", Field: "name", Relation: "typo", Severity: border.Acknowledge, Ref: "r"}, {Code: "b", Found: "ANNA"},
	}, kept[0].Evidence)
	require.Equal(t, "ANNA", shown.Evidence[0].Found, "what the officer is shown stays")
}
