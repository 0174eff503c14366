package scan

import (
	"cmp"
	"math"
	"slices"

	"github.com/openbmis/openbmis/traveldoc/scan/strip"
)

// row is a line of print of fixed pitch, as found: character 0 is its first component's, last the number of its last one's.
type row struct {
	at    strip.Line // in pixels of the picture that was searched
	last  int
	score float64 // how well the grid fits, 0 to 1
}

// fewest components make a row, and fewest and most characters.
const (
	fewestComponents = 12
	fewestCharacters = 14
	mostCharacters   = 60
)

// fitRow lays a grid of fixed pitch over a chain; false when its characters do not stand in one.
func fitRow(c chain) (row, bool) {
	tall := c.tall()
	var places []float64
	_, slope := c.slope()
	stretch := math.Hypot(1, slope)
	for _, k := range c {
		if x, _ := k.middle(); k.width() < 1.35*tall {
			places = append(places, x*stretch)
		}
	}
	if len(places) < fewestComponents {
		return row{}, false
	}
	pitch, score := bestPitch(places, tall)
	if score < 0.7 {
		pitch, _ = bestPitch(places[:fewestComponents], tall) // a photo's pitch changes along the line
	}
	numbers := number(places, pitch)
	r := row{last: numbers[len(numbers)-1]}
	if r.last+1 < fewestCharacters || r.last+1 > mostCharacters {
		return row{}, false
	}
	r.score = max(score, regularity(places, numbers))
	r = r.place(c, tall, numbers)
	pitch = r.at.Pitch(r.last + 1)
	return r, r.score >= leastScore && pitch > leastPitch && pitch < mostPitch
}

// The pitch in pixels of the picture that is searched: below, characters are no longer apart; above, a line is longer than a picture.
const (
	leastPitch = 5
	mostPitch  = 400
)

// leastScore is how well a line's characters must stand in its grid; those of a proportional face come to about half.
const leastScore = 0.72

// regularity is the share of places that stand where a pitch that changes evenly has them, within a sixth of it.
func regularity(places []float64, numbers []int) float64 {
	ks := make([]float64, len(numbers))
	for i, n := range numbers {
		ks[i] = float64(n)
	}
	c := fitCurve(ks, places, true)
	near := 0
	for i, k := range ks {
		if math.Abs(c[0]+c[1]*k+c[2]*k*k-places[i]) < (c[1]+2*k*c[2])/6 {
			near++
		}
	}
	return float64(near) / float64(len(ks))
}

// bestPitch is the pitch between 0.6 and 1.5 heights at which the places fall together best, by the length of the sum of their phases.
func bestPitch(places []float64, tall float64) (pitch, score float64) {
	span := places[len(places)-1] - places[0]
	for p := 0.6 * tall; p < 1.5*tall; p += 0.12 * p * p / max(span, p) {
		if s := coherence(places, p); s > score {
			pitch, score = p, s
		}
	}
	return pitch, score
}

func coherence(places []float64, pitch float64) float64 {
	var re, im float64
	for _, t := range places {
		s, c := math.Sincos(2 * math.Pi * t / pitch)
		re, im = re+c, im+s
	}
	return math.Hypot(re, im) / float64(len(places))
}

// number counts the places in pitches from the first, following a pitch that changes slowly along the line.
func number(places []float64, pitch float64) []int {
	numbers := make([]int, len(places))
	at, k := places[0], 0
	for i, t := range places[1:] {
		step := math.Round((t - at) / pitch)
		k += int(step)
		numbers[i+1] = k
		if step > 0 {
			// the grid's own place and pitch, drawn a little towards what was seen
			at += step * pitch
			off := min(max(t-at, -0.3*pitch), 0.3*pitch)
			at += 0.35 * off
			pitch += 0.06 * off / step
		}
	}
	return numbers
}

// place fits the line's course: x and y by the character's number, with a bend when there are enough characters, leaving out what lies
// far off.
func (r row) place(c chain, tall float64, numbers []int) row {
	var ks, xs, ys []float64
	i := 0
	for _, k := range c {
		if k.width() >= 1.35*tall {
			continue
		}
		x, y := k.middle()
		ks, xs, ys = append(ks, float64(numbers[i])), append(xs, x), append(ys, y)
		i++
	}
	bend := r.last >= 20
	px, py := fitCurve(ks, xs, bend), fitCurve(ks, ys, bend)
	for range 2 {
		ks, xs, ys = without(ks, xs, ys, px, py)
		px, py = fitCurve(ks, xs, bend), fitCurve(ks, ys, bend)
	}
	r.at = strip.Line{X: px[0], Y: py[0], UX: px[1], UY: py[1], QX: px[2], QY: py[2]}
	pitch := r.at.Pitch(r.last + 1)
	// capitals are 1 pitch tall, digits 1.08, the blur of the threshold adds some
	r.at.Tall = min(1.25, max(0.8, tall/(1.06*pitch)))
	return r
}

// without leaves out the places that lie further from the curve than a quarter of a pitch.
func without(ks, xs, ys []float64, px, py [3]float64) (k, x, y []float64) {
	for i := range ks {
		dx := xs[i] - px[0] - px[1]*ks[i] - px[2]*ks[i]*ks[i]
		dy := ys[i] - py[0] - py[1]*ks[i] - py[2]*ks[i]*ks[i]
		if math.Hypot(dx, dy) < 0.25*math.Hypot(px[1], py[1]) {
			k, x, y = append(k, ks[i]), append(x, xs[i]), append(y, ys[i])
		}
	}
	if len(k) < 6 {
		return ks, xs, ys
	}
	return k, x, y
}

// fitCurve is the least-squares polynomial a + b k + c k²; without the bend c is 0.
func fitCurve(ks, vs []float64, bend bool) [3]float64 {
	var s [5]float64
	var t [3]float64
	for i, k := range ks {
		p := 1.0
		for j := range s {
			s[j] += p
			p *= k
		}
		t[0], t[1], t[2] = t[0]+vs[i], t[1]+k*vs[i], t[2]+k*k*vs[i]
	}
	if !bend {
		d := s[0]*s[2] - s[1]*s[1]
		if d == 0 {
			return [3]float64{}
		}
		return [3]float64{(t[0]*s[2] - t[1]*s[1]) / d, (s[0]*t[1] - s[1]*t[0]) / d, 0}
	}
	return solve3([3][4]float64{{s[0], s[1], s[2], t[0]}, {s[1], s[2], s[3], t[1]}, {s[2], s[3], s[4], t[2]}})
}

// solve3 solves three equations (Gauss with pivots); zero when they have no one solution.
func solve3(m [3][4]float64) [3]float64 {
	for i := range 3 {
		pivot := i
		for j := i + 1; j < 3; j++ {
			if math.Abs(m[j][i]) > math.Abs(m[pivot][i]) {
				pivot = j
			}
		}
		m[i], m[pivot] = m[pivot], m[i]
		if math.Abs(m[i][i]) < 1e-9 {
			return [3]float64{}
		}
		for j := range 3 {
			if j == i {
				continue
			}
			f := m[j][i] / m[i][i]
			for k := range 4 {
				m[j][k] -= f * m[i][k]
			}
		}
	}
	return [3]float64{m[0][3] / m[0][0], m[1][3] / m[1][1], m[2][3] / m[2][2]}
}

// findRows finds the lines of fixed pitch of a picture, across and, read from top to bottom, along it.
func findRows(p *strip.Plane, dark float64) []row {
	all := findInk(p, dark).components()
	var rows []row
	for _, c := range chains(slices.Clone(all), fewestComponents) {
		if r, ok := fitRow(c); ok {
			rows = append(rows, r)
		}
	}
	for i := range all {
		all[i] = all[i].swapped()
	}
	for _, c := range chains(all, fewestComponents) {
		if r, ok := fitRow(c); ok {
			r.at.X, r.at.Y, r.at.UX, r.at.UY, r.at.QX, r.at.QY = r.at.Y, r.at.X, r.at.UY, r.at.UX, r.at.QY, r.at.QX
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.weight(), a.weight()) })
	return rows[:min(len(rows), maxRows)]
}

// maxRows bounds the lines that are read.
const maxRows = 12

// weight orders lines by how much they look like a zone's.
func (r row) weight() float64 { return r.score * float64(min(r.last+1, 44)) }
