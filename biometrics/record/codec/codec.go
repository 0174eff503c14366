// Package codec reads and writes the pixels of images that a record describes. It exists so that every record format treats compressions
// alike.
//
// It must never believe what compressed data say of size or resolution when the record around them says it.
package codec

import (
	"errors"
	"fmt"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/record/raster"
	"github.com/openbmis/openbmis/biometrics/record/wsq"
)

// Compression is how an image's pixels are written.
type Compression string

// The compressions. JPEG 2000 is named, and neither read nor written; JPEG is read only.
const (
	Raw              Compression = "raw"
	WSQ              Compression = "wsq"
	PNG              Compression = "png"
	JPEG             Compression = "jpeg"
	JPEGLossless     Compression = "jpeg-lossless"
	JPEG2000         Compression = "jpeg2000"
	JPEG2000Lossless Compression = "jpeg2000-lossless"
)

// ErrUnsupported is a compression or depth that cannot be read: JPEG 2000 above all. Ask whoever sent it for WSQ, PNG or raw.
var ErrUnsupported = errors.New("unsupported compression")

// Decode reads pixels of a size and resolution.
func Decode(c Compression, depth int, data []byte, width, height int, ppi float64) (biometrics.Image, error) {
	if depth != 8 {
		return biometrics.Image{}, fmt.Errorf("depth: %w: %d bits a pixel, expected 8", ErrUnsupported, depth)
	}
	if err := sized(c, data, width, height); err != nil {
		return biometrics.Image{}, fmt.Errorf("image data: %w", err)
	}
	var m biometrics.Image
	var err error
	switch c {
	case Raw:
		m, err = raster.Raw(data, width, height, ppi)
	case WSQ:
		m, _, err = wsq.Decode(data)
	case PNG:
		m, err = raster.DecodePNG(data, ppi)
	case JPEG:
		m, err = raster.DecodeJPEG(data, ppi)
	default:
		return biometrics.Image{}, fmt.Errorf("compression: %w: %s, expected raw, WSQ, PNG or JPEG", ErrUnsupported, c)
	}
	if err != nil {
		return biometrics.Image{}, fmt.Errorf("image data: %w", err)
	}
	m.PPI = ppi
	return m, m.Check()
}

// sized compares the size that compressed data claim with the record's before anything is decoded: a small record costs little.
func sized(c Compression, data []byte, width, height int) error {
	w, h := width, height
	var err error
	switch c {
	case WSQ:
		w, h, err = wsq.Size(data)
	case PNG, JPEG:
		w, h, err = raster.Size(data)
	default: // no size of their own
	}
	if err == nil && (w != width || h != height) {
		return fmt.Errorf("%dx%d pixels, the record says %dx%d", w, h, width, height)
	}
	return err
}

// Encode writes pixels. The rate is WSQ's, bits a pixel; 0: its default.
func Encode(m biometrics.Image, c Compression, rate float64) ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	switch c {
	case Raw:
		return m.Pix, nil
	case WSQ:
		return wsq.Encode(m, wsq.Options{BitRate: rate})
	case PNG:
		return raster.EncodePNG(m)
	default:
		return nil, fmt.Errorf("compression: %w: %s, expected raw, WSQ or PNG", ErrUnsupported, c)
	}
}
