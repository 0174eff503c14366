package match

import (
	"bytes"
	"math"
	"slices"
)

// edge is a pair of tokens that may be one, or of one with several that it writes together: bits of the tokens of either side.
type edge struct {
	q, l   uint32
	like   likeness
	weight float64
	why    string
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
func worth(l likeness) float64 {
	x := float64(l) / float64(alike)
	return x * math.Sqrt(x)
}
func carries(l likeness) float64 {
	x := float64(l) / float64(alike)
	return x * x
}

// listedName is a name of a segment, with its tokens looked up.
type listedName struct {
	words   []word
	flags   []uint32
	weights []float64
	numbers []uint32
	cut     bool
}

func (s *segment) listed(out *listedName, name uint32) {
	out.words, out.flags, out.weights, out.numbers = out.words[:0], out.flags[:0], out.weights[:0], out.numbers[:0]
	out.cut = s.nameFlags[name]&nameCut != 0
	for _, t := range s.tokensOf(name) {
		number, flags := t>>tokenBits, t&(1<<tokenBits-1)
		out.words = append(out.words, s.dictionary.word(number))
		out.flags = append(out.flags, flags)
		out.weights = append(out.weights, tokenWeight(s.dictionary.weight[number], flags))
		out.numbers = append(out.numbers, number)
	}
}

// align pairs the tokens of two names one to one, the pairs that say most first.
func (sc *scratch) align(q *queryName, l *listedName, likes likes) *alignment {
	edges := sc.edges[:0]
	for i := range q.tokens {
		for j := range l.words {
			if e, ok := sc.pairOf(q, l, i, j, likes); ok {
				edges = append(edges, e)
			}
		}
	}
	edges = sc.joins(edges, q, l)
	sc.edges = edges
	slices.SortStableFunc(edges, func(a, b edge) int {
		switch x, y := worth(a.like)*a.weight, worth(b.like)*b.weight; {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	a := &sc.alignment
	*a = alignment{pairs: a.pairs[:0]}
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
func (sc *scratch) pairOf(q *queryName, l *listedName, i, j int, likes likes) (edge, bool) {
	like, why := likes.of(q, l, i, j)
	t := &q.tokens[i]
	if q.cutAt(i) && like < alikeCut && bytes.HasPrefix(l.words[j].text, t.text) {
		like, why = alikeCut, RelPrefix
	}
	if l.cut && j == len(l.words)-1 && like < alikeCut && bytes.HasPrefix(t.text, l.words[j].text) {
		like, why = alikeCut, RelPrefix
	}
	if like < alikeLeast {
		return edge{}, false
	}
	if crossed(t.flags, l.flags[j]) {
		like -= 4
	}
	weight := min(t.weight, l.weights[j]) * roleFactor(t.flags|l.flags[j])
	return edge{q: 1 << i, l: 1 << j, like: like, weight: weight, why: why}, true
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
		met += worth(e.like) * e.weight
		whole += e.weight
		a.information += carries(e.like) * e.weight
		family = family || l.flagsOf(e.l)&tokenFamily != 0
	}
	for i := range q.tokens {
		if a.q>>i&1 == 0 {
			whole += q.missingAt(i, l)
		}
	}
	for j := range l.words {
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
	isFamily := l.flags[j]&tokenFamily != 0
	switch {
	case q.flags&nameCut != 0:
		return missingCut * l.weights[j]
	case isFamily && !family:
		return missingFamily * familyFactor * l.weights[j]
	case isFamily:
		return missingListed * familyFactor * l.weights[j]
	}
	return missingListed * l.weights[j]
}

// flagsOf are the flags of all tokens of bits.
func (l *listedName) flagsOf(bits uint32) uint32 {
	flags := uint32(0)
	for j, f := range l.flags {
		if bits>>j&1 != 0 {
			flags |= f
		}
	}
	return flags
}
