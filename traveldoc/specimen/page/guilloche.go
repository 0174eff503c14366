package page

import (
	"image/color"
	"math"
)

// guilloche covers the page with interlaced waves, as security printing does.
func (d *drawing) guilloche() {
	random := d.random(1)
	colours := []color.RGBA{{150, 176, 204, 255}, {196, 170, 190, 255}, {166, 198, 172, 255}}
	for family := range 3 {
		period, lift := 18+random.Float64()*26, 2+random.Float64()*3.5
		second, phase := 7+random.Float64()*6, random.Float64()*6
		lines := int(d.height / 2.2)
		for n := -4; n < lines+4; n++ {
			at := float64(n) * 2.2
			d.wave(colours[family], func(x float64) float64 {
				return at + lift*math.Sin(2*math.Pi*x/period+phase+float64(n)*0.21) + 0.9*math.Sin(2*math.Pi*x/second+float64(family)+float64(n)*0.4)
			})
		}
	}
}

// wave draws a hairline, y of x in millimetres.
func (d *drawing) wave(c color.RGBA, y func(x float64) float64) {
	for px := range d.img.Bounds().Dx() {
		at := y(float64(px)/d.scale) * d.scale
		half := max(0.09*d.scale, 0.35)
		for row := int(math.Floor(at - half)); row <= int(math.Floor(at+half)); row++ {
			cover := min(float64(row+1), at+half) - max(float64(row), at-half)
			d.blend(px, row, c, cover*0.5)
		}
	}
}

// blend lays a colour over a pixel, 0 to 1; outside the page nothing happens.
func (d *drawing) blend(x, y int, c color.RGBA, part float64) {
	b := d.img.Bounds()
	if part <= 0 || x < 0 || y < 0 || x >= b.Dx() || y >= b.Dy() {
		return
	}
	p := d.img.Pix[d.img.PixOffset(x, y):]
	mix := func(old, over uint8) uint8 { return uint8(float64(old)*(1-part) + float64(over)*part) }
	p[0], p[1], p[2] = mix(p[0], c.R), mix(p[1], c.G), mix(p[2], c.B)
}

// fibres are those that glow under ultraviolet light, short and bent.
func (d *drawing) fibres() {
	random := d.random(2)
	colours := []color.RGBA{{255, 90, 80, 255}, {110, 255, 130, 255}, {255, 240, 110, 255}, {110, 170, 255, 255}}
	for range int(d.width * d.height / 90) {
		c := colours[random.IntN(len(colours))]
		x, y, turn, bend := random.Float64()*d.width, random.Float64()*d.height, random.Float64()*6.28, random.Float64()*0.08-0.04
		for range 60 {
			for dx := -1; dx <= 1; dx++ {
				d.blend(int(x*d.scale)+dx, int(y*d.scale), c, 0.8)
			}
			x, y, turn = x+0.06*math.Cos(turn), y+0.06*math.Sin(turn), turn+bend
		}
	}
}

// stain is coffee over a part of the zone: it takes the ink away under it.
func (d *drawing) stain() {
	cx, cy := d.width*0.42, d.height-d.zoneBottom-zoneSpacing*0.6
	for y := range d.img.Bounds().Dy() {
		for x := range d.img.Bounds().Dx() {
			dx, dy := float64(x)/d.scale-cx, float64(y)/d.scale-cy
			far := math.Hypot(dx/1.5, dy) + 0.7*math.Sin(math.Atan2(dy, dx)*5)
			switch {
			case far < 6.2:
				d.blend(x, y, color.RGBA{132, 92, 52, 255}, 0.9)
			case far < 7:
				d.blend(x, y, color.RGBA{92, 58, 28, 255}, 0.7)
			}
		}
	}
}
