package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/tiff"

	"github.com/openbmis/openbmis/traveldoc/picture/jp2"
)

// Decode decodes an image that stays within the limits; everything is held against them first. The image keeps its own kind of pixels
// (grey, YCbCr, CMYK, 8 or 16 bits). The format is told also when decoding fails. The error is ErrUnknown, ErrTooLarge, ErrBroken or
// ErrUnsupported, and names what was found.
func Decode(data []byte, limits Limits) (image.Image, Format, error) {
	limits = limits.filled()
	f := FormatOf(data)
	if err := limits.file(len(data)); err != nil {
		return nil, f, err
	}
	info, err := Identify(data)
	if err != nil {
		return nil, f, err
	}
	if err := limits.shape(info); err != nil {
		return nil, f, err
	}
	if err := bounded(f, data); err != nil {
		return nil, f, err
	}
	img, err := decode(f, data, limits)
	if err != nil {
		return nil, f, wrap(f, err)
	}
	if img.Bounds().Dx() != info.Width || img.Bounds().Dy() != info.Height {
		return nil, f, fmt.Errorf("%w: %s of %d x %d pixels in a header of %d x %d",
			ErrBroken, f, img.Bounds().Dx(), img.Bounds().Dy(), info.Width, info.Height)
	}
	return img, f, nil
}

// bounded refuses files that make little data into much work.
func bounded(f Format, data []byte) error {
	switch f {
	case JPEG:
		return boundScans(data)
	case TIFF:
		return boundStrips(data)
	case PNG, JP2, J2K, Unknown:
	}
	return nil
}

func decode(f Format, data []byte, limits Limits) (image.Image, error) {
	in := bytes.NewReader(data)
	switch f {
	case JPEG:
		return jpeg.Decode(in)
	case PNG:
		return png.Decode(in)
	case TIFF:
		return tiff.Decode(in)
	case JP2, J2K:
		return jp2.Decode(data, min(limits.Pixels, max2000))
	case Unknown:
	}
	return nil, ErrUnsupported
}

// max2000 bounds the pixels of JPEG 2000, which takes a hundred times the work of JPEG: portraits have a quarter of a million.
const max2000 = 12_000_000

// wrap gives the error of a decoder its kind.
func wrap(f Format, err error) error {
	var lacksJPEG jpeg.UnsupportedError
	var lacksPNG png.UnsupportedError
	var lacksTIFF tiff.UnsupportedError
	switch {
	case errors.Is(err, ErrBroken), errors.Is(err, ErrUnsupported), errors.Is(err, ErrTooLarge):
		return err
	case errors.Is(err, jp2.ErrUnsupported):
		return fmt.Errorf("%w: %s: %w", ErrUnsupported, f, err)
	case errors.Is(err, jp2.ErrTooLarge):
		return fmt.Errorf("%w: %s: %w", ErrTooLarge, f, err)
	case errors.As(err, &lacksJPEG), errors.As(err, &lacksPNG), errors.As(err, &lacksTIFF):
		return fmt.Errorf("%w: %s: %w", ErrUnsupported, f, err)
	}
	return fmt.Errorf("%w: %s: %w", ErrBroken, f, err)
}
