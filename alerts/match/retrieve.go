package match

import (
	"math"
	"slices"
)

// tokenHit is a token of a segment that may be what a part of the query's name means.
type tokenHit struct {
	token  uint32
	like   likeness
	weight float64 // of the pair at most
	covers uint32  // bits of the parts of the query's name
}

// tokenGain is a token to be read, with what meeting it adds towards the bound.
type tokenGain struct {
	token, gain uint32
}

// gainScale is the sum of gains from which an entry is looked at.
const gainScale = 1 << 14

// stretch is a piece of a segment's entries, and the most that a birth and the qualifiers add to a score in it.
type stretch struct {
	from, to uint32
	bonus    float64
}

// retrieve adds the entries whose names may reach the least score. What it gives follows from the query, the entry and the weights alone,
// never from what else is listed.
func (sc *scratch) retrieve(s *segment, p *prepared, q *queryName) {
	sc.collect(s, q)
	for _, st := range s.stretches(p) {
		least := (p.least - st.bonus - qualifiersMost) / nameMost
		if st.from < st.to && least <= q.tells {
			sc.scan(s, q, st, max(least, 0.05))
		}
	}
}

// collect finds the tokens that each part of the name may mean.
func (sc *scratch) collect(s *segment, q *queryName) {
	for len(sc.hits) < len(q.tokens) {
		sc.hits = append(sc.hits, nil)
	}
	for i := range q.tokens {
		sc.hits[i] = sc.hits[i][:0]
	}
	for i := range q.tokens {
		sc.collectToken(s, q, i)
		sc.collectSplits(s, q, i)
	}
	sc.collectJoined(s, q)
}

func (sc *scratch) collectToken(s *segment, q *queryName, i int) {
	t, d := &q.tokens[i], &s.dictionary
	if q.cutAt(i) {
		if len(t.text) < 3 {
			return
		}
		from, to := d.beginning(t.text)
		for token := from; token < to; token++ {
			sc.hits[i] = append(sc.hits[i], tokenHit{token, alike, t.weight, 1 << i})
		}
		return
	}
	sc.ids, sc.keys = d.near(sc.ids[:0], sc.keys, &t.word)
	for _, token := range sc.ids {
		w := d.word(token)
		if like, _ := similar(&t.word, &w); like >= alikeLeast {
			sc.hits[i] = append(sc.hits[i], tokenHit{token, like, min(t.weight, tokenWeight(d.heads[token].weight, 0)), 1 << i})
		}
	}
}

// collectSplits finds the parts that a token of the query writes together: both have to be listed. The rarer one stands for both.
func (sc *scratch) collectSplits(s *segment, q *queryName, i int) {
	t, d := &q.tokens[i], &s.dictionary
	for at := 1; at < len(t.text); at++ {
		left, isLeft := d.find(t.text[:at])
		right, isRight := d.find(t.text[at:])
		if !isLeft || !isRight {
			// An article between two parts, such as in ABDULRAHMAN, is in neither.
			if isLeft && at >= 3 && len(t.text)-at >= 4 {
				for skip := 1; skip <= 2; skip++ {
					if far, is := d.find(t.text[at+skip:]); is && len(t.text)-at-skip >= 3 {
						sc.split(i, t, left, far, d)
					}
				}
			}
			continue
		}
		sc.split(i, t, left, right, d)
	}
}

func (sc *scratch) split(i int, t *queryToken, left, right uint32, d *dictionary) {
	token := left
	if d.heads[right].weight > d.heads[left].weight {
		token = right
	}
	sc.hits[i] = append(sc.hits[i], tokenHit{token, alike, t.weight, 1 << i})
}

// collectJoined finds the listed tokens that write together what the query writes apart.
func (sc *scratch) collectJoined(s *segment, q *queryName) {
	for i := range q.tokens {
		for n := 2; n <= 3 && n <= len(q.tokens); n++ {
			together, t := q.together(sc.together[:0], i, n)
			sc.together = together
			if len(together) < 4 || len(together) > maxCompared {
				continue
			}
			w := wordOf(together)
			sc.ids, sc.keys = s.dictionary.near(sc.ids[:0], sc.keys, &w)
			for _, token := range sc.ids {
				if like := joinedLike(together, s.dictionary.text.at(token), t.cut); like > 0 {
					listed := tokenWeight(s.dictionary.heads[token].weight, 0)
					sc.hits[i] = append(sc.hits[i], tokenHit{token, like, min(t.weight, listed), t.bits})
				}
			}
		}
	}
}

// scan reads the postings of one stretch and adds the entries that may reach a share of least.
//
// A share is reached when the sum over the parts of the query of (worth - least) * weight of what meets it, and of least * missing of
// what it does not cost, is at least least * missing of all parts: each part met gains, and the gains add up.
func (sc *scratch) scan(s *segment, q *queryName, st stretch, least float64) {
	need, free := 0.0, 0.0
	scanned := uint32(0)
	for i := range q.tokens {
		t := &q.tokens[i]
		need += least * t.missing
		if len(sc.hits[i]) == 0 && q.cutAt(i) || len(t.text) == 1 || t.flags&tokenParticle != 0 {
			free += most(t, least) // too common to be read: taken as met
			continue
		}
		scanned |= 1 << i
	}
	if scanned == 0 {
		scanned, free = 1<<len(q.tokens)-1, 0
	}
	need = max(need-free, need*0.1)
	width := int(st.to - st.from)
	if cap(sc.counts) < width {
		sc.counts = make([]uint32, width+width/4)
	}
	counts := sc.counts[:width]
	clear(counts)
	for i := range q.tokens {
		if scanned>>i&1 != 0 {
			sc.scanToken(s, q, i, st, least, gainScale/need, counts)
		}
	}
}

// most is the most that a part of the query gains.
func most(t *queryToken, least float64) float64 {
	return (1-least)*t.weight*familyFactor + least*t.missing
}

// scanToken adds the gains of one part of the name: of all tokens that it may mean the best for each entry.
func (sc *scratch) scanToken(s *segment, q *queryName, i int, st stretch, least, scale float64, counts []uint32) {
	gains := sc.gains[:0]
	for _, h := range sc.hits[i] {
		gain := max(worth(h.like)-least, 0) * h.weight * familyFactor
		for k := range q.tokens {
			if h.covers>>k&1 != 0 {
				gain += least * q.tokens[k].missing
			}
		}
		gains = append(gains, tokenGain{h.token, uint32(math.Ceil(gain * scale))})
	}
	sc.gains = gains
	slices.SortFunc(gains, func(a, b tokenGain) int {
		if a.gain != b.gain {
			return int(b.gain) - int(a.gain)
		}
		return int(a.token) - int(b.token)
	})
	part := uint32(i) + 1 //nolint:gosec // up to maxTokens
	for _, g := range gains {
		s.postings.each(g.token, st.from, st.to, func(entry uint32) {
			c := &counts[entry-st.from]
			if *c&0xff == part {
				return
			}
			before := *c >> 8
			after := before + g.gain
			if before < gainScale && after >= gainScale {
				sc.candidates = append(sc.candidates, entry)
			}
			*c = min(after, 1<<24-1)<<8 | part
		})
	}
}

// stretches are the pieces of the segment that a traveller's births leave in question.
func (s *segment) stretches(p *prepared) []stretch {
	if len(p.births) == 0 {
		return []stretch{{0, size(s.len()), birthUnknown}}
	}
	out := []stretch{{0, s.none, birthUnknown}, {s.none, s.wide, birthMonth}}
	for _, b := range p.births {
		w := b.wide()
		first, _, _ := w.from.date()
		last, _, _ := w.to.date()
		if last-first > 12 {
			return []stretch{{0, s.none, birthUnknown}, {s.none, size(s.len()), birthMonth}}
		}
		for year := max(first-4, 1); year <= last+4; year++ {
			bonus := yearBonus(b, max(first-year, year-last))
			o := size(year) << 10
			if b.exact() && year == first {
				out = append(out, stretch{s.from(o), s.from(o | 1), birthMonth}, stretch{s.from(o | 1), s.from(o + 1<<10), birthDigit})
				continue
			}
			out = append(out, stretch{s.from(o), s.from(o + 1<<10), bonus})
		}
	}
	return out
}

// yearBonus is the most that a birth in a year so many years away adds, besides the days that searchDays looks at.
func yearBonus(b span, years int) float64 {
	switch {
	case years <= 0:
		return birthMonth
	case b.circa:
		return birthCirca
	case years <= 2: // a span of a year that ends the year before is less than a year away
		return birthNextYear
	}
	return birthNear
}

// searchDays adds the entries born on the day of the query, or with day and month swapped: few enough to be compared whatever their names.
// Of those born on that day in another decade or in the year beside, of which the name has to meet well, it adds those of which one part
// begins alike.
func (sc *scratch) searchDays(s *segment, p *prepared) {
	begins := p.begins()
	for _, b := range p.births {
		if !b.exact() {
			continue
		}
		y, m, d := b.from.date()
		sc.searchDay(s, y, m, d, everything)
		if m != d {
			sc.searchDay(s, y, d, m, everything)
		}
		for year := y%10 + y/100*100; year < y/100*100+100; year += 10 {
			if year != y {
				sc.searchDay(s, year, m, d, begins)
			}
		}
		for _, year := range [...]int{y - 1, y + 1, y - 100, y + 100} {
			sc.searchDay(s, year, m, d, begins)
		}
	}
}

// everything has all beginnings.
const everything = ^uint64(0)

// begins has a bit for each beginning of a token's skeleton.
func (p *prepared) begins() uint64 {
	var set uint64
	for i := range p.names {
		for k := range p.names[i].tokens {
			set |= 1 << p.names[i].tokens[k].begins
		}
	}
	return set
}

func (sc *scratch) searchDay(s *segment, year, month, dayOfMonth int, begins uint64) {
	at, ok := dayAt(year, month, dayOfMonth)
	if !ok {
		return
	}
	o := dayOrder(at)
	for entry, end := s.from(o), s.from(o+1); entry < end; entry++ {
		if s.begins[entry]&begins != 0 {
			sc.candidates = append(sc.candidates, entry)
		}
	}
	i, _ := slices.BinarySearch(s.more, uint64(o)<<32)
	for ; i < len(s.more) && s.more[i]>>32 == uint64(o); i++ {
		if entry := uint32(s.more[i]); s.begins[entry]&begins != 0 { //nolint:gosec // the lower half
			sc.candidates = append(sc.candidates, entry)
		}
	}
}
