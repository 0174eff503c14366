package record

import (
	"fmt"
	"time"

	"github.com/openbmis/openbmis/biometrics/record/an2k"
	"github.com/openbmis/openbmis/biometrics/record/codec"
	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/biometrics/record/fmr"
	"github.com/openbmis/openbmis/biometrics/record/raster"
)

// Options are how a document is written.
type Options struct {
	Format      Format
	Compression codec.Compression // of images in records: WSQ when ""
	BitRate     float64           // of WSQ; 0: its default, or the image as it was compressed already
	At          time.Time         // when the prints were taken, and the date of an ANSI/NIST file
	// Four writes Type-4 records into an ANSI/NIST file instead of Type-14.
	Four bool
	// Transaction is the head of an ANSI/NIST file; its Date is At when it has none.
	Transaction an2k.Transaction
}

// Write writes a document in a format. What the format has no place for is an error, never left out: images do not fit into a record of
// templates, nor two images into one PNG file. An image that is compressed as asked for already goes in as it is.
func Write(d Document, o Options) ([]byte, error) {
	if o.Compression == "" {
		o.Compression = codec.WSQ
	}
	switch o.Format {
	case FIR, AN2K, WSQ, PNG, Raw:
		if len(d.Prints) > 0 || len(d.Images) == 0 {
			return nil, fmt.Errorf("format: %s takes images: there are %d, and %d templates", o.Format, len(d.Images), len(d.Prints))
		}
	case ISO, ANSI, Template:
		if len(d.Images) > 0 || len(d.Prints) == 0 {
			return nil, fmt.Errorf("format: %s takes templates: there are %d, and %d images", o.Format, len(d.Prints), len(d.Images))
		}
	default:
		return nil, fmt.Errorf("format: %q is not written", o.Format)
	}
	if len(d.Missing) > 0 && o.Format != AN2K {
		return nil, fmt.Errorf("format: %s has no place for the reasons why %d fingers are missing", o.Format, len(d.Missing))
	}
	switch o.Format {
	case FIR:
		return d.writeFIR(o)
	case AN2K:
		return d.writeAN2K(o)
	case ISO:
		return d.writeFMR(fmr.ISO)
	case ANSI:
		return d.writeFMR(fmr.ANSI)
	default:
		return d.writeOne(o)
	}
}

// writeOne writes a format that holds one image or one template.
func (d *Document) writeOne(o Options) ([]byte, error) {
	if n := len(d.Images) + len(d.Prints); n != 1 {
		return nil, fmt.Errorf("format: %s takes one print: there are %d", o.Format, n)
	}
	switch o.Format {
	case WSQ:
		return d.Images[0].encode(codec.WSQ, o.BitRate)
	case PNG:
		return raster.EncodePNG(d.Images[0].Image)
	case Raw:
		return d.Images[0].encode(codec.Raw, 0)
	default:
		return d.Prints[0].MarshalBinary()
	}
}

// encode compresses an image, unless it is already. Records say eight bits of grey: a PNG of another kind does not go in as it is.
func (m *Image) encode(c codec.Compression, rate float64) ([]byte, error) {
	if m.Compression == c && m.Encoded != nil && rate == 0 && (c != codec.PNG || raster.IsGrey(m.Encoded)) {
		return m.Encoded, nil
	}
	return codec.Encode(m.Image, c, rate)
}

func (d *Document) writeFIR(o Options) ([]byte, error) {
	numbers := map[codec.Compression]fir.Compression{codec.Raw: fir.Raw, codec.WSQ: fir.WSQ, codec.PNG: fir.PNG, codec.JPEG: fir.JPEG}
	number, known := numbers[o.Compression]
	if !known {
		return nil, fmt.Errorf("compression: %w: %s", codec.ErrUnsupported, o.Compression)
	}
	prints := make([]fir.Print, len(d.Images))
	for i := range d.Images {
		m := &d.Images[i]
		data, err := m.encode(o.Compression, o.BitRate)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Where, err)
		}
		prints[i] = fir.Print{
			Image: m.Image, Position: m.Position, Compression: number, Encoded: data, Captured: o.At,
			Impression: uint8(min(m.Impression, 255)), //nolint:gosec // bounded
		}
		for _, q := range m.Qualities {
			quality := fir.Quality{Score: uint8(min(q.Score, 100)), Vendor: q.Vendor, Algorithm: q.Algorithm} //nolint:gosec // bounded
			prints[i].Qualities = append(prints[i].Qualities, quality)
		}
	}
	record, err := fir.Encode(prints...)
	if err != nil {
		return nil, err
	}
	return record.MarshalBinary()
}

func (d *Document) writeFMR(s fmr.Standard) ([]byte, error) {
	prints := make([]fmr.Print, len(d.Prints))
	for i, p := range d.Prints {
		prints[i] = fmr.Print{Template: p.Template, Position: p.Position, Impression: uint8(min(p.Impression, 15))} //nolint:gosec // bounded
	}
	record, err := fmr.Encode(s, prints...)
	if err != nil {
		return nil, err
	}
	return record.MarshalBinary()
}

func (d *Document) writeAN2K(o Options) ([]byte, error) {
	if err := o.Transaction.Check(); err != nil {
		return nil, err
	}
	if o.Transaction.Date.IsZero() {
		o.Transaction.Date = o.At
	}
	if o.Four {
		o.Transaction.PPI = d.Images[0].PPI
	}
	file := an2k.New(o.Transaction)
	file.AddText(nil)
	for i := range d.Images {
		m := &d.Images[i]
		data, err := m.encode(o.Compression, o.BitRate)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Where, err)
		}
		p := an2k.NewPrint{
			Image: m.Image, Position: m.Position, Compression: o.Compression, Encoded: data,
			Impression: uint8(min(m.Impression, 255)), //nolint:gosec // bounded
			Captured:   o.At, Source: o.Transaction.Origin,
		}
		for _, q := range m.Qualities {
			p.Qualities = append(p.Qualities, an2k.Quality{Score: q.Score, Vendor: fmt.Sprintf("%04X", q.Vendor), Algorithm: int(q.Algorithm)})
		}
		add := file.AddFourteen
		if o.Four {
			add = file.AddFour
		}
		if err := add(p); err != nil {
			return nil, fmt.Errorf("%s: %w", m.Where, err)
		}
	}
	for _, m := range d.Missing {
		if err := file.AddMissing(m.Position, m.Why, o.Transaction.Origin, o.At); err != nil {
			return nil, fmt.Errorf("%s: %w", m.Where, err)
		}
	}
	return file.MarshalBinary()
}
