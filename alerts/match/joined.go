package match

// joins adds the pairs in which one side writes together what the other writes apart. The last part of a name stands beside the first:
// lists and zones begin with the family's name, people with the given one.
func (sc *scratch) joins(edges []edge, q *queryName, l *listedName) []edge {
	for i := range q.tokens {
		for n := 2; n <= 3 && n <= len(q.tokens); n++ {
			together, t := q.together(sc.together[:0], i, n)
			sc.together = together
			for j := range l.words {
				if like := joinedLike(together, l.words[j].text, t.cut); like > 0 {
					weight := min(t.weight, l.weights[j]) * roleFactor(t.flags|l.flags[j])
					edges = append(edges, edge{q: t.bits, l: 1 << j, like: like, why: RelJoined, weight: weight})
				}
			}
		}
	}
	for j := range l.words {
		for n := 2; n <= 3 && n <= len(l.words); n++ {
			together, t := l.together(sc.together[:0], j, n)
			sc.together = together
			for i := range q.tokens {
				if like := joinedLike(q.tokens[i].text, together, q.cutAt(i)); like > 0 {
					weight := min(t.weight, q.tokens[i].weight) * roleFactor(t.flags|q.tokens[i].flags)
					edges = append(edges, edge{q: 1 << i, l: t.bits, like: like, why: RelJoined, weight: weight})
				}
			}
		}
	}
	return edges
}

// joint is what tokens that are written together say.
type joint struct {
	bits, flags uint32
	weight      float64
	cut         bool
}

// together adds the texts of n tokens from the i-th to text.
func (n *queryName) together(text []byte, i, count int) ([]byte, joint) {
	var j joint
	for k := i; k < i+count; k++ {
		at := k % len(n.tokens)
		t := &n.tokens[at]
		text = append(text, t.text...)
		j.bits, j.flags, j.weight, j.cut = j.bits|1<<at, j.flags|t.flags, j.weight+t.weight, n.cutAt(at)
	}
	return text, j
}

func (l *listedName) together(text []byte, i, count int) ([]byte, joint) {
	var j joint
	for k := i; k < i+count; k++ {
		at := k % len(l.words)
		text = append(text, l.words[at].text...)
		j.bits, j.flags, j.weight = j.bits|1<<at, j.flags|l.flags[at], j.weight+l.weights[at]
	}
	return text, j
}

// joinedLike is how alike a token and joined tokens are; 0 when they are not.
func joinedLike(a, b []byte, cut bool) likeness {
	short, long := min(len(a), len(b)), max(len(a), len(b))
	if short < 4 || group(a[0]) != group(b[0]) {
		return 0
	}
	if cut && len(b) > len(a) && len(a) >= 5 && string(b[:len(a)]) == string(a) {
		return alikeCut - 4
	}
	if long-short > 2 {
		return 0
	}
	most := min(100+max(short-5, 0)*35, 260)
	d := distance(a, b, most)
	if d > most {
		return 0
	}
	return 194 - likeness(d*14/10/min(max(long, 5), 10)) //nolint:gosec // up to 104
}
