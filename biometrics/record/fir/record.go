// Package fir reads and writes finger image records of ISO/IEC 19794-4:2011. It exists because readers deliver their prints in them, and
// other systems ask for prints in them.
//
// It must never lose what it does not understand: what follows an image in its representation is kept and written back byte for byte.
package fir

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/record/codec"
	"github.com/openbmis/openbmis/biometrics/record/internal/octets"
)

// magic is the format identifier and version of the second edition (2011).
const (
	magic   = "FIR\x00"
	version = "020\x00"
)

// Record is a finger image record (clause 8).
type Record struct {
	// Certified is the certification flag: representations have a list of certifications, perhaps an empty one.
	Certified bool
	// Positions is the number of finger positions that the header claims; it is kept as written.
	Positions       uint8
	Representations []Representation
}

// Representation is one image with its head (8.3).
type Representation struct {
	Captured       Instant
	Technology     uint8
	Vendor, Device uint16
	Qualities      []Quality
	Certifications []Certification
	Position       biometrics.Position
	Number         uint8
	// Scale is the unit of the resolutions: 1 pixels per inch, 2 pixels per centimetre.
	Scale        uint8
	ScanX, ScanY uint16
	X, Y         uint16 // resolution of the image
	Depth        uint8  // bits a pixel
	Compression  Compression
	Impression   uint8
	Width        uint16
	Height       uint16
	Data         []byte // as compressed
	Extended     []byte // what follows the image: segmentation, annotation, comments
}

// Instant is the capture date and time as written, in UTC; a field of all ones is not known.
type Instant struct {
	Year                             uint16
	Month, Day, Hour, Minute, Second uint8
	Millisecond                      uint16
}

// InstantOf is a time as records write it.
func InstantOf(t time.Time) Instant {
	t = t.UTC()
	return Instant{
		Year: uint16(t.Year()), Month: uint8(t.Month()), Day: uint8(t.Day()), Hour: uint8(t.Hour()), //nolint:gosec // fields of a date
		Minute: uint8(t.Minute()), Second: uint8(t.Second()), Millisecond: uint16(t.Nanosecond() / 1e6), //nolint:gosec // fields of a time
	}
}

// Time is the instant; false when a field of it is not known or there is no such date.
func (i Instant) Time() (time.Time, bool) {
	t := time.Date(int(i.Year), time.Month(i.Month), int(i.Day), int(i.Hour), int(i.Minute), int(i.Second), int(i.Millisecond)*1e6, time.UTC)
	return t, InstantOf(t) == i
}

// Quality is a quality score and whose algorithm gave it. Scores above 100 say that there is none (255: it failed).
type Quality struct {
	Score             uint8
	Vendor, Algorithm uint16
}

// Certification names a certificate of the reader.
type Certification struct {
	Authority uint16
	Scheme    uint8
}

// Compression is how an image's data are compressed (table of image compression algorithms).
type Compression uint8

// The compressions.
const (
	Raw             Compression = 0
	Packed          Compression = 1
	WSQ             Compression = 2
	JPEG            Compression = 3
	JPEG2000        Compression = 4
	JPEG2000Perfect Compression = 5 // without loss
	PNG             Compression = 6
)

// Codec is the compression's name.
func (c Compression) Codec() codec.Compression {
	switch c {
	case Raw, Packed: // eight bits are packed as they are
		return codec.Raw
	case WSQ:
		return codec.WSQ
	case JPEG:
		return codec.JPEG
	case JPEG2000:
		return codec.JPEG2000
	case JPEG2000Perfect:
		return codec.JPEG2000Lossless
	case PNG:
		return codec.PNG
	default:
		return codec.Compression(fmt.Sprintf("compression_%d", uint8(c)))
	}
}

// Is reports whether data begin as a finger image record does, of whatever edition.
func Is(data []byte) bool { return bytes.HasPrefix(data, []byte(magic)) }

// Parse reads a record. Slices of the result are views of data.
func Parse(data []byte) (Record, error) {
	r := octets.NewReader("fir", data)
	if got := r.Bytes(4, "format identifier"); r.Err() == nil && string(got) != magic {
		r.Fail(0, "format identifier", "%q, expected %q", got, magic)
	}
	if got := r.Bytes(4, "version"); r.Err() == nil && string(got) != version {
		r.Fail(4, "version", "%q, expected %q of the edition of 2011", got, version)
	}
	if total := r.U32("record length"); r.Err() == nil && int64(total) != int64(len(data)) {
		r.Fail(8, "record length", "%d, %d bytes are there", total, len(data))
	}
	count := int(r.U16("number of representations"))
	at := r.Offset()
	flag := r.U8("certification flag")
	if flag > 1 {
		r.Fail(at, "certification flag", "%d, expected 0 or 1", flag)
	}
	record := Record{Certified: flag == 1, Positions: r.U8("number of finger positions")}
	for i := 0; i < count && r.Err() == nil; i++ {
		record.Representations = append(record.Representations, representation(r, record.Certified))
	}
	if left := r.Left(); left > 0 {
		r.Fail(r.Offset(), "end", "expected the end after %d representations, %d bytes follow", count, left)
	}
	if r.Err() != nil {
		return Record{}, r.Err()
	}
	return record, nil
}

// representation reads one, at least four bytes long, so that the number of them is bounded by the data.
func representation(whole *octets.Reader, certified bool) Representation {
	at := whole.Offset()
	length := whole.U32("representation length")
	if length < 4 {
		whole.Fail(at, "representation length", "%d, expected at least 4", length)
	}
	r := whole.Sub(int(min(length, math.MaxInt32))-4, "representation")
	p := Representation{Captured: instant(r), Technology: r.U8("technology"), Vendor: r.U16("vendor"), Device: r.U16("device type")}
	for n := r.U8("number of quality blocks"); n > 0 && r.Err() == nil; n-- {
		p.Qualities = append(p.Qualities, Quality{r.U8("quality score"), r.U16("quality vendor"), r.U16("quality algorithm")})
	}
	if certified {
		for n := r.U8("number of certifications"); n > 0 && r.Err() == nil; n-- {
			p.Certifications = append(p.Certifications, Certification{r.U16("certification authority"), r.U8("certification scheme")})
		}
	}
	p.Position, p.Number = biometrics.Position(r.U8("finger position")), r.U8("representation number")
	p.Scale = r.U8("scale units")
	p.ScanX, p.ScanY = r.U16("scan resolution x"), r.U16("scan resolution y")
	p.X, p.Y = r.U16("image resolution x"), r.U16("image resolution y")
	p.Depth, p.Compression, p.Impression = r.U8("depth"), Compression(r.U8("compression")), r.U8("impression type")
	p.Width, p.Height = r.U16("width"), r.U16("height")
	p.Data = r.Bytes(int(min(r.U32("image data length"), math.MaxInt32)), "image data")
	p.Extended = r.Bytes(r.Left(), "extended data")
	whole.Adopt(r)
	return p
}

func instant(r *octets.Reader) Instant {
	return Instant{
		Year: r.U16("year"), Month: r.U8("month"), Day: r.U8("day"), Hour: r.U8("hour"),
		Minute: r.U8("minute"), Second: r.U8("second"), Millisecond: r.U16("millisecond"),
	}
}

// MarshalBinary writes the record.
func (record Record) MarshalBinary() ([]byte, error) {
	if len(record.Representations) > math.MaxUint16 {
		return nil, fmt.Errorf("fir: %d representations, expected at most %d", len(record.Representations), math.MaxUint16)
	}
	out := append([]byte(magic+version), 0, 0, 0, 0)
	out = binary.BigEndian.AppendUint16(out, uint16(len(record.Representations))) //nolint:gosec // checked
	flag := byte(0)
	if record.Certified {
		flag = 1
	}
	out = append(out, flag, record.Positions)
	for i := range record.Representations {
		p := &record.Representations[i]
		if len(p.Qualities) > math.MaxUint8 || len(p.Certifications) > math.MaxUint8 || (!record.Certified && len(p.Certifications) > 0) {
			return nil, fmt.Errorf("fir: representation %d: %d quality blocks, %d certifications: do not fit", i+1, len(p.Qualities),
				len(p.Certifications))
		}
		out = p.append(out, record.Certified)
	}
	if int64(len(out)) > math.MaxInt32 {
		return nil, fmt.Errorf("fir: %d bytes, expected at most %d", len(out), math.MaxInt32)
	}
	binary.BigEndian.PutUint32(out[8:], uint32(len(out))) //nolint:gosec // checked
	return out, nil
}

func (p *Representation) append(out []byte, certified bool) []byte {
	start := len(out)
	u16 := binary.BigEndian.AppendUint16
	c := p.Captured
	out = u16(append(out, 0, 0, 0, 0), c.Year)
	out = u16(append(out, c.Month, c.Day, c.Hour, c.Minute, c.Second), c.Millisecond)
	out = u16(u16(append(out, p.Technology), p.Vendor), p.Device)
	out = append(out, byte(len(p.Qualities))) //nolint:gosec // checked
	for _, q := range p.Qualities {
		out = u16(u16(append(out, q.Score), q.Vendor), q.Algorithm)
	}
	if certified {
		out = append(out, byte(len(p.Certifications))) //nolint:gosec // checked
		for _, c := range p.Certifications {
			out = append(u16(out, c.Authority), c.Scheme)
		}
	}
	out = append(out, byte(p.Position), p.Number, p.Scale)
	out = u16(u16(u16(u16(out, p.ScanX), p.ScanY), p.X), p.Y)
	out = append(out, p.Depth, byte(p.Compression), p.Impression)
	out = u16(u16(out, p.Width), p.Height)
	out = binary.BigEndian.AppendUint32(out, uint32(len(p.Data))) //nolint:gosec // the whole is checked
	out = append(append(out, p.Data...), p.Extended...)
	binary.BigEndian.PutUint32(out[start:], uint32(len(out)-start)) //nolint:gosec // the whole is checked
	return out
}
