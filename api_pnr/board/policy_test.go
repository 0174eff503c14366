package board_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/border"
)

func defaults(t testing.TB) board.Policy {
	t.Helper()
	p, err := board.DefaultPolicy()
	require.NoError(t, err)
	return p
}

func TestAPolicyIsReadFromItsFile(t *testing.T) {
	p := defaults(t)
	p.ID, p.Version, p.OnTimeout = "utopia", 4, board.Open
	data, err := json.Marshal(p)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "policy.json")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	read, err := board.LoadPolicy(path)
	require.NoError(t, err)
	require.Equal(t, p, read)
	require.Equal(t, "utopia 4", read.Name())
	empty, err := board.LoadPolicy("")
	require.NoError(t, err)
	require.Equal(t, defaults(t), empty)
}

func TestAPolicySaysWhatIsWrongWithIt(t *testing.T) {
	for want, change := range map[string]func(map[string]any){
		"id: expected":         func(m map[string]any) { m["id"] = "" },
		"version: expected":    func(m map[string]any) { m["version"] = 0 },
		"state: expected":      func(m map[string]any) { m["state"] = "UTOPIA" },
		"authority: expected":  func(m map[string]any) { m["authority"] = "" },
		"deadline: expected":   func(m map[string]any) { m["deadline"] = "2h" },
		"expected one like 2s": func(m map[string]any) { m["deadline"] = "soon" },
		"reserve: expected":    func(m map[string]any) { m["reserve"] = "3s" },
		"on_timeout: expected": func(m map[string]any) { m["on_timeout"] = "ajar" },
		"answers.contact.code: expected": func(m map[string]any) {
			m["answers"].(map[string]any)["contact"] = map[string]any{"code": "3", "text": "x"}
		},
		"answers.board.text: expected": func(m map[string]any) {
			m["answers"].(map[string]any)["board"] = map[string]any{"code": "0Z", "text": strings.Repeat("X", 71)}
		},
		"risk_unreviewed: expected":     func(m map[string]any) { m["risk_unreviewed"] = "do_not_board" },
		"unchecked.*: expected":         func(m map[string]any) { m["unchecked"] = map[string]any{"*": "perhaps"} },
		"rules[0].decision: expected":   func(m map[string]any) { m["rules"] = []any{map[string]any{"id": "x", "decision": "perhaps"}} },
		"rules[1].id: expected":         func(m map[string]any) { r := map[string]any{"id": "x", "decision": "board"}; m["rules"] = []any{r, r} },
		"chase: expected":               func(m map[string]any) { m["chase"] = map[string]any{"first": "2m", "most": "1m"} },
		"unknown field":                 func(m map[string]any) { m["on_time_out"] = "open" },
		"entry.declared_visa: expected": func(m map[string]any) { m["entry"] = map[string]any{"version": "1"} },
		"entry.rules[0]: expected whom": func(m map[string]any) {
			m["entry"] = map[string]any{"version": "1", "declared_visa": "accept", "rules": []any{map[string]any{"id": "x", "basis": "y"}}}
		},
		"otherwise: expected": func(m map[string]any) { m["otherwise"] = "" },
	} {
		t.Run(want, func(t *testing.T) {
			data, err := json.Marshal(defaults(t))
			require.NoError(t, err)
			var m map[string]any
			require.NoError(t, json.Unmarshal(data, &m))
			change(m)
			data, err = json.Marshal(m)
			require.NoError(t, err)
			_, err = board.ParsePolicy(data)
			require.ErrorContains(t, err, want)
		})
	}
}

// alert is the finding of the lists about one alert.
func alert(action, band string) border.Finding {
	ref := "national/A@1"
	return border.Finding{Check: "alerts.national", Outcome: border.Hit, Evidence: []border.Evidence{
		{Code: "alert_match", Severity: border.SecondLine, Ref: ref, Band: band, Found: "SOMEBODY"},
		{Code: "alert_action", Expected: action, Severity: border.SecondLine, Ref: ref},
	}}
}

func unanswered(check, reason string) border.Finding {
	return border.Unanswered(check, border.Source{}, reason)
}

func TestWhichFindingLeadsToWhichDecision(t *testing.T) {
	optional := unanswered("interpol.sltd", border.ReasonUnreachable)
	optional.Optional = true
	noted := border.Finding{Check: "x", Outcome: border.Hit, Evidence: []border.Evidence{{Code: "y", Severity: border.Note}}}
	for _, c := range []struct {
		name     string
		findings []border.Finding
		want     board.Decision
	}{
		{"nothing", nil, board.Board},
		{"no hit", []border.Finding{{Check: "alerts.national", Outcome: border.NoHit}}, board.Board},
		{"refusal", []border.Finding{alert("refuse", "certain")}, board.NoBoard},
		{"refusal, only possible", []border.Finding{alert("refuse", "possible")}, board.Board},
		{"wanted", []border.Finding{alert("detain", "probable")}, board.Contact},
		{"looked at on arrival", []border.Finding{alert("refer", "certain")}, board.Board},
		{"an action nobody thought of", []border.Finding{alert("", "certain")}, board.Contact},
		{"a check nobody thought of", []border.Finding{{Check: "new", Outcome: border.Hit, Evidence: []border.Evidence{{Code: "y", Severity: border.SecondLine}}}}, board.Contact},
		{"only a note", []border.Finding{noted}, board.Board},
		{"lists too old", []border.Finding{unanswered("alerts.national", border.ReasonListTooOld)}, board.NotChecked},
		{"outside service away", []border.Finding{unanswered("interpol.nominals", border.ReasonUnreachable)}, board.Board},
		{"may be missing", []border.Finding{optional}, board.Board},
		{"the gravest counts", []border.Finding{alert("detain", "certain"), alert("refuse", "certain"), unanswered("alerts.national", "failed")}, board.NoBoard},
		{"not in time", []border.Finding{unanswered("alerts.national", border.ReasonTimeout)}, board.NotChecked},
		{"not in time, and a hit", []border.Finding{unanswered("x", border.ReasonTimeout), alert("refuse", "certain")}, board.NoBoard},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := defaults(t).Decide(c.findings, nil)
			require.Equal(t, c.want, r.Decision)
			require.Equal(t, "default 1", r.Policy)
		})
	}
}

// A decision is never milder for a finding more, and no rule of risk alone keeps anybody from boarding.
func TestDecisionsNeverGetMilder(t *testing.T) {
	p := defaults(t)
	all := []border.Finding{
		{Check: "a", Outcome: border.NoHit}, alert("refuse", "certain"), alert("detain", "certain"), alert("refer", "possible"),
		unanswered("alerts.national", border.ReasonListMissing), unanswered("x", border.ReasonTimeout),
	}
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOf(rapid.SampledFrom(all)).Draw(t, "findings")
		more := append(append([]border.Finding(nil), some...), rapid.SampledFrom(all).Draw(t, "one more"))
		before, after := p.Decide(some, nil).Decision, p.Decide(more, nil).Decision
		require.Equal(t, after, board.Graver(before, after))
		verdict := rapid.SampledFrom([]apipnr.DecisionVerdict{apipnr.DecideBoard, apipnr.DecideNoBoard, apipnr.DecideRefer}).Draw(t, "risk")
		risky := p.Decide(some, []board.Opinion{{Source: board.Risk, Verdict: verdict}}).Decision
		require.True(t, risky == before || risky == p.Unreviewed)
	})
}

// What a person confirmed of risk makes what the policy says of its severity; an analyst who has it before him decides on it.
func TestConfirmedRisk(t *testing.T) {
	p := defaults(t)
	delete(p.Confirmed, "medium")
	for severity, want := range map[string]board.Decision{
		"urgent": board.NoBoard, "high": board.Contact, "medium": p.Unreviewed, "low": board.Board,
	} {
		confirmed := board.Opinion{Source: board.Risk, Verdict: apipnr.DecideRefer, Reason: "R-1/1", Severity: severity}
		r := p.Decide(nil, []board.Opinion{confirmed})
		require.Equal(t, want, r.Decision, severity)
		require.Equal(t, "risk_confirmed", r.Causes[0].Code)
		decided := board.Opinion{Source: board.Analyst, Verdict: apipnr.DecideBoard, Seen: []string{r.Causes[0].Key()}}
		require.Equal(t, board.Board, p.Decide(nil, []board.Opinion{decided, confirmed}).Decision)
		other := board.Opinion{Source: board.Risk, Verdict: apipnr.DecideRefer, Reason: "R-2/1", Severity: severity}
		require.Equal(t, want, p.Decide(nil, []board.Opinion{decided, other}).Decision, "he did not see that one")
	}
	_, err := board.ParsePolicy([]byte(`{"risk_confirmed": {"severe": "board", "high": "not_checked"}}`))
	require.ErrorContains(t, err, "risk_confirmed: expected urgent")
	require.ErrorContains(t, err, "risk_confirmed.high: expected")
}

func TestTheTextOfATimeOut(t *testing.T) {
	p := defaults(t)
	p.Phone = "+1 2"
	late := p.Decide([]border.Finding{unanswered("x", border.ReasonTimeout)}, nil)
	require.True(t, late.TimedOut)
	require.Equal(t, board.Words{Code: "4Z", Text: "NOT CHECKED IN TIME, ANSWER FOLLOWS +1 2"}, p.Say(late))
	p.OnTimeout = board.Open
	late = p.Decide([]border.Finding{unanswered("x", border.ReasonTimeout)}, nil)
	require.Equal(t, "0Z", p.Say(late).Code)
	hit := p.Decide([]border.Finding{unanswered("x", border.ReasonTimeout), alert("refuse", "certain")}, nil)
	require.Equal(t, "NO BOARD, CONTACT AUTHORITY +1 2", p.Say(hit).Text, "a hit is a hit, whatever else was not done in time")
}

func TestWhatIsKeptOfFindingsNamesNobody(t *testing.T) {
	r := defaults(t).Decide([]border.Finding{alert("refuse", "certain")}, nil)
	data, err := json.Marshal(r)
	require.NoError(t, err)
	require.NotContains(t, string(data), "SOMEBODY")
	require.Contains(t, string(data), "national/A@1")
}
