package an2k

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/record/codec"
	"github.com/openbmis/openbmis/biometrics/record/units"
)

// Print is an image of a Type-4 or Type-14 record, not yet decoded, or the reason why a Type-14 record has none.
type Print struct {
	Record      int // place of the record in the file
	Code        int // friction ridge position as written
	Position    biometrics.Position
	Impression  int
	Compression codec.Compression
	Width       int
	Height      int
	Depth       int
	PPI         float64
	Data        []byte
	Qualities   []Quality
	Missing     biometrics.Missing // "" with an image
}

// Quality is an entry of field 14.024: a score of 0 to 100 by an algorithm; 254 and 255 say that there is none.
type Quality struct {
	Score     int
	Vendor    string // hexadecimal
	Algorithm int
}

// Image decodes the print. The record's size and resolution hold, not those that a compressed image may claim.
func (p *Print) Image() (biometrics.Image, error) {
	if p.Missing != "" {
		return biometrics.Image{}, fmt.Errorf("an2k: record %d: no image: %s", p.Record+1, p.Missing)
	}
	m, err := codec.Decode(p.Compression, p.Depth, p.Data, p.Width, p.Height, p.PPI)
	if err != nil {
		return biometrics.Image{}, fmt.Errorf("an2k: record %d: %w", p.Record+1, err)
	}
	return m, nil
}

// Prints are the prints of the file's Type-4 and Type-14 records, in their order.
func (f *File) Prints() ([]Print, error) {
	var all []Print
	for i := range f.Records {
		var p Print
		var err error
		switch r := &f.Records[i]; {
		case r.Type == 4 && r.Binary != nil:
			p = r.Binary.described(f)
		case r.Type == 14:
			p, err = r.fourteen(f)
		default:
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", i+1, err)
		}
		p.Record = i
		all = append(all, p)
	}
	return all, nil
}

// resolution is a field of the Type-1 record, pixels per millimetre, in pixels per inch; 500, the least that an image may have, without one.
func (f *File) resolution(number int) float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(f.Records[0].Value(number)), 64)
	if ppi := units.FromPerMillimetre(v); err == nil && ppi >= biometrics.MinPPI && ppi <= biometrics.MaxPPI {
		return ppi
	}
	return biometrics.PPI
}

// The fields of the Type-1 record that hold resolutions.
const (
	nativeScanning = 11
	nominal        = 12
)

func (b *Binary) described(f *File) Print {
	at := nominal
	if b.Scanning == 1 {
		at = nativeScanning
	}
	return Print{
		Code: int(b.Positions[0]), Position: positionOf(int(b.Positions[0])), Impression: int(b.Impression), Compression: b.compression(),
		Width: int(b.Width), Height: int(b.Height), Depth: 8, PPI: f.resolution(at), Data: b.Data,
	}
}

// The fields of a Type-14 record (ITL 1-2011 update 2015, table of the Type-14 record layout).
const (
	fieldIDC         = 2
	fieldImpression  = 3
	fieldSource      = 4
	fieldDate        = 5
	fieldWidth       = 6
	fieldHeight      = 7
	fieldUnits       = 8 // 1 pixels per inch, 2 pixels per centimetre, 0 neither: the file's
	fieldX           = 9
	fieldY           = 10
	fieldCompression = 11
	fieldDepth       = 12
	fieldPosition    = 13
	fieldMissing     = 18
	fieldQuality     = 24
)

// fourteen reads a Type-14 record.
func (r *Record) fourteen(f *File) (Print, error) {
	code, err := strconv.Atoi(first(r.Items(fieldPosition)))
	if err != nil {
		return Print{}, fmt.Errorf("an2k: field 14.013 (position): expected a number")
	}
	p := Print{Code: code, Position: positionOf(code), Missing: missingOf(r.Items(fieldMissing), code), Data: r.Bytes(dataField)}
	if p.Impression, err = r.number(fieldImpression, "impression type"); err != nil {
		return Print{}, err
	}
	if len(p.Data) == 0 && p.Missing != "" {
		return p, nil
	}
	p.Missing = "" // a part of the fingers may be missing from a slap: the image is there
	p.Compression = codecOf(strings.TrimSpace(r.Value(fieldCompression)))
	for _, v := range []struct {
		to     *int
		number int
		name   string
	}{{&p.Width, fieldWidth, "width"}, {&p.Height, fieldHeight, "height"}, {&p.Depth, fieldDepth, "bits a pixel"}} {
		if *v.to, err = r.number(v.number, v.name); err != nil {
			return Print{}, err
		}
	}
	p.Qualities = qualities(r.Items(fieldQuality), code)
	p.PPI, err = r.ppi(f)
	return p, err
}

// ppi is the resolution of a Type-14 record.
func (r *Record) ppi(f *File) (float64, error) {
	scale, err := r.number(fieldUnits, "scale units")
	if err != nil || scale == 0 {
		return f.resolution(nominal), err
	}
	x, errX := r.number(fieldX, "horizontal resolution")
	y, errY := r.number(fieldY, "vertical resolution")
	switch {
	case errX != nil:
		return 0, errX
	case errY != nil:
		return 0, errY
	case x != y || scale > 2:
		return 0, fmt.Errorf("an2k: fields 14.008 to 14.010 (resolution): %d, %d in units %d, expected the same in both directions, units 0 to 2",
			x, y, scale)
	case scale == 2:
		return units.FromPerCentimetre(float64(x)), nil
	}
	return float64(x), nil
}

func first(items [][]string) string {
	if len(items) == 0 {
		return ""
	}
	return strings.TrimSpace(items[0][0])
}

// missingOf is what field 14.018 says of a finger: XX amputated, UP cannot be taken now.
func missingOf(items [][]string, code int) biometrics.Missing {
	for _, item := range items {
		if len(item) < 2 || strings.TrimLeft(strings.TrimSpace(item[0]), "0") != strconv.Itoa(code) {
			continue
		}
		switch strings.TrimSpace(item[1]) {
		case "XX":
			return biometrics.Amputated
		case "UP":
			return biometrics.Bandaged
		}
	}
	return ""
}

func qualities(items [][]string, code int) []Quality {
	var all []Quality
	for _, item := range items {
		if len(item) < 4 || strings.TrimLeft(strings.TrimSpace(item[0]), "0") != strconv.Itoa(code) {
			continue
		}
		score, okScore := whole(item[1])
		algorithm, okAlgorithm := whole(item[3])
		if okScore && okAlgorithm && score <= 255 {
			all = append(all, Quality{Score: score, Vendor: strings.TrimSpace(item[2]), Algorithm: algorithm})
		}
	}
	return all
}

// codecOf is a compression by its code of the tagged records.
func codecOf(code string) codec.Compression {
	switch code {
	case "NONE":
		return codec.Raw
	case "WSQ20", "WSQ":
		return codec.WSQ
	case "JPEGB":
		return codec.JPEG
	case "JPEGL":
		return codec.JPEGLossless
	case "JP2":
		return codec.JPEG2000
	case "JP2L":
		return codec.JPEG2000Lossless
	case "PNG":
		return codec.PNG
	default:
		return codec.Compression(code)
	}
}
