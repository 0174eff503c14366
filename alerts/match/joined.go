package match

// joins adds the pairs in which one side writes together what the other writes apart. The last part of a name stands beside the first:
// lists and zones begin with the family's name, people with the given one.
func (sc *scratch) joins(edges []edge, q *queryName, l *listedName) []edge {
	for i := range q.tokens {
		length, first := len(q.tokens[i].text), group(q.tokens[i].text[0])
		for n := 2; n <= 3 && n <= len(q.tokens); n++ {
			last := (i + n - 1) % len(q.tokens)
			length += len(q.tokens[last].text)
			for j := range l.tokens {
				if l.tokens[j].first == first && near(length, l.tokens[j].length, q.cutAt(last)) {
					edges = sc.joinFound(edges, q, l, i, n, j)
				}
			}
		}
	}
	for j := range l.tokens {
		length := l.tokens[j].length
		for n := 2; n <= 3 && n <= len(l.tokens); n++ {
			length += l.tokens[(j+n-1)%len(l.tokens)].length
			for i := range q.tokens {
				if t := q.tokens[i].text; group(t[0]) == l.tokens[j].first && near(len(t), length, q.cutAt(i)) {
					edges = sc.joinListed(edges, q, l, i, j, n)
				}
			}
		}
	}
	return edges
}

// joinedApart is by how many letters joined texts may differ in length.
const joinedApart = 2

// mostJoined is the cost that is still forgiven between joined texts, by the shorter one's length.
func mostJoined(short int) int { return min(100+max(short-5, 0)*35, 260) }

// near reports lengths that joined texts may have.
func near(found, listed int, cut bool) bool {
	return found-listed <= joinedApart && (listed-found <= joinedApart || cut)
}

// joinFound adds the pair of n tokens of the query from the i-th and the j-th listed one.
func (sc *scratch) joinFound(edges []edge, q *queryName, l *listedName, i, n, j int) []edge {
	together, t := q.together(sc.together[:0], i, n)
	sc.together = together
	if like := joinedLike(together, l.text(j), t.cut); like > 0 {
		e := newEdge(t.bits, 1<<j, like, min(t.weight, l.tokens[j].weight)*roleFactor(t.flags|l.tokens[j].flags))
		e.joined = true
		edges = append(edges, e)
	}
	return edges
}

// joinListed adds the pair of the i-th token of the query and n listed ones from the j-th.
func (sc *scratch) joinListed(edges []edge, q *queryName, l *listedName, i, j, n int) []edge {
	together, t := l.together(sc.together[:0], j, n)
	sc.together = together
	if like := joinedLike(q.tokens[i].text, together, q.cutAt(i)); like > 0 {
		e := newEdge(1<<i, t.bits, like, min(t.weight, q.tokens[i].weight)*roleFactor(t.flags|q.tokens[i].flags))
		e.joined = true
		edges = append(edges, e)
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
		j.bits, j.flags, j.weight, j.cut = j.bits|1<<at, joinedFlags(j, t.flags), j.weight+t.weight, n.cutAt(at)
	}
	return text, j
}

func (l *listedName) together(text []byte, i, count int) ([]byte, joint) {
	var j joint
	for k := i; k < i+count; k++ {
		at := k % len(l.tokens)
		text = append(text, l.text(at)...)
		j.bits, j.flags, j.weight = j.bits|1<<at, joinedFlags(j, l.tokens[at].flags), j.weight+l.tokens[at].weight
	}
	return text, j
}

// joinedFlags are those of j with one part more. It is the name of a family only as a whole: else the AL of a family behind a given name would
// make the two together say more than the given name alone.
func joinedFlags(j joint, part uint32) uint32 {
	if j.bits == 0 {
		return part
	}
	return (j.flags|part)&^tokenFamily | j.flags&part&tokenFamily
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
	if long-short > joinedApart {
		return 0
	}
	most := mostJoined(short)
	d := distance(a, b, most)
	if d > most {
		return 0
	}
	return 194 - likeness(d*14/10/min(max(long, 5), 10)) //nolint:gosec // up to 104
}
