package synthetic

import (
	"math"
	"math/rand/v2"

	"github.com/openbmis/openbmis/biometrics"
)

// Impression is the finger as a reader sees it in a pose: ridges dark on light. It takes some milliseconds, and the same pose gives the
// same image.
func (f *Finger) Impression(p Pose) biometrics.Image {
	p = p.bounded()
	random := rand.New(rand.NewPCG(p.Seed, f.seed)) //nolint:gosec // the same impression from the same pose is the point
	t := newTouch(random, f, p)
	img := biometrics.Image{Width: p.Width, Height: p.Height, PPI: p.PPI, Pix: make([]byte, p.Width*p.Height)}
	unit := 500 / p.PPI
	speckle := 2 + 20*p.Noise*p.Noise
	for j := range p.Height {
		y := (float64(p.Height)/2 - float64(j) - 0.5) * unit
		for i := range p.Width {
			x := (float64(i) + 0.5 - float64(p.Width)/2) * unit
			u, v := float64(i)/float64(p.Width), float64(j)/float64(p.Height)
			grey := t.ground(u, v) - t.ink(point{x, y}, u, v)
			grey += speckle * bell(random.Uint64())
			img.Pix[j*p.Width+i] = byte(min(max(grey, 0), 255))
		}
	}
	return img
}

// bell makes of random bits a number of -1.5 to 1.5, those around 0 most often: the sum of three even ones.
func bell(bits uint64) float64 {
	const third = 1<<21 - 1
	return float64(bits&third+bits>>21&third+bits>>42&third)/third - 1.5
}

// touch is one finger in one pose on one reader.
type touch struct {
	f        *Finger
	p        Pose
	sin, cos float64
	slide    point   // how far the rim slides
	turn     float64 // radians that the rim turns by
	lines    []line
	edge     lattice // where the rim of the contact is ragged
	blobs    lattice // where the skin is drier or wetter
	crackle  lattice // what a dry ridge is broken up by
	light    lattice // the reader's uneven ground
	old      touchGhost
}

// touchGhost is where the residue of the last finger lies: the same skin would be found by nobody, so it is this finger's, turned far.
type touchGhost struct{ sin, cos, dx, dy float64 }

func newTouch(random *rand.Rand, f *Finger, p Pose) *touch {
	t := &touch{f: f, p: p, lines: f.lines}
	t.sin, t.cos = math.Sincos(p.Rotation * math.Pi / 180)
	far, where := 24*p.Distortion*between(random, 0.5, 1), between(random, 0, 2*math.Pi)
	t.slide = point{far * math.Cos(where), far * math.Sin(where)}
	t.turn = 0.14 * p.Distortion * between(random, -1, 1)
	for range p.Cuts {
		t.lines = append(t.lines[:len(t.lines):len(t.lines)], drawLine(random))
	}
	t.edge, t.blobs = newLattice(random, 12, 12), newLattice(random, 9, 11)
	t.crackle, t.light = newLattice(random, padWidth*2/5, padHeight*2/5), newLattice(random, 3, 3)
	t.old.sin, t.old.cos = math.Sincos(math.Pi + between(random, -1, 1))
	t.old.dx, t.old.dy = between(random, -60, 60), between(random, -60, 60)
	return t
}

// ground is the reader without a finger, at a place of 0 to 1 of the image.
func (t *touch) ground(u, v float64) float64 { return 236 + (4+14*t.p.Noise)*t.light.at(u, v) }

// ink is how much darker a ridge makes a place of the image.
func (t *touch) ink(q point, u, v float64) float64 {
	dark := 0.0
	if t.p.Residue > 0 {
		dark = t.residue(q)
	}
	p := t.onFinger(q)
	contact := t.contact(p)
	if contact <= 0 {
		return dark
	}
	dark = max(dark, contact*t.ridge(p, u, v)*200)
	return dark
}

// onFinger is the place of the finger that lies on a place of the reader: turned back, shifted back, and slid: the middle of the pad
// sticks, what lies around it gives way.
func (t *touch) onFinger(q point) point {
	x, y := q.x-t.p.DX, q.y+t.p.DY
	x, y = x*t.cos+y*t.sin, -x*t.sin+y*t.cos
	if t.p.Distortion == 0 {
		return point{x, y}
	}
	r := math.Sqrt(x*x/(110*110) + y*y/(150*150))
	give := ramp(r, 0.25, 1.3)
	sin, cos := math.Sincos(t.turn * give)
	return point{x*cos - y*sin + t.slide.x*give, x*sin + y*cos + t.slide.y*give}
}

// contact is whether a place of the finger touches, 0 to 1: an ellipse with a ragged rim, larger under pressure.
func (t *touch) contact(p point) float64 {
	grow := t.p.Contact * (1 + 0.08*t.p.Pressure)
	x, y := (p.x-t.p.OffX)/(140*grow), (p.y-t.p.OffY)/(184*grow)
	r := math.Sqrt(x*x + y*y)
	if r > 1.2 {
		return 0
	}
	r += 0.06 * t.edge.at(p.x/padWidth+0.5, p.y/padHeight+0.5)
	return 1 - ramp(r, 0.9, 1)
}

// ridge is how much of a ridge a place of the finger carries, 0 to 1, as pressure, moisture, pores and cuts leave it.
func (t *touch) ridge(p point, u, v float64) float64 {
	h := t.f.skin.at(p.x, p.y)
	s, w := p.x/padWidth+0.5, p.y/padHeight+0.5
	patch := t.blobs.at(u, v)
	wet := t.p.Moisture + 0.35*patch*(0.3+math.Abs(t.p.Moisture))
	h += 0.45*t.p.Pressure + 0.1*patch
	if wet > 0 {
		h += 0.95 * wet
	} else {
		h += wet * (0.3 + 1.1*max(t.crackle.at(s, w)+0.25, 0))
	}
	pore := t.f.pores.at(s, w)
	h -= 0.6 * ramp(pore, 0.55, 0.9) * max(0, 1-max(wet, 0)*1.4)
	level := ramp(h, -0.55, 0.75)
	for _, l := range t.lines {
		level *= 1 - l.cover(p)
	}
	return level
}

// residue is the trace of the finger before.
func (t *touch) residue(q point) float64 {
	x, y := q.x-t.old.dx, q.y-t.old.dy
	x, y = x*t.old.cos+y*t.old.sin, -x*t.old.sin+y*t.old.cos
	r := math.Sqrt(x*x/(140*140) + y*y/(180*180))
	if r > 1 {
		return 0
	}
	return 70 * t.p.Residue * (1 - ramp(r, 0.6, 1)) * ramp(t.f.skin.at(x, y), -0.2, 1)
}
