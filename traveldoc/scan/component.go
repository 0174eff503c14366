package scan

// component is a connected patch of ink, by its box; the far edges do not belong to it.
type component struct{ x0, y0, x1, y1, area int }

func (c component) width() float64  { return float64(c.x1 - c.x0) }
func (c component) height() float64 { return float64(c.y1 - c.y0) }
func (c component) middle() (x, y float64) {
	return float64(c.x0+c.x1) / 2, float64(c.y0+c.y1) / 2
}

// swapped is the component in a picture mirrored about its diagonal: columns become rows.
func (c component) swapped() component { return component{c.y0, c.x0, c.y1, c.x1, c.area} }

// run is a row's stretch of ink.
type run struct{ from, to, patch int }

// patches joins runs to components.
type patches struct {
	parent []int
	box    []component
}

func (p *patches) root(i int) int {
	for p.parent[i] != i {
		p.parent[i] = p.parent[p.parent[i]]
		i = p.parent[i]
	}
	return i
}

func (p *patches) begin(y, from, to int) int {
	p.parent = append(p.parent, len(p.parent))
	p.box = append(p.box, component{from, y, to, y + 1, to - from})
	return len(p.parent) - 1
}

func (p *patches) extend(i, y, from, to int) {
	b := &p.box[i]
	b.x0, b.x1, b.y1 = min(b.x0, from), max(b.x1, to), y+1
	b.area += to - from
}

func (p *patches) join(i, j int) int {
	i, j = p.root(i), p.root(j)
	if i == j {
		return i
	}
	p.parent[j] = i
	a, b := &p.box[i], p.box[j]
	a.x0, a.y0, a.x1, a.y1 = min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1)
	a.area += b.area
	return i
}

// components are the patches that could be characters: neither specks nor lines and pictures.
func (k *ink) components() []component {
	var p patches
	var above, here []run
	for y := range k.h {
		here = k.runs(here[:0], y)
		k.connect(&p, y, above, here)
		above, here = here, above
	}
	var found []component
	for i, c := range p.box {
		if p.parent[i] == i && c.couldBeText() {
			found = append(found, c)
		}
	}
	return found
}

// couldBeText bounds a character's size in pixels of the picture that is searched.
func (c component) couldBeText() bool {
	w, h := c.x1-c.x0, c.y1-c.y0
	return max(w, h) >= 6 && min(w, h) <= 120 && max(w, h) <= 400 && c.area >= 6
}

func (k *ink) runs(runs []run, y int) []run {
	row := k.dark[y*k.w : (y+1)*k.w]
	for x := 0; x < k.w; x++ {
		if !row[x] {
			continue
		}
		from := x
		for x < k.w && row[x] {
			x++
		}
		runs = append(runs, run{from, x, -1})
	}
	return runs
}

// connect gives the runs of a row to the patches that they touch in the row above, also over a corner.
func (k *ink) connect(p *patches, y int, above, here []run) {
	first := 0
	for i := range here {
		r := &here[i]
		for first < len(above) && above[first].to < r.from {
			first++
		}
		for j := first; j < len(above) && above[j].from <= r.to; j++ {
			if r.patch < 0 {
				r.patch = p.root(above[j].patch)
				p.extend(r.patch, y, r.from, r.to)
			} else {
				r.patch = p.join(r.patch, above[j].patch)
			}
		}
		if r.patch < 0 {
			r.patch = p.begin(y, r.from, r.to)
		}
	}
}
