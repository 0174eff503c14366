package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/tiff"

	"github.com/openbmis/openbmis/traveldoc/picture/jp2"
)

// Info is what an image says of itself before it is decoded.
type Info struct {
	Format        Format
	Width, Height int // pixels, above zero
	memory        int // bytes a pixel that decoding takes at most
}

// maxHeader bounds what Identify reads in search of the header; a TIFF may keep its own at the end.
const maxHeader = 1 << 20

// Identify tells format, width and height by the first bytes and the header alone. The error is ErrUnknown, ErrBroken or ErrUnsupported.
func Identify(data []byte) (Info, error) {
	i := Info{Format: FormatOf(data)}
	var shape image.Config
	var err error
	switch i.Format {
	case JPEG:
		shape, err = jpeg.DecodeConfig(bytes.NewReader(data[:min(len(data), maxHeader)]))
	case PNG:
		shape, err = png.DecodeConfig(bytes.NewReader(data[:min(len(data), maxHeader)]))
	case TIFF:
		shape, err = tiff.DecodeConfig(bytes.NewReader(data))
	case JP2, J2K:
		return identify2000(i.Format, data)
	case Unknown:
		return Info{}, fmt.Errorf("%w: expected a file that begins as JPEG, PNG, TIFF or JPEG 2000 does", ErrUnknown)
	}
	if err != nil {
		return Info{}, wrap(i.Format, err)
	}
	i.Width, i.Height, i.memory = shape.Width, shape.Height, memoryOf(shape.ColorModel)
	if i.Format == JPEG && isProgressive(data) {
		i.memory *= 5 // the decoder holds four bytes for each coefficient beside the image
	}
	if i.Width <= 0 || i.Height <= 0 {
		return Info{}, fmt.Errorf("%w: %s of %d x %d pixels", ErrBroken, i.Format, i.Width, i.Height)
	}
	return i, nil
}

// identify2000 is Identify for JPEG 2000: the decoder holds each component three times over, in four bytes a sample.
func identify2000(f Format, data []byte) (Info, error) {
	c, err := jp2.DecodeConfig(data)
	if err != nil {
		return Info{}, wrap(f, err)
	}
	return Info{Format: f, Width: c.Width, Height: c.Height, memory: 4 + 3*4*c.Components}, nil
}

// memoryOf is how many bytes a pixel takes.
func memoryOf(m color.Model) int {
	switch m {
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.YCbCrModel:
		return 3
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	return 4
}
