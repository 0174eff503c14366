package question

import (
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// Answer is what the calculator says. The names and their order are a promise to those who read it by program.
type Answer struct {
	// Used is the number of days used in the window that ends with the day asked about.
	Used int `json:"used"`
	// MaxStay is the longest stay from the day on, the day included; null when the rule bounds nothing.
	MaxStay *int `json:"max_stay"`
	// LastLawful is the last day of that stay, or of the present stay when it is over already; null when there is none.
	LastLawful *traveldoc.Date `json:"last_lawful"`
	// Remaining is the lawful days left: after the day when he is present on it, else MaxStay; null when the rule bounds nothing.
	Remaining *int `json:"remaining"`
	// Overstay is the number of days of presence, up to the day, on which more days were used than the rule allows.
	Overstay int       `json:"overstay"`
	Days     []Day     `json:"days"`
	Findings []Finding `json:"findings"`

	apart []Apart
}

// Day is a day that counts: within the window, or over.
type Day struct {
	Date traveldoc.Date `json:"date"`
	Used int            `json:"used"` // days used on that day, in the window that ends with it
	Why  string         `json:"why"`
}

// Answer computes. What contradicts itself is counted as it stands, each day once, and told among the findings.
func (q Question) Answer() Answer {
	presence, err := stay.NewPresence(q.counted()...)
	if err != nil {
		return Answer{Days: []Day{}, Findings: []Finding{{Code: CodeInvalid, Stays: []int{}, Message: err.Error()}}}
	}
	over := presence.Overstay(q.Rule, q.On)
	a := Answer{Used: presence.Used(q.Rule, q.On), Findings: q.findings()}
	for _, s := range over {
		a.Overstay += s.Days()
	}
	if f := q.uncertain(a, presence); f != nil {
		a.Findings = append(a.Findings, *f)
	}
	n, unbounded := presence.MaxStay(q.Rule, q.On)
	if !unbounded {
		remaining := n
		present := len(presence.Within(q.On, q.On)) > 0
		if present && n > 0 {
			remaining--
		}
		a.MaxStay, a.Remaining = &n, &remaining
		a.LastLawful = q.lastLawful(presence, n, present)
	}
	a.Days = q.explain(presence, over)
	a.apart = q.notCounted()
	return a
}

func (q Question) lastLawful(presence stay.Presence, n int, present bool) *traveldoc.Date {
	last := stay.AddDays(q.On, n-1)
	if n > 0 {
		return &last
	}
	if !present {
		return nil
	}
	entry := q.presentSince()
	lawful, _ := presence.MaxStay(q.Rule, entry)
	if lawful == 0 {
		return nil
	}
	last = stay.AddDays(entry, lawful-1)
	return &last
}

// presentSince is the entry of the present stay: the latest of those that cover the day.
func (q Question) presentSince() traveldoc.Date {
	var since traveldoc.Date
	for _, s := range q.Stays {
		if span, ok := q.span(s); ok && !s.Exempt && !span.To.Before(q.On) && !q.On.Before(s.Entry) && !s.Entry.Before(since) {
			since = s.Entry
		}
	}
	return since
}

// span are the days of a stay that are known: an open one lasts until the day asked about, and has none when it begins later; of
// one whose exit contradicts it the day of entry is known when he had entered again by then, otherwise it is open.
func (q Question) span(s Stay) (stay.Span, bool) {
	switch {
	case !s.Exit.IsZero():
		return stay.Span{From: s.Entry, To: s.Exit}, true
	case q.leftUnseen(s):
		return stay.Span{From: s.Entry, To: s.Entry}, true
	}
	return stay.Span{From: s.Entry, To: q.On}, !q.On.Before(s.Entry)
}

// leftUnseen reports whether he left on a day that is not known, since he entered again by the day asked about.
func (q Question) leftUnseen(s Stay) bool {
	return !s.Contradicted.IsZero() && !s.Reentered.IsZero() && !q.On.Before(s.Reentered)
}

// widest are all days that the stay may have: one whose exit contradicts it from the earlier of both dates to the next entry.
func (q Question) widest(s Stay) (stay.Span, bool) {
	span, ok := q.span(s)
	if s.Contradicted.IsZero() {
		return span, ok
	}
	to := q.On
	if q.leftUnseen(s) {
		to = s.Reentered
	}
	span = stay.Span{From: earlier(s.Entry, s.Contradicted), To: to}
	return span, !span.To.Before(span.From)
}

func (q Question) counted() []stay.Span {
	spans := make([]stay.Span, 0, len(q.Stays))
	for _, s := range q.Stays {
		if span, ok := q.span(s); ok && !s.Exempt {
			spans = append(spans, span)
		}
	}
	return spans
}

// Apart are the days of stays that do not count, and why: exempt, before the window, after the day asked about.
func (a Answer) Apart() []Apart { return a.apart }
