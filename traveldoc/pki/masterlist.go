package pki

// MasterList is a CSCA master list (Doc 9303-12, 8).
type MasterList struct {
	// Signed is the CMS around the list; nil of a list that circulates without one, which nobody vouches for.
	Signed       *SignedData
	Version      int
	Certificates []*Certificate
	Refused      []Refused
	Deviations   []Deviation
}
