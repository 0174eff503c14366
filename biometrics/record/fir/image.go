package fir

import (
	"fmt"
	"math"
	"time"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/record/codec"
	"github.com/openbmis/openbmis/biometrics/record/units"
)

// PPI is the image's resolution in pixels per inch: that of the image, or of the scan when it is 0. An error when the record has none.
func (p *Representation) PPI() (float64, error) {
	x, y := p.X, p.Y
	if x == 0 && y == 0 {
		x, y = p.ScanX, p.ScanY
	}
	ppi := float64(x)
	switch {
	case p.Scale != 1 && p.Scale != 2:
		return 0, fmt.Errorf("fir: scale units: %d, expected 1 (inch) or 2 (centimetre)", p.Scale)
	case x == 0 || x != y:
		return 0, fmt.Errorf("fir: resolution: %d and %d, expected the same in both directions", x, y)
	case p.Scale == 2:
		ppi = units.FromPerCentimetre(ppi)
	}
	return ppi, nil
}

// Image decodes the representation. The record's size and resolution hold, not those that a compressed image may claim.
func (p *Representation) Image() (biometrics.Image, error) {
	ppi, err := p.PPI()
	if err != nil {
		return biometrics.Image{}, err
	}
	m, err := codec.Decode(p.Compression.Codec(), int(p.Depth), p.Data, int(p.Width), int(p.Height), ppi)
	if err != nil {
		return biometrics.Image{}, fmt.Errorf("fir: %w", err)
	}
	return m, nil
}

// Print is an image to be put into a record.
type Print struct {
	Image       biometrics.Image
	Position    biometrics.Position
	Impression  uint8
	Compression Compression // Raw, WSQ or PNG
	BitRate     float64     // of WSQ; 0: its default
	Captured    time.Time
	Qualities   []Quality
	// Encoded is the image as it is compressed already, for a print that is passed on untouched; nil: it is compressed.
	Encoded []byte
}

// Encode makes a record of prints, each compressed as it asks.
func Encode(prints ...Print) (Record, error) {
	var record Record
	seen := map[biometrics.Position]uint8{}
	for _, one := range prints {
		p, err := one.representation()
		if err != nil {
			return Record{}, err
		}
		p.Number = seen[one.Position]
		seen[one.Position]++
		record.Representations = append(record.Representations, p)
	}
	record.Positions = uint8(min(len(seen), math.MaxUint8))
	return record, nil
}

func (p *Print) representation() (Representation, error) {
	data, err := p.Encoded, p.Image.Check()
	if err == nil && data == nil {
		data, err = codec.Encode(p.Image, p.Compression.Codec(), p.BitRate)
	}
	if err != nil {
		return Representation{}, fmt.Errorf("fir: %w", err)
	}
	ppi := uint16(math.Round(p.Image.PPI))
	return Representation{
		Captured: InstantOf(p.Captured), Qualities: p.Qualities, Position: p.Position,
		Scale: 1, ScanX: ppi, ScanY: ppi, X: ppi, Y: ppi, Depth: 8, Compression: p.Compression, Impression: p.Impression,
		Width: uint16(p.Image.Width), Height: uint16(p.Image.Height), Data: data, //nolint:gosec // checked
	}, nil
}
