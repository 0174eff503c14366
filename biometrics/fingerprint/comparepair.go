package fingerprint

import "math"

// Tolerances of a pair: how far apart two minutiae may be after the motion. Skin is stretched: the further from the middle of the
// pairs, the more is allowed.
const (
	nearest    = 10.0
	growth     = 0.05
	furthest   = 20.0
	turnLimit  = 24 // of 256 steps
	noNeighbor = 0xff
)

// pair finds the minutiae that the motion brings together: each is the other's nearest.
func (t *alignment) pair(a, b *Prepared) {
	cx, cy := t.middle(a)
	var forth, back [maxPrepared]uint8
	var cost [maxPrepared]float32
	var distance, turned [maxPrepared]float32
	for j := range b.points {
		back[j], cost[j] = noNeighbor, math.MaxFloat32
	}
	turn := uint8(int(math.Round(math.Atan2(float64(t.sin), float64(t.cos))*(128/math.Pi))) & 255)
	for i := range a.points {
		p := &a.points[i]
		x, y := t.move(p.x, p.y)
		reach := min(nearest+growth*hypot(p.x-cx, p.y-cy), furthest)
		forth[i] = noNeighbor
		best := float32(math.MaxFloat32)
		for j := lower(b.points, x-reach); j < len(b.points) && b.points[j].x <= x+reach; j++ {
			q := &b.points[j]
			dx, dy := q.x-x, q.y-y
			d := dx*dx + dy*dy
			if d > reach*reach {
				continue
			}
			off := int8(q.angle - p.angle - turn) //nolint:gosec // a turn is 256
			if off > turnLimit || off < -turnLimit {
				continue
			}
			c := d/(reach*reach) + float32(off)*float32(off)/(turnLimit*turnLimit)
			if c < best {
				best, forth[i] = c, uint8(j) //nolint:gosec // below maxPrepared
				distance[i], turned[i] = d, float32(off)
			}
			if c < cost[j] {
				cost[j], back[j] = c, uint8(i)
			}
		}
	}
	t.count = 0
	for i := range a.points {
		if j := forth[i]; j != noNeighbor && back[j] == uint8(i) {
			t.pairs[t.count] = paired{uint8(i), j, float32(math.Sqrt(float64(distance[i]))), turned[i], 0}
			t.count++
		}
	}
}

// middle is the middle of the pairs, in the first print.
func (t *alignment) middle(a *Prepared) (float32, float32) {
	var x, y float32
	for _, p := range t.pairs[:t.count] {
		x, y = x+a.points[p.a].x, y+a.points[p.a].y
	}
	n := 1 / float32(max(t.count, 1))
	return x * n, y * n
}

// lower is the first point whose x is at least x.
func lower(points []point, x float32) int {
	lo, hi := 0, len(points)
	for lo < hi {
		if mid := (lo + hi) / 2; points[mid].x < x {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

func hypot(x, y float32) float32 { return float32(math.Sqrt(float64(x*x + y*y))) }
