package question

import (
	"fmt"

	"github.com/openbmis/openbmis/border/stay"
)

// The codes of findings.
const (
	CodeOverlap   = "overlap"   // two stays share days although one had not ended
	CodeTwoOpen   = "two_open"  // two stays have no exit
	CodeFuture    = "future"    // a stay begins after the day asked about
	CodeUnbounded = "unbounded" // the rule allows every stay
	CodeInvalid   = "invalid"   // the question holds dates that Parse would not have let pass
)

// Finding is something in the question that contradicts itself or changes nothing.
type Finding struct {
	Code    string `json:"code"`
	Stays   []int  `json:"stays"` // places in the question
	Message string `json:"message"`
}

func (q Question) findings() []Finding {
	findings := []Finding{}
	add := func(code, message string, stays ...int) {
		findings = append(findings, Finding{Code: code, Stays: append([]int{}, stays...), Message: message})
	}
	if q.Rule.Unbounded() {
		add(CodeUnbounded, fmt.Sprintf("the rule %s allows every stay: a window never holds more days", q.Rule))
	}
	for i, s := range q.Stays {
		if q.On.Before(s.Entry) {
			add(CodeFuture, fmt.Sprintf("stays[%d] begins after %s: its days are not counted", i, q.On), i)
		}
	}
	all := q.placed()
	var last *placed // the one that lasts longest so far
	for i := range all {
		p := &all[i]
		if last == nil {
			last = p
			continue
		}
		if code := last.clash(p); code != "" {
			add(code, message(code, last, p), last.at, p.at)
		}
		if p.Exit.IsZero() || !last.Exit.IsZero() && last.To.Before(p.To) {
			last = p
		}
	}
	return findings
}

// clash is what is wrong between a stay and one that begins later: nothing when it begins on the day on which the first ends, or after.
func (p *placed) clash(next *placed) string {
	switch {
	case p.Exit.IsZero() && next.Exit.IsZero():
		return CodeTwoOpen
	case p.Exit.IsZero(), next.From.Before(p.To):
		return CodeOverlap
	case next.From == p.To && !p.ExitedAt.IsZero() && !next.EnteredAt.IsZero() && next.EnteredAt.Before(p.ExitedAt):
		return CodeOverlap
	}
	return ""
}

func message(code string, a, b *placed) string {
	if code == CodeTwoOpen {
		return fmt.Sprintf("stays[%d] and stays[%d] are both without exit: an exit before %s is missing; computed as if he had never left",
			a.at, b.at, b.Entry)
	}
	shared := stay.Span{From: b.From, To: earlier(a.To, b.To)}
	text := fmt.Sprintf("stays[%d] begins on %s before stays[%d] has ended", b.at, b.Entry, a.at)
	if shared.Days() > 0 {
		text += fmt.Sprintf(": %d days are in both, each is counted once", shared.Days())
	}
	return text
}
