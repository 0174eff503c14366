package scan

import (
	"errors"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// ErrNoZone says that a picture shows no machine readable zone, or none that could be found.
var ErrNoZone = errors.New("no machine readable zone found: expected 2 lines of 44 or 36, or 3 lines of 30 characters of OCR-B, " +
	"at least 11 pixels from one to the next")

// Result is what was read from a picture. Lines and Document follow the reading; Raw is what the cells alone say. Where they differ,
// Changes says so, character by character: nothing is repaired without it.
type Result struct {
	Engine string // "own" or the name of another that read it
	// Orientation is how far the page lies turned with the clock in the picture: 0, 90, 180 or 270 degrees. Skew is what remains, in
	// degrees with the clock, -45 to 45.
	Orientation int
	Skew        float64
	// Pitch is the pixels from one character to the next, DPI the picture's resolution if the print is of size I, as it must be.
	Pitch, DPI float64

	Lines      []string
	Raw        []string
	Characters [][]Character // by line; empty when the engine gives none
	Changes    []Change
	Confidence float64 // the least of the characters'
	Document   *mrz.Document
	Findings   []Finding
}

// Character is one cell of the zone.
type Character struct {
	Read          byte    // as in Lines
	Seen          byte    // as in Raw
	Confidence    float64 // probability of Read by its cell alone, 0 to 1
	Other         byte    // the next most probable
	OtherProbable float64 // its probability
	X, Y          float64 // its middle in the picture, in pixels from the upper left
	Residual      Residual
	Extraordinary bool // off the grid or the shape of its kind far more than the others of its line
}

// Change is a character that was read otherwise than its cell alone says.
type Change struct {
	Line int    `json:"line"` // from 1
	At   int    `json:"at"`   // from 1
	Seen string `json:"seen"`
	Read string `json:"read"`
	// Why is "check_digits" when the check digits ask for it, else "field": the field's kind of characters or the list of states.
	Why string `json:"why"`
	// Cost is the logarithm of how much more probable the cell alone holds what was seen.
	Cost float64 `json:"cost"`
}

// Code is a finding's stable code.
type Code string

// The codes.
const (
	// CodeChanged: characters were read otherwise than seen; see Changes.
	CodeChanged Code = "scan.changed"
	// CodeUncertain: characters are hard to tell from another.
	CodeUncertain Code = "scan.uncertain"
	// CodeDigitsDisagree: the check digits disagree with what is plainly seen; it was left as seen.
	CodeDigitsDisagree Code = "scan.digits_disagree"
	// CodeExtraordinary: characters stand off the grid of their line, or are of another height or weight than the others.
	CodeExtraordinary Code = "scan.extraordinary"
)

// Codes are all codes.
func Codes() []Code { return []Code{CodeChanged, CodeUncertain, CodeDigitsDisagree, CodeExtraordinary} }

// Place is a character of the zone; both count from 1.
type Place struct {
	Line int `json:"line"`
	At   int `json:"at"`
}

// Finding is something about the picture's reading that the officer may have to know.
type Finding struct {
	Code   Code    `json:"code"`
	Places []Place `json:"places,omitempty"`
}

// Message says the finding in English, without any person's data.
func (f Finding) Message() string {
	switch f.Code {
	case CodeChanged:
		return "characters were read otherwise than they look, as the rules of the zone ask; see changes"
	case CodeUncertain:
		return "characters are hard to tell from another"
	case CodeDigitsDisagree:
		return "the check digits disagree with what is plainly printed; it was left as printed"
	case CodeExtraordinary:
		return "characters stand off the grid of their line, or are of another height or weight than the others"
	}
	return string(f.Code)
}
