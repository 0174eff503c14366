package visasview

import (
	"context"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Queue is a page of the queue.
type Queue struct {
	desk.Page
	Query  desk.Query
	Policy evisa.Policy
	Me     string // id of who looks
	Now    time.Time
	Next   string // mark of the next page; empty on the last
	After  string // mark of this page; empty on the first
	// Found says that the rows are what somebody looked for: they are no queue, and do not renew themselves.
	Found  bool
	Form   Form
	Failed string
	// Cases counts visas that were used at several posts and wait for a decision.
	Cases int
	// Unusable counts parcels that cannot be used and wait for somebody.
	Unusable int
}

// filter is one of the buttons over the queue.
type filter struct {
	name  string
	key   string
	query desk.Query
	count int
}

func (q Queue) filters() []filter {
	c := q.Counts
	return []filter{
		{"open", "F2", desk.Query{}, c.Open}, {"mine", "F3", desk.Query{Owner: desk.Mine}, c.Mine},
		{"nobody", "F4", desk.Query{Owner: desk.Nobodys}, c.Nobodys}, {"second", "F6", desk.Query{ToSecond: true}, c.ToSecond},
		{"overdue", "F7", desk.Query{Overdue: true}, c.Overdue}, {"humanitarian", "F8", desk.Query{Humanitarian: true}, c.Humanitarian},
		{"high", "F9", desk.Query{Risk: desk.High}, c.High},
	}
}

// is reports whether the filter is the one that is open.
func (f filter) is(q desk.Query) bool {
	q.After = desk.Cursor{}
	return f.query == q
}

// Address is the queue that a query asks for; nothing of a person stands in it.
func Address(path string, q desk.Query, after string) string {
	v := url.Values{}
	for name, value := range map[string]string{
		"state": string(q.State), "type": q.Type, "owner": string(q.Owner), "risk": string(q.Risk), "after": after,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	for name, on := range map[string]bool{"overdue": q.Overdue, "humanitarian": q.Humanitarian, "second": q.ToSecond} {
		if on {
			v.Set(name, "1")
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

func (q Queue) rowsAttributes(ctx context.Context) templ.Attributes {
	return view.Hx(ctx, "get", Address("/visas/rows", q.Query, q.After), "trigger", "visas from:#visas, every 60s", "swap", "innerMorph")
}

// firstFree is the first application of the page that nobody works on: F1 takes it.
func (q Queue) firstFree() int {
	for n, r := range q.Rows {
		if r.Owner.Zero() && r.State != evisa.Proposed && r.State.Open() {
			return n
		}
	}
	return -1
}

// due is how long an application still has, in words, with the tone of it.
func due(ctx context.Context, at, now time.Time, state evisa.State) (string, view.Tone) {
	switch left := at.Sub(now); {
	case at.IsZero() || !state.Open():
		return "", view.ToneInfo
	case left < 0:
		return t(ctx, "visas.overdue", "time", span(ctx, left)), view.ToneError
	case left < 24*time.Hour:
		return t(ctx, "visas.due_in", "time", span(ctx, left)), view.ToneWarning
	default:
		return t(ctx, "visas.due_in", "time", span(ctx, left)), view.ToneInfo
	}
}

// openStates are the states of the desk's queue, in the order shown.
func openStates() []evisa.State {
	return []evisa.State{evisa.Received, evisa.Examined, evisa.Asked, evisa.Interview, evisa.Proposed, evisa.Appealed}
}

// closedStates are those of applications that are done with.
func closedStates() []evisa.State {
	return []evisa.State{evisa.Approved, evisa.Refused, evisa.Withdrawn, evisa.Lapsed}
}

func stateChoice(ctx context.Context, q Queue, s evisa.State) string {
	return word(ctx, "visas.state.", s) + " (" + text.FromContext(ctx).Number(int64(q.Counts.ByState[s])) + ")"
}

// foundWords are what a factor rests on: the name of a check, or a day.
func foundWords(ctx context.Context, f desk.Factor) string {
	if d, err := traveldoc.ParseDate(f.Found); err == nil && !d.IsZero() {
		return text.FromContext(ctx).Date(d)
	}
	return CheckTitle(ctx, f.Found)
}

// factorLines are the named factors of a risk, each with what it adds.
func factorLines(ctx context.Context, r desk.Risk) []string {
	list := make([]string, 0, len(r.Factors))
	for _, f := range r.Factors {
		line := word(ctx, "visadesk.factor.", f.Code)
		if f.Found != "" {
			line += ": " + foundWords(ctx, f)
		}
		list = append(list, line+" (+"+itoa(f.Points)+")")
	}
	return list
}
