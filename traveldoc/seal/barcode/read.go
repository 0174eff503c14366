package barcode

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"github.com/openbmis/openbmis/traveldoc/picture"
)

// Read finds the codes in a file of an image (JPEG, PNG, TIFF, JPEG 2000): ErrNoCode when there are none; an error of package picture
// when it is no image or too large.
func Read(file []byte) ([]Code, error) {
	img, _, err := picture.Decode(file, picture.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read barcodes: %w", err)
	}
	codes := Find(img)
	if len(codes) == 0 {
		return nil, ErrNoCode
	}
	return codes, nil
}

// Find gives the codes of a picture, at most MaxCodes, in any orientation: first those that stand by themselves, found by their texture,
// then what the whole picture shows.
func Find(img image.Image) []Code {
	grey, factor := shrunk(greyOf(img), maxPixels)
	f := finder{grey: grey, factor: factor, work: maxWork}
	for _, area := range regions(grey) {
		f.region(area)
	}
	if len(f.found) == 0 {
		f.whole()
	}
	return f.found
}

// Bounds of the work on one picture.
const (
	maxPixels = 9_000_000  // a larger picture is shrunk: codes keep enough pixels a module
	maxWork   = 40_000_000 // pixels handed to readers, each counted as often as it is
)

// greyOf is the luminance of a picture on white, its corner at the origin.
func greyOf(img image.Image) *image.Gray {
	if g, ok := img.(*image.Gray); ok && g.Rect.Min == (image.Point{}) {
		return g
	}
	b := img.Bounds()
	out := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	if y, ok := img.(*image.YCbCr); ok {
		for row := range b.Dy() {
			copy(out.Pix[row*out.Stride:][:b.Dx()], y.Y[y.YOffset(b.Min.X, b.Min.Y+row):])
		}
		return out
	}
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, b.Min, draw.Over)
	return out
}

// shrunk halves a picture until it has at most so many pixels, and gives the factor.
func shrunk(g *image.Gray, most int) (*image.Gray, int) {
	factor := 1
	for g.Rect.Dx()*g.Rect.Dy() > most && min(g.Rect.Dx(), g.Rect.Dy()) > 1 {
		g, factor = halved(g), 2*factor
	}
	return g, factor
}

func halved(g *image.Gray) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, g.Rect.Dx()/2, g.Rect.Dy()/2))
	for y := range out.Rect.Dy() {
		upper, lower := g.Pix[2*y*g.Stride:], g.Pix[(2*y+1)*g.Stride:]
		for x := range out.Rect.Dx() {
			sum := int(upper[2*x]) + int(upper[2*x+1]) + int(lower[2*x]) + int(lower[2*x+1])
			out.Pix[y*out.Stride+x] = byte(sum / 4) //nolint:gosec // a mean of bytes
		}
	}
	return out
}

// grown is a picture so many times as large, between its pixels mixed: the finders want a few pixels a module.
func grown(g *image.Gray, times int) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, times*g.Rect.Dx(), times*g.Rect.Dy()))
	f := float64(times)
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.Pix[y*out.Stride+x] = mixed(g, (float64(x)+.5)/f-.5, (float64(y)+.5)/f-.5)
		}
	}
	return out
}

// repeated is a picture three times as large, each pixel a square: for codes of one pixel a module.
func repeated(g *image.Gray) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, 3*g.Rect.Dx(), 3*g.Rect.Dy()))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.Pix[y*out.Stride+x] = g.Pix[y/3*g.Stride+x/3]
		}
	}
	return out
}

// turned is a picture turned about its middle on white, between its pixels mixed.
func turned(g *image.Gray, degrees float64) *image.Gray {
	width, height := float64(g.Rect.Dx()), float64(g.Rect.Dy())
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	out := image.NewGray(image.Rect(0, 0, int(width*cos+height*sin)+2, int(width*sin+height*cos)+2))
	middleX, middleY := float64(out.Rect.Dx())/2, float64(out.Rect.Dy())/2
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			dx, dy := float64(x)+.5-middleX, float64(y)+.5-middleY
			out.Pix[y*out.Stride+x] = mixed(g, cos*dx+sin*dy+width/2-.5, cos*dy-sin*dx+height/2-.5)
		}
	}
	return out
}

// mixed is the shade between four pixels; white outside.
func mixed(g *image.Gray, x, y float64) byte {
	left, top := int(math.Floor(x)), int(math.Floor(y))
	if left < 0 || top < 0 || left+1 >= g.Rect.Dx() || top+1 >= g.Rect.Dy() {
		return 255
	}
	fx, fy := x-float64(left), y-float64(top)
	upper, lower := g.Pix[top*g.Stride+left:], g.Pix[(top+1)*g.Stride+left:]
	return byte((1-fy)*((1-fx)*float64(upper[0])+fx*float64(upper[1])) + fy*((1-fx)*float64(lower[0])+fx*float64(lower[1])))
}
