package fingerprint

import (
	"math"
	"math/bits"
)

// A descriptor is the neighbourhood of a minutia in bits, seen from the minutia: 64 places on four rings around it, and for each place
// whether a neighbour of a certain relative direction is near it (one word a range of directions), and how the ridges run there (four
// words, coded so that the number of differing bits is the angle between two directions in steps of 22.5 degrees).
type descriptor struct {
	valid     uint64 // places inside the print
	directed  uint64 // places where the ridges' direction is known
	neighbour [neighbourWords]uint64
	ridge     [ridgeWords]uint64
}

const (
	places         = 64
	neighbourWords = 4
	ridgeWords     = 4
)

// ring is a circle of places around a minutia: radius in pixels, how many places, and how near a neighbour must be to be seen there.
type ring struct {
	radius float64
	places int
	reach  float64
}

func rings() [4]ring {
	return [4]ring{{18, 8, 14}, {38, 14, 17}, {60, 18, 20}, {84, 24, 23}}
}

// offset is a place seen from a minutia that points to the right.
type offset struct{ x, y, reach float64 }

func offsets() [places]offset {
	var out [places]offset
	n := 0
	for _, r := range rings() {
		for k := range r.places {
			sin, cos := math.Sincos((float64(k) + 0.5) * 2 * math.Pi / float64(r.places))
			out[n] = offset{r.radius * cos, r.radius * sin, r.reach}
			n++
		}
	}
	return out
}

// describe makes the descriptor of the i-th point.
func describe(p *Prepared, i int) descriptor {
	var d descriptor
	at := p.points[i]
	sin, cos := radians(float64(at.angle))
	grid := offsets()
	for k, o := range grid {
		x, y := at.x+float32(o.x*cos-o.y*sin), at.y+float32(o.x*sin+o.y*cos)
		if p.ground.at(x, y) == 0 {
			continue
		}
		d.valid |= 1 << k
		if turn, ok := p.ground.direction(x, y); ok {
			d.directed |= 1 << k
			d.setRidge(k, turn-2*at.angle)
		}
	}
	for j, n := range p.points {
		if j != i {
			dx, dy := float64(n.x-at.x), float64(n.y-at.y)
			d.see(&grid, dx*cos+dy*sin, dy*cos-dx*sin, n.angle-at.angle)
		}
	}
	return d
}

// setRidge codes a direction of 256 steps a half turn: bit j is set for the half of the circle that begins at j/8 of it.
func (d *descriptor) setRidge(place int, turn uint8) {
	for j := range ridgeWords {
		if turn-uint8(j*32) < 128 { //nolint:gosec // below 128
			d.ridge[j] |= 1 << place
		}
	}
}

// see marks the places near a neighbour at (x, y), and the ranges of directions that hold its relative direction: each covers 3/8 of the turn,
// so that a direction between two ranges is in both.
func (d *descriptor) see(grid *[places]offset, x, y float64, direction uint8) {
	if x*x+y*y > 110*110 {
		return
	}
	var seen uint64
	for k := range grid {
		o := &grid[k]
		dx, dy := x-o.x, y-o.y
		if dx*dx+dy*dy <= o.reach*o.reach {
			seen |= 1 << k
		}
	}
	for j := range neighbourWords {
		if direction-uint8(j*64)+48 < 96 { //nolint:gosec // a turn is 256
			d.neighbour[j] |= seen
		}
	}
}

// similarity is how alike two neighbourhoods are, 0 to 1, over the places that both prints show. 0 where the ridges run so differently that
// the rest does not matter.
func similarity(a, b *descriptor) float32 {
	both := a.valid & b.valid
	if bits.OnesCount64(both) < minShown {
		return 0
	}
	directed := a.directed & b.directed
	known := bits.OnesCount64(directed)
	if known < minShown {
		return near(a, b, both)
	}
	apart := bits.OnesCount64((a.ridge[0]^b.ridge[0])&directed) + bits.OnesCount64((a.ridge[1]^b.ridge[1])&directed) +
		bits.OnesCount64((a.ridge[2]^b.ridge[2])&directed) + bits.OnesCount64((a.ridge[3]^b.ridge[3])&directed)
	along := 1 - float32(apart)/float32(2*known) // 1 the same, 0 as chance has it
	if along < leastAlong {
		return 0
	}
	return near(a, b, both)*0.6 + along*0.4
}

// near is how alike the places of the neighbours are.
func near(a, b *descriptor, both uint64) float32 {
	var common, all int
	for j := range neighbourWords {
		x, y := a.neighbour[j]&both, b.neighbour[j]&both
		common += bits.OnesCount64(x & y)
		all += bits.OnesCount64(x) + bits.OnesCount64(y)
	}
	return 2 * float32(common) / float32(all+8)
}

// leastAlong is how alike the ridges of two neighbourhoods of one finger run, at least.
const leastAlong = 0.4

// minShown is how many places two neighbourhoods must share to be compared.
const minShown = 20
