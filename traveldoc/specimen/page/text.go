package page

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"
)

// typist writes the visual zone.
type typist struct {
	img  draw.Image
	face font.Face
}

// newTypist writes letters of a size, in pixels from base line to base line.
func newTypist(img draw.Image, bold bool, size float64) (typist, error) {
	file := goregular.TTF
	if bold {
		file = gobold.TTF
	}
	parsed, err := opentype.Parse(file)
	if err != nil {
		return typist{}, fmt.Errorf("page: font: %w", err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return typist{}, fmt.Errorf("page: font: %w", err)
	}
	return typist{img, face}, nil
}

// write writes a text from x on, standing on y.
func (t typist) write(x, y float64, text string, c color.Color) {
	drawer := font.Drawer{Dst: t.img, Src: image.NewUniform(c), Face: t.face, Dot: fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}}
	drawer.DrawString(text)
}

// width is how many pixels a text takes.
func (t typist) width(text string) float64 { return float64(font.MeasureString(t.face, text)) / 64 }

// texts writes the head and the fields.
func (d *drawing) texts() error {
	title, err := newTypist(d.img, true, 4.6*d.scale)
	if err != nil {
		return err
	}
	small, err := newTypist(d.img, false, 1.9*d.scale)
	if err != nil {
		return err
	}
	value, err := newTypist(d.img, true, 2.9*d.scale)
	if err != nil {
		return err
	}
	title.write(5*d.scale, 8*d.scale, "UTOPIA", titleInk)
	value.write(d.textLeft*d.scale, 8*d.scale, d.Title, titleInk)
	value.write(d.width*d.scale-value.width(d.Number)-5*d.scale, 8*d.scale, d.Number, ink)
	room := (d.width - d.textLeft - 3) / float64(d.columns)
	if d.Barcode != nil {
		room -= (d.barcode + 4) / float64(d.columns)
	}
	x, y := 0, d.textTop
	for _, f := range d.Fields {
		if f.Wide && x > 0 {
			x, y = 0, y+7.2
		}
		left := (d.textLeft + float64(x)*room) * d.scale
		small.write(left, (y+1.8)*d.scale, f.Label, labelInk)
		value.write(left, (y+5)*d.scale, f.Text, ink)
		if x++; f.Wide || x == d.columns {
			x, y = 0, y+7.2
		}
	}
	return nil
}

// over writes SPECIMEN - UTOPIA across the page.
func (d *drawing) over() error {
	const text = "SPECIMEN - UTOPIA"
	size := d.width * 0.09 * d.scale
	layer := image.NewRGBA(image.Rect(0, 0, d.img.Bounds().Dx(), int(size*1.4)))
	t, err := newTypist(layer, true, size)
	if err != nil {
		return err
	}
	t.write((float64(layer.Bounds().Dx())-t.width(text))/2, size, text, color.NRGBA(watermark))
	angle := -math.Atan2(d.height*0.42, d.width)
	sin, cos := math.Sin(angle), math.Cos(angle)
	cx, cy := d.width*d.scale/2, d.height*0.47*d.scale
	lx, ly := float64(layer.Bounds().Dx())/2, float64(layer.Bounds().Dy())/2
	matrix := f64.Aff3{cos, -sin, cx - cos*lx + sin*ly, sin, cos, cy - sin*lx - cos*ly}
	draw.BiLinear.Transform(d.img, matrix, layer, layer.Bounds(), draw.Over, nil)
	return nil
}
