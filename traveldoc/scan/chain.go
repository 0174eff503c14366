package scan

import (
	"math"
	"slices"
)

// chain is a row of components, each the right neighbour of the one before.
type chain []component

// band is the height in pixels of the bands that components are sorted into to find neighbours.
const band = 48

// neighbours finds each component's right neighbour: close, of like height, and on the same line within 15 degrees.
type neighbours struct {
	all   []component
	bands map[int][]int // indexes by the middle's band, sorted by the left edge
	next  []int
	from  []int // who took this one as neighbour
	cost  []float64
}

// chains joins components to rows in reading direction, the longest first. Rows of fewer than least are left out.
func chains(all []component, least int) []chain {
	n := newNeighbours(all)
	for i := range all {
		n.link(i)
	}
	var found []chain
	for i := range all {
		if n.from[i] >= 0 {
			continue
		}
		var c chain
		for j := i; j >= 0; j = n.next[j] {
			c = append(c, all[j])
		}
		if len(c) >= 4 {
			found = append(found, c)
		}
	}
	return joined(found, least)
}

func newNeighbours(all []component) *neighbours {
	slices.SortFunc(all, func(a, b component) int {
		if a.x0 != b.x0 {
			return a.x0 - b.x0
		}
		return a.y0 - b.y0
	})
	n := &neighbours{
		all: all, bands: map[int][]int{}, next: make([]int, len(all)), from: make([]int, len(all)), cost: make([]float64, len(all)),
	}
	for i, c := range all {
		_, y := c.middle()
		n.bands[int(y)/band] = append(n.bands[int(y)/band], i)
		n.next[i], n.from[i] = -1, -1
	}
	return n
}

// link takes the best right neighbour of i, unless another component is nearer to it.
func (n *neighbours) link(i int) {
	c := n.all[i]
	_, y := c.middle()
	h := c.height()
	reach := 1.7 * h
	best, cost := -1, math.Inf(1)
	for b := int(y-h) / band; b <= int(y+h)/band; b++ {
		row := n.bands[b]
		at, _ := slices.BinarySearchFunc(row, c.x0+1, func(j, x int) int { return n.all[j].x0 - x })
		for _, j := range row[at:] {
			if float64(n.all[j].x0-c.x1) > reach {
				break
			}
			if v, ok := distance(c, n.all[j]); ok && v < cost {
				best, cost = j, v
			}
		}
	}
	if best < 0 || n.from[best] >= 0 && n.cost[best] <= cost {
		return
	}
	if old := n.from[best]; old >= 0 {
		n.next[old] = -1
	}
	n.next[i], n.from[best], n.cost[best] = best, i, cost
}

// distance is how far a component is from its left neighbour on one line; false when they cannot stand on one.
func distance(left, right component) (float64, bool) {
	h, k := left.height(), right.height()
	xl, yl := left.middle()
	xr, yr := right.middle()
	gap, dx, dy := float64(right.x0-left.x1), xr-xl, math.Abs(yr-yl)
	if h > 1.9*k || k > 1.9*h || gap < -0.3*h || gap > 1.7*max(h, k) || dy > 0.14*max(h, k)+0.27*dx {
		return 0, false
	}
	return max(0, gap) + 1.5*dy, true
}

// The bounds of what is looked at: short rows that may be parts of a line, lines, and components of one.
const (
	maxParts      = 250
	maxChains     = 40
	maxComponents = 200
)

// joined puts rows together that lie on one line with a gap between, and keeps the long ones.
func joined(rows []chain, least int) []chain {
	slices.SortStableFunc(rows, func(a, b chain) int { return len(b) - len(a) })
	rows = rows[:min(len(rows), maxParts)]
	used := make([]bool, len(rows))
	var found []chain
	for i := range rows {
		if used[i] || len(rows[i]) < 6 || len(rows[i]) > maxComponents || len(found) == maxChains {
			continue
		}
		c := slices.Clone(rows[i])
		for grown := true; grown; {
			grown = false
			end := c.end()
			for j := i + 1; j < len(rows); j++ {
				if !used[j] && len(c) < maxComponents && end.continues(rows[j]) {
					c, used[j], grown = append(c, rows[j]...), true, true
					slices.SortFunc(c, func(a, b component) int { return a.x0 - b.x0 })
					end = c.end()
				}
			}
		}
		if len(c) >= least {
			found = append(found, c)
		}
	}
	return found
}

// ends is a row as seen by what could go on from it.
type ends struct{ from, to, tall, a, b float64 }

func (c chain) end() ends {
	a, b := c.slope()
	return ends{float64(c[0].x0), float64(c[len(c)-1].x1), c.tall(), a, b}
}

// continues says whether a short row lies on the line of a long one, near one of its ends.
func (e ends) continues(short chain) bool {
	h, first, last := e.tall, short[0], short[len(short)-1]
	gap := max(e.from-float64(last.x1), float64(first.x0)-e.to)
	if gap < -0.3*h || gap > 9*h {
		return false
	}
	for _, c := range []component{first, last} {
		x, y := c.middle()
		if math.Abs(e.a+e.b*x-y) > 0.4*h {
			return false
		}
	}
	t := short.tall()
	return t < 1.4*h && h < 1.4*t
}

// tall is the height of a row's tall components.
func (c chain) tall() float64 {
	heights := make([]float64, len(c))
	for i := range c {
		heights[i] = c[i].height()
	}
	slices.Sort(heights)
	return heights[len(heights)*7/10]
}

// slope is the straight line y = a + b x through the middles.
func (c chain) slope() (a, b float64) {
	var n, sx, sy, sxx, sxy float64
	for i := range c {
		x, y := c[i].middle()
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	d := n*sxx - sx*sx
	if d == 0 {
		return sy / n, 0
	}
	b = (n*sxy - sx*sy) / d
	return (sy - b*sx) / n, b
}
