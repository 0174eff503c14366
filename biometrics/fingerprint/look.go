package fingerprint

import (
	"math"

	"github.com/openbmis/openbmis/biometrics"
)

// sight is what was seen in an image.
type sight struct {
	width, height int
	print         mask
	ridges        field
	clear         cells // how much of a cell's picture is ridges, 0 to 1
	deviation     cells // standard deviation of the grey levels
	dark          cells // share of dark
	points        []spot
	enhanced      plane
	lines         *skeleton
}

// leastCells is the smallest print: 16 cells are 10 mm², less than any finger's tip leaves.
const leastCells = 16

// look finds the print, the directions of its ridges and its minutiae. Directions and periods are estimated twice: in the picture as it
// came, and, finer, in what the filters made of it by the first ones.
func look(img biometrics.Image) (*sight, error) {
	g, err := scaled(img)
	if err != nil {
		return nil, err
	}
	normal, deviation := normalise(g)
	s := &sight{width: g.width, height: g.height, deviation: deviation}
	s.ridges = orient(gradients(normal, deviation.cols, deviation.rows), rough())
	if s.print = segment(deviation, s.ridges); s.print.count() < leastCells {
		return nil, ErrNoPrint
	}
	filters := newEnhancer(normal, s.print)
	s.enhanced = filters.enhance(s.ridges, frequency(normal, s.ridges, s.print))
	s.ridges = orient(gradients(s.enhanced, deviation.cols, deviation.rows), fine())
	s.enhanced = filters.enhance(s.ridges, frequency(normal, s.ridges, s.print))
	var strength cells
	s.clear, strength = clarity(normal, s.enhanced, deviation)
	if s.print = s.print.confirm(s.clear, strength); s.print.count() < leastCells {
		return nil, ErrNoPrint
	}
	s.findPoints()
	s.dark = darkness(g, deviation.cols, deviation.rows)
	return s, nil
}

// findPoints thins the ridges and takes the ends and forks of their middle lines.
func (s *sight) findPoints() {
	lines, list := ridges(s.enhanced, s.print)
	lines.thin(list)
	s.lines = lines
	s.points = refine(lines.points(s.ridges, s.print), s.print)
	weigh(s.points, s.clear)
}

// template is what is kept of it. Fewer minutiae than two compare to nothing.
func (s *sight) template() (Template, error) {
	t := Template{Width: s.width, Height: s.height, Minutiae: minutiae(s.points), Algorithm: Algorithm, Field: s.field()}
	t.Quality = s.assess().Score
	if len(t.Minutiae) < leastMinutiae {
		return Template{}, ErrNoPrint
	}
	return t, nil
}

// leastMinutiae is what a template needs to be compared at all.
const leastMinutiae = 3

// field writes the directions in blocks of BlockSize: the four cells of a block.
func (s *sight) field() *Field {
	f := &Field{Columns: (s.width + BlockSize - 1) / BlockSize, Rows: (s.height + BlockSize - 1) / BlockSize}
	f.Orientation = make([]uint8, f.Columns*f.Rows)
	for i := range f.Orientation {
		x, y := i%f.Columns*2, i/f.Columns*2
		n, c, d := 0, float32(0), float32(0)
		for _, at := range [4][2]int{{x, y}, {x + 1, y}, {x, y + 1}, {x + 1, y + 1}} {
			if at[0] >= s.print.cols || at[1] >= s.print.rows {
				continue
			}
			if k := at[1]*s.print.cols + at[0]; s.print.v[k] {
				n, c, d = n+1, c+s.ridges.cos.v[k], d+s.ridges.sin.v[k]
			}
		}
		if n < 2 {
			continue
		}
		a := math.Mod(2*math.Pi-math.Atan2(float64(d), float64(c))/2, math.Pi) // counter-clockwise, as the angles of minutiae
		f.Orientation[i] = uint8(min(a*255/math.Pi, 254)) + 1
	}
	return f
}
