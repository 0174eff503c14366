package upload

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"

	"golang.org/x/image/draw"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/picture"
)

// imageLimits are the gate of images: a telephone's photograph of 50 megapixels. Of its memory as many are needed as files are taken at once.
func imageLimits(bytes int) picture.Limits {
	return picture.Limits{Bytes: bytes, Side: 10_000, Pixels: 52_000_000, Memory: 192 << 20}
}

// quality of the JPEG that is kept.
const quality = 88

// takeImage decodes an image and writes it anew: upright, bounded, without a byte of what came.
func takeImage(kind string, data []byte, l Limits) (Kept, error) {
	img, format, err := picture.Decode(data, imageLimits(l.Bytes))
	if err != nil {
		return Kept{}, imageProblem(err)
	}
	size := img.Bounds().Size()
	if min(size.X, size.Y) < l.Least {
		return Kept{}, problem.New(problem.Invalid, "upload_small").At("file").With("least", l.Least).With("found", min(size.X, size.Y))
	}
	upright := turned(smaller(img, l.Side), orientation(format, data))
	var out bytes.Buffer
	if err := jpeg.Encode(&out, upright, &jpeg.Options{Quality: quality}); err != nil {
		return Kept{}, err
	}
	k := Kept{Data: out.Bytes(), Came: format.String(), Width: upright.Bounds().Dx(), Height: upright.Bounds().Dy()}
	k.Type = "image/jpeg"
	if kind == evisa.FilePortrait {
		k.Likeness = Likeness(upright)
	}
	return k, nil
}

func imageProblem(err error) error {
	code := "upload_broken"
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		code = "upload_pixels"
	case errors.Is(err, picture.ErrUnsupported):
		code = "upload_type"
	}
	return problem.New(problem.Invalid, code).At("file").Because(err)
}

// smaller is the image on white, with its longer side bounded: by whole pixels as far as they go, which is quick, then by what remains.
func smaller(img image.Image, side int) *image.RGBA {
	from := img.Bounds()
	long := max(from.Dx(), from.Dy())
	boxed := boxes(img, max(1, long/side))
	if long <= side {
		return boxed
	}
	out := image.NewRGBA(image.Rect(0, 0, max(1, from.Dx()*side/long), max(1, from.Dy()*side/long)))
	draw.BiLinear.Scale(out, out.Bounds(), boxed, boxed.Bounds(), draw.Src, nil)
	return out
}

// boxes is the image on white, each pixel the mean of n by n. It is worked through in bands, so that a large picture is never held twice.
func boxes(img image.Image, n int) *image.RGBA {
	from := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, max(1, from.Dx()/n), max(1, from.Dy()/n)))
	band := image.NewRGBA(image.Rect(0, 0, from.Dx(), n))
	white := image.NewUniform(color.White)
	for y := range out.Rect.Dy() {
		draw.Draw(band, band.Rect, white, image.Point{}, draw.Src)
		draw.Draw(band, band.Rect, img, image.Pt(from.Min.X, from.Min.Y+y*n), draw.Over)
		row := out.Pix[y*out.Stride:]
		if n == 1 {
			copy(row, band.Pix)
			continue
		}
		mean(row, band, n, out.Rect.Dx())
	}
	return out
}

// mean writes a row of means of a band's boxes.
func mean(row []byte, band *image.RGBA, n, width int) {
	for x := range width {
		var sum [3]int
		for dy := range n {
			box := band.Pix[dy*band.Stride+4*x*n:]
			for dx := range n {
				sum[0] += int(box[4*dx])
				sum[1] += int(box[4*dx+1])
				sum[2] += int(box[4*dx+2])
			}
		}
		for c, v := range sum {
			row[4*x+c] = byte(v / (n * n)) //nolint:gosec // a mean of bytes
		}
		row[4*x+3] = 255
	}
}
