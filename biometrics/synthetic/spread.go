package synthetic

import "math"

// Where ridges part, new ones have to come in between unless those that are there stand wider. On skin they do both; with one distance
// everywhere each parting would be full of minutiae that point the same way on every finger of a class.

// The grid on which the widening is worked out, in pixels at 500 ppi.
const (
	spreadStep    = 13
	spreadColumns = padWidth/spreadStep + 1
	spreadRows    = padHeight/spreadStep + 1
	spreadRounds  = 60
	spreadDamp    = 0.012 // a round; widening wears off over some 100 pixels
	spreadMost    = 0.26  // logarithm of the greatest widening or narrowing
)

// spread is the logarithm of how much wider than elsewhere ridges stand, on the grid, row by row from the top left.
type spread []float64

// spreadOf follows the ridges: along them the distance grows as the direction field parts. Each round takes what the neighbours along the
// ridge say; ridges have no ends, so both ways say the same.
func spreadOf(f *field) spread {
	parting := partings(f)
	now, next := make(spread, spreadColumns*spreadRows), make(spread, spreadColumns*spreadRows)
	for range spreadRounds {
		for j := range spreadRows {
			for i := range spreadColumns {
				p := &parting[j*spreadColumns+i]
				x, y := float64(i)*spreadStep-padWidth/2, padHeight/2-float64(j)*spreadStep
				dx, dy := p.cos*spreadStep, p.sin*spreadStep
				along := (now.at(x+dx, y+dy) + now.at(x-dx, y-dy)) / 2
				around := (now.at(x-dy, y+dx) + now.at(x+dy, y-dx)) / 2
				v := (0.85*along + 0.15*around - p.bias) * (1 - spreadDamp)
				next[j*spreadColumns+i] = min(max(v, -spreadMost), spreadMost)
			}
		}
		now, next = next, now
	}
	return now
}

// parting is the direction at a node, and how much less the distance is there than the mean of its two neighbours along the ridge.
type parting struct{ sin, cos, bias float64 }

func partings(f *field) []parting {
	out := make([]parting, spreadColumns*spreadRows)
	for j := range spreadRows {
		for i := range spreadColumns {
			x, y := float64(i)*spreadStep-padWidth/2, padHeight/2-float64(j)*spreadStep
			p := &out[j*spreadColumns+i]
			p.sin, p.cos = math.Sincos(f.angle(x, y))
			dx, dy := p.cos*spreadStep/2, p.sin*spreadStep/2
			ahead, behind := f.parts(x+dx, y+dy, p.cos, p.sin), f.parts(x-dx, y-dy, p.cos, p.sin)
			p.bias = spreadStep * (ahead - behind) / 2
		}
	}
	return out
}

// parts is by how much the ridges part at a place (the divergence of their direction, taken the way of cos, sin), a pixel.
func (f *field) parts(x, y, cos, sin float64) float64 {
	const h = 3.0
	vx := func(x, y float64) (float64, float64) {
		s, c := math.Sincos(f.angle(x, y))
		if c*cos+s*sin < 0 {
			return -c, -s
		}
		return c, s
	}
	right, _ := vx(x+h, y)
	left, _ := vx(x-h, y)
	_, up := vx(x, y+h)
	_, down := vx(x, y-h)
	return min(max((right-left+up-down)/(2*h), -0.03), 0.03)
}

// at is the value at a place, by linear interpolation; what lies outside is taken to the edge.
func (s spread) at(x, y float64) float64 {
	u := min(max((x+padWidth/2)/spreadStep, 0), spreadColumns-1)
	v := min(max((padHeight/2-y)/spreadStep, 0), spreadRows-1)
	i, j := min(int(u), spreadColumns-2), min(int(v), spreadRows-2)
	fx, fy := u-float64(i), v-float64(j)
	top := s[j*spreadColumns+i:]
	below := top[spreadColumns:]
	return (top[0]*(1-fx)+top[1]*fx)*(1-fy) + (below[0]*(1-fx)+below[1]*fx)*fy
}
