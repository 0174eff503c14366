package fingerprint

import "math"

const (
	maxCandidates = 24 // pairs of minutiae with the most alike neighbourhoods
	maxSeeds      = 2  // alignments that are tried
)

// work is the memory of one comparison; it lives on the caller's stack.
type work struct {
	candidates
	best alignment
	try  alignment
}

// candidates are pairs of minutiae with alike neighbourhoods, best first.
type candidates struct {
	list  [maxCandidates]candidate
	count int
}

// candidate is a pair of minutiae with alike neighbourhoods.
type candidate struct {
	similarity float32
	support    float32
	a, b       uint8
	turn       uint8 // from a to b
	sin, cos   float32
	used       bool
}

// motion is a turn and a shift: what brings the first print onto the second.
type motion struct{ sin, cos, dx, dy float32 }

func (m *motion) move(x, y float32) (float32, float32) {
	return m.cos*x - m.sin*y + m.dx, m.sin*x + m.cos*y + m.dy
}

// alignment is a motion and the pairs of minutiae that it brings together.
type alignment struct {
	motion
	pairs    [maxPrepared]paired
	count    int
	evidence evidence
}

// paired is a pair of minutiae, with how far apart they are after the motion.
type paired struct {
	a, b       uint8
	distance   float32 // in pixels
	turn       float32 // in 256 steps a turn
	similarity float32
}

// compare finds the best alignment of the two prints.
func (w *work) compare(a, b *Prepared, m *model) {
	w.find(&a.marks, &b.marks, maxCandidates)
	w.support(&a.marks, &b.marks)
	w.best.evidence = nothing()
	for range maxSeeds {
		seed := w.seed()
		if seed < 0 {
			break
		}
		w.try.count = 0
		w.start(a, b, seed)
		w.try.pair(a, b)
		w.try.refit(a, b)
		w.try.pair(a, b)
		w.try.weigh(a, b, m)
		if w.try.evidence.odds > w.best.evidence.odds {
			w.best = w.try
		}
	}
}

// find keeps the pairs of minutiae with the most alike neighbourhoods, at most so many.
func (w *candidates) find(a, b *marks, most int) {
	limit := uint8(math.Round(MaxRotation * 256 / 360))
	for i := range a.descriptors {
		da, angle := &a.descriptors[i], a.points[i].angle
		for j := range b.descriptors {
			turn := b.points[j].angle - angle
			if turn+limit > 2*limit {
				continue
			}
			s := similarity(da, &b.descriptors[j])
			if s > 0 && (w.count < most || s > w.list[most-1].similarity) {
				w.keep(most, candidate{similarity: s, a: uint8(i), b: uint8(j), turn: turn})
			}
		}
	}
	for k := range w.count {
		c := &w.list[k]
		sin, cos := radians(float64(c.turn))
		c.sin, c.cos = float32(sin), float32(cos)
	}
}

// keep puts c in its place; of equal ones the earlier stays first, so that the order is total.
func (w *candidates) keep(most int, c candidate) {
	if w.count < most {
		w.count++
	}
	k := w.count - 1
	for ; k > 0 && w.list[k-1].similarity < c.similarity; k-- {
		w.list[k] = w.list[k-1]
	}
	w.list[k] = c
}

// support adds up, for each candidate, the candidates that the same motion explains.
func (w *candidates) support(a, b *marks) {
	for i := range w.count {
		w.list[i].support = w.list[i].worth()
	}
	for i := range w.count {
		for j := i + 1; j < w.count; j++ {
			ci, cj := &w.list[i], &w.list[j]
			if agree(a, b, ci, cj) {
				ci.support += cj.worth()
				cj.support += ci.worth()
			}
		}
	}
}

// worth is how much a pair of minutiae says: neighbourhoods are this alike by chance.
func (c *candidate) worth() float32 {
	const chance, least = 0.55, 0.02
	return max(c.similarity-chance, least)
}

// agree reports whether two candidates are of one motion: the same turn, and the way from one to the other the same after it.
func agree(a, b *marks, c, d *candidate) bool {
	const turnLimit = 20
	if c.a == d.a || c.b == d.b || c.turn-d.turn+turnLimit > 2*turnLimit {
		return false
	}
	ax, ay := a.points[d.a].x-a.points[c.a].x, a.points[d.a].y-a.points[c.a].y
	bx, by := b.points[d.b].x-b.points[c.b].x, b.points[d.b].y-b.points[c.b].y
	sin, cos := c.sin+d.sin, c.cos+d.cos
	scale := 1 / float32(math.Sqrt(float64(sin*sin+cos*cos)))
	sin, cos = sin*scale, cos*scale
	ex, ey := cos*ax-sin*ay-bx, sin*ax+cos*ay-by
	return ex*ex+ey*ey <= 12*12+0.02*(ax*ax+ay*ay)
}

// seed is the unused candidate with the most support; those that it explains are used with it. -1: none is left.
func (w *candidates) seed() int {
	best := -1
	for i := range w.count {
		if c := &w.list[i]; !c.used && (best < 0 || c.support > w.list[best].support) {
			best = i
		}
	}
	if best >= 0 {
		w.list[best].used = true
	}
	return best
}

// start takes the seed and those that agree with it as pairs, fits the motion, and uses them up.
func (w *work) start(a, b *Prepared, seed int) {
	s := &w.list[seed]
	w.try.add(s.a, s.b)
	for i := range w.count {
		c := &w.list[i]
		if i != seed && agree(&a.marks, &b.marks, s, c) && w.try.count < maxPrepared {
			w.try.add(c.a, c.b)
			c.used = true
		}
	}
	w.try.motion = motion{sin: s.sin, cos: s.cos}
	w.try.fit(a, b)
}

func (t *alignment) add(a, b uint8) {
	t.pairs[t.count] = paired{a: a, b: b}
	t.count++
}

// refit fits the motion to the pairs, when there are enough of them.
func (t *alignment) refit(a, b *Prepared) {
	if t.count >= 2 {
		t.fit(a, b)
	}
}

// fit is the motion that brings the pairs together with the least squares of distances, the directions of the minutiae counting too, as
// points at a distance of 20 pixels would.
func (t *alignment) fit(a, b *Prepared) {
	var ax, ay, bx, by float32
	for _, p := range t.pairs[:t.count] {
		ax, ay = ax+a.points[p.a].x, ay+a.points[p.a].y
		bx, by = bx+b.points[p.b].x, by+b.points[p.b].y
	}
	n := 1 / float32(t.count)
	ax, ay, bx, by = ax*n, ay*n, bx*n, by*n
	var dot, cross float32
	for _, p := range t.pairs[:t.count] {
		pa, pb := &a.points[p.a], &b.points[p.b]
		ux, uy, vx, vy := pa.x-ax, pa.y-ay, pb.x-bx, pb.y-by
		dot += ux*vx + uy*vy
		cross += ux*vy - uy*vx
		sin, cos := radians(float64(pb.angle - pa.angle))
		dot += directionWeight * float32(cos)
		cross += directionWeight * float32(sin)
	}
	length := float32(math.Sqrt(float64(dot*dot + cross*cross)))
	if length < 1e-3 {
		return
	}
	t.cos, t.sin = dot/length, cross/length
	t.dx, t.dy = bx-(t.cos*ax-t.sin*ay), by-(t.sin*ax+t.cos*ay)
}

const directionWeight = 20 * 20
