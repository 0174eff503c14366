package fmr

import (
	"fmt"
	"math"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record/units"
)

// direction is how the record writes angles.
func (record *Record) direction() units.Direction {
	if record.Standard == ANSI {
		return units.ANSI()
	}
	return units.ISO()
}

// resolution is a resolution of the head in pixels per inch. Heads are often wrong; one without any is taken as 500, and noted.
func resolution(perCentimetre uint16) (ppi float64, said bool, err error) {
	if perCentimetre == 0 {
		return biometrics.PPI, false, nil
	}
	ppi = units.FromPerCentimetre(float64(perCentimetre))
	if ppi < biometrics.MinPPI || ppi > biometrics.MaxPPI {
		return 0, true, fmt.Errorf("fmr: resolution: %d a centimetre, expected 100 to 2000 an inch", perCentimetre)
	}
	return ppi, true, nil
}

// Template is a view as the engine compares it: at 500 ppi, directions as the engine's. Notes say what of the record does not agree with
// itself: minutiae outside the size that the head claims are kept, and the template's size is made to hold them.
func (record *Record) Template(view int) (t fingerprint.Template, notes []string, err error) {
	if view < 0 || view >= len(record.Views) {
		return t, nil, fmt.Errorf("fmr: view %d, expected 1 to %d", view+1, len(record.Views))
	}
	v := &record.Views[view]
	x, saidX, errX := resolution(record.X)
	y, saidY, errY := resolution(record.Y)
	if errX != nil || errY != nil {
		return t, nil, firstError(errX, errY)
	}
	if !saidX || !saidY {
		notes = append(notes, "the head gives no resolution: 500 pixels an inch are taken")
	}
	width, height, direction, turned := record.Width, record.Height, record.direction(), 0
	t = fingerprint.Template{Quality: min(v.Quality, 100), Minutiae: make([]fingerprint.Minutia, len(v.Minutiae))}
	for i, m := range v.Minutiae {
		mx, okX := units.Scale(m.X, x, biometrics.PPI)
		my, okY := units.Scale(m.Y, y, biometrics.PPI)
		if !okX || !okY {
			return t, nil, fmt.Errorf("fmr: minutia %d: at %d,%d, expected nearer at this resolution", i+1, m.X, m.Y)
		}
		if record.Standard == ANSI && m.Angle >= 180 {
			if turned++; turned == 1 {
				notes = append(notes, note("minutia %d: angle %d, expected below 180 units of two degrees", i+1, m.Angle))
			}
		}
		t.Minutiae[i] = fingerprint.Minutia{
			X: mx, Y: my, Angle: direction.Angle(int(m.Angle)), Kind: kind(m.Kind), Quality: min(m.Quality, 100),
		}
		width, height = max(width, m.X+1), max(height, m.Y+1)
	}
	if turned > 1 {
		notes = append(notes, note("%d minutiae have such angles", turned))
	}
	if width != record.Width || height != record.Height {
		notes = append(notes, note("the head says %dx%d pixels, the minutiae need %dx%d", record.Width, record.Height, width, height))
	}
	t.Width = min(int(float64(width)*biometrics.PPI/x+0.5), math.MaxUint16)
	t.Height = min(int(float64(height)*biometrics.PPI/y+0.5), math.MaxUint16)
	return t, notes, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func kind(written uint8) fingerprint.Kind {
	if written > uint8(fingerprint.Bifurcation) {
		return fingerprint.Other
	}
	return fingerprint.Kind(written)
}

// Print is a template to be put into a record.
type Print struct {
	Template   fingerprint.Template
	Position   biometrics.Position
	Impression uint8 // 0: live-scan plain
}

// Encode makes a record of prints at 500 ppi (197 pixels a centimetre). A template of the engine comes back from it the same in ISO, and
// with angles to the next two degrees in ANSI; the field of ridges has no place in either.
func Encode(standard Standard, prints ...Print) (Record, error) {
	record := Record{Standard: standard, X: units.PerCentimetre(biometrics.PPI), Y: units.PerCentimetre(biometrics.PPI)}
	direction, seen := record.direction(), map[biometrics.Position]uint8{}
	for _, p := range prints {
		t := p.Template
		v := View{
			Position: p.Position, Number: seen[p.Position], Impression: p.Impression, Quality: min(t.Quality, 100),
			Minutiae: make([]Minutia, len(t.Minutiae)),
		}
		seen[p.Position]++
		for i, m := range t.Minutiae {
			v.Minutiae[i] = Minutia{
				Kind: uint8(m.Kind), X: m.X, Y: m.Y, Quality: m.Quality,
				Angle: uint8(direction.Value(m.Angle)), //nolint:gosec // below 256 in both
			}
		}
		record.Views = append(record.Views, v)
		record.Width, record.Height = max(record.Width, size(t.Width)), max(record.Height, size(t.Height))
	}
	return record, record.check()
}

func size(v int) uint16 { return uint16(max(0, min(v, coordinate))) }
