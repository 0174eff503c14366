package protection

import "slices"

// Kind is what a signal is about; each kind has its service.
type Kind string

// The kinds.
const (
	Asylum         Kind = "asylum"          // the person asks for protection
	Trafficking    Kind = "trafficking"     // signs of trafficking in human beings or of violence
	SeparatedChild Kind = "separated_child" // a child without those who have parental authority
	Vulnerable     Kind = "vulnerable"      // another vulnerability
)

// Kinds are all kinds, in the order shown: a key each.
func Kinds() []Kind { return []Kind{Asylum, Trafficking, SeparatedChild, Vulnerable} }

// Valid reports whether k is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Signs are the codes of the screening form, in the order shown. None has to be ticked: a signal is recorded first and explained later.
func Signs() []string {
	return []string{
		"age", "gender", "orientation", "trafficking", "violence", "extreme_poverty", "refugee", "separated", "stranded",
		"undocumented", "irregular", "dependent", "illness",
	}
}

// Outcomes are the codes of how a case is closed, or why its stop is lifted, in the order shown.
func Outcomes() []string {
	return []string{"in_procedure", "in_care", "referred_on", "no_need", "declined", "decided", "not_found"}
}

// MaxNote is the longest remark, in bytes.
const MaxNote = 4000
