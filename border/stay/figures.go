package stay

import "github.com/openbmis/openbmis/traveldoc"

// view is one reading of a timeline for one question: of the proven days, or of all that may have been.
type view struct {
	timeline *Timeline
	regimes  Regimes
	ask      Ask
	on       day
	present  *Stay
	regime   Regime
	exempt   bool
	most     bool
	back     int // how far back an unknown entry may lie
	presence Presence
	end      limit // of the stay that is asked about, extensions apart
}

func (v *view) figures() Figures {
	v.presence = v.timeline.presence(v.regimes, v.ask, v.most, v.on, v.back)
	f := Figures{Used: v.presence.used(v.window(), v.on)}
	first, stays := v.first()
	lim, extended := v.limit(first, &f)
	v.end = lim
	end := lawfulEnd(v.on, lim, extended)
	f.Bound = end.bound
	switch {
	case end.last >= forever:
		f.Unbounded, f.Bound = true, BoundNone
	case end.last >= v.on:
		f.MaxStay, f.LastLawful = int(end.last-v.on)+1, end.last.date()
		f.Remaining = f.MaxStay
		if stays {
			f.Remaining--
		}
	case stays:
		end = lastBefore(first, v.on, lim, extended)
		f.LastLawful, f.Bound = end.last.date(), end.bound
	}
	v.count(&f)
	return f
}

// window is the rule by which days are counted: that of the regime, and of an exempt regime the default.
func (v *view) window() Rule {
	if v.regime.Rule == (Rule{}) {
		return v.regimes.Default()
	}
	return v.regime.Rule
}

// first is the first day of the stay that he is in, or the day itself when he would begin one.
func (v *view) first() (first day, stays bool) {
	if v.present == nil {
		return v.on, false
	}
	return v.present.days(v.most, forever, v.back).from, true
}

// limit is the earliest bound of the stay, with the extensions that go beyond it.
func (v *view) limit(first day, f *Figures) (limit, []extension) {
	lim := limit{forever, BoundNone}
	earliest := func(other limit) {
		if other.last < lim.last {
			lim = other
		}
	}
	if !v.exempt {
		if n, unbounded := v.presence.maxStay(v.regime.Rule, first); !unbounded {
			earliest(limit{first + day(n) - 1, BoundRule})
		}
	}
	if v.ask.Visa != nil {
		use := v.timeline.use(*v.ask.Visa, first, v.present, v.most, v.back)
		f.Visa = &use
		shared := v.timeline.onVisaAt(*v.ask.Visa, first, v.present, v.most)
		for _, other := range v.ask.Visa.limits(use, first, shared) {
			earliest(other)
		}
	}
	earliest(v.ask.EntryRule.limit(first))
	if v.present == nil {
		return lim, nil
	}
	earliest(v.present.authority.limit(v.most))
	return lim, v.present.authority.extended
}

// limit is what authorities bounded the stay to; a bound that contradicts the entry is counted only among what may be.
func (a authority) limit(most bool) limit {
	if a.doubtful && !most {
		return limit{forever, BoundNone}
	}
	return limit{a.base, a.bound}
}

// lawfulEnd is the last of the lawful days that follow one another from a day on; before the day when it is none itself.
func lawfulEnd(from day, end limit, extended []extension) limit {
	end.last = max(end.last, from-1)
	for again := true; again; {
		again = false
		for _, e := range extended {
			if e.from <= end.last+1 && e.to > end.last {
				end, again = limit{e.to, e.bound}, true
			}
		}
	}
	return end
}

// lastBefore is the last lawful day from first on and before on; never when there is none.
func lastBefore(first, on day, end limit, extended []extension) limit {
	found := limit{never, end.bound}
	if end.last >= first {
		found.last = min(end.last, on-1)
	}
	for _, e := range extended {
		if last := min(e.to, on-1); e.from < on && e.to >= first && last > found.last {
			found = limit{last, e.bound}
		}
	}
	return found
}

// count adds up the days over.
func (v *view) count(f *Figures) {
	var all, earlier []span
	window := span{v.on - day(v.window().Window) + 1, v.on}
	for i := range v.timeline.Stays {
		s := &v.timeline.Stays[i]
		over := v.over(s)
		all = append(all, over...)
		if s != v.present {
			for _, o := range over {
				earlier = append(earlier, o.since(window.from))
			}
			continue
		}
		f.Overstay = total(over)
		if len(over) > 0 {
			f.Since = over[0].from.date()
		}
	}
	f.Total, f.Earlier = presenceOf(all).upTo(v.on), presenceOf(earlier).upTo(v.on)
}

// over are the days of a stay that were not lawful, ascending.
func (v *view) over(s *Stay) []span {
	days := s.days(v.most, v.on, v.back)
	if days.empty() {
		return nil
	}
	last := v.end.last
	if s != v.present {
		last = s.authority.limit(v.most).last
		if s.counts(v.regimes, v.ask, v.most) {
			if n, unbounded := v.presence.maxStay(s.regime(v.regimes, v.ask).Rule, days.from); !unbounded {
				last = min(last, days.from+day(n)-1)
			}
		}
	}
	return unlawful(days, last, s.authority.extended)
}

// unlawful are the days after last that no extension covers.
func unlawful(days span, last day, extended []extension) []span {
	var over []span
	for at := max(days.from, last+1); at <= days.to; {
		if end := lawfulEnd(at, limit{last: at - 1}, extended); end.last >= at {
			at = end.last + 1
			continue
		}
		next := days.to + 1
		for _, e := range extended {
			if e.from > at {
				next = min(next, e.from)
			}
		}
		over = append(over, span{at, next - 1})
		at = next
	}
	return over
}

// presence are the days up to last that count against a rule.
func (t *Timeline) presence(r Regimes, ask Ask, most bool, last day, back int) Presence {
	spans := make([]span, 0, len(t.Stays))
	for i := range t.Stays {
		s := &t.Stays[i]
		if !s.counts(r, ask, most) {
			continue
		}
		if days := s.days(most, last, back); !days.empty() {
			spans = append(spans, days)
		}
	}
	return presenceOf(spans)
}

// onVisaAt reports whether an earlier stay on the visa covers the day.
func (t *Timeline) onVisaAt(v Visa, on day, skip *Stay, most bool) bool {
	for i := range t.Stays {
		s := &t.Stays[i]
		if s != skip && s.onVisa(v, most) && s.least.covers(on) {
			return true
		}
	}
	return false
}

// EndOfStay is the last lawful day of the stay that is open, by the days that are proven: he overstays from the day after on. It is
// the day before the entry when not even that day was lawful, and zero when nothing bounds the stay. Open is false when he is not
// here.
func (t Timeline) EndOfStay(r Regimes) (last traveldoc.Date, open bool) {
	s := t.OpenStay()
	if s == nil {
		return traveldoc.Date{}, false
	}
	end, _ := t.end(r, s)
	if end >= forever {
		return traveldoc.Date{}, true
	}
	return end.date(), true
}

// end is the last lawful day of a stay and what it follows from.
func (t *Timeline) end(r Regimes, s *Stay) (day, string) {
	first := s.entered.to
	v := view{timeline: t, regimes: r, ask: Ask{On: s.From}, on: first, present: s, regime: s.regime(r, Ask{}), back: r.longest()}
	v.exempt = !s.counts(r, v.ask, false)
	v.presence = t.presence(r, v.ask, false, first, v.back)
	lim, extended := v.limit(first, nil)
	for _, e := range extended {
		if e.to > lim.last {
			lim = limit{e.to, e.bound}
		}
	}
	return max(lim.last, first-1), lim.bound
}
