package trust

import (
	"time"

	"github.com/openbmis/openbmis/traveldoc/pki"
)

// Options are what Import needs to know beside the file.
type Options struct {
	// Now is the instant of the import: the date of unsigned material.
	Now time.Time
	// Origin of single certificates and CRLs; SelfAsserted when empty. What is on a list is Listed.
	Origin Origin
	// Anchors may verify the signer of a list or CRL; those of the list itself never vouch for it (Report: "self_asserted").
	Anchors []*pki.Certificate
	// MaxBytes bounds the file; 256 MB when 0.
	MaxBytes int
}

// Imported is what a file gave.
type Imported struct {
	Report Report
	Items  []Item
}
