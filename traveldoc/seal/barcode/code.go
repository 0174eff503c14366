package barcode

import (
	"errors"
	"image"
)

// Symbology is the kind of a code, as package reader names it.
type Symbology string

// The symbologies.
const (
	DataMatrix Symbology = "datamatrix" // ISO/IEC 16022, ECC 200
	QR         Symbology = "qr"         // ISO/IEC 18004
	Aztec      Symbology = "aztec"      // ISO/IEC 24778
)

// Symbologies are those that are read and drawn.
func Symbologies() []Symbology { return []Symbology{DataMatrix, QR, Aztec} }

// Code is one code of a picture.
type Code struct {
	Symbology Symbology
	Data      []byte          // the bytes, not a text
	Area      image.Rectangle // where in the picture, roughly
}

// ErrNoCode says that a picture holds no code that could be read.
var ErrNoCode = errors.New("no Data Matrix, QR or Aztec code was found in the picture")

// Bounds of what is found in one picture.
const (
	MaxCodes = 8
	MaxData  = 4096 // bytes of a code: more than any of the three holds
)
