package scan

import (
	"cmp"
	"math"
	"slices"

	"github.com/openbmis/openbmis/traveldoc/scan/strip"
)

// zone is a machine readable zone as located: its lines counted alike, character 0 of each the first of the zone.
type zone struct {
	lines    []strip.Line
	width    int
	cells    [][]scores // by line and character
	evidence float64    // mean of its characters
	total    float64    // sum of its characters, to compare zones
}

// acceptable says whether what was located is a zone: most of its cells are characters.
func (z *zone) acceptable() bool {
	if z == nil || z.evidence < 1.2 {
		return false
	}
	n, characters := 0, 0
	for _, line := range z.cells {
		for i := range line {
			n++
			if line[i].evidence() > 0 {
				characters++
			}
		}
	}
	return characters*4 >= n*3
}

// stack is two or three parallel lines that could be one zone.
type stack []row

// stacks are the rows in every grouping of two or three neighbours with the spacing of a zone.
func stacks(rows []row) []stack {
	var found []stack
	seen := map[[3]int]bool{}
	for i := range rows {
		near := beside(rows, i)
		for a := range near {
			for n := 2; n <= 3 && a+n <= len(near); n++ {
				key := [3]int{near[a], near[a+1], -1}
				if n == 3 {
					key[2] = near[a+2]
				}
				if seen[key] || !spaced(rows, near[a:a+n]) {
					continue
				}
				seen[key] = true
				s := stack{}
				for _, j := range near[a : a+n] {
					s = append(s, rows[j])
				}
				found = append(found, s)
			}
		}
	}
	return found
}

// beside are the rows parallel to row i and of its pitch, itself included, from the top in reading direction.
func beside(rows []row, i int) []int {
	var near []int
	for j := range rows {
		if i == j || parallel(rows[i], rows[j]) {
			near = append(near, j)
		}
	}
	slices.SortFunc(near, func(a, b int) int { return cmp.Compare(below(rows[i], rows[a]), below(rows[i], rows[b])) })
	return near
}

func parallel(a, b row) bool {
	p, q := a.at.Pitch(a.last+1), b.at.Pitch(b.last+1)
	ax, ay := a.at.Direction(float64(a.last) / 2)
	bx, by := b.at.Direction(float64(b.last) / 2)
	return math.Abs(p/q-1) < 0.09 && math.Abs(ax*by-ay*bx) < 0.07*p*q && ax*bx+ay*by > 0 && math.Abs(below(a, b)) < 8
}

// below is how many pitches row b lies below row a, at a's middle.
func below(a, b row) float64 {
	k := float64(a.last) / 2
	x, y := a.at.Middle(k)
	ux, uy := a.at.Direction(k)
	bx, by := b.at.Middle(column(b.at, x, y))
	return ((bx-x)*-uy + (by-y)*ux) / (ux*ux + uy*uy)
}

// column is the number of the character of a line that stands nearest to a point.
func column(l strip.Line, x, y float64) float64 {
	k := 0.0
	for range 4 {
		mx, my := l.Middle(k)
		ux, uy := l.Direction(k)
		k += ((x-mx)*ux + (y-my)*uy) / (ux*ux + uy*uy)
	}
	return k
}

// spaced says whether neighbours keep a zone's distance from line to line.
func spaced(rows []row, near []int) bool {
	for i := range near[1:] {
		if d := below(rows[near[i]], rows[near[i+1]]); d < 1.25 || d > 3.6 {
			return false
		}
	}
	return true
}

// upright turns the stack the way that its characters can be read.
func (p *picturePage) upright(s stack) stack {
	forth, back := 0.0, 0.0
	turned := make(stack, len(s))
	for i, r := range s {
		reversed := row{at: r.at.Reversed(r.last + 1), last: r.last, score: r.score}
		forth += p.glance(r.at, r.last+1)
		back += p.glance(reversed.at, r.last+1)
		turned[len(s)-1-i] = reversed
	}
	if back > forth {
		return turned
	}
	return s
}

// read finds the zone in a stack: which columns are its characters, and how many. Nil when they are far from any format.
func (p *picturePage) readStack(s stack) *zone {
	s = p.upright(s)
	first, last := 0, s[0].last
	lines := []strip.Line{s[0].at}
	k := float64(s[0].last) / 2
	for _, r := range s[1:] {
		x, y := s[0].at.Middle(k)
		shift := math.Round(column(r.at, x, y) - k)
		lines = append(lines, r.at.From(shift))
		first, last = min(first, -int(shift)), max(last, r.last-int(shift))
	}
	first, last = first-2, last+2
	if last-first+1 > mostCharacters+4 {
		return nil
	}
	cells := make([][]scores, len(lines))
	for i, l := range lines {
		_, cells[i] = p.read(l, first, last-first+1)
	}
	return choose(lines, cells, first)
}

// slack is how many characters a zone may reach beyond the cells that were read.
const slack = 3

// choose picks width and first column: those that hold the most evidence of characters. What lies outside the cells is none.
func choose(lines []strip.Line, cells [][]scores, first int) *zone {
	n := len(cells[0])
	columns := make([]float64, n)
	for _, line := range cells {
		for i := range line {
			columns[i] += line[i].evidence()
		}
	}
	widths := []int{44, 36}
	if len(lines) == 3 {
		widths = []int{30}
	}
	var best *zone
	at := 0
	for _, width := range widths {
		for start := min(0, n-width) - slack; start <= max(0, n-width)+slack; start++ {
			total := lowest * float64(len(lines)*width)
			for i := max(0, start); i < min(n, start+width); i++ {
				total += columns[i] - lowest*float64(len(lines))
			}
			if best == nil || total > best.total {
				best, at = &zone{width: width, total: total, evidence: total / float64(width*len(lines))}, first+start
			}
		}
	}
	for i, l := range lines {
		best.lines = append(best.lines, l.From(float64(at)))
		line := make([]scores, best.width)
		for k := max(0, first-at); k < best.width && at+k-first < n; k++ {
			line[k] = cells[i][at+k-first]
		}
		best.cells = append(best.cells, line)
	}
	return best
}
