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

// acceptable says whether what was located is a zone: three in five cells of each line are characters that are told with some certainty.
// Other print of fixed pitch, and patterns, have lines that are not.
func (z *zone) acceptable() bool {
	if z == nil || z.evidence < 1.2 {
		return false
	}
	const rather = -0.7 // the logarithm of one half
	for _, line := range z.cells {
		characters := 0
		for i := range line {
			if line[i].evidence() > 0 && line[i][line[i].best()] > rather {
				characters++
			}
		}
		if characters*5 < len(line)*3 {
			return false
		}
	}
	return true
}

// stack is two or three parallel lines that could be one zone, from the top.
type stack []*track

// stacks are the lines in every grouping of two or three neighbours with the spacing of a zone.
func stacks(all []*track) []stack {
	var found []stack
	seen := map[[3]*track]bool{}
	for _, t := range all {
		near := beside(all, t)
		for a := range near {
			for n := 2; n <= 3 && a+n <= len(near); n++ {
				var key [3]*track
				copy(key[:], near[a:a+n])
				if !seen[key] && spaced(near[a:a+n]) {
					seen[key] = true
					found = append(found, near[a:a+n])
				}
			}
		}
	}
	return found
}

// beside are the lines parallel to one and of its pitch, itself included, from the top.
func beside(all []*track, t *track) stack {
	var near stack
	for _, other := range all {
		if other == t || parallel(t, other) {
			near = append(near, other)
		}
	}
	slices.SortStableFunc(near, func(a, b *track) int { return cmp.Compare(below(t, a), below(t, b)) })
	return near
}

// spaced says whether neighbours keep a zone's distance from line to line.
func spaced(near stack) bool {
	for i := range near[1:] {
		if d := below(near[i], near[i+1]); d < 1.25 || d > 3.6 {
			return false
		}
	}
	return true
}

// upright turns the stack the way that its characters can be read.
func (p *picturePage) upright(s stack) stack {
	forth, back := 0.0, 0.0
	turned := make(stack, len(s))
	for i, t := range s {
		forth += p.glance(t)
		back += p.glance(t.turned)
		turned[len(s)-1-i] = t.turned
	}
	if back > forth {
		return turned
	}
	return s
}

// unlikely is the mean evidence of a glance below which a stack is not read at all.
const unlikely = -3

// readStack finds the zone in a stack: which columns are its characters, and how many. Nil when they are far from any format.
func (p *picturePage) readStack(s stack) *zone {
	s = p.upright(s)
	first, last := 0, s[0].last
	shifts := make([]int, len(s))
	k := float64(s[0].last) / 2
	seems := 0.0
	for i, t := range s {
		x, y := s[0].at.Middle(k)
		shifts[i] = int(math.Round(column(t.at, x, y) - k))
		first, last = min(first, -shifts[i]), max(last, t.last-shifts[i])
		seems += p.glance(t)
	}
	if seems < unlikely*float64(len(s)) || last-first+1 > mostCharacters {
		return nil
	}
	return p.choose(s, shifts, first-2, last+2)
}

// slack is how many characters a zone may reach beyond the cells that were read.
const slack = 3

// choose picks width and first column: those that hold the most evidence of characters. What lies outside the cells is none.
func (p *picturePage) choose(s stack, shifts []int, first, last int) *zone {
	n := last - first + 1
	columns := make([]float64, n)
	for i, t := range s {
		for k := range columns {
			columns[k] += p.cell(t, first+k+shifts[i]).evidence()
		}
	}
	widths := []int{44, 36}
	if len(s) == 3 {
		widths = []int{30}
	}
	var best *zone
	at := 0
	for _, width := range widths {
		for start := min(0, n-width) - slack; start <= max(0, n-width)+slack; start++ {
			total := lowest * float64(len(s)*width)
			for i := max(0, start); i < min(n, start+width); i++ {
				total += columns[i] - lowest*float64(len(s))
			}
			if best == nil || total > best.total {
				best, at = &zone{width: width, total: total, evidence: total / float64(width*len(s))}, first+start
			}
		}
	}
	for i, t := range s {
		best.lines = append(best.lines, t.at.From(float64(at+shifts[i])))
		line := make([]scores, best.width)
		for k := range line {
			line[k] = *p.cell(t, at+shifts[i]+k)
		}
		best.cells = append(best.cells, line)
	}
	return best
}
