package page

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/openbmis/openbmis/traveldoc/specimen/ocrb"
)

// drawing is a page on its way.
type drawing struct {
	Page
	measures
	img   *image.RGBA
	scale float64 // pixels a millimetre
}

func newDrawing(p Page, m measures, dpi int) *drawing {
	scale := float64(dpi) / 25.4
	bounds := image.Rect(0, 0, int(math.Round(m.width*scale)), int(math.Round(m.height*scale)))
	return &drawing{Page: p, measures: m, img: image.NewRGBA(bounds), scale: scale}
}

func (d *drawing) paper(c color.Color) {
	draw.Draw(d.img, d.img.Bounds(), image.NewUniform(c), image.Point{}, draw.Src)
}

func (d *drawing) random(stream uint64) *rand.Rand { return numbered(d.Seed, stream) }

// numbered is a random source that gives the same for the same numbers.
func numbered(seed, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, stream)) //nolint:gosec // the same page must be the same picture
}

var ( //nolint:gochecknoglobals // colours are no constants in Go
	ink       = color.RGBA{22, 20, 26, 255}
	labelInk  = color.RGBA{70, 92, 128, 255}
	titleInk  = color.RGBA{30, 52, 110, 255}
	watermark = color.RGBA{150, 20, 30, 62}
)

func (d *drawing) white() error {
	d.paper(color.RGBA{243, 245, 240, 255})
	d.guilloche()
	if err := d.texts(); err != nil {
		return err
	}
	d.face(color.White)
	if err := d.over(); err != nil {
		return err
	}
	if err := d.zone(ink); err != nil {
		return err
	}
	if err := d.code(); err != nil {
		return err
	}
	if d.Stained {
		d.stain()
	}
	return nil
}

// infrared leaves what absorbs at 900 nm: the zone and a part of the portrait. A copy's ink does not.
func (d *drawing) infrared() error {
	d.paper(color.RGBA{216, 216, 216, 255})
	if !d.Copied {
		d.face(color.RGBA{216, 216, 216, 255})
		d.grey()
		if err := d.zone(color.RGBA{34, 34, 34, 255}); err != nil {
			return err
		}
	}
	return d.simulated("INFRARED, SIMULATED", color.RGBA{90, 90, 90, 255})
}

// ultraviolet shows dull paper with glowing fibres and the country's name; a copy's paper glows.
func (d *drawing) ultraviolet() error {
	if d.Copied {
		d.paper(color.RGBA{150, 170, 255, 255})
		return d.simulated("ULTRAVIOLET, SIMULATED", color.RGBA{20, 24, 80, 255})
	}
	d.paper(color.RGBA{22, 18, 52, 255})
	d.fibres()
	t, err := newTypist(d.img, true, 17*d.scale)
	if err != nil {
		return err
	}
	t.write(d.width*0.5*d.scale-t.width("UTOPIA")/2, d.height*0.55*d.scale, "UTOPIA", color.RGBA{90, 240, 150, 255})
	return d.simulated("ULTRAVIOLET, SIMULATED", color.RGBA{190, 190, 230, 255})
}

func (d *drawing) simulated(what string, c color.Color) error {
	t, err := newTypist(d.img, true, 3*d.scale)
	if err != nil {
		return err
	}
	t.write(3*d.scale, 5*d.scale, "SPECIMEN - UTOPIA - "+what, c)
	return nil
}

// face draws the portrait with a margin.
func (d *drawing) face(margin color.Color) {
	if d.photo == 0 {
		return
	}
	px := func(v float64) int { return int(math.Round(v * d.scale)) }
	height := d.photo * PortraitHeight / PortraitWidth
	edge := image.Rect(px(d.photoLeft-0.4), px(d.photoTop-0.4), px(d.photoLeft+d.photo+0.4), px(d.photoTop+height+0.4))
	draw.Draw(d.img, edge, image.NewUniform(margin), image.Point{}, draw.Src)
	d.Face.drawAt(d.img, image.Pt(px(d.photoLeft), px(d.photoTop)), d.scale*d.photo/PortraitWidth)
}

// zone prints the machine readable zone.
func (d *drawing) zone(c color.Color) error {
	if d.Zone == "" {
		return nil
	}
	lines := strings.Split(d.Zone, "\n")
	for n, line := range lines {
		y := d.height - d.zoneBottom - float64(len(lines)-1-n)*zoneSpacing
		if err := ocrb.DrawLine(d.img, d.zoneLeft*d.scale, y*d.scale, ocrb.PitchMM*d.scale, line, c); err != nil {
			return err
		}
	}
	return nil
}

// grey takes the colours out and most of the contrast.
func (d *drawing) grey() {
	for n := 0; n < len(d.img.Pix); n += 4 {
		p := d.img.Pix[n : n+4 : n+4]
		v := (299*int(p[0]) + 587*int(p[1]) + 114*int(p[2])) / 1000
		v = min(40+v*3/4, 216)
		p[0], p[1], p[2] = uint8(v), uint8(v), uint8(v)
	}
}
