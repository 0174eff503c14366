package fingerprint

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The binary form, all numbers big-endian: "BMFT", version 1, u16 width, u16 height, u8 quality, u8 length of the algorithm's name and the
// name, u8 number of minutiae and 7 bytes each (u16 x, u16 y, angle, kind, quality), u8 columns and u8 rows of the field (0: none) and a
// byte a block.
const (
	templateMagic   = "BMFT"
	templateVersion = 1
	templateHead    = 4 + 1 + 2 + 2 + 1 + 1
	minutiaSize     = 7
	// MaxTemplateSize is more than any template takes.
	MaxTemplateSize = templateHead + 255 + 1 + MaxMinutiae*minutiaSize + 2 + (MaxSide/BlockSize)*(MaxSide/BlockSize)
)

// MarshalBinary writes the template in the project's own compact form.
func (t Template) MarshalBinary() ([]byte, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	out := make([]byte, 0, templateHead+len(t.Algorithm)+3+len(t.Minutiae)*minutiaSize+MaxSide/8)
	out = append(append(out, templateMagic...), templateVersion)
	out = binary.BigEndian.AppendUint16(out, uint16(t.Width))        //nolint:gosec // checked
	out = binary.BigEndian.AppendUint16(out, uint16(t.Height))       //nolint:gosec // checked
	out = append(out, t.Quality, byte(len(t.Algorithm)))             //nolint:gosec // checked
	out = append(append(out, t.Algorithm...), byte(len(t.Minutiae))) //nolint:gosec // checked
	for _, m := range t.Minutiae {
		out = binary.BigEndian.AppendUint16(out, m.X)
		out = binary.BigEndian.AppendUint16(out, m.Y)
		out = append(out, m.Angle, byte(m.Kind), m.Quality)
	}
	if t.Field == nil {
		return append(out, 0, 0), nil
	}
	return append(append(out, byte(t.Field.Columns), byte(t.Field.Rows)), t.Field.Orientation...), nil //nolint:gosec // checked
}

// check says what the form cannot hold.
func (t Template) check() error {
	f := t.Field
	switch {
	case t.Width < 0 || t.Height < 0 || t.Width > 0xFFFF || t.Height > 0xFFFF:
		return fmt.Errorf("template: size %dx%d: expected 0 to 65535", t.Width, t.Height)
	case len(t.Algorithm) > 255:
		return errors.New("template: name of the algorithm: expected at most 255 bytes")
	case len(t.Minutiae) > MaxMinutiae:
		return fmt.Errorf("template: %d minutiae: expected at most %d", len(t.Minutiae), MaxMinutiae)
	case f != nil && (f.Columns < 1 || f.Rows < 1 || f.Columns > MaxSide/BlockSize || f.Rows > MaxSide/BlockSize):
		return fmt.Errorf("template: field %dx%d: expected 1 to %d a side", f.Columns, f.Rows, MaxSide/BlockSize)
	case f != nil && len(f.Orientation) != f.Columns*f.Rows:
		return fmt.Errorf("template: field %dx%d with %d blocks: expected one for each", f.Columns, f.Rows, len(f.Orientation))
	}
	for i, m := range t.Minutiae {
		if m.Kind > Bifurcation || m.Quality > 100 {
			return fmt.Errorf("template: minutia %d: kind %d, quality %d: expected a kind to 2 and a quality to 100", i, m.Kind, m.Quality)
		}
	}
	return nil
}

// UnmarshalBinary reads what MarshalBinary wrote; anything else is an error that says where.
func (t *Template) UnmarshalBinary(data []byte) error {
	r := reader{data: data}
	if string(r.take(4)) != templateMagic || r.byte() != templateVersion {
		return errors.New("template: expected the mark BMFT and version 1")
	}
	out := Template{Width: r.short(), Height: r.short(), Quality: r.byte()}
	out.Algorithm = string(r.take(int(r.byte())))
	n := int(r.byte())
	if n*minutiaSize > len(data) {
		return fmt.Errorf("template: %d minutiae in %d bytes", n, len(data))
	}
	if n > 0 {
		out.Minutiae = make([]Minutia, n)
	}
	for i := range out.Minutiae {
		x, y := r.short(), r.short()
		out.Minutiae[i] = Minutia{X: uint16(x), Y: uint16(y), Angle: r.byte(), Kind: Kind(r.byte()), Quality: r.byte()} //nolint:gosec // 16 bits
	}
	if columns, rows := int(r.byte()), int(r.byte()); columns > 0 || rows > 0 {
		out.Field = &Field{Columns: columns, Rows: rows, Orientation: append([]uint8(nil), r.take(columns*rows)...)}
	}
	if r.cut || r.at != len(data) {
		return fmt.Errorf("template: %d bytes, expected as many as its counts say", len(data))
	}
	if err := out.check(); err != nil {
		return err
	}
	*t = out
	return nil
}

// reader takes bytes from the front; cut says that there were too few.
type reader struct {
	data []byte
	at   int
	cut  bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.data)-r.at {
		r.cut, r.at = true, len(r.data)
		return nil
	}
	r.at += n
	return r.data[r.at-n : r.at]
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) short() int {
	if b := r.take(2); b != nil {
		return int(binary.BigEndian.Uint16(b))
	}
	return 0
}
