// Package record is the front door to fingerprints in files and messages: it knows which format bytes are in, and gives their images and
// templates as the project's own values. The formats themselves are the packages below it. It exists so that nobody else asks what a format
// is, which unit it counts in, or where an angle points.
//
// It must never drop what it cannot read without saying so, nor allocate by what a record merely claims.
package record

import (
	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record/codec"
)

// Format is a format of files.
type Format string

// The formats.
const (
	FIR      Format = "fir"  // ISO/IEC 19794-4:2011 finger image record
	WSQ      Format = "wsq"  // one image in Wavelet Scalar Quantization
	PNG      Format = "png"  // one image
	JPEG     Format = "jpeg" // one image, read only
	Raw      Format = "raw"  // one image's grey bytes alone
	ISO      Format = "iso"  // ISO/IEC 19794-2:2005 templates
	ANSI     Format = "ansi" // ANSI INCITS 378-2004 templates
	AN2K     Format = "an2k" // ANSI/NIST-ITL file, traditional encoding
	Template Format = "bmft" // one template in the project's own form
)

// Formats are all formats.
func Formats() []Format { return []Format{FIR, WSQ, PNG, JPEG, Raw, ISO, ANSI, AN2K, Template} }

// MaxPixels bounds the pixels of all images of a document together.
const MaxPixels = 8 * biometrics.MaxPixels

// Document is what a file holds.
type Document struct {
	Format  Format
	Images  []Image
	Prints  []Print
	Missing []Missing
	// Failed are parts that could not be read, while others could.
	Failed []Failure
	// Notes say where the file does not agree with itself, and what was taken.
	Notes []string

	pixels int // of all images
}

// Image is an image with what its record says of it.
type Image struct {
	biometrics.Image
	Where       string // such as "representation 1"
	Position    biometrics.Position
	Impression  int
	Compression codec.Compression
	Encoded     []byte // as it was compressed, untouched
	Qualities   []Quality
}

// Quality is a score of 0 to 100 that a record carries, and the numbers of whose algorithm gave it. It is never the project's own.
type Quality struct {
	Score             int
	Vendor, Algorithm uint16
}

// Print is a template with what its record says of it.
type Print struct {
	fingerprint.Template
	Where      string // such as "view 1"
	Position   biometrics.Position
	Impression int
}

// Missing is a finger that a record says was not taken, and why.
type Missing struct {
	Where    string
	Position biometrics.Position
	Why      biometrics.Missing
}

// Failure is a part that could not be read.
type Failure struct {
	Where    string
	Position biometrics.Position
	Err      error
}

// Hints are what the reader knows beside the bytes.
type Hints struct {
	Format Format // "": what the bytes begin with
	// PPI is the resolution of PNG, JPEG, WSQ and raw images, also against what they say themselves; 0: what they say. Records say their
	// own, which holds.
	PPI           float64
	Width, Height int // of raw images
	Position      biometrics.Position
}
