package upload

import "github.com/openbmis/openbmis/evisa"

// Limits bound the files of a kind. They are shown to the applicant before he chooses a file.
type Limits struct {
	Bytes int  // as it comes
	PDF   bool // a PDF is taken beside images
	Least int  // pixels of the shorter side at least
	Side  int  // pixels of the longer side as kept: larger images are made smaller
	Pages int  // of a PDF at most
}

// LimitsOf are the limits of a kind of evisa.FileKinds.
func LimitsOf(kind string) Limits {
	switch kind {
	case evisa.FilePortrait:
		return Limits{Bytes: 10 << 20, Least: 240, Side: 1600}
	case evisa.FilePassport:
		return Limits{Bytes: 12 << 20, Least: 480, Side: 3000}
	}
	return Limits{Bytes: 10 << 20, PDF: true, Least: 200, Side: 2600, Pages: 60}
}

// MaxBytes is the largest of all limits, for whoever reads a request's body.
func MaxBytes() int {
	most := 0
	for _, kind := range evisa.FileKinds() {
		most = max(most, LimitsOf(kind).Bytes)
	}
	return most
}
