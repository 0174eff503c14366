package question

import (
	"fmt"

	"github.com/openbmis/openbmis/border/stay"
)

// The codes of findings.
const (
	CodeOverlap         = "overlap"           // two stays share days although one had not ended
	CodeTwoOpen         = "two_open"          // two stays have no exit
	CodeExitBeforeEntry = "exit_before_entry" // the exit of a stay lies before its entry: taken as an entry whose exit is not known
	CodeUncertain       = "uncertain"         // the figures are those of the days that are known; there may have been more
	CodeFuture          = "future"            // a stay begins after the day asked about
	CodeUnbounded       = "unbounded"         // the rule allows every stay
	CodeInvalid         = "invalid"           // the question holds dates that Parse would not have let pass
)

// Finding is something in the question that contradicts itself or changes nothing.
type Finding struct {
	Code  string `json:"code"`
	Stays []int  `json:"stays"` // places in the question
	// Path is the place of the value that it is about, such as stays[3].exit; empty when it is about none alone.
	Path    string `json:"path,omitempty"`
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
		if !s.Contradicted.IsZero() {
			findings = append(findings, q.contradiction(i, s))
		}
		if q.On.Before(s.Entry) {
			add(CodeFuture, fmt.Sprintf("stays[%d] begins after %s: its days are not counted", i, q.On), i)
		}
	}
	return append(findings, q.clashes()...)
}

// contradiction tells of an exit before the entry, and how the stay is computed.
func (q Question) contradiction(i int, s Stay) Finding {
	text := fmt.Sprintf("stays[%d].exit (%s) lies before its entry (%s): which of them is wrong is not guessed; ", i, s.Contradicted, s.Entry)
	if s.Contradicted == s.Entry {
		text = fmt.Sprintf("stays[%d].exit lies before its entry, both on %s: which of them is wrong is not guessed; ", i, s.Entry)
	}
	if q.leftUnseen(s) {
		text += fmt.Sprintf("the day of entry is counted alone, and he may have stayed until the next entry on %s", s.Reentered)
	} else {
		text += "computed as if he had not left"
	}
	return Finding{Code: CodeExitBeforeEntry, Stays: []int{i}, Path: fmt.Sprintf("stays[%d].exit", i), Message: text}
}

// uncertain tells what the figures are with all days that may have been spent here; nil when no doubt changes them.
func (q Question) uncertain(a Answer, known stay.Presence) *Finding {
	var doubtful []int
	var spans []stay.Span
	for i, s := range q.Stays {
		if !s.Contradicted.IsZero() && !s.Exempt {
			doubtful = append(doubtful, i)
		}
		if span, ok := q.widest(s); ok && !s.Exempt {
			spans = append(spans, span)
		}
	}
	most, err := stay.NewPresence(spans...)
	if len(doubtful) == 0 || err != nil {
		return nil
	}
	used, over := most.Used(q.Rule, q.On), 0
	for _, s := range most.Overstay(q.Rule, q.On) {
		over += s.Days()
	}
	least, _ := known.MaxStay(q.Rule, q.On)
	n, unbounded := most.MaxStay(q.Rule, q.On)
	if used == a.Used && over == a.Overstay && n == least {
		return nil
	}
	text := fmt.Sprintf("with every day that may have been spent here %d days are used, %d over", used, over)
	if !unbounded {
		text += fmt.Sprintf(", and the longest stay is %d days", n)
	}
	return &Finding{Code: CodeUncertain, Stays: doubtful, Message: text}
}

// clashes are stays that share days although one had not ended, and stays of which two have no exit.
func (q Question) clashes() (findings []Finding) {
	all := q.placed()
	var last *placed // the one that lasts longest so far
	for i := range all {
		p := &all[i]
		if last == nil {
			last = p
			continue
		}
		if code := last.clash(p); code != "" {
			findings = append(findings, Finding{Code: code, Stays: []int{last.at, p.at}, Message: message(code, last, p)})
		}
		if p.open || !last.open && last.To.Before(p.To) {
			last = p
		}
	}
	return findings
}

// clash is what is wrong between a stay and one that begins later: nothing when it begins on the day on which the first ends, or after.
func (p *placed) clash(next *placed) string {
	switch {
	case !p.Contradicted.IsZero(): // told already
		return ""
	case p.open && next.open:
		return CodeTwoOpen
	case p.open, next.From.Before(p.To):
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
