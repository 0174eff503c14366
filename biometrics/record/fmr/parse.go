package fmr

import (
	"encoding/binary"
	"fmt"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/record/internal/octets"
)

// Parse reads a record. Slices of the result are views of data.
func Parse(data []byte) (Record, error) {
	r := octets.NewReader("fmr", data)
	if got := r.Bytes(4, "format identifier"); r.Err() == nil && string(got) != magic {
		r.Fail(0, "format identifier", "%q, expected %q", got, magic)
	}
	if got := r.Bytes(4, "version"); r.Err() == nil && string(got) != version {
		r.Fail(4, "version", "%q, expected %q", got, version)
	}
	record := length(r, data)
	if record.Standard == ANSI {
		record.Owner, record.Type = r.U16("CBEFF owner"), r.U16("CBEFF type")
	}
	record.Equipment = r.U16("capture equipment")
	record.Width, record.Height = r.U16("width"), r.U16("height")
	record.X, record.Y = r.U16("resolution x"), r.U16("resolution y")
	views := int(r.U8("number of views"))
	record.Reserved = r.U8("reserved")
	for i := range views {
		if r.Err() != nil {
			break
		}
		record.Views = append(record.Views, view(r, i == views-1))
	}
	if left := r.Left(); left > tolerated {
		r.Fail(r.Offset(), "end", "expected the end after %d views, %d bytes follow", views, left)
	}
	record.Trailing = r.Bytes(r.Left(), "end")
	if r.Err() != nil {
		return Record{}, r.Err()
	}
	return record, nil
}

// length reads the record's length, and knows by it which standard the record follows: ISO has four bytes for it, ANSI two, or six of which
// the first two are zero. No length can be right in two ways.
func length(r *octets.Reader, data []byte) Record {
	at, total := r.Offset(), int64(len(data))
	first := r.U16("record length")
	rest := r.Rest()
	switch {
	case r.Err() != nil:
	case int64(first) == total:
		return Record{Standard: ANSI}
	case len(rest) >= 2 && int64(first)<<16|int64(binary.BigEndian.Uint16(rest)) == total:
		r.U16("record length")
		return Record{Standard: ISO}
	case first == 0 && len(rest) >= 4 && int64(binary.BigEndian.Uint32(rest)) == total:
		r.U32("record length")
		return Record{Standard: ANSI, LongLength: true}
	case len(rest) >= 2:
		r.Fail(at, "record length", "%d (ISO) or %d (ANSI), %d bytes are there", int64(first)<<16|int64(binary.BigEndian.Uint16(rest)), first, total)
	default:
		r.Fail(at, "record length", "%d, %d bytes are there", first, total)
	}
	return Record{}
}

func view(r *octets.Reader, last bool) View {
	v := View{Position: biometrics.Position(r.U8("finger position"))}
	numbers := r.U8("view number and impression type")
	v.Number, v.Impression, v.Quality = numbers>>4, numbers&15, r.U8("quality")
	count := int(r.U8("number of minutiae"))
	if body := r.Bytes(count*minutiaSize, "minutiae"); body != nil && count > 0 {
		v.Minutiae = make([]Minutia, count)
		for i := range v.Minutiae {
			v.Minutiae[i] = minutia(body[i*minutiaSize:])
		}
	}
	claimed := int(r.U16("length of extended data"))
	if left := r.Left(); last && claimed > left && claimed-left <= tolerated {
		v.Missing = uint8(claimed - left) //nolint:gosec // at most 2
		claimed = left
	}
	v.Extended = r.Bytes(claimed, "extended data")
	return v
}

func minutia(b []byte) Minutia {
	x, y := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	return Minutia{
		Kind: uint8(x >> 14), X: x & coordinate, Reserved: uint8(y >> 14), Y: y & coordinate, Angle: b[4], Quality: b[5],
	}
}

// MarshalBinary writes the record.
func (record Record) MarshalBinary() ([]byte, error) {
	if err := record.check(); err != nil {
		return nil, err
	}
	u16 := binary.BigEndian.AppendUint16
	out := append([]byte(magic+version), 0, 0)
	if record.Standard == ISO {
		out = append(out, 0, 0)
	} else {
		if record.LongLength {
			out = append(out, 0, 0, 0, 0)
		}
		out = u16(u16(out, record.Owner), record.Type)
	}
	out = u16(u16(u16(out, record.Equipment), record.Width), record.Height)
	out = append(u16(u16(out, record.X), record.Y), byte(len(record.Views)), record.Reserved) //nolint:gosec // checked
	for i := range record.Views {
		out = record.Views[i].append(out)
	}
	out = append(out, record.Trailing...)
	switch {
	case record.Standard == ISO:
		binary.BigEndian.PutUint32(out[8:], uint32(len(out))) //nolint:gosec // 255 views of at most 67 KB
	case record.LongLength:
		binary.BigEndian.PutUint32(out[10:], uint32(len(out))) //nolint:gosec // the same
	case len(out) > 0xFFFF:
		record.LongLength = true
		return record.MarshalBinary()
	default:
		binary.BigEndian.PutUint16(out[8:], uint16(len(out))) //nolint:gosec // checked
	}
	return out, nil
}

// check says what cannot be written.
func (record *Record) check() error {
	if record.Standard != ISO && record.Standard != ANSI {
		return fmt.Errorf("fmr: standard: %q, expected ISO or ANSI", record.Standard)
	}
	if len(record.Views) > 255 {
		return fmt.Errorf("fmr: %d views, expected at most 255", len(record.Views))
	}
	if len(record.Trailing) > tolerated {
		return fmt.Errorf("fmr: %d bytes behind the views, expected at most %d", len(record.Trailing), tolerated)
	}
	for i := range record.Views {
		v := &record.Views[i]
		switch {
		case v.Number > 15 || v.Impression > 15:
			return fmt.Errorf("fmr: view %d: number %d, impression type %d, expected at most 15", i+1, v.Number, v.Impression)
		case len(v.Minutiae) > 255:
			return fmt.Errorf("fmr: view %d: %d minutiae, expected at most 255", i+1, len(v.Minutiae))
		case len(v.Extended)+int(v.Missing) > 0xFFFF || v.Missing > tolerated || (v.Missing > 0 && i < len(record.Views)-1):
			return fmt.Errorf("fmr: view %d: %d bytes of extended data, expected at most 65535", i+1, len(v.Extended))
		}
		for k, m := range v.Minutiae {
			if m.Kind > 3 || m.Reserved > 3 || m.X > coordinate || m.Y > coordinate {
				return fmt.Errorf("fmr: view %d: minutia %d: does not fit its fields", i+1, k+1)
			}
		}
	}
	return nil
}

func (v *View) append(out []byte) []byte {
	u16 := binary.BigEndian.AppendUint16
	out = append(out, byte(v.Position), v.Number<<4|v.Impression, v.Quality, byte(len(v.Minutiae))) //nolint:gosec // checked
	for _, m := range v.Minutiae {
		out = u16(u16(out, uint16(m.Kind)<<14|m.X), uint16(m.Reserved)<<14|m.Y)
		out = append(out, m.Angle, m.Quality)
	}
	out = u16(out, uint16(len(v.Extended)+int(v.Missing))) //nolint:gosec // checked
	return append(out, v.Extended...)
}

func note(format string, args ...any) string { return fmt.Sprintf(format, args...) }
