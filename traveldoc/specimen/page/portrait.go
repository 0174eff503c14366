package page

import (
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
)

// Face is what a drawn person looks like: the same seed is the same face. It is a drawing and nobody's likeness.
type Face struct {
	Seed uint64
	Sex  string // "F" wears hair long here and no beard, "M" short
	// Likeness other than 0 is the seed of somebody else with the same colours of skin, hair and eyes, and the same hair: a look-alike.
	Likeness uint64
}

// The portrait's units: 35 by 45, as a photograph's millimetres.
const (
	PortraitWidth  = 35.0
	PortraitHeight = 45.0
)

// features are what tells faces apart, in the portrait's units.
type features struct {
	skin, hair, coat, iris, ground color.RGBA
	width, height                  float64 // half axes of the head
	eyes, eyeSize, brow            float64
	nose, mouth, smile             float64
	style                          int // of the hair
	beard, glasses, moustache      bool
}

func (f Face) features() features {
	r := seeded(f.Seed)
	shape := r
	if f.Likeness != 0 {
		shape = seeded(f.Likeness)
	}
	between := func(low, high float64) float64 { return low + shape.Float64()*(high-low) }
	pick := func(colours []color.RGBA) color.RGBA { return colours[r.IntN(len(colours))] }
	look := features{
		skin:   pick([]color.RGBA{{246, 217, 190, 255}, {233, 190, 152, 255}, {205, 153, 110, 255}, {157, 106, 70, 255}, {104, 68, 46, 255}}),
		hair:   pick([]color.RGBA{{38, 28, 24, 255}, {92, 58, 34, 255}, {176, 128, 66, 255}, {140, 140, 142, 255}, {120, 44, 22, 255}}),
		coat:   pick([]color.RGBA{{44, 62, 92, 255}, {96, 40, 48, 255}, {52, 84, 66, 255}, {70, 70, 78, 255}, {112, 88, 44, 255}}),
		iris:   pick([]color.RGBA{{66, 104, 140, 255}, {84, 58, 36, 255}, {74, 108, 66, 255}}),
		ground: color.RGBA{222, 228, 232, 255}, style: r.IntN(4),
		beard: r.IntN(5) == 0, glasses: r.IntN(3) == 0, moustache: r.IntN(5) == 0,
	}
	look.shape(between)
	switch f.Sex {
	case "F":
		look.style, look.beard, look.moustache = look.style|1, false, false
	case "M":
		look.style &^= 1
	}
	return look
}

// shape is what differs between those who resemble each other.
func (l *features) shape(between func(low, high float64) float64) {
	l.width, l.height = between(7.6, 9.6), between(10.4, 12.6)
	l.eyes, l.eyeSize, l.brow = between(3.2, 4.3), between(1.0, 1.5), between(1.9, 2.8)
	l.nose, l.mouth, l.smile = between(1.0, 2.0), between(2.4, 4.0), between(-0.6, 1.3)
}

func seeded(number uint64) *rand.Rand {
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], number)
	return rand.New(rand.NewChaCha8(seed)) //nolint:gosec // the same seed must be the same face
}

// Portrait draws the face, width pixels wide and nine sevenths as high.
func (f Face) Portrait(width int) *image.RGBA {
	scale := float64(width) / PortraitWidth
	img := image.NewRGBA(image.Rect(0, 0, width, int(PortraitHeight*scale+0.5)))
	f.drawAt(img, image.Point{}, scale)
	return img
}

// drawAt draws the portrait at a place, so many pixels a unit.
func (f Face) drawAt(img *image.RGBA, at image.Point, scale float64) {
	look, s := f.features(), sketch{img: img, clip: img.Bounds(), scale: scale, origin: at}
	area := image.Rect(0, 0, int(PortraitWidth*scale+0.5), int(PortraitHeight*scale+0.5)).Add(at)
	draw.Draw(img, area, image.NewUniform(look.ground), image.Point{}, draw.Src)
	s.clip = area
	look.behind(s)
	look.head(s)
	look.expression(s)
	look.front(s)
}

// middle of the face, in units.
const faceX, faceY = PortraitWidth / 2, 21.0

func (s sketch) shape(c color.Color, shape func(path)) {
	s.fill(PortraitWidth, PortraitHeight, c, shape)
}

// behind is what the head covers: long hair, shoulders, neck.
func (l features) behind(s sketch) {
	if l.style == 1 || l.style == 3 {
		s.shape(l.hair, func(p path) { ellipse(p, faceX, faceY+2, l.width+2.4, l.height+3.2) })
	}
	s.shape(l.coat, func(p path) { ellipse(p, faceX, 46, 16, 10) })
	s.shape(shade(l.skin, 0.86), func(p path) { rectangle(p, faceX-3, faceY+6, 6, 12) })
	s.shape(shade(l.coat, 1.5), func(p path) {
		p.move(faceX-4, 36.6)
		p.line(faceX, 42)
		p.line(faceX+4, 36.6)
		p.line(faceX+3, 45)
		p.line(faceX-3, 45)
	})
}

func (l features) head(s sketch) {
	for _, side := range []float64{-1, 1} {
		s.shape(shade(l.skin, 0.92), func(p path) { ellipse(p, faceX+side*l.width, faceY+0.6, 1.3, 2.2) })
	}
	s.shape(l.skin, func(p path) { ellipse(p, faceX, faceY, l.width, l.height) })
	if l.beard {
		s.shape(l.hair, func(p path) {
			p.move(faceX-l.width*0.94, faceY+3)
			p.curve(faceX-l.width, faceY+l.height, faceX-4, faceY+l.height+2, faceX, faceY+l.height+2)
			p.curve(faceX+4, faceY+l.height+2, faceX+l.width, faceY+l.height, faceX+l.width*0.94, faceY+3)
			p.curve(faceX+5, faceY+6, faceX-5, faceY+6, faceX-l.width*0.94, faceY+3)
		})
	}
}

func (l features) expression(s sketch) {
	ink := color.RGBA{40, 32, 30, 255}
	for _, side := range []float64{-1, 1} {
		x, y := faceX+side*l.eyes, faceY-1.2
		s.shape(color.White, func(p path) { ellipse(p, x, y, l.eyeSize*1.35, l.eyeSize*0.8) })
		s.shape(l.iris, func(p path) { ellipse(p, x, y, l.eyeSize*0.68, l.eyeSize*0.72) })
		s.shape(ink, func(p path) { ellipse(p, x, y, l.eyeSize*0.3, l.eyeSize*0.32) })
		s.shape(shade(l.hair, 0.8), func(p path) { rectangle(p, x-1.9, y-l.brow-0.3, 3.8, 0.6) })
		if l.glasses {
			l.lens(s, x, y)
		}
	}
	s.shape(shade(l.skin, 0.78), func(p path) {
		p.move(faceX-0.3, faceY)
		p.line(faceX+l.nose, faceY+4)
		p.line(faceX-0.6, faceY+4.2)
	})
	s.shape(color.RGBA{158, 72, 66, 255}, func(p path) {
		y := faceY + 6.6
		p.move(faceX-l.mouth, y)
		p.curve(faceX-1, y+l.smile, faceX+1, y+l.smile, faceX+l.mouth, y)
		p.curve(faceX+1, y+l.smile+1.3, faceX-1, y+l.smile+1.3, faceX-l.mouth, y)
	})
	if l.moustache {
		s.shape(l.hair, func(p path) { ellipse(p, faceX, faceY+5.4, l.mouth, 0.8) })
	}
}

func (l features) lens(s sketch, x, y float64) {
	frame := color.RGBA{30, 30, 34, 255}
	s.shape(frame, func(p path) {
		ellipse(p, x, y, 2.7, 2.1)
		p.r.ClosePath()
		p.move(x+2.4, y) // the other way round leaves the glass free
		p.curve(x+2.4, y-round*1.8, x+round*2.4, y-1.8, x, y-1.8)
		p.curve(x-round*2.4, y-1.8, x-2.4, y-round*1.8, x-2.4, y)
		p.curve(x-2.4, y+round*1.8, x-round*2.4, y+1.8, x, y+1.8)
		p.curve(x+round*2.4, y+1.8, x+2.4, y+round*1.8, x+2.4, y)
	})
	s.shape(frame, func(p path) { rectangle(p, faceX-l.eyes+2.5, y-0.2, 2*l.eyes-5, 0.4) })
}

// front is the hair over the forehead.
func (l features) front(s sketch) {
	depth := []float64{4.2, 5.0, 2.6, 3.6}[l.style]
	s.shape(l.hair, func(p path) {
		w, top := l.width+0.7, faceY-l.height
		p.move(faceX-w, faceY-2)
		p.curve(faceX-w-0.6, top-4.4, faceX+w+0.6, top-4.4, faceX+w, faceY-2)
		p.curve(faceX+w*0.8, top+depth, faceX+w*0.2, top+depth, faceX+w*float64(l.style-1)*0.2, top+depth)
		p.curve(faceX-w*0.5, top+depth, faceX-w*0.8, top+depth+1, faceX-w, faceY-2)
	})
}

func shade(c color.RGBA, by float64) color.RGBA {
	part := func(v uint8) uint8 { return uint8(min(float64(v)*by, 255)) }
	return color.RGBA{part(c.R), part(c.G), part(c.B), c.A}
}
