package match

// joins adds the pairs in which one side writes together what the other writes apart.
func (sc *scratch) joins(edges []edge, q *queryName, l *listedName) []edge {
	for i := range q.tokens {
		for n := 2; n <= 3 && i+n <= len(q.tokens); n++ {
			together, weight, flags := sc.together[:0], 0.0, uint32(0)
			for k := i; k < i+n; k++ {
				together = append(together, q.tokens[k].text...)
				weight += q.tokens[k].weight
				flags |= q.tokens[k].flags
			}
			sc.together = together
			for j := range l.words {
				if like := joinedLike(together, l.words[j].text, q.cutAt(i+n-1)); like > 0 {
					edges = append(edges, edge{
						q: uint8(i), l: uint8(j), qCount: uint8(n), lCount: 1, like: like, why: RelJoined, //nolint:gosec // up to maxTokens
						weight: min(weight, l.weights[j]) * roleFactor(flags|l.flags[j]),
					})
				}
			}
		}
	}
	for j := range l.words {
		for n := 2; n <= 3 && j+n <= len(l.words); n++ {
			together, weight, flags := sc.together[:0], 0.0, uint32(0)
			for k := j; k < j+n; k++ {
				together = append(together, l.words[k].text...)
				weight += l.weights[k]
				flags |= l.flags[k]
			}
			sc.together = together
			for i := range q.tokens {
				if like := joinedLike(q.tokens[i].text, together, q.cutAt(i)); like > 0 {
					edges = append(edges, edge{
						q: uint8(i), l: uint8(j), qCount: 1, lCount: uint8(n), like: like, why: RelJoined, //nolint:gosec // up to maxTokens
						weight: min(weight, q.tokens[i].weight) * roleFactor(flags|q.tokens[i].flags),
					})
				}
			}
		}
	}
	return edges
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
