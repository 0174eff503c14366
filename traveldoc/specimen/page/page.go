package page

import (
	"fmt"
	"image"
	"strings"

	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Page is a page of a specimen.
type Page struct {
	Kind   Kind
	Title  string  // "PASSPORT"
	Number string  // printed large in the upper right corner
	Fields []Field // of the visual zone, from top to bottom, in columns
	Face   Face
	// Zone is the machine readable zone, its lines joined by \n; empty when the page has none.
	Zone    string
	Barcode []byte // of a seal; nil when there is none
	// Seed draws the background: the paper's fibres and its pattern.
	Seed uint64
	// Copied pages are printed on ordinary paper: it glows under ultraviolet light and has no fibres, and the infrared shows nothing of
	// the ink.
	Copied bool
	// Stained pages had coffee over a part of the zone.
	Stained bool
}

// Field is a labelled text of the visual zone.
type Field struct {
	Label, Text string
	Wide        bool // takes the whole width
}

// Limits of the resolution.
const (
	MinDPI = 50
	MaxDPI = 1200
)

// Draw draws the page under a light: white, infrared or ultraviolet. The pictures of infrared and ultraviolet are simulated and say so.
func (p Page) Draw(light reader.Light, dpi int) (*image.RGBA, error) {
	if dpi < MinDPI || dpi > MaxDPI {
		return nil, fmt.Errorf("page: %d dpi: expected %d to %d", dpi, MinDPI, MaxDPI)
	}
	m := p.Kind.measures()
	if lines := strings.Split(p.Zone, "\n"); p.Zone != "" && len(lines) != m.zoneLines {
		return nil, fmt.Errorf("page: zone of %d lines: expected %d", len(lines), m.zoneLines)
	}
	d := newDrawing(p, m, dpi)
	switch light {
	case reader.White:
		return d.img, d.white()
	case reader.Infrared:
		return d.img, d.infrared()
	case reader.Ultraviolet:
		return d.img, d.ultraviolet()
	case reader.AxialWhite, reader.PortraitCut:
	}
	return nil, fmt.Errorf("page: light %q: expected white, ir or uv", light)
}

// PortraitArea is where the portrait stands on the page, in pixels.
func (p Page) PortraitArea(dpi int) image.Rectangle {
	m := p.Kind.measures()
	mm := func(v float64) int { return int(v/25.4*float64(dpi) + 0.5) }
	return image.Rect(mm(m.photoLeft), mm(m.photoTop), mm(m.photoLeft+m.photo), mm(m.photoTop+m.photo*PortraitHeight/PortraitWidth))
}
