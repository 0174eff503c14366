package match

import (
	"slices"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// With is the index with entries put in (in place of those of the same key) and others dropped. It shares what it can with ix, which
// stays as it is: what is new is a small part of its own beside the base, and what is gone is marked. Parts are put together by
// themselves so that there are few: small ones often, the base when a quarter of it changed. It answers as an index that is built anew of
// the same entries: what became commoner or rarer is weighed anew, unless the weights were given (WithWeights).
func (ix *Index) With(put []Entry, drop []string) *Index {
	out := &Index{weights: ix.weights, given: ix.given, pool: ix.pool, parts: slices.Clone(ix.parts), live: ix.live}
	c := changing{Index: out, marked: make([]bool, len(out.parts)), touched: make(map[weighed]struct{})}
	for _, key := range drop {
		c.remove(key)
	}
	if len(put) > 0 {
		b := newBuilder()
		for _, e := range put {
			r := recordOf(e)
			c.remove(e.Key)
			b.add(&r)
		}
		s, _ := b.finish(ix.weights, nil) // the second is the weights, which were handed in
		out.parts = append(out.parts, part{segment: s})
		out.live += s.len()
		for token := range size(s.dictionary.text.len()) {
			c.touched[weighedBy(s.dictionary.text.at(token))] = struct{}{}
		}
	}
	if !out.given {
		c.reweigh()
	}
	return out.merged()
}

// changing is an index in the making.
type changing struct {
	*Index
	marked  []bool               // whose marks are copied
	touched map[weighed]struct{} // what more or fewer entries have now
}

// remove marks the entry of a key as gone.
func (c *changing) remove(key string) {
	for i := range c.marked {
		p := &c.parts[i]
		entry, found := p.find(key)
		if !found || p.isGone(entry) {
			continue
		}
		if !c.marked[i] {
			c.marked[i] = true
			gone := make([]uint64, (p.len()+63)/64)
			copy(gone, p.gone)
			p.gone = gone
		}
		p.gone[entry/64] |= 1 << (entry % 64)
		p.holes++
		c.live--
		first, last := ends(p.nameEnd, entry)
		for name := first; name < last; name++ {
			for _, t := range p.tokensOf(name) {
				c.touched[weighedBy(p.dictionary.text.at(t>>tokenBits))] = struct{}{}
			}
		}
	}
}

// merged puts parts together while the last is not much smaller than the one before it. The base takes part when a quarter of it changed.
func (ix *Index) merged() *Index {
	for n := len(ix.parts); n > 1; n = len(ix.parts) {
		last, before := &ix.parts[n-1], &ix.parts[n-2]
		if 4*last.len() < before.len()-before.holes {
			break
		}
		ix.merge(n - 2)
	}
	if len(ix.parts) == 1 && 2*ix.parts[0].holes > ix.parts[0].len() {
		ix.merge(0)
	}
	return ix
}

// merge makes one part of all from the n-th.
func (ix *Index) merge(n int) {
	b := newBuilder()
	for i := range ix.parts[n:] {
		p := &ix.parts[n+i]
		ranges := p.rangesByEntry()
		for entry := range size(p.len()) {
			if !p.isGone(entry) {
				r := p.record(entry, ranges[entry])
				b.add(&r)
			}
		}
	}
	s, _ := b.finish(ix.weights, nil) // the second is the weights, which were handed in
	ix.parts = append(ix.parts[:n], part{segment: s})
}

// record is an entry of a segment as it was put in; ranges are its ranges of documents.
func (s *segment) record(entry uint32, ranges []documentRecord) record {
	r := record{key: string(s.keys.at(entry)), sexes: s.sexes[entry]}
	if s.force != nil {
		r.from, r.until = day(s.force[entry].from), day(s.force[entry].until)
	}
	for _, b := range s.birthsOf(entry) {
		r.births = append(r.births, b.span())
	}
	for _, n := range s.nationsOf(entry) {
		r.nationalities = append(r.nationalities, s.states[n])
	}
	first, last := ends(s.nameEnd, entry)
	for name := first; name < last; name++ {
		n := nameRecord{flags: s.nameFlags[name]}
		for _, t := range s.tokensOf(name) {
			n.tokens = append(n.tokens, tokenRecord{string(s.dictionary.text.at(t >> tokenBits)), t & (1<<tokenBits - 1)})
		}
		r.names = append(r.names, n)
	}
	r.documents = ranges
	s.appendObjects(&r, entry)
	return r
}

// rangesByEntry are the ranges of blanks of each entry.
func (s *segment) rangesByEntry() map[uint32][]documentRecord {
	out := make(map[uint32][]documentRecord, len(s.documents.ranges))
	for _, b := range s.documents.ranges {
		out[b.entry] = append(out[b.entry], documentRecord{number: b.from, until: b.until, issuer: s.states[b.issuer], kind: b.kind})
	}
	return out
}

// appendObjects adds the documents and vehicles of an entry. They are in the order of their entries.
func (s *segment) appendObjects(r *record, entry uint32) {
	d, v := &s.documents, &s.vehicles
	for i, _ := slices.BinarySearch(d.entry, entry); i < len(d.entry) && d.entry[i] == entry; i++ { // whether it is there, the loop asks itself
		r.documents = append(r.documents, documentRecord{number: string(d.number.at(size(i))), issuer: s.states[d.issuer[i]], kind: d.kind[i]})
	}
	for i, _ := slices.BinarySearch(v.entry, entry); i < len(v.entry) && v.entry[i] == entry; i++ { // whether it is there, the loop asks itself
		r.vehicles = append(r.vehicles, vehicleRecord{string(v.number.at(size(i))), s.states[v.country[i]], v.vin[i]})
	}
}

// Vehicles finds the entries in force that a vehicle meets, by plate or by VIN. A State that one side does not know disagrees with none.
func (ix *Index) Vehicles(v alerts.Vehicle, today traveldoc.Date) []Match {
	var out []Match
	for _, q := range appendVehicle(nil, v) {
		for i := range ix.parts {
			out = ix.parts[i].vehicle(out, q, dayOf(today.First()))
		}
	}
	slices.SortFunc(out, func(a, b Match) int {
		if a.Score != b.Score {
			return sign(b.Score - a.Score)
		}
		return compareKeys(a.Key, b.Key)
	})
	return slices.CompactFunc(out, func(a, b Match) bool { return a.Key == b.Key })
}

func compareKeys(a, b string) int {
	if a == b {
		return 0
	}
	return compare(a, b)
}

// Without the State of a plate on one side, the plate alone is a hit that is less sure.
const plateNoState = 0.9

func (p *part) vehicle(out []Match, q vehicleRecord, today day) []Match {
	v := &p.vehicles
	for _, pair := range v.keys.at(hash(saltVehicle, q.number)) {
		i := uint32(pair) //nolint:gosec // the lower half
		country := p.states[v.country[i]]
		if string(v.number.at(i)) != q.number || v.vin[i] != q.vin || country != "" && q.country != "" && country != q.country ||
			p.isGone(v.entry[i]) || !p.inForce(v.entry[i], today) {
			continue
		}
		points := 1.0
		if !q.vin && (country == "" || q.country == "") {
			points = plateNoState
		}
		out = append(out, Match{
			Key: string(p.keys.at(v.entry[i])), Score: points, Order: points, Exact: true,
			Evidence: []Evidence{{
				Field: "vehicle", Relation: RelEqual, Found: spaced(q.country, q.number), Listed: spaced(country, q.number),
				Score: points, Weight: 1, Contribution: points,
			}},
		})
	}
	return out
}

func spaced(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}

// Compare scores a traveller against one entry, without an index. The match says how alike they are even where a search would not give it.
func Compare(q Query, e Entry, opts ...Option) Match {
	ix := Build(func(yield func(Entry) bool) { yield(e) }, opts...)
	sc, p := newScratch(), prepare(q, ix.weights)
	part := &ix.parts[0]
	sc.startLikes(p)
	c := candidate{part: part, scored: sc.score(part.segment, p, 0, true)}
	for _, d := range part.findDocuments(p, nil) {
		c.accept(d)
	}
	c.final, c.tie = c.scored.final(), c.order()
	return sc.explain(p, &c)
}
