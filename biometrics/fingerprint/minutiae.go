package fingerprint

import (
	"cmp"
	"math"
	"slices"
)

// spot is a minutia while it is looked at.
type spot struct {
	at      int     // index in the skeleton
	x, y    int     // pixels
	angle   float64 // radians, y down, as Minutia.Angle otherwise
	kind    Kind
	quality float64
	gone    bool
	traced  float64 // the direction of the line itself, radians, y down
	near    float64 // pixels to the next point, at most alone
}

// What the lines around a point must be like, in pixels at 500 ppi; a ridge period is about nine.
const (
	reach  = 10 // how far a line is followed to find where it runs; what is shorter is a spur, an island or a bridge
	border = 8  // nearer than this to the end of the print a line ends because the print does
	facing = 7  // two points of a kind that face each other within this are a gap or a hole in a ridge
	crowd  = 6  // two points within this are a stain
	alone  = 30 // further than this another point does not matter
)

// branch is a line that leaves a spot.
type branch struct {
	end    int // where following it stopped
	steps  int
	closed bool // it ran into another node before reach
}

// follow walks along the line from at over first, to the next node or as far as limit.
func (s *skeleton) follow(at, first, limit int) branch {
	previous, here := at, first
	for steps := 1; steps < limit; steps++ {
		if crossings(s.neighbours(here)) != 2 {
			return branch{here, steps, true}
		}
		next := -1
		for k := 0; k < 16 && next < 0; k += 2 { // the straight neighbours first
			i := here + s.around[(k+k/8)&7]
			if s.pix[i] != 0 && i != previous && !s.touch(i, previous) {
				next = i
			}
		}
		if next < 0 {
			return branch{here, steps, true}
		}
		previous, here = here, next
	}
	return branch{here, limit, false}
}

// touch reports whether two pixels are neighbours.
func (s *skeleton) touch(i, j int) bool {
	d := i - j
	for _, o := range s.around {
		if d == o {
			return true
		}
	}
	return false
}

// branches are the lines that leave a node: one for each run of neighbours.
func (s *skeleton) branches(at int) []branch {
	n, out := s.neighbours(at), make([]branch, 0, 4)
	for k := range 8 {
		if n>>k&1 == 1 && n>>((k+7)&7)&1 == 0 { // a run begins
			first := k
			if k&1 == 1 && n>>((k+1)&7)&1 == 1 {
				first = (k + 1) & 7
			}
			out = append(out, s.follow(at, at+s.around[first], reach))
		}
	}
	return out
}

// points finds the endings and bifurcations and where they spot.
func (s *skeleton) points(o field, m mask) []spot {
	var out []spot
	for y := range s.height {
		for x := range s.width {
			at := s.at(x, y)
			if s.pix[at] == 0 || !m.inside(x, y) {
				continue
			}
			switch crossings(s.neighbours(at)) {
			case 1:
				out = s.ending(out, at, o)
			case 3:
				out = s.fork(out, at, o)
			}
		}
	}
	return out
}

func (s *skeleton) ending(out []spot, at int, o field) []spot {
	b := s.branches(at)
	if len(b) != 1 || b[0].closed {
		return out
	}
	x, y := s.place(at)
	ex, ey := s.place(b[0].end)
	return append(out, spot{at: at, x: x, y: y, kind: Ending, traced: math.Atan2(float64(ey-y), float64(ex-x)), angle: along(o, x, y, float64(ex-x), float64(ey-y))})
}

func (s *skeleton) fork(out []spot, at int, o field) []spot {
	b := s.branches(at)
	if len(b) != 3 {
		return out
	}
	x, y := s.place(at)
	var dx, dy [3]float64
	for k := range b {
		if b[k].closed && b[k].steps < 8 {
			return out
		}
		ex, ey := s.place(b[k].end)
		length := math.Hypot(float64(ex-x), float64(ey-y)) + 1e-9
		dx[k], dy[k] = float64(ex-x)/length, float64(ey-y)/length
	}
	best, sum := -3.0, 0
	for k := range b { // the two that are closest enclose the valley
		l := (k + 1) % 3
		if dot := dx[k]*dx[l] + dy[k]*dy[l]; dot > best {
			best, sum = dot, k
		}
	}
	l := (sum + 1) % 3
	return append(out, spot{at: at, x: x, y: y, kind: Bifurcation, traced: math.Atan2(dy[sum]+dy[l], dx[sum]+dx[l]), angle: along(o, x, y, dx[sum]+dx[l], dy[sum]+dy[l])})
}

// along is the direction of the field at a pixel that agrees with (dx, dy).
func along(o field, x, y int, dx, dy float64) float64 {
	a := o.angle(float32(x)+0.5, float32(y)+0.5)
	if math.Cos(a)*dx+math.Sin(a)*dy < 0 {
		a += math.Pi
	}
	return a
}

// refine takes out what the structure says is no minutia. The points are in reading order.
func refine(points []spot, m mask) []spot {
	for i := range points {
		p := &points[i]
		if nearBorder(m, p.x, p.y) {
			p.gone = true
		}
		for j := i - 1; j >= 0 && p.y-points[j].y <= facing; j-- {
			q := &points[j]
			distance := (p.x-q.x)*(p.x-q.x) + (p.y-q.y)*(p.y-q.y)
			opposed := p.kind == q.kind && math.Cos(p.angle-q.angle) < -0.7 // within 45 degrees
			if opposed && distance <= facing*facing || distance < crowd*crowd {
				p.gone, q.gone = true, true
			}
		}
	}
	return slices.DeleteFunc(points, func(p spot) bool { return p.gone })
}

// weigh estimates how likely each point is found again in another impression of the finger. It is a logistic regression over three things:
// how clear the ridges are there, how far the next point is (false ones come in groups), and whether the line runs as the ridges around
// do. The weights were fitted on pairs of impressions; fitted on three sensors they order the points of a fourth one as well. The points
// are in reading order.
func weigh(points []spot, clearness cells) {
	for i := range points {
		points[i].near = alone
	}
	for i := range points {
		p := &points[i]
		for j := i - 1; j >= 0 && p.y-points[j].y < alone; j-- {
			q := &points[j]
			distance := math.Hypot(float64(p.x-q.x), float64(p.y-q.y))
			p.near, q.near = min(p.near, distance), min(q.near, distance)
		}
	}
	for i := range points {
		p := &points[i]
		c := float64(clearness.sample(float32(p.x), float32(p.y)))
		z := 2.7 + 5.8*(c-0.8) + 0.137*(p.near-20) + 8*(math.Cos(p.traced-p.angle)-0.99)
		p.quality = 1 / (1 + math.Exp(-z))
	}
}

// nearBorder reports whether the print ends within border pixels.
func nearBorder(m mask, x, y int) bool {
	const d, e = border, border * 7 / 10
	for _, o := range [8][2]int{{d, 0}, {-d, 0}, {0, d}, {0, -d}, {e, e}, {e, -e}, {-e, e}, {-e, -e}} {
		nx, ny := x+o[0], y+o[1]
		if nx < 0 || ny < 0 || nx/cell >= m.cols || ny/cell >= m.rows || !m.inside(nx, ny) {
			return true
		}
	}
	return false
}

// minutiae writes the points as they are kept, the best first where there are too many, in reading order.
func minutiae(points []spot) []Minutia {
	slices.SortStableFunc(points, func(a, b spot) int { return cmp.Compare(b.quality, a.quality) })
	points = points[:min(len(points), MaxMinutiae)]
	slices.SortStableFunc(points, func(a, b spot) int { return cmp.Or(cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x)) })
	out := make([]Minutia, len(points))
	for i, p := range points {
		turn := int(math.Round(-p.angle*128/math.Pi)) & 255
		q := min(max(math.Round(p.quality*100), 1), 100)
		out[i] = Minutia{X: uint16(p.x), Y: uint16(p.y), Angle: uint8(turn), Kind: p.kind, Quality: uint8(q)} //nolint:gosec // bounded above
	}
	return out
}
