package match

import "math/bits"

// slack is what bounds leave for the rounding of sums.
const slack = 1e-9

// mayReach reports whether a name of a segment can tell as much as least of a name of the query: from what each part of it can be at best,
// before parts are paired; first by the heads of its parts, then by their letters. It never says no to a name that align finds to reach
// least.
func (s *segment) mayReach(name uint32, q *queryName, known *likes, least float64) bool {
	if least <= 0 || s.nameFlags[name]&nameCut != 0 {
		return true
	}
	if least > q.tells {
		return false
	}
	tokens := s.tokensOf(name)
	return s.headsReach(tokens, q, least) && s.lettersReach(tokens, q, known, least)
}

// headsReach bounds a name by the heads of its parts, which are all that is read of them.
func (s *segment) headsReach(tokens []uint32, q *queryName, least float64) bool {
	b := bound{cut: q.flags&nameCut != 0}
	for j, t := range tokens {
		h := &s.dictionary.heads[t>>tokenBits]
		row := h.outline(q)
		if row.joined || row.starts != 0 && s.mayJoin(tokens, j, row.starts, q) {
			return true
		}
		b.meet(q, &row, tokenWeight(h.weight, t&(1<<tokenBits-1)), t)
	}
	return b.met != 0 && b.reaches(q, least)
}

// lettersReach bounds a name by the likenesses of its parts.
func (s *segment) lettersReach(tokens []uint32, q *queryName, known *likes, least float64) bool {
	b := bound{cut: q.flags&nameCut != 0}
	for j, t := range tokens {
		k := known.of(&s.dictionary, q, t>>tokenBits)
		row := &known.rows[k.row]
		if row.joined || row.starts != 0 && s.mayJoin(tokens, j, row.starts, q) {
			return true
		}
		b.meet(q, row, tokenWeight(k.weight, t&(1<<tokenBits-1)), t)
	}
	return b.met != 0 && b.reaches(q, least)
}

// bound is the best that the parts of a listed name can be to those of a name of a query.
type bound struct {
	cut   bool
	met   uint32 // bits of the query's parts that are like one of the listed
	parts int    // how many listed parts are like one of the query's
	// lost is what all listed parts would cost; saved what those would that are like one of the query's, leastSaved and mostSaved what the
	// cheapest and the dearest of these would.
	lost, saved, leastSaved, mostSaved float64
	like                               [maxTokens]likeness
	weight                             [maxTokens]float64
}

// extraPart is the least that a listed part costs that nothing is like.
func (b *bound) extraPart(weight float64, flags uint32) float64 {
	if b.cut {
		return missingCut * weight
	}
	return missingListed * roleFactor(flags) * weight
}

// meet takes in a listed part.
func (b *bound) meet(q *queryName, row *likeRow, weight float64, flags uint32) {
	extra := b.extraPart(weight, flags)
	b.lost += extra
	if row.alike == 0 {
		return
	}
	b.saved += extra
	b.leastSaved, b.mostSaved, b.parts = min(b.leastSaved, extra), max(b.mostSaved, extra), b.parts+1
	if b.parts == 1 {
		b.leastSaved = extra
	}
	for set := row.alike; set != 0; set &= set - 1 {
		i := bits.TrailingZeros32(set)
		t := &q.tokens[i]
		w := min(t.weight, weight) * roleFactor(t.flags|flags)
		if b.met>>i&1 == 0 {
			b.met |= 1 << i
			b.like[i], b.weight[i] = row.like[i], w
			continue
		}
		b.like[i], b.weight[i] = max(b.like[i], row.like[i]), max(b.weight[i], w)
	}
}

// missed is the least that the listed parts cost that are not met: those that nothing is like, and of the others those that are too many.
func (b *bound) missed() float64 {
	saved := b.saved
	switch most := bits.OnesCount32(b.met); {
	case most == 1:
		saved = b.mostSaved
	case b.parts > most:
		saved -= float64(b.parts-most) * b.leastSaved
	}
	return b.lost - saved
}

// reaches: the share has to be least of what the information tells at most, and each part that is met adds to it what it is worth above
// that share.
func (b *bound) reaches(q *queryName, least float64) bool {
	information := 0.0
	for set := b.met; set != 0; set &= set - 1 {
		i := bits.TrailingZeros32(set)
		information += carries(b.like[i]) * b.weight[i]
	}
	share := (least - slack) / telling(information)
	if share > 1+slack {
		return false
	}
	over := -share * b.missed()
	for i := range q.tokens {
		missing := -share * q.tokens[i].missing
		if b.met>>i&1 != 0 {
			missing = max(missing, (worth(b.like[i])-share)*b.weight[i])
		}
		over += missing
	}
	return over >= -slack
}

// mayJoin reports whether listed parts from the j-th on may be what one of the query's parts of bits writes together.
func (s *segment) mayJoin(tokens []uint32, j int, starts uint32, q *queryName) bool {
	head := &s.dictionary.heads[tokens[j]>>tokenBits]
	length, letters := int(head.length), head.letters
	for n := 1; n <= 2 && n < len(tokens); n++ {
		next := &s.dictionary.heads[tokens[(j+n)%len(tokens)]>>tokenBits]
		length, letters = length+int(next.length), letters|next.letters
		for set := starts; set != 0; set &= set - 1 {
			i := bits.TrailingZeros32(set)
			t := &q.tokens[i]
			if !near(len(t.text), length, q.cutAt(i)) {
				continue
			}
			if q.cutAt(i) || bits.OnesCount32(letters^t.letters)*costSound <= mostJoined(min(len(t.text), length)) {
				return true
			}
		}
	}
	return false
}
