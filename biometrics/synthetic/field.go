package synthetic

import (
	"math"
	"math/rand/v2"
)

// point is a place on the finger in pixels at 500 ppi from the centre of the pad, y upwards.
type point struct{ x, y float64 }

// pole is a core or a delta. Around it the direction does not turn evenly: sway says how unevenly, as the first two waves of its angle
// (after A. Vizcaya and L. Gerhardt, A nonlinear orientation model for global description of fingerprints, 1996).
type pole struct {
	point
	sway [4]float64
}

// turn is half the angle at which the place stands from the pole, swayed.
func (p *pole) turn(x, y float64) float64 {
	a := math.Atan2(y-p.y, x-p.x)
	sin, cos := math.Sincos(a)
	return 0.5 * (a + p.sway[0]*sin + p.sway[1]*cos + 2*p.sway[2]*sin*cos + p.sway[3]*(cos*cos-sin*sin))
}

// field says where the ridges of a finger run and how far apart they are.
type field struct {
	class         Class
	cores, deltas []pole
	bend, crest   float64 // how high an arch rises, and at which height most
	broad         float64 // how broad it is
	tilt          float64 // radians that the whole pattern is turned by
	period        float64 // pixels at 500 ppi from ridge to ridge
	drift, wobble lattice // slow and less slow changes of direction, -1 to 1
	width         lattice // slow changes of distance, -1 to 1
	spread        spread  // changes of distance that the directions bring about
}

// drawField places the singular points of a class and the slow changes that make no two fingers alike. Without enough of them fingers of one
// class are more like each other than those of people are.
func drawField(random *rand.Rand, class Class) field {
	f := field{
		class: class, period: between(random, 7.8, 10.6), bend: between(random, 0.4, 1.15), crest: between(random, -75, 25),
		broad: between(random, 50, 95), tilt: between(random, -0.25, 0.25),
		drift: newLattice(random, 4, 5), wobble: newLattice(random, 8, 10), width: newLattice(random, 6, 8),
	}
	at := func(x, y, spread float64) pole {
		p := pole{point: point{x + between(random, -spread, spread), y + between(random, -spread, spread)}}
		for i := range p.sway {
			p.sway[i] = between(random, -sway, sway) / float64(1+i/2)
		}
		return p
	}
	side, low := between(random, 60, 125), between(random, -125, -55)
	left, right := at(-side, low, 14), at(side*between(random, 0.75, 1.3), low, 22)
	c := at(between(random, -16, 16), between(random, -8, 44), 8)
	switch class {
	case TentedArch:
		f.cores, f.deltas = []pole{c}, []pole{at(c.x+between(random, -6, 6), c.y-between(random, 45, 110), 2)}
	case LeftLoop:
		f.cores, f.deltas = []pole{c}, []pole{right}
	case RightLoop:
		f.cores, f.deltas = []pole{c}, []pole{left}
	case Whorl, DoubleLoop:
		half, lean := between(random, 8, 36), between(random, -0.6, 0.6)
		if class == DoubleLoop {
			half, lean = between(random, 38, 62), between(random, 0.55, 1.15)*float64(1-2*random.IntN(2))
		}
		dx, dy := half*math.Sin(lean), half*math.Cos(lean)
		f.cores = []pole{at(c.x+dx, c.y-15+dy, 2), at(c.x-dx, c.y-15-dy, 2)}
		f.deltas = []pole{left, right}
	case Arch:
	}
	f.spread = spreadOf(&f)
	return f
}

// How far directions stray from the plain model, in radians.
const (
	sway   = 0.4
	drift  = 0.4
	wobble = 0.14
)

// angle is the ridges' direction at a place in radians, counter-clockwise from the direction of growing x; ridges have no ends, so that
// it says the same as itself plus pi.
func (f *field) angle(x, y float64) float64 {
	u, v := x/float64(padWidth)+0.5, y/float64(padHeight)+0.5
	a := f.tilt + drift*f.drift.at(u, v) + wobble*f.wobble.at(u, v)
	if f.class == Arch {
		return a + f.archAngle(x, y)
	}
	for i := range f.cores {
		a += f.cores[i].turn(x, y)
	}
	for i := range f.deltas {
		a -= f.deltas[i].turn(x, y)
	}
	return a
}

// archAngle is the slope of ridges that enter on one side, rise in the middle, most of all a little below it, and leave on the other.
func (f *field) archAngle(x, y float64) float64 {
	rise := f.bend * math.Exp(-(y-f.crest)*(y-f.crest)/(2*95*95))
	u := x / f.broad
	return math.Atan(-1.6 * rise * u * math.Exp(-u*u/2))
}

// spacing is the distance from ridge to ridge at a place, in pixels at 500 ppi: ridges below the core stand wider apart, and those that part.
func (f *field) spacing(x, y float64) float64 {
	below := 1 / (1 + math.Exp((y+50)/30))
	plain := 0.97 + 0.08*below + 0.07*f.width.at(x/float64(padWidth)+0.5, y/float64(padHeight)+0.5)
	return f.period * plain * math.Exp(f.spread.at(x, y))
}

// between draws a number of a range.
func between(random *rand.Rand, low, high float64) float64 { return low + (high-low)*random.Float64() }
