package ocrb

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// segment is a straight piece of a centre line.
type segment struct{ x0, y0, x1, y1 float64 }

// distance is how far a point lies from the segment.
func (s segment) distance(x, y float64) float64 {
	dx, dy := s.x1-s.x0, s.y1-s.y0
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = max(0, min(1, ((x-s.x0)*dx+(y-s.y0)*dy)/l))
	}
	return math.Hypot(x-s.x0-t*dx, y-s.y0-t*dy)
}

// pen follows an outline.
type pen struct {
	x, y     float64
	down     bool
	segments []segment
}

func (p *pen) moveTo(x, y float64) { p.x, p.y, p.down = x, y, true }

func (p *pen) lineTo(x, y float64) {
	if p.down {
		p.segments = append(p.segments, segment{p.x, p.y, x, y})
	}
	p.moveTo(x, y)
}

// arc follows an ellipse in pieces of at most 12 degrees, which stay within a hundredth of a millimetre of it.
func (p *pen) arc(a []float64) {
	at := func(degrees float64) (float64, float64) {
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		return a[0] + a[2]*cos, a[1] + a[3]*sin
	}
	n := max(1, int(math.Abs(a[5]-a[4])/12))
	for i := range n + 1 {
		x, y := at(a[4] + (a[5]-a[4])*float64(i)/float64(n))
		if i == 0 && math.Hypot(x-p.x, y-p.y) > 25 {
			p.down = false // an arc of its own, not the end of a line
		}
		p.lineTo(x, y)
	}
}

// follow draws an outline.
func follow(outline string) ([]segment, error) {
	var p pen
	words := strings.Fields(outline)
	for len(words) > 0 {
		n := 2
		if words[0] == "E" {
			n = 6
		}
		if len(words) <= n {
			return nil, fmt.Errorf("outline %q: %s: expected %d numbers", outline, words[0], n)
		}
		var a [6]float64
		for i := range n {
			v, err := strconv.ParseFloat(words[1+i], 64)
			if err != nil {
				return nil, fmt.Errorf("outline %q: %w", outline, err)
			}
			a[i] = v
		}
		switch words[0] {
		case "M":
			p.moveTo(a[0], a[1])
		case "L":
			p.lineTo(a[0], a[1])
		case "E":
			p.arc(a[:])
		default:
			return nil, fmt.Errorf("outline %q: %s: expected M, L or E", outline, words[0])
		}
		words = words[1+n:]
	}
	return p.segments, nil
}
