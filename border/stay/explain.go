package stay

import (
	"slices"

	"github.com/openbmis/openbmis/traveldoc"
)

// Why a day is in an explanation. They are keys of the text catalogue after "evidence.stay.day_".
const (
	DayEntry    = "entry"    // the day of an entry
	DayExit     = "exit"     // the day of an exit
	DayBoth     = "both"     // entry and exit on one day
	DayInside   = "inside"   // between entry and exit
	DayDoubtful = "doubtful" // may have been spent here: a record is missing or contradicts another
	DayExempt   = "exempt"   // spent here on a basis that does not count
)

// DayReasons are all reasons.
func DayReasons() []string {
	return []string{DayEntry, DayExit, DayBoth, DayInside, DayDoubtful, DayExempt}
}

// Day explains one day of a window.
type Day struct {
	Date traveldoc.Date `json:"date"`
	// Used is the number of days used on that day, in the window that ends with it; the day is among them when it Counts.
	Used   int  `json:"used"`
	Counts bool `json:"counts"`
	// Over says that the day was not lawful.
	Over bool   `json:"over,omitempty"`
	Why  string `json:"why"`
	// Stays are the places in Timeline.Stays of the stays that the day belongs to.
	Stays []int `json:"stays"`
}

// Explanation explains an answer day by day.
type Explanation struct {
	Window Span `json:"window"`
	// Days are the days of the window on which he was, or may have been, here, and before them the earlier days over, as far back as
	// MaxWindow; ascending.
	Days []Day `json:"days"`
	// Outside are the stays' days that have left the window, and do not count any more.
	Outside []Span `json:"outside,omitempty"`
}

// Explain explains the answer to a question: each day that counts with the stays (and so the records) that make it count, each that
// does not with the reason. It looks at days one by one, and is meant for screens and receipts.
func (t Timeline) Explain(r Regimes, ask Ask) Explanation {
	e := t.explainer(r, ask)
	window := span{e.on - day(e.window().Window) + 1, e.on}
	out := Explanation{Window: window.exported()}
	var outside, days []span
	for i := range t.Stays {
		all := t.Stays[i].days(true, e.on, e.back)
		if before := all.upTo(window.from - 1); !before.empty() {
			outside = append(outside, before)
		}
		days = append(days, all.since(window.from))
		e.over[i] = e.view.over(&t.Stays[i])
		for _, o := range e.over[i] {
			days = append(days, o.since(window.from-MaxWindow).upTo(window.from-1))
		}
	}
	for _, r := range presenceOf(days).runs {
		for d := r.from; d <= r.to; d++ {
			out.Days = append(out.Days, e.day(d))
		}
	}
	for _, r := range presenceOf(outside).runs {
		out.Outside = append(out.Outside, r.exported())
	}
	return out
}

// explainer is a view with the days over of each stay.
type explainer struct {
	view
	over map[int][]span
}

func (t *Timeline) explainer(r Regimes, ask Ask) explainer {
	present := t.at(dayOf(ask.On))
	regime := t.regime(r, ask, present)
	e := explainer{over: map[int][]span{}, view: view{
		timeline: t, regimes: r, ask: ask, on: dayOf(ask.On), present: present, regime: regime, back: r.longest(),
		exempt: exempt(r, regime, ask, present, false),
	}}
	e.figures()
	return e
}

func (e *explainer) day(d day) Day {
	out := Day{Date: d.date(), Used: e.presence.used(e.window(), d), Counts: e.presence.has(d)}
	for i := range e.timeline.Stays {
		s := &e.timeline.Stays[i]
		if !s.days(true, e.on, e.back).covers(d) {
			continue
		}
		out.Stays = append(out.Stays, i)
		out.Over = out.Over || slices.ContainsFunc(e.over[i], func(o span) bool { return o.covers(d) })
		if why := s.why(d, e.regimes, e.ask); stronger(why, out.Why) {
			out.Why = why
		}
	}
	return out
}

func (s *Stay) why(d day, r Regimes, ask Ask) string {
	switch {
	case !s.counts(r, ask, true):
		return DayExempt
	case !s.least.covers(d) || s.doubtful:
		return DayDoubtful
	}
	entry, exit := s.Entry != nil && s.entered.covers(d), s.Exit != nil && !s.To.IsZero() && dayOf(s.To) == d
	switch {
	case entry && exit:
		return DayBoth
	case entry:
		return DayEntry
	case exit:
		return DayExit
	}
	return DayInside
}

// stronger says which of two reasons is told of a day of two stays: one that makes it count, and of these the one of a record.
func stronger(a, b string) bool {
	order := []string{"", DayExempt, DayDoubtful, DayInside, DayExit, DayEntry, DayBoth}
	return slices.Index(order, a) > slices.Index(order, b)
}
