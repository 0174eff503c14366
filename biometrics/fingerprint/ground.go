package fingerprint

import "math"

// ground is where a print's skin is and how its ridges run there: from the template's field, or, without one, the neighbourhood of its
// minutiae.
type ground struct {
	columns, rows int
	// orientation is 1 to 255 for 0 to 180 degrees, 0 outside the print, and unsure where there is print of an unknown direction.
	orientation []uint8
	// doubled are the directions as vectors of twice the angle; only where the ridges' directions are known.
	doubled  []vector
	directed bool
	// samples are every other block of the print, as of a chessboard: enough to compare two grounds.
	samples []sample
}

// sample is a block and its direction.
type sample struct {
	column, row uint16
	direction   vector
}

// vector has the length vectorLength, or 0.
type vector struct{ x, y int8 }

const vectorLength = 127

func newGround(t Template) ground {
	g := groundOf(t)
	for i, v := range g.orientation {
		c, r := i%g.columns, i/g.columns
		if v == 0 || (c+r)&1 != 0 {
			continue
		}
		s := sample{column: uint16(c), row: uint16(r)} //nolint:gosec // a side has at most some hundred blocks
		if g.directed {
			s.direction = g.doubled[i]
		}
		g.samples = append(g.samples, s)
	}
	return g
}

func groundOf(t Template) ground {
	if f := t.Field; f != nil && f.Columns > 0 && f.Rows > 0 && len(f.Orientation) == f.Columns*f.Rows {
		return ground{columns: f.Columns, rows: f.Rows, orientation: f.Orientation, doubled: doubled(f.Orientation), directed: true}
	}
	return groundOfMinutiae(t.Minutiae)
}

// groundOfMinutiae takes as print what is near a minutia.
func groundOfMinutiae(minutiae []Minutia) ground {
	var width, height int
	for _, m := range minutiae {
		width, height = max(width, int(m.X)+1), max(height, int(m.Y)+1)
	}
	width, height = min(width, maxGround*BlockSize), min(height, maxGround*BlockSize)
	g := ground{columns: width/BlockSize + 3, rows: height/BlockSize + 3}
	g.orientation = make([]uint8, g.columns*g.rows)
	for _, m := range minutiae {
		g.around(int(m.X)/BlockSize, int(m.Y)/BlockSize)
	}
	return g
}

// maxGround bounds the blocks a side of a ground that is made of minutiae: 4096 pixels.
const maxGround = 256

func (g *ground) around(column, row int) {
	const reach = 2
	for r := max(0, row-reach); r <= min(g.rows-1, row+reach); r++ {
		for c := max(0, column-reach); c <= min(g.columns-1, column+reach); c++ {
			g.orientation[r*g.columns+c] = 1
		}
	}
}

// doubled makes the vectors of directions.
func doubled(orientation []uint8) []vector {
	var table [256]vector
	for v := range table[1:] {
		sin, cos := math.Sincos(float64(v) * (2 * math.Pi / 255))
		table[v+1] = vector{int8(math.Round(vectorLength * cos)), int8(math.Round(vectorLength * sin))}
	}
	out := make([]vector, len(orientation))
	for i, v := range orientation {
		out[i] = table[v]
	}
	return out
}

// block is the index of the block at a place (y upwards); -1 outside the image.
func (g *ground) block(x, y float32) int {
	if x < 0 || y > 0 {
		return -1
	}
	c, r := int(x)/BlockSize, int(-y)/BlockSize
	if c >= g.columns || r >= g.rows {
		return -1
	}
	return r*g.columns + c
}

// at is the block's value at a place; 0 outside the print.
func (g *ground) at(x, y float32) uint8 {
	if k := g.block(x, y); k >= 0 {
		return g.orientation[k]
	}
	return 0
}

// direction is the ridges' direction at a place, in 256 steps a half turn, between the middles of the blocks around; false where it is
// not known.
func (g *ground) direction(x, y float32) (uint8, bool) {
	if !g.directed || g.at(x, y) == 0 {
		return 0, false
	}
	column, row := x/BlockSize-0.5, -y/BlockSize-0.5
	c, r := int(math.Floor(float64(column))), int(math.Floor(float64(row)))
	fc, fr := column-float32(c), row-float32(r)
	weights := [4]float32{(1 - fc) * (1 - fr), fc * (1 - fr), (1 - fc) * fr, fc * fr}
	var cos, sin float32
	for k, w := range weights {
		cc, rr := c+k&1, r+k>>1
		if cc >= 0 && rr >= 0 && cc < g.columns && rr < g.rows {
			v := g.doubled[rr*g.columns+cc]
			cos, sin = cos+w*float32(v.x), sin+w*float32(v.y)
		}
	}
	turn := math.Atan2(float64(sin), float64(cos)) * (256 / (2 * math.Pi))
	return uint8(int(math.Round(turn)) & 255), true
}
