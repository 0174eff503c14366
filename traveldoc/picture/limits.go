package picture

import (
	"errors"
	"fmt"
)

// Limits bound what Decode takes on. They are held against what the file says of itself, before a pixel is decoded. The zero value of
// a field is that of DefaultLimits.
type Limits struct {
	Bytes  int // of the file
	Side   int // pixels of the longer side
	Pixels int // width times height
	Memory int // bytes that the decoded image and the decoder's own store may take
}

// DefaultLimits take a passport page at 600 dpi and the photograph of a telephone (50 megapixels).
func DefaultLimits() Limits {
	return Limits{Bytes: 32 << 20, Side: 20_000, Pixels: 52_000_000, Memory: 256 << 20}
}

// PortraitLimits are those of an image out of a chip, whose files hold at most 64 KB.
func PortraitLimits() Limits {
	return Limits{Bytes: 1 << 20, Side: 4096, Pixels: 6_000_000, Memory: 256 << 20}
}

func (l Limits) filled() Limits {
	d := DefaultLimits()
	for _, f := range [...]struct{ have, usual *int }{{&l.Bytes, &d.Bytes}, {&l.Side, &d.Side}, {&l.Pixels, &d.Pixels}, {&l.Memory, &d.Memory}} {
		if *f.have <= 0 {
			*f.have = *f.usual
		}
	}
	return l
}

// The kinds of error of Identify and Decode, to be asked for with errors.Is. Their text says what was found and what was expected.
var (
	ErrUnknown     = errors.New("no image that can be read")
	ErrTooLarge    = errors.New("image too large")
	ErrBroken      = errors.New("image broken")
	ErrUnsupported = errors.New("image of a kind that is not read")
)

func (l Limits) file(size int) error {
	if size > l.Bytes {
		return fmt.Errorf("%w: file of %d bytes, expected at most %d", ErrTooLarge, size, l.Bytes)
	}
	return nil
}

func (l Limits) shape(i Info) error {
	switch {
	case max(i.Width, i.Height) > l.Side:
		return fmt.Errorf("%w: %d x %d pixels, expected sides of at most %d", ErrTooLarge, i.Width, i.Height, l.Side)
	case i.Width > l.Pixels/i.Height:
		return fmt.Errorf("%w: %d x %d pixels, expected at most %d in all", ErrTooLarge, i.Width, i.Height, l.Pixels)
	case i.Width*i.Height > l.Memory/i.memory:
		return fmt.Errorf("%w: %d x %d pixels of up to %d bytes, expected at most %d bytes in all",
			ErrTooLarge, i.Width, i.Height, i.memory, l.Memory)
	}
	return nil
}
