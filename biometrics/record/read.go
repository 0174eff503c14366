package record

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record/an2k"
	"github.com/openbmis/openbmis/biometrics/record/codec"
	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/biometrics/record/fmr"
	"github.com/openbmis/openbmis/biometrics/record/raster"
	"github.com/openbmis/openbmis/biometrics/record/wsq"
)

// ErrUnknown is data that begin as no format does. Raw images begin with anything: their format and size are to be given.
var ErrUnknown = errors.New("format: expected a finger image record, WSQ, PNG, JPEG, ISO 19794-2 or ANSI 378 templates, or an ANSI/NIST file")

// Sniff says which format data begin as; ErrUnknown when none.
func Sniff(data []byte) (Format, error) {
	switch {
	case fir.Is(data):
		return FIR, nil
	case fmr.Is(data):
		return ISO, nil // or ANSI: the length tells, when it is read
	case wsq.IsWSQ(data):
		return WSQ, nil
	case raster.IsPNG(data):
		return PNG, nil
	case raster.IsJPEG(data):
		return JPEG, nil
	case bytes.HasPrefix(data, []byte("BMFT")):
		return Template, nil
	case an2k.Is(data):
		return AN2K, nil
	default:
		return "", ErrUnknown
	}
}

// Read reads data of any format. Parts that cannot be read are told in Document.Failed; when nothing can, the first of them is the error.
func Read(data []byte, hints Hints) (Document, error) {
	format := hints.Format
	if format == "" {
		var err error
		if format, err = Sniff(data); err != nil {
			return Document{}, err
		}
	}
	d := Document{Format: format}
	var err error
	switch format {
	case FIR:
		err = d.fir(data)
	case ISO, ANSI:
		err = d.fmr(data)
	case AN2K:
		err = d.an2k(data)
	case Template:
		err = d.own(data, hints)
	case WSQ, PNG, JPEG, Raw:
		err = d.single(data, hints)
	default:
		err = fmt.Errorf("format: %q: %w", format, ErrUnknown)
	}
	if err != nil {
		return Document{}, err
	}
	if len(d.Failed) > 0 && len(d.Images)+len(d.Prints)+len(d.Missing) == 0 {
		return Document{}, fmt.Errorf("%s: %w", d.Failed[0].Where, d.Failed[0].Err)
	}
	return d, nil
}

// single reads a file that is one image.
func (d *Document) single(data []byte, hints Hints) error {
	var m biometrics.Image
	var err error
	compression := codec.Compression(d.Format)
	switch d.Format {
	case WSQ:
		var info wsq.Info
		if m, info, err = wsq.Decode(data); err == nil {
			d.comment(&m, info, hints.PPI)
			err = m.Check()
		}
	case PNG:
		m, err = raster.DecodePNG(data, hints.PPI)
	case JPEG:
		m, err = raster.DecodeJPEG(data, hints.PPI)
	default:
		m, err = raster.Raw(data, hints.Width, hints.Height, hints.PPI)
	}
	if err != nil {
		return err
	}
	d.Images = []Image{{Image: m, Where: "image", Position: hints.Position, Compression: compression, Encoded: data}}
	return nil
}

// comment settles the resolution of a WSQ image that stands alone.
func (d *Document) comment(m *biometrics.Image, info wsq.Info, ppi float64) {
	if ppi != 0 {
		m.PPI = ppi
	}
	if info.PPI != 0 && math.Abs(float64(info.PPI)-m.PPI) > 0.5 {
		d.Notes = append(d.Notes, fmt.Sprintf("the comment of the WSQ image says %d pixels an inch, %.0f are taken", info.PPI, m.PPI))
	}
	if info.Trailing > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%d bytes after the end of the WSQ image", info.Trailing))
	}
}

func (d *Document) own(data []byte, hints Hints) error {
	var t fingerprint.Template
	if err := t.UnmarshalBinary(data); err != nil {
		return err
	}
	d.Prints = []Print{{Template: t, Where: "template", Position: hints.Position}}
	return nil
}

// decoded keeps an image, or that it could not be read.
func (d *Document) decoded(m Image, width, height int, decode func() (biometrics.Image, error)) {
	total := d.pixels + width*height
	err := fmt.Errorf("%dx%d pixels: expected at most %d in the images of a document together", width, height, MaxPixels)
	if total <= MaxPixels {
		m.Image, err = decode()
	}
	if err != nil {
		d.Failed = append(d.Failed, Failure{m.Where, m.Position, err})
		return
	}
	d.pixels += len(m.Pix)
	d.Images = append(d.Images, m)
}

func (d *Document) fir(data []byte) error {
	record, err := fir.Parse(data)
	if err != nil {
		return err
	}
	for i := range record.Representations {
		p := &record.Representations[i]
		m := Image{
			Where: fmt.Sprintf("representation %d", i+1), Position: p.Position, Impression: int(p.Impression),
			Compression: p.Compression.Codec(), Encoded: p.Data,
		}
		for _, q := range p.Qualities {
			if q.Score <= 100 {
				m.Qualities = append(m.Qualities, Quality{int(q.Score), q.Vendor, q.Algorithm})
			}
		}
		d.decoded(m, int(p.Width), int(p.Height), p.Image)
		if len(p.Extended) > 0 {
			d.note(m.Where, []string{fmt.Sprintf("%d bytes after the image: not taken over", len(p.Extended))})
		}
	}
	return nil
}

func (d *Document) fmr(data []byte) error {
	record, err := fmr.Parse(data)
	if err != nil {
		return err
	}
	d.Format = ISO
	if record.Standard == fmr.ANSI {
		d.Format = ANSI
	}
	for i := range record.Views {
		v, where := &record.Views[i], fmt.Sprintf("view %d", i+1)
		t, notes, err := record.Template(i)
		if err != nil {
			d.Failed = append(d.Failed, Failure{where, v.Position, err})
			continue
		}
		blocks, more := v.Blocks()
		notes = append(notes, notTaken(blocks)...)
		d.note(where, append(notes, more...))
		d.Prints = append(d.Prints, Print{Template: t, Where: where, Position: v.Position, Impression: int(v.Impression)})
	}
	if n := len(record.Trailing); n > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%d bytes after the last view", n))
	}
	return nil
}

// notTaken notes each type of extended data once; a record may have thousands of blocks.
func notTaken(blocks []fmr.Block) []string {
	const most = 8
	var notes []string
	seen := map[uint16]bool{}
	for _, b := range blocks {
		if seen[b.Type] {
			continue
		}
		if len(seen) == most {
			return append(notes, "extended data of other types: not taken over")
		}
		seen[b.Type] = true
		notes = append(notes, fmt.Sprintf("extended data of type %d: not taken over", b.Type))
	}
	return notes
}

func (d *Document) note(where string, notes []string) {
	for _, text := range notes {
		d.Notes = append(d.Notes, where+": "+text)
	}
}

func (d *Document) an2k(data []byte) error {
	file, err := an2k.Parse(data)
	if err != nil {
		return err
	}
	prints, err := file.Prints()
	if err != nil {
		return err
	}
	minutiae, notes, err := file.Minutiae()
	if err != nil {
		return err
	}
	for i := range prints {
		p := &prints[i]
		where := fmt.Sprintf("record %d", p.Record+1)
		if p.Missing != "" {
			d.Missing = append(d.Missing, Missing{where, p.Position, p.Missing})
			continue
		}
		m := Image{Where: where, Position: p.Position, Impression: p.Impression, Compression: p.Compression, Encoded: p.Data}
		for _, q := range p.Qualities {
			if vendor, err := strconv.ParseUint(q.Vendor, 16, 16); err == nil && q.Score <= 100 && q.Algorithm <= math.MaxUint16 {
				m.Qualities = append(m.Qualities, Quality{q.Score, uint16(vendor), uint16(q.Algorithm)}) //nolint:gosec // checked
			}
		}
		d.decoded(m, p.Width, p.Height, p.Image)
	}
	for _, m := range minutiae {
		d.Prints = append(d.Prints, Print{
			Template: m.Template, Where: fmt.Sprintf("record %d", m.Record+1), Position: m.Position, Impression: m.Impression,
		})
	}
	d.Notes = append(d.Notes, notes...)
	for i := range file.Records {
		switch r := &file.Records[i]; r.Type {
		case 1, 4, 9, 14:
		case 2:
			d.Notes = append(d.Notes, fmt.Sprintf("record %d: text (type 2): not taken over", i+1))
		default:
			d.Notes = append(d.Notes, fmt.Sprintf("record %d: type %d: not read", i+1, r.Type))
		}
	}
	return nil
}
