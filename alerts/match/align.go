package match

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"sync"
)

// edge is a pair of tokens that may be one, or of one with several that it writes together: bits of the tokens of either side.
type edge struct {
	q, l   uint32
	like   likeness
	weight float64
	gain   float64 // what it adds to the share
	joined bool
}

// alignment is how two names meet.
type alignment struct {
	pairs []edge
	q, l  uint32 // bits of the tokens that are paired
	// share is how much of both names is met, 0 to 1; information what was met, in nats; whole the weight that share is of.
	share, information, whole float64
}

// informationHalf steers how much information makes a name tell its full share: at that many nats it tells 63 per cent of it.
const informationHalf = 4.0

// telling is how far the information that was met is enough, 0 to 1.
func telling(information float64) float64 { return 1 - math.Exp(-information/informationHalf) }

// worth is what a likeness counts in the share; carries is how much of the weight it carries as information.
func worth(l likeness) float64   { return worths()[l] }
func carries(l likeness) float64 { return float64(l) * float64(l) / float64(alike) / float64(alike) }

//nolint:gochecknoglobals // a constant table, computed once
var worths = sync.OnceValue(func() *[256]float64 {
	var t [256]float64
	for i := range t {
		t[i] = math.Pow(float64(i)/float64(alike), 1.5)
	}
	return &t
})

// listedName is a name of a segment.
type listedName struct {
	tokens     []listedToken
	cut        bool
	dictionary *dictionary
}

// listedToken is a part of it, as it is to one name of a query.
type listedToken struct {
	number, flags uint32
	weight        float64
	length        int
	first         byte
	like          [maxTokens]likeness
}

func (l *listedName) text(j int) []byte { return l.dictionary.text.at(l.tokens[j].number) }

// listed reads a name of a segment.
func (s *segment) listed(out *listedName, name uint32, q *queryName, known *likes) {
	out.tokens, out.dictionary = out.tokens[:0], &s.dictionary
	out.cut = s.nameFlags[name]&nameCut != 0
	for _, t := range s.tokensOf(name) {
		number, flags := t>>tokenBits, t&(1<<tokenBits-1)
		k := known.of(&s.dictionary, q, number)
		row := &known.rows[k.row]
		out.tokens = append(out.tokens, listedToken{number, flags, tokenWeight(k.weight, flags), int(k.length), k.first, row.like})
	}
}

// align pairs the tokens of two names one to one, the pairs that say most first.
func (sc *scratch) align(q *queryName, l *listedName) *alignment {
	a := &sc.alignment
	*a = alignment{pairs: a.pairs[:0]}
	edges := sc.edges[:0]
	for i := range q.tokens {
		for j := range l.tokens {
			if e, ok := pairOf(q, l, i, j); ok {
				edges = append(edges, e)
			}
		}
	}
	edges = sc.joins(edges, q, l)
	sc.edges = edges
	if len(edges) == 0 {
		return a
	}
	slices.SortStableFunc(edges, func(a, b edge) int { return cmp.Compare(b.gain, a.gain) })
	for _, e := range edges {
		if a.q&e.q == 0 && a.l&e.l == 0 {
			a.q, a.l = a.q|e.q, a.l|e.l
			a.pairs = append(a.pairs, e)
		}
	}
	a.measure(q, l)
	return a
}

// pairOf is the pair of two tokens, if they are alike.
func pairOf(q *queryName, l *listedName, i, j int) (edge, bool) {
	t, o := &q.tokens[i], &l.tokens[j]
	like := o.like[i]
	if q.cutAt(i) && like < alikeCut && o.length > len(t.text) && bytes.HasPrefix(l.text(j), t.text) ||
		l.cut && j == len(l.tokens)-1 && like < alikeCut && o.length < len(t.text) && bytes.HasPrefix(t.text, l.text(j)) {
		like = alikeCut
	}
	if like < alikeLeast {
		return edge{}, false
	}
	if crossed(t.flags, o.flags) {
		like -= 4
	}
	return newEdge(1<<i, 1<<j, like, min(t.weight, o.weight)*roleFactor(t.flags|o.flags)), true
}

func newEdge(q, l uint32, like likeness, weight float64) edge {
	return edge{q: q, l: l, like: like, weight: weight, gain: worth(like) * weight}
}

// crossed: one side calls it a family's name and the other a given name.
func crossed(q, l uint32) bool {
	return q&tokenFamily != 0 && l&tokenGiven != 0 || q&tokenGiven != 0 && l&tokenFamily != 0
}

func roleFactor(flags uint32) float64 {
	if flags&tokenFamily != 0 {
		return familyFactor
	}
	return 1
}

// measure weighs what was paired against what was not.
func (a *alignment) measure(q *queryName, l *listedName) {
	met, whole := 0.0, 0.0
	family := false
	for _, e := range a.pairs {
		met += e.gain
		whole += e.weight
		a.information += carries(e.like) * e.weight
		family = family || l.flagsOf(e.l)&tokenFamily != 0
	}
	for i := range q.tokens {
		if a.q>>i&1 == 0 {
			whole += q.missingAt(i, l)
		}
	}
	for j := range l.tokens {
		if a.l>>j&1 == 0 {
			whole += l.missingAt(j, q, family)
		}
	}
	a.whole = whole
	if whole > 0 {
		a.share = met / whole
	}
}

// missingAt is what it costs that the listed name has nothing like the i-th token.
func (n *queryName) missingAt(i int, l *listedName) float64 {
	if l.cut && n.tokens[i].flags&tokenFamily == 0 {
		return missingCut * n.tokens[i].weight
	}
	return n.tokens[i].missing
}

// missingAt is what it costs that the query has nothing like the j-th token. family says that a name of the family is met.
func (l *listedName) missingAt(j int, q *queryName, family bool) float64 {
	isFamily, weight := l.tokens[j].flags&tokenFamily != 0, l.tokens[j].weight
	switch {
	case q.flags&nameCut != 0:
		return missingCut * weight
	case isFamily && !family:
		return missingFamily * familyFactor * weight
	case isFamily:
		return missingListed * familyFactor * weight
	}
	return missingListed * weight
}

// flagsOf are the flags of all tokens of bits.
func (l *listedName) flagsOf(bits uint32) uint32 {
	flags := uint32(0)
	for j := range l.tokens {
		if bits>>j&1 != 0 {
			flags |= l.tokens[j].flags
		}
	}
	return flags
}
