package stay

import (
	"fmt"
	"slices"

	"github.com/openbmis/openbmis/traveldoc"
)

// Presence is the set of days on which somebody was present on a basis that counts. Entry and exit day are both in it; a day of two
// stays is in it once. It answers in the time of a binary search, and never looks at days one by one.
type Presence struct {
	runs []run // ascending, neither touching nor overlapping
}

// run is one run of days, with the number of days of all earlier runs.
type run struct {
	span
	before int
}

// NewPresence makes the set of the days of all spans, in any order. Every date must be a full calendar date, first before last.
func NewPresence(spans ...Span) (Presence, error) {
	days := make([]span, len(spans))
	for i, s := range spans {
		if s.From.Precision() != traveldoc.PrecisionDay || s.To.Precision() != traveldoc.PrecisionDay {
			return Presence{}, fmt.Errorf("span %d: expected two full calendar dates", i)
		}
		days[i] = span{dayOf(s.From), dayOf(s.To)}
		if days[i].empty() {
			return Presence{}, fmt.Errorf("span %d: last day %s lies before first day %s", i, s.To, s.From)
		}
	}
	return presenceOf(days), nil
}

// presenceOf sorts spans in place.
func presenceOf(spans []span) Presence {
	byFirst := func(a, b span) int { return int(a.from - b.from) }
	if !slices.IsSortedFunc(spans, byFirst) {
		slices.SortFunc(spans, byFirst)
	}
	runs := make([]run, 0, len(spans))
	for _, s := range spans {
		if s.empty() {
			continue
		}
		if n := len(runs) - 1; n >= 0 && s.from <= runs[n].to+1 {
			runs[n].to = max(runs[n].to, s.to)
			continue
		}
		before := 0
		if n := len(runs) - 1; n >= 0 {
			before = runs[n].before + runs[n].days()
		}
		runs = append(runs, run{s, before})
	}
	return Presence{runs}
}

// after is the index of the first run that begins after d.
func (p Presence) after(d day) int {
	low, high := 0, len(p.runs)
	for low < high {
		if middle := (low + high) / 2; p.runs[middle].from > d {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// upTo is the number of days of presence up to and with d.
func (p Presence) upTo(d day) int {
	i := p.after(d)
	if i == 0 {
		return 0
	}
	last := p.runs[i-1]
	return last.before + last.span.upTo(d).days()
}

func (p Presence) has(d day) bool {
	i := p.after(d)
	return i > 0 && d <= p.runs[i-1].to
}

// used is the number of days of presence in the window that ends with d.
func (p Presence) used(rule Rule, d day) int { return p.upTo(d) - p.upTo(d-day(rule.Window)) }

// Used is the number of distinct days of presence in the window of a day: [on-window+1, on].
func (p Presence) Used(rule Rule, on traveldoc.Date) int { return p.used(rule, dayOf(on)) }

// MaxStay is the longest stay that may begin on entry: the largest n such that for every i below n, with presence from entry to
// entry+i, the days used on entry+i are within the rule. It is not the rule's days less those used: old days leave the window while
// the stay lasts. Unbounded says that no stay is too long for the rule; n is then 0.
func (p Presence) MaxStay(rule Rule, entry traveldoc.Date) (n int, unbounded bool) {
	return p.maxStay(rule, dayOf(entry))
}

// maxStay: while somebody stays, each further day adds one to the days used, unless the day that leaves the window was a day of
// presence. So the stay ends with the day on which one absent day too many has left.
func (p Presence) maxStay(rule Rule, entry day) (n int, unbounded bool) {
	if rule.Unbounded() {
		return 0, true
	}
	left := entry - day(rule.Window) // the last day that is outside the window on the day of entry
	spare := rule.Days - (p.upTo(entry-1) - p.upTo(left))
	if spare < 1 {
		return 0, false
	}
	at := left + 1 // where the absent days are counted on; spare is how many are still to be found
	for _, r := range p.runs[max(p.after(left)-1, 0):] {
		if r.from >= entry {
			break
		}
		if gap := int(r.from - at); gap >= spare {
			break
		} else if gap > 0 {
			spare -= gap
		}
		at = max(at, r.to+1)
	}
	return int(at-left) + spare - 1, false
}

// over are the runs of days of presence up to last on which more days were used than the rule allows.
func (p Presence) over(rule Rule, last day) []span {
	var over []span
	for _, r := range p.runs {
		if r.from > last {
			break
		}
		n, unbounded := p.maxStay(rule, r.from)
		// Within a run the days used never fall, so what follows the first day over is over too.
		if late := r.span.since(r.from + day(n)).upTo(last); !unbounded && !late.empty() {
			over = append(over, late)
		}
	}
	return over
}

// Overstay are the runs of days of presence up to and with last on which more days were used than the rule allows, ascending.
func (p Presence) Overstay(rule Rule, last traveldoc.Date) []Span {
	return exported(p.over(rule, dayOf(last)))
}

func exported(spans []span) []Span {
	out := make([]Span, len(spans))
	for i, s := range spans {
		out[i] = s.exported()
	}
	return out
}

func total(spans []span) int {
	n := 0
	for _, s := range spans {
		n += s.days()
	}
	return n
}

// Within are the runs of days of presence from first to last, ascending.
func (p Presence) Within(first, last traveldoc.Date) []Span {
	from, to := dayOf(first), dayOf(last)
	var spans []span
	for _, r := range p.runs {
		if s := r.span.since(from).upTo(to); !s.empty() {
			spans = append(spans, s)
		}
	}
	return exported(spans)
}
