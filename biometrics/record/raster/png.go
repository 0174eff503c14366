// Package raster reads and writes fingerprint images in the plain formats: PNG with its resolution, JPEG (read only), and raw grey bytes.
// It exists so that images of records and files come to biometrics.Image in one place.
//
// It must never allocate an image before its size is checked, nor guess a resolution: what a file does not say, the caller does.
package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"github.com/openbmis/openbmis/biometrics"
)

// ErrResolution says that neither the file nor the caller gave the pixels of an inch.
var ErrResolution = errors.New("no resolution: the file has none, and none was given")

const metre = 1 / 0.0254 // in inches

// IsPNG reports whether data begin as a PNG file does.
func IsPNG(data []byte) bool { return bytes.HasPrefix(data, []byte(signature)) }

// IsGrey reports whether a PNG file has eight bits of grey a pixel, and nothing else.
func IsGrey(data []byte) bool {
	const depth = len(signature) + 8 + 8 // in the IHDR chunk, behind the size; then the type of colour
	return IsPNG(data) && len(data) > depth+1 && data[depth] == 8 && data[depth+1] == 0 && !bytes.Contains(data[:min(len(data), 4096)], []byte("tRNS"))
}

const signature = "\x89PNG\r\n\x1a\n"

// IsJPEG reports whether data begin as a JPEG file does.
func IsJPEG(data []byte) bool { return bytes.HasPrefix(data, []byte{0xFF, 0xD8, 0xFF}) }

// DecodePNG reads a PNG file as grey. ppi is used when it is not 0; otherwise the file's pHYs chunk; without both, ErrResolution.
func DecodePNG(data []byte, ppi float64) (biometrics.Image, error) {
	if ppi == 0 {
		if ppi = Resolution(data); ppi == 0 {
			return biometrics.Image{}, fmt.Errorf("png: %w", ErrResolution)
		}
	}
	return decode(data, ppi, "png", png.DecodeConfig, png.Decode)
}

// DecodeJPEG reads a JPEG file as grey, a sequential one: records have no other, and a scan of a few bytes of a progressive one costs a
// pass over all pixels. Its resolution is the caller's to say.
func DecodeJPEG(data []byte, ppi float64) (biometrics.Image, error) {
	if ppi == 0 {
		return biometrics.Image{}, fmt.Errorf("jpeg: %w", ErrResolution)
	}
	if err := sequential(data); err != nil {
		return biometrics.Image{}, fmt.Errorf("jpeg: %w", err)
	}
	return decode(data, ppi, "jpeg", jpeg.DecodeConfig, jpeg.Decode)
}

// sequential walks over the segments up to the frame, which says how the pixels are coded.
func sequential(data []byte) error {
	for at := 2; at+3 < len(data); {
		switch marker := data[at+1]; {
		case data[at] == 0xFF && marker == 0xFF: // fill
			at++
			continue
		case data[at] == 0xFF && (marker == 0xC0 || marker == 0xC1):
			return nil
		case data[at] == 0xFF && (marker == 0xC4 || marker == 0xDB || marker == 0xDD || marker >= 0xE0 && marker <= 0xEF || marker == 0xFE):
			at += 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		default:
			return fmt.Errorf("offset %d: marker %02X%02X, expected tables and a baseline frame FFC0: a progressive or lossless one is not read",
				at, data[at], marker)
		}
	}
	return errors.New("expected a frame before the end")
}

// Size is the size that a PNG or JPEG file claims.
func Size(data []byte) (width, height int, err error) {
	config := jpeg.DecodeConfig
	if IsPNG(data) {
		config = png.DecodeConfig
	}
	c, err := config(bytes.NewReader(data))
	if err != nil {
		return 0, 0, fmt.Errorf("head: %w", err)
	}
	return c.Width, c.Height, nil
}

// Raw takes grey bytes as an image of a size. Its resolution is the caller's to say.
func Raw(data []byte, width, height int, ppi float64) (biometrics.Image, error) {
	if ppi == 0 {
		return biometrics.Image{}, fmt.Errorf("raw: %w", ErrResolution)
	}
	m := biometrics.Image{Width: width, Height: height, PPI: ppi, Pix: data}
	if err := m.Check(); err != nil {
		return biometrics.Image{}, fmt.Errorf("raw: %w", err)
	}
	m.Pix = bytes.Clone(data)
	return m, nil
}

func decode(data []byte, ppi float64, name string,
	config func(io.Reader) (image.Config, error), whole func(io.Reader) (image.Image, error),
) (biometrics.Image, error) {
	c, err := config(bytes.NewReader(data))
	if err != nil {
		return biometrics.Image{}, fmt.Errorf("%s: head: %w", name, err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width > biometrics.MaxSide || c.Height > biometrics.MaxSide ||
		c.Width*c.Height > biometrics.MaxPixels {
		return biometrics.Image{}, fmt.Errorf("%s: size: %dx%d, expected 1 to %d a side and at most %d pixels", name, c.Width, c.Height,
			biometrics.MaxSide, biometrics.MaxPixels)
	}
	from, err := whole(bytes.NewReader(data))
	if err != nil {
		return biometrics.Image{}, fmt.Errorf("%s: pixels: %w", name, err)
	}
	m := grey(from)
	m.PPI = ppi
	if err := m.Check(); err != nil {
		return biometrics.Image{}, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// grey is an image's luminance on white paper: what is transparent is no ridge.
func grey(from image.Image) biometrics.Image {
	b := from.Bounds()
	m := biometrics.Image{Width: b.Dx(), Height: b.Dy(), Pix: make([]byte, b.Dx()*b.Dy())}
	plain, isGrey := from.(*image.Gray)
	for y := range m.Height {
		row := m.Pix[y*m.Width : (y+1)*m.Width]
		if isGrey {
			copy(row, plain.Pix[y*plain.Stride:])
			continue
		}
		for x := range row {
			r, g, b, a := from.At(b.Min.X+x, b.Min.Y+y).RGBA()
			paper := 0xFFFF - a
			c, _ := color.GrayModel.Convert(color.RGBA64{uint16(r + paper), uint16(g + paper), uint16(b + paper), 0xFFFF}).(color.Gray) //nolint:gosec // colours are premultiplied: at most a
			row[x] = c.Y
		}
	}
	return m
}

// Resolution is the resolution of a PNG file's pHYs chunk; 0 without one, or when its two directions or its unit are of no use.
func Resolution(data []byte) float64 {
	if !IsPNG(data) {
		return 0
	}
	for rest := data[len(signature):]; len(rest) >= 12; {
		length := int(binary.BigEndian.Uint32(rest))
		if length > len(rest)-12 || string(rest[4:8]) == "IDAT" {
			return 0
		}
		if string(rest[4:8]) == "pHYs" && length == 9 {
			x, y := binary.BigEndian.Uint32(rest[8:]), binary.BigEndian.Uint32(rest[12:])
			if x != y || rest[16] != 1 {
				return 0
			}
			// pixels a metre are whole numbers: 19685 is 500 ppi and not 499.999
			return math.Round(float64(x)/metre*10) / 10
		}
		rest = rest[12+length:]
	}
	return 0
}

// EncodePNG writes a PNG file with its resolution in a pHYs chunk.
func EncodePNG(m biometrics.Image) ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, fmt.Errorf("png: %w", err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, &image.Gray{Pix: m.Pix, Stride: m.Width, Rect: image.Rect(0, 0, m.Width, m.Height)}); err != nil {
		return nil, fmt.Errorf("png: %w", err)
	}
	const head = len(signature) + 25 // the IHDR chunk is always first and of one length
	per := uint32(math.Round(m.PPI * metre))
	chunk := binary.BigEndian.AppendUint32([]byte("pHYs"), per)
	chunk = append(binary.BigEndian.AppendUint32(chunk, per), 1)
	all := append(out.Bytes()[:head:head], 0, 0, 0, 9)
	all = binary.BigEndian.AppendUint32(append(all, chunk...), crc32.ChecksumIEEE(chunk))
	return append(all, out.Bytes()[head:]...), nil
}
