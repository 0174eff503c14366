package border

// Category is what kind of traveller somebody is; it sets the mandatory checks and the form (an open enumeration).
type Category string

// The categories.
const (
	Ordinary       Category = "ordinary"
	Transit        Category = "transit"
	AirCrew        Category = "air_crew"
	ShipCrew       Category = "ship_crew"
	Diplomatic     Category = "diplomatic"
	BorderResident Category = "border_resident"
	Minor          Category = "minor"
)

// Categories are all categories, in the order shown to officers. The empty category of an old event means Ordinary.
func Categories() []Category {
	return []Category{Ordinary, Transit, AirCrew, ShipCrew, Diplomatic, BorderResident, Minor}
}

// Valid reports whether c is one of the categories.
func (c Category) Valid() bool {
	for _, known := range Categories() {
		if c == known {
			return true
		}
	}
	return false
}

// Basis is the ground on which somebody stays. Only days on ShortStay and ShortStayVisa count against a rule of stay.
type Basis string

// The bases of stay.
const (
	ShortStay       Basis = "short_stay" // visa-exempt short stay
	ShortStayVisa   Basis = "short_stay_visa"
	LongStayVisa    Basis = "long_stay_visa"
	ResidencePermit Basis = "residence_permit"
	FreeMovement    Basis = "free_movement" // own nationals, and those with the right of free movement
	CrewBasis       Basis = "crew"          // shore leave, lay-over
	BorderPass      Basis = "border_pass"   // local border traffic
	Accredited      Basis = "accredited"    // diplomatic and official
)

// Bases are all bases of stay, in the order shown. The empty basis of an old event means ShortStay.
func Bases() []Basis {
	return []Basis{ShortStay, ShortStayVisa, LongStayVisa, ResidencePermit, FreeMovement, CrewBasis, BorderPass, Accredited}
}

// Valid reports whether b is one of the bases.
func (b Basis) Valid() bool {
	for _, known := range Bases() {
		if b == known {
			return true
		}
	}
	return false
}

// Counts reports whether days on this basis count against a rule of stay.
func (b Basis) Counts() bool { return b == "" || b == ShortStay || b == ShortStayVisa }

// BasisOf is the basis of stay of a decision: what the officer chose, or, where it is the one that was proposed to every visitor, that of the
// visa on which the checks found him to come.
func BasisOf(chosen Basis, category Category, findings []Finding) Basis {
	g := grantOf(findings)
	if g == nil || g.Basis == "" || chosen != "" && chosen != ShortStay || !Rules(category).Allows(g.Basis) {
		return chosen
	}
	return g.Basis
}
