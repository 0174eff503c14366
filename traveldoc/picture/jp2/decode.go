package jp2

import (
	"errors"
	"fmt"
	"image"
)

// The kinds of error, to be asked for with errors.Is.
var (
	ErrBroken      = errors.New("JPEG 2000 broken")
	ErrUnsupported = errors.New("JPEG 2000 of a kind that is not read")
	ErrTooLarge    = errors.New("JPEG 2000 too large")
)

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrBroken, fmt.Errorf(format, args...))
}

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrUnsupported, fmt.Errorf(format, args...))
}

// Bounds of every image, whatever the caller allows.
const (
	maxTiles      = 4096
	maxBlocks     = 1 << 20 // code blocks, and precincts, of the whole image
	maxComponents = 4
	maxDepth      = 16 // bits
)

// Config is what the header says.
type Config struct {
	Width, Height int
	Components    int
	Depth         int // bits of the deepest component
}

// DecodeConfig reads the header of a file or codestream.
func DecodeConfig(data []byte) (Config, error) {
	f, err := parseFile(data)
	if err != nil {
		return Config{}, err
	}
	s, _, err := parseSize(f.codestream)
	if err != nil {
		return Config{}, err
	}
	area, _, _ := s.grid()
	c := Config{Width: area.Dx(), Height: area.Dy(), Components: len(s.components)}
	for _, comp := range s.components {
		c.Depth = max(c.Depth, comp.depth)
	}
	return c, nil
}

// Decode decodes a file or codestream of at most so many pixels: grey, or colours without transparency, 8 bits. What is deeper is cut to
// 8 bits.
func Decode(data []byte, maxPixels int) (image.Image, error) {
	f, err := parseFile(data)
	if err != nil {
		return nil, err
	}
	d := decoder{maxPixels: maxPixels}
	if err := d.run(f.codestream); err != nil {
		return nil, err
	}
	return f.compose(&d)
}
