package question

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// placed is a stay with its place in the question and its days.
type placed struct {
	Stay
	stay.Span
	at   int
	open bool
}

func (q Question) placed() []placed {
	all := make([]placed, 0, len(q.Stays))
	for i, s := range q.Stays {
		if span, ok := q.span(s); ok {
			all = append(all, placed{Stay: s, Span: span, at: i, open: s.Exit.IsZero() && !q.leftUnseen(s)})
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return entryOrder(a.Stay, b.Stay) })
	return all
}

// explain lists the days that count: those over, and those of the window.
func (q Question) explain(presence stay.Presence, over []stay.Span) []Day {
	first := stay.AddDays(q.On, 1-q.Rule.Window)
	days := make([]Day, 0, q.Rule.Window)
	stays := slices.DeleteFunc(q.placed(), func(p placed) bool { return p.Exempt })
	var active active
	for _, span := range listed(presence, over, first, q.On) {
		for i := range span.Days() {
			date := stay.AddDays(span.From, i)
			for len(stays) > 0 && !date.Before(stays[0].From) {
				active.add(stays[0])
				stays = stays[1:]
			}
			active.leave(date)
			used := presence.Used(q.Rule, date)
			days = append(days, Day{Date: date, Used: used, Why: why(active.stays, date, used, q.Rule)})
		}
	}
	return days
}

// active are the stays that have begun and not ended. They are looked through only on days after which one of them has ended.
type active struct {
	stays []placed
	next  traveldoc.Date // the first day on which one of them ends
}

func (a *active) add(p placed) {
	if len(a.stays) == 0 || p.To.Before(a.next) {
		a.next = p.To
	}
	a.stays = append(a.stays, p)
}

func (a *active) leave(date traveldoc.Date) {
	if len(a.stays) == 0 || !a.next.Before(date) {
		return
	}
	kept := a.stays[:0]
	for _, p := range a.stays {
		if p.To.Before(date) {
			continue
		}
		if len(kept) == 0 || p.To.Before(a.next) {
			a.next = p.To
		}
		kept = append(kept, p)
	}
	a.stays = kept
}

// listed are the days over that lie before the window, and the days of presence in it.
func listed(presence stay.Presence, over []stay.Span, first, on traveldoc.Date) []stay.Span {
	var spans []stay.Span
	for _, o := range over {
		if o.From.Before(first) {
			if !o.To.Before(first) {
				o.To = stay.AddDays(first, -1)
			}
			spans = append(spans, o)
		}
	}
	return append(spans, presence.Within(first, on)...)
}

// mostNamed is how many stays a day names.
const mostNamed = 3

func why(active []placed, date traveldoc.Date, used int, rule stay.Rule) string {
	var reasons []string
	for i, p := range active {
		if i == mostNamed {
			reasons = append(reasons, fmt.Sprintf("and %d more", len(active)-i))
			break
		}
		reasons = append(reasons, p.reason(date))
	}
	text := strings.Join(reasons, "; ")
	if used > rule.Days {
		text += fmt.Sprintf("; over: %d days used of %d", used, rule.Days)
	}
	return text
}

func (p placed) reason(date traveldoc.Date) string {
	entry, exit := date == p.Entry, date == p.Exit
	switch {
	case entry && exit:
		return fmt.Sprintf("stays[%d]: entry and exit", p.at)
	case entry:
		return fmt.Sprintf("stays[%d]: entry", p.at)
	case exit:
		return fmt.Sprintf("stays[%d]: exit", p.at)
	}
	return fmt.Sprintf("stays[%d]: inside since %s", p.at, p.Entry)
}

// Apart are days of a stay that do not count, and why.
type Apart struct {
	stay.Span
	Why string
}

// notCounted are the days that do not count: exempt, outside the window, or after the day asked about.
func (q Question) notCounted() []Apart {
	first := stay.AddDays(q.On, 1-q.Rule.Window)
	var apart []Apart
	add := func(p placed, from, to traveldoc.Date, text string) {
		if !to.Before(from) {
			apart = append(apart, Apart{stay.Span{From: from, To: to}, fmt.Sprintf("stays[%d]: %s", p.at, text)})
		}
	}
	for _, p := range q.placed() {
		if p.Exempt {
			add(p, p.From, p.To, strings.TrimSuffix("exempt: "+p.Why, ": "))
			continue
		}
		add(p, p.From, earlier(p.To, stay.AddDays(first, -1)), "before the window")
		add(p, later(p.From, stay.AddDays(q.On, 1)), p.To, "after the day asked about")
	}
	return apart
}

func earlier(a, b traveldoc.Date) traveldoc.Date {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b traveldoc.Date) traveldoc.Date {
	return cmp.Or(map[bool]traveldoc.Date{true: b}[a.Before(b)], a)
}
