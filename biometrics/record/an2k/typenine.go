package an2k

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record/units"
)

// Minutiae is what a Type-9 record says in the standard's own fields (9.005 to 9.012).
type Minutiae struct {
	Record     int
	Code       int
	Position   biometrics.Position
	Impression int
	Template   fingerprint.Template
}

// The fields of a Type-9 record in the standard's format (9.004: S).
const (
	nineImpression = 3
	nineFormat     = 4
	ninePosition   = 6
	nineCount      = 10
	nineMinutiae   = 12
)

// Minutiae are the templates of the file's Type-9 records. Records in a maker's or another standard's fields are told in notes: they are
// kept, not read.
func (f *File) Minutiae() (all []Minutiae, notes []string, err error) {
	for i := range f.Records {
		r := &f.Records[i]
		if r.Type != 9 {
			continue
		}
		if format := strings.TrimSpace(r.Value(nineFormat)); format != "S" || r.Bytes(nineMinutiae) == nil {
			notes = append(notes, fmt.Sprintf("record %d: Type-9 in format %q: not read, expected S with field 9.012", i+1, format))
			continue
		}
		m, err := r.nine()
		if err != nil {
			return nil, nil, fmt.Errorf("record %d: %w", i+1, err)
		}
		m.Record = i
		all = append(all, m)
	}
	return all, notes, nil
}

// dot is the unit of coordinates: a hundredth of a millimetre.
const dot = 2540 / biometrics.PPI // units a pixel at 500 ppi

func (r *Record) nine() (Minutiae, error) {
	m := Minutiae{}
	code, ok := whole(first(r.Items(ninePosition)))
	impression, err := r.number(nineImpression, "impression type")
	if err != nil || !ok {
		return m, fmt.Errorf("an2k: fields 9.003 and 9.006 (impression type, position): expected numbers")
	}
	m.Code, m.Position, m.Impression = code, positionOf(code), impression
	items := r.Items(nineMinutiae)
	if count, err := r.number(nineCount, "number of minutiae"); err != nil || count != len(items) || count > fingerprint.MaxMinutiae {
		return m, fmt.Errorf("an2k: field 9.010 (number of minutiae): expected that of the %d minutiae, at most %d", len(items),
			fingerprint.MaxMinutiae)
	}
	// y grows upwards from below the print, and no height is given: the frame is as high as the minutiae need, and a line more
	lowest := 0
	points := make([][3]int, len(items))
	for i, item := range items {
		if points[i], ok = point(item); !ok {
			return m, fmt.Errorf("an2k: field 9.012: minutia %d: expected an index, x(4) y(4) and angle(3) in digits, a quality and a type", i+1)
		}
		lowest = max(lowest, points[i][1])
	}
	m.Template.Height = pixels(lowest) + 1
	for i, item := range items {
		x, y := pixels(points[i][0]), m.Template.Height-1-pixels(points[i][1])
		m.Template.Width = max(m.Template.Width, x+1)
		m.Template.Minutiae = append(m.Template.Minutiae, fingerprint.Minutia{
			X: uint16(x), Y: uint16(y), //nolint:gosec // four digits of a hundredth of a millimetre
			Angle: units.TypeNine().Angle(points[i][2]), Kind: kindOf(item[3]), Quality: qualityOf(item[2]),
		})
	}
	return m, nil
}

func pixels(v int) int { return int(math.Round(float64(v) / dot)) }

// point reads x, y and angle.
func point(item []string) (p [3]int, ok bool) {
	if len(item) < 4 || len(item[1]) != 11 || !digits(item[1][:9], 9) || !digits(item[1][9:], 2) {
		return p, false
	}
	for i, text := range []string{item[1][:4], item[1][4:8], item[1][8:]} {
		v, err := strconv.Atoi(text)
		if err != nil {
			return p, false
		}
		p[i] = v
	}
	return p, p[2] < 360
}

// kindOf is a minutia's type: A ending, B bifurcation; C compound and D undetermined are others.
func kindOf(letter string) fingerprint.Kind {
	switch strings.TrimSpace(letter) {
	case "A":
		return fingerprint.Ending
	case "B":
		return fingerprint.Bifurcation
	default:
		return fingerprint.Other
	}
}

// qualityOf is a minutia's quality: 2 the best to 63 the worst; 0 (by hand) and 1 (none) say nothing.
func qualityOf(text string) uint8 {
	v, ok := whole(text)
	if !ok || v < 2 || v > 63 {
		return 0
	}
	return uint8(100 - (v-2)*99/61)
}
