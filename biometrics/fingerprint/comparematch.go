package fingerprint

import "math"

// match compares and says what the score rests on.
func (w *work) match(a, b *Prepared) Match {
	first, second, swapped := ordered(a, b)
	m := Match{Score: w.score(first, second)}
	best := &w.best
	if best.count == 0 {
		return m
	}
	move := best.motion
	if swapped {
		move = move.back()
	}
	m.Pairs = make([]Pair, best.count)
	for i, p := range best.pairs[:best.count] {
		pair := Pair{int(first.points[p.a].index), int(second.points[p.b].index), float64(p.similarity)}
		if swapped {
			pair.A, pair.B = pair.B, pair.A
		}
		m.Pairs[i] = pair
	}
	m.order()
	m.Rotation = math.Atan2(float64(move.sin), float64(move.cos)) * 180 / math.Pi
	m.DX, m.DY = float64(move.dx), -float64(move.dy)
	return m
}

// score is the score of two prints that are in order.
func (w *work) score(a, b *Prepared) float64 {
	m := modelFor(a, b)
	w.compare(a, b, &m)
	return min(m.score(w.best.evidence.odds), perPair*float64(w.best.count))
}

// perPair bounds a score by the minutiae that were found in both prints: however alike a scrap of skin is, three minutiae are no
// verification.
const perPair = 8.0

// back is the motion the other way.
func (m *motion) back() motion {
	return motion{-m.sin, m.cos, -(m.cos*m.dx + m.sin*m.dy), m.sin*m.dx - m.cos*m.dy}
}
