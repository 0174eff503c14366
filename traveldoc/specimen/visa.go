package specimen

import "github.com/openbmis/openbmis/traveldoc"

// Visa is what a visa grants.
type Visa struct {
	Type        string // "C"
	From, Until traveldoc.Date
	Entries     string // "01", "02", "MULT"
	Days        int
	Passport    string // number of the passport that it stands in
}
