package sitter

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// Sitter is a drawn head and shoulders, shaded so that a face detector knows it for a face. Nobody looks like it. Lengths are parts of the head's.
type Sitter struct {
	Seed          uint64
	Width, Height int     // of the picture, in pixels
	Head          float64 // chin to crown, over the height
	X, Eyes       float64 // middle of the face and height of the eyes from above, over width and height
	Tilt          float64 // degrees
	Ground        [3]float64
	Mottled       bool    // the background is a pattern
	Light         float64 // 1 is as it should be
	Grey          bool
}

// Usual is a portrait as it should be, of 35 x 45.
func Usual(seed uint64) Sitter {
	return Sitter{Seed: seed, Width: 620, Height: 797, Head: 0.75, X: 0.5, Eyes: 0.46, Ground: [3]float64{226, 229, 232}, Light: 1}
}

// JPEG is the portrait as a file.
func (s Sitter) JPEG() ([]byte, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, s.Draw(), &jpeg.Options{Quality: 90}); err != nil {
		return nil, fmt.Errorf("drawn portrait: %w", err)
	}
	return out.Bytes(), nil
}

// Apart is how many pixels lie between the eyes.
func (s Sitter) Apart() float64 { return 2 * s.looks().apart * s.Head * float64(s.Height) }

type blob struct{ x, y, wide, tall, by float64 }

// looks are what tells sitters apart.
type looks struct {
	skin, hair, coat [3]float64
	apart, w, h      float64
	blobs            []blob
	side             float64
}

func (s Sitter) looks() looks {
	r := rand.New(rand.NewPCG(s.Seed, 11)) //nolint:gosec // the same sitter each time
	u := func(a, b float64) float64 { return a + r.Float64()*(b-a) }
	skins := [][3]float64{{236, 196, 170}, {222, 178, 146}, {196, 146, 110}, {150, 104, 76}, {104, 70, 52}}
	hairs := [][3]float64{{38, 30, 28}, {88, 60, 40}, {150, 116, 74}, {120, 120, 122}}
	l := looks{
		skin: skins[r.IntN(len(skins))], hair: hairs[r.IntN(len(hairs))], coat: [3]float64{u(30, 90), u(30, 90), u(40, 110)},
		apart: u(0.135, 0.15), w: u(0.29, 0.33), h: u(0.44, 0.47), side: u(-0.2, 0.2),
	}
	k := u(0.85, 1.15)
	for _, sign := range []float64{-1, 1} {
		l.blobs = append(l.blobs, blob{sign * l.apart, -0.01, 0.07, 0.042, -0.4 * k}, blob{sign * l.apart, -0.08, 0.08, 0.017, -0.55 * k},
			blob{sign * 0.048, 0.06, 0.018, 0.08, -0.14 * k}, blob{sign * 0.037, 0.17, 0.02, 0.013, -0.45 * k}, blob{sign * 0.18, 0.14, 0.08, 0.07, 0.1},
			blob{sign * 0.11, 0.22, 0.02, 0.06, -0.1})
	}
	l.blobs = append(l.blobs, blob{0, 0.07, 0.022, 0.1, 0.14}, blob{0, 0.205, 0.055, 0.018, -0.2 * k}, blob{0, 0.285, 0.09, 0.014, -0.5 * k},
		blob{0, 0.305, 0.075, 0.02, -0.28 * k}, blob{0, 0.36, 0.06, 0.02, -0.16}, blob{0, -0.19, 0.2, 0.09, 0.1}, blob{0, 0.43, 0.07, 0.03, 0.06})
	return l
}

// Draw draws it.
func (s Sitter) Draw() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, s.Width, s.Height))
	l := s.looks()
	noise := rand.New(rand.NewPCG(s.Seed, 12)) //nolint:gosec // the same sitter each time
	unit := s.Head * float64(s.Height)
	sin, cos := math.Sincos(s.Tilt * math.Pi / 180)
	for y := range s.Height {
		for x := range s.Width {
			dx, dy := (float64(x)-s.X*float64(s.Width))/unit, (float64(y)-s.Eyes*float64(s.Height))/unit
			c := s.at(l, cos*dx+sin*dy, cos*dy-sin*dx, x, y)
			grain := noise.NormFloat64() * 1.5
			for n := range c {
				c[n] = min(255, max(0, c[n]*s.Light+grain))
			}
			if s.Grey {
				v := 0.3*c[0] + 0.59*c[1] + 0.11*c[2]
				c = [3]float64{v, v, v}
			}
			img.SetRGBA(x, y, color.RGBA{uint8(c[0]), uint8(c[1]), uint8(c[2]), 255})
		}
	}
	return img
}

// at is the colour at a place of the head, whose eyes lie at 0.
func (s Sitter) at(l looks, x, y float64, px, py int) [3]float64 {
	c := s.Ground
	if s.Mottled && (px/40+py/40)%2 == 0 {
		c = [3]float64{90, 120, 60}
	}
	if y > 0.55 && math.Abs(x) < 0.2+(y-0.55)*4 {
		c = l.coat
	}
	if math.Abs(x) < 0.19 && y > 0.2 && y < 0.66 {
		c = times(l.skin, 0.72)
	}
	if q := x*x/((l.w+0.05)*(l.w+0.05)) + (y+0.02)*(y+0.02)/((l.h+0.03)*(l.h+0.03)); q < 1 && y < 0.06 {
		c = times(l.hair, 1+0.25*math.Sin(x*170+8*math.Sin(y*9)))
	}
	return s.face(l, x, y, c)
}

// face lies over everything else.
func (s Sitter) face(l looks, x, y float64, otherwise [3]float64) [3]float64 {
	fy := y - 0.05
	fx := x / l.w
	if fy > 0 {
		fx *= 1 + 0.25*fy*fy/(l.h*l.h)
	}
	q := fx*fx + fy*fy/(l.h*l.h)
	if q >= 1 || y < -0.25+x*x {
		return otherwise
	}
	m := 1 - 0.3*q*q + l.side*x
	for _, b := range l.blobs {
		dx, dy := (x-b.x)/b.wide, (y-b.y)/b.tall
		if e := dx*dx + dy*dy; e < 9 {
			m *= 1 + b.by*math.Exp(-e/2)
		}
	}
	c := times(l.skin, m)
	ex := math.Abs(x) - l.apart
	switch e := ex*ex + y*y; {
	case e < 0.012*0.012:
		return [3]float64{15, 12, 12}
	case e < 0.024*0.024:
		return [3]float64{60, 48, 40}
	case ex*ex/(0.05*0.05)+y*y/(0.02*0.02) < 1:
		return times([3]float64{225, 222, 220}, min(1, l.skin[0]/200))
	case math.Abs(y+0.085) < 0.012 && math.Abs(ex) < 0.075 && math.Mod(x*140+99, 1) < 0.7: // hairs of a brow
		return times(l.hair, 0.9)
	case math.Abs(y-0.285) < 0.004 && math.Abs(x) < 0.09:
		return [3]float64{70, 30, 30}
	}
	return c
}

func times(c [3]float64, by float64) [3]float64 { return [3]float64{c[0] * by, c[1] * by, c[2] * by} }
