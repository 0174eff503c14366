package fingerprint

// Kind is the type of a minutia (ISO/IEC 19794-2:2005, 7.5.2.1).
type Kind uint8

// The kinds.
const (
	Other       Kind = 0
	Ending      Kind = 1
	Bifurcation Kind = 2
)

// Minutia is a point where a ridge ends or divides.
type Minutia struct {
	X, Y uint16 // pixels at 500 ppi from the top left
	// Angle is the direction of the minutia in 360/256 degrees, counter-clockwise from the direction of growing x, as ISO/IEC 19794-2:2005
	// defines it: along the ridge from the ending into the ridge; for a bifurcation, into the valley between the two branches' ridges.
	Angle   uint8
	Kind    Kind
	Quality uint8 // 1 to 100; 0: not known
}

// Bounds of templates.
const (
	MaxMinutiae = 255 // ISO/IEC 19794-2:2005: one byte
)

// Template is what is compared of one print: its minutiae at 500 ppi and, when our own extractor made it, the field of the ridges.
// It is a value; the slices must not be changed once it is handed on.
type Template struct {
	Width, Height int // of the image at 500 ppi
	Minutiae      []Minutia
	// Quality is our own score, 0 to 100, and Algorithm the name and version of what made the template; "" when it came from elsewhere.
	Quality   uint8
	Algorithm string
	// Field is the ridges' field; nil for templates of other makers, which have only minutiae.
	Field *Field
}

// Field is the ridges' orientation and what of the image is print, in blocks of BlockSize pixels at 500 ppi, row by row.
type Field struct {
	Columns, Rows int
	// Orientation is the ridges' direction, 0 to 179 degrees in 180/255 steps plus 1; 0: no print there, or no orientation.
	Orientation []uint8
}

// BlockSize is the side of a block of Field, in pixels at 500 ppi.
const BlockSize = 16
