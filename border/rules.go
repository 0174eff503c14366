package border

import "slices"

// Names of the checks that the rules of categories speak of.
const (
	CheckDocument = "document"
	CheckStay     = "stay.rules"
	CheckMinor    = "minor.accompanied"
	CheckPass     = "border.pass"
)

// Rule is what a category asks for: which bases of stay there are, which checks do not apply to it, and what the form asks beside
// the fields of the mode (Fields). Every other check of the plan is mandatory: admitting without its answer needs a reason.
type Rule struct {
	Category Category
	// Bases are the bases of stay that go with the category; the first is proposed for foreigners.
	Bases []Basis
	// Exempt are the checks that do not apply. Their finding says so; it is never left out.
	Exempt []string
	// Guardian is true where the form asks for the accompanying adult.
	Guardian bool
}

// Rules is the rule of a category; the empty category is Ordinary.
func Rules(category Category) Rule {
	visitor := []Basis{ShortStay, ShortStayVisa, LongStayVisa, ResidencePermit, FreeMovement}
	switch category {
	case Transit:
		return Rule{Category: category, Bases: []Basis{ShortStay, ShortStayVisa, FreeMovement}, Exempt: []string{CheckPass}}
	case AirCrew, ShipCrew: // lay-over and shore leave are no stay
		return Rule{Category: category, Bases: []Basis{CrewBasis, FreeMovement}, Exempt: []string{CheckStay, CheckPass}}
	case Diplomatic:
		return Rule{Category: category, Bases: append([]Basis{Accredited}, visitor...), Exempt: []string{CheckPass}}
	case BorderResident: // days in the border zone do not count
		return Rule{Category: category, Bases: []Basis{BorderPass}, Exempt: []string{CheckStay}}
	case Minor:
		return Rule{Category: category, Bases: visitor, Exempt: []string{CheckPass}, Guardian: true}
	case Ordinary:
	}
	return Rule{Category: Ordinary, Bases: visitor, Exempt: []string{CheckPass}}
}

// Allows reports whether the basis of stay goes with the category.
func (r Rule) Allows(b Basis) bool { return slices.Contains(r.Bases, b) }

// Applies reports whether a check applies to the category.
func (r Rule) Applies(check string) bool { return !slices.Contains(r.Exempt, check) }

// exempt is what a check does not apply to, when it does not apply to the subject: its category, or a document without a machine
// readable zone that another check answers for.
func exempt(check string, s Subject) (to string, is bool) {
	if check == CheckDocument && s.Document.Code == DocumentPass {
		return string(BorderPass), true
	}
	rule := Rules(s.Category)
	return string(rule.Category), !rule.Applies(check)
}

// CodeNotApplicable is the evidence of a check that does not apply; Found is what it does not apply to.
const CodeNotApplicable = "not_applicable"

// NotApplicable is the finding of a check that does not apply to what the traveller is. It is no "no hit": screens show it apart.
func NotApplicable(check, to string) Finding {
	return Finding{
		Check: check, Source: Source{Name: check}, Outcome: NoHit,
		Evidence: []Evidence{{Code: CodeNotApplicable, Field: "category", Found: to, Severity: Note}},
	}
}

// Applicable is false for the finding of a check that did not apply.
func (f Finding) Applicable() bool {
	return !slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return e.Code == CodeNotApplicable })
}
