package board

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

var ercCode = regexp.MustCompile(`^[0-9A-Z]{2}$`) //nolint:gochecknoglobals // a constant that Go cannot write as one

// MaxText is the longest text of an answer in characters (FTX 4440, one line as carriers' systems show it).
const MaxText = 70

// problems are all that is wrong with a policy.
func (p Policy) problems() (all []error) {
	wrong := func(bad bool, format string, args ...any) {
		if bad {
			all = append(all, fmt.Errorf(format, args...))
		}
	}
	wrong(p.ID == "", "id: expected a name")
	wrong(p.Version < 1, "version: expected a number from 1")
	wrong(len(p.State) == 0 || len(p.State) > 3, "state: expected a State's code of up to three letters")
	wrong(p.Authority == "", "authority: expected who answers")
	deadline, reserve := time.Duration(p.Deadline), time.Duration(p.Reserve)
	wrong(deadline < 100*time.Millisecond || deadline > time.Minute, "deadline: expected 100ms to 1m")
	wrong(reserve < 0 || reserve >= deadline, "reserve: expected less than the deadline")
	wrong(p.Outside < 0 || time.Duration(p.Outside) >= deadline-reserve, "outside: expected less than the deadline without the reserve")
	wrong(p.OnTimeout != Open && p.OnTimeout != Closed, "on_timeout: expected %q or %q", Open, Closed)
	wrong(!p.Otherwise.Valid(), "otherwise: expected a decision")
	wrong(!p.Unreviewed.Valid() || p.Unreviewed == NoBoard, "risk_unreviewed: expected a decision other than %s", NoBoard)
	wrong(p.Chase.First <= 0 || p.Chase.Most < p.Chase.First, "chase: expected first, and most not below it")
	for _, d := range Decisions() {
		w := p.Answers[d]
		wrong(!ercCode.MatchString(w.Code), "answers.%s.code: expected two capitals or digits", d)
		wrong(len(p.Say(Ruling{Decision: d}).Text) > MaxText, "answers.%s.text: expected at most %d characters", d, MaxText)
	}
	wrong(len(p.Say(Ruling{Decision: p.decisionOnTimeout(), TimedOut: true}).Text) > MaxText, "timeout_text: expected at most %d characters", MaxText)
	for severity, d := range p.Confirmed {
		wrong(!slices.Contains([]string{"urgent", "high", "medium", "low"}, severity), "risk_confirmed: expected urgent, high, medium and low")
		wrong(!d.Valid() || d == NotChecked, "risk_confirmed.%s: expected a decision other than %s", severity, NotChecked)
	}
	if w := p.Refused; w != (Words{}) {
		wrong(!ercCode.MatchString(w.Code), "refused.code: expected two capitals or digits")
		wrong(len(w.Text) > MaxText, "refused.text: expected at most %d characters", MaxText)
	}
	for check, d := range p.Unchecked {
		wrong(!d.Valid(), "unchecked.%s: expected a decision", check)
	}
	seen := map[string]bool{}
	for n, r := range p.Rules {
		wrong(r.ID == "" || seen[r.ID], "rules[%d].id: expected a name of its own", n)
		wrong(!r.Decision.Valid(), "rules[%d].decision: expected a decision", n)
		seen[r.ID] = true
	}
	if p.Entry != nil {
		all = append(all, p.Entry.problems()...)
	}
	return all
}
