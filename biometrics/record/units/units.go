// Package units is the one place where the directions, resolutions and lengths of the record formats become those of the engine: angles in
// 360/256 degrees counter-clockwise from growing x, along the ridge; pixels at 500 an inch. It exists because every format has units of its
// own, and a second place that converts them will one day disagree with the first.
//
// It must never be asked for a guess: what a record does not say, its caller decides.
package units

import "math"

// Direction is how a format writes the direction of a minutia. All of them count counter-clockwise, as a viewer sees the print, from the
// direction to the right; which way y grows makes no difference to that.
type Direction struct {
	Step float64 // degrees of a unit
	// Opposite formats write where the ridge comes from instead of where it goes to: half a turn away.
	Opposite bool
}

// ISO is ISO/IEC 19794-2:2005, 7.5.2.4, which is the engine's own.
func ISO() Direction { return Direction{Step: 360.0 / 256} }

// ANSI is ANSI INCITS 378-2004: units of two degrees.
func ANSI() Direction { return Direction{Step: 2} }

// TypeNine is fields 9.005 to 9.012 of ANSI/NIST-ITL: degrees, and half a turn from ANSI 378 (seen on a print that is given in both).
func TypeNine() Direction { return Direction{Step: 1, Opposite: true} }

// Angle is a format's value as the engine's angle.
func (d Direction) Angle(value int) uint8 {
	degrees := float64(value) * d.Step
	if d.Opposite {
		degrees += 180
	}
	turn := int(math.Round(degrees*256/360)) % 256
	return uint8((turn + 256) % 256)
}

// Value is the engine's angle as the format's value.
func (d Direction) Value(angle uint8) int {
	degrees := float64(angle) * 360 / 256
	if d.Opposite {
		degrees += 180
	}
	whole := int(math.Round(360 / d.Step))
	return int(math.Round(degrees/d.Step)) % whole
}

// inch is in centimetres.
const inch = 2.54

// FromPerCentimetre is a resolution in pixels per inch. Records write whole numbers: 197 stands for 500 and not 500.38, 394 for 1000.
func FromPerCentimetre(v float64) float64 {
	ppi := v * inch
	if nominal := math.Round(ppi/250) * 250; math.Abs(ppi-nominal) <= inch/2 {
		return nominal
	}
	return ppi
}

// PerCentimetre is a resolution of pixels per inch as records write it.
func PerCentimetre(ppi float64) uint16 { return uint16(min(math.Round(ppi/inch), math.MaxUint16)) }

// FromPerMillimetre is a resolution in pixels per inch: 19.69 stands for 500, 39.37 for 1000.
func FromPerMillimetre(v float64) float64 {
	ppi := v * 10 * inch
	if nominal := math.Round(ppi/250) * 250; math.Abs(ppi-nominal) <= 0.25 {
		return nominal
	}
	return ppi
}

// PerMillimetre is a resolution of pixels per inch in pixels per millimetre.
func PerMillimetre(ppi float64) float64 { return ppi / (10 * inch) }

// Scale brings a coordinate at a resolution to another; false when it is beyond what a template holds.
func Scale(v uint16, from, to float64) (uint16, bool) {
	scaled := math.Round(float64(v) * to / from)
	if !(scaled <= math.MaxUint16) {
		return 0, false
	}
	return uint16(scaled), true
}
