package match

import (
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// Index finds entries. It never changes and is safe for concurrent use: With gives a new one.
type Index struct {
	parts   []part // the first is the base, the others are what changed since, each newer than those before
	weights *Weights
	given   bool // the weights were: they stay
	live    int
	pool    *sync.Pool
}

// part is a segment with what of it is no longer so.
type part struct {
	*segment
	gone  []uint64 // bits
	holes int
}

func (p *part) isGone(entry uint32) bool {
	return p.gone != nil && p.gone[entry/64]>>(entry%64)&1 != 0
}

// Option changes how an index is built.
type Option func(*options)

type options struct {
	background map[string]int
	weights    *Weights
}

// WithBackground gives how often tokens of names (A-Z) were seen among travellers, and so how little they tell.
func WithBackground(counts map[string]int) Option { return func(o *options) { o.background = counts } }

// WithWeights takes the weights of another index instead of reckoning them of the entries, also after changes: the same score for the same
// entry whatever else is listed.
func WithWeights(w *Weights) Option { return func(o *options) { o.weights = w } }

// Build makes the index of entries. Of two entries with the same key the later one counts.
func Build(entries iter.Seq[Entry], opts ...Option) *Index {
	var o options
	for _, set := range opts {
		set(&o)
	}
	b := newBuilder()
	for e := range entries {
		r := recordOf(e)
		b.add(&r)
	}
	s, w := b.finish(o.weights, o.background)
	ix := &Index{weights: w, given: o.weights != nil, parts: []part{{segment: s}}, live: s.len()}
	ix.pool = &sync.Pool{New: func() any { return newScratch() }}
	return ix
}

// Weights are what the index weighs names by; see WithWeights.
func (ix *Index) Weights() *Weights { return ix.weights }

// Len is the number of entries.
func (ix *Index) Len() int { return ix.live }

// Memory is how many bytes the index holds.
func (ix *Index) Memory() int {
	n := 0
	for i := range ix.parts {
		n += ix.parts[i].memory() + 8*len(ix.parts[i].gone)
	}
	return n
}

// Search finds the entries that a traveller may be.
func (ix *Index) Search(q Query) Result {
	sc, _ := ix.pool.Get().(*scratch)
	defer ix.pool.Put(sc)
	p := prepare(q, ix.weights)
	var found []candidate
	for i := range ix.parts {
		found = sc.search(&ix.parts[i], p, found)
	}
	slices.SortFunc(found, func(a, b candidate) int { return a.compare(&b) })
	var out Result
	if q.Most > 0 && len(found) > q.Most {
		out.More = len(found) - q.Most
		found = found[:q.Most]
	}
	for i := range found {
		out.Matches = append(out.Matches, sc.explain(p, &found[i]))
	}
	return out
}

// candidate is an entry that reached the least score.
type candidate struct {
	part  *part
	entry uint32
	scored
	final, tie float64
}

// compare orders candidates: the better first, and of equals in the order of their keys.
func (c *candidate) compare(o *candidate) int {
	switch {
	case c.final != o.final:
		return sign(o.final - c.final)
	case c.tie != o.tie:
		return sign(o.tie - c.tie)
	}
	return strings.Compare(string(c.part.keys.at(c.entry)), string(o.part.keys.at(o.entry)))
}

func sign(x float64) int {
	if x < 0 {
		return -1
	}
	return 1
}

// search adds the entries of one part that reach the least score.
func (sc *scratch) search(part *part, p *prepared, found []candidate) []candidate {
	s := part.segment
	if s.len() == 0 {
		return found
	}
	sc.candidates = sc.candidates[:0]
	for i := range p.names {
		sc.retrieve(s, p, &p.names[i])
	}
	if len(p.names) > 0 {
		sc.searchDays(s, p)
	}
	byDocument := s.findDocuments(p, nil)
	for _, d := range byDocument {
		sc.candidates = append(sc.candidates, d.entry)
	}
	slices.Sort(sc.candidates)
	sc.candidates = slices.Compact(sc.candidates)
	sc.startLikes(p)
	for _, entry := range sc.candidates {
		if part.isGone(entry) || !s.inForce(entry, p.today) {
			continue
		}
		c := candidate{part: part, entry: entry, scored: sc.score(s, p, entry, documented(byDocument, entry))}
		for _, d := range byDocument {
			if d.entry == entry {
				c.accept(d)
			}
		}
		if c.final, c.tie = c.scored.final(), c.order(); c.final >= p.least {
			found = append(found, c)
		}
	}
	return found
}

func documented(by []documentScore, entry uint32) bool {
	return slices.ContainsFunc(by, func(d documentScore) bool { return d.entry == entry })
}

// Plates are the keys of the entries in force that a plate meets.
func (ix *Index) Plates(plate, country string, today traveldoc.Date) []string {
	var keys []string
	for _, m := range ix.Vehicles(alerts.Vehicle{Plate: plate, Country: country}, today) {
		keys = append(keys, m.Key)
	}
	return keys
}
