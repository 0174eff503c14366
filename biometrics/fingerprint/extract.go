package fingerprint

import (
	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/internal/problem"
)

// Algorithm names the extractor and its version: templates of different versions may be compared, but are not byte for byte the same for
// the same image. The quality score stands under this name too; it is not NFIQ 2.
const Algorithm = "openbmis-fingerprint-1"

// What Extract and Assess refuse, for errors.Is. The words for people stand in the catalogue below "problem.fingerprint".
var (
	ErrImage    = problem.New(problem.Invalid, "fingerprint.image")     // the image breaks biometrics.Image.Check
	ErrTooSmall = problem.New(problem.Invalid, "fingerprint.too_small") // a side is below MinSide at 500 ppi
	ErrNoPrint  = problem.New(problem.Invalid, "fingerprint.no_print")  // no ridges, or too few minutiae to compare anything
)

// Bounds of what is looked at, in pixels at 500 ppi.
const (
	MinSide = 64   // below, no print can be recognised (3 mm)
	MaxSide = 2048 // more than a hand's width (104 mm)
)

// Extract finds the minutiae and the field of the ridges. The image is scaled to 500 ppi first; positions are in pixels at 500 ppi. The same
// image gives the same template. The error is ErrImage, ErrTooSmall or ErrNoPrint; a poor print is no error: its quality says so.
func Extract(img biometrics.Image) (Template, error) {
	found, err := look(img)
	if err != nil {
		return Template{}, err
	}
	return found.template()
}
