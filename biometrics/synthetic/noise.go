package synthetic

import "math/rand/v2"

// lattice is smooth noise: random values of -1 to 1 on a grid, with smooth passages between them.
type lattice struct {
	columns, rows int
	values        []float32
}

func newLattice(random *rand.Rand, columns, rows int) lattice {
	l := lattice{columns: max(columns, 2), rows: max(rows, 2)}
	l.values = make([]float32, l.columns*l.rows)
	for i := range l.values {
		l.values[i] = 2*random.Float32() - 1
	}
	return l
}

// at is the noise at u, v of 0 to 1; what lies outside is taken to the edge.
func (l lattice) at(u, v float64) float64 {
	x, y := min(max(u, 0), 1)*float64(l.columns-1), min(max(v, 0), 1)*float64(l.rows-1)
	i, j := min(int(x), l.columns-2), min(int(y), l.rows-2)
	fx, fy := smooth(float32(x-float64(i))), smooth(float32(y-float64(j)))
	row := l.values[j*l.columns+i:]
	below := row[l.columns:]
	top := row[0] + (row[1]-row[0])*fx
	bottom := below[0] + (below[1]-below[0])*fx
	return float64(top + (bottom-top)*fy)
}

func smooth(t float32) float32 { return t * t * (3 - 2*t) }

// ramp is 0 up to low, 1 from high, and smooth between them.
func ramp(v, low, high float64) float64 {
	t := min(max((v-low)/(high-low), 0), 1)
	return t * t * (3 - 2*t)
}
