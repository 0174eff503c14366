package risk

import "slices"

// Operator is how a field is held against values.
type Operator string

// The operators. Those of texts and lists compare capitals.
const (
	Is          Operator = "is"
	IsNot       Operator = "is_not"
	In          Operator = "in"
	NotIn       Operator = "not_in"
	Contains    Operator = "contains"
	ContainsNot Operator = "contains_not"
	Begins      Operator = "begins"
	BeginsNot   Operator = "begins_not"
	Ends        Operator = "ends"
	EndsNot     Operator = "ends_not"
	Listed      Operator = "listed"
	NotListed   Operator = "not_listed"

	Less    Operator = "less"
	AtMost  Operator = "at_most"
	More    Operator = "more"
	AtLeast Operator = "at_least"
	Between Operator = "between"

	Before    Operator = "before"
	After     Operator = "after"
	NotBefore Operator = "not_before"
	NotAfter  Operator = "not_after"

	Yes Operator = "yes"
	No  Operator = "no"

	Given    Operator = "given"
	NotGiven Operator = "not_given"
)

// Operators are those that a type of field has, in the order in which a page lists them. The caller owns the slice.
func Operators(t Type) []Operator {
	switch t {
	case Text:
		return []Operator{Is, IsNot, In, NotIn, Begins, BeginsNot, Contains, ContainsNot, Ends, EndsNot, Listed, NotListed, Given, NotGiven}
	case Texts:
		return []Operator{Is, IsNot, In, NotIn, Begins, BeginsNot, Contains, ContainsNot, Ends, EndsNot, Listed, NotListed, Given, NotGiven}
	case Number, Amount:
		return []Operator{Is, IsNot, Less, AtMost, More, AtLeast, Between, In, NotIn, Given, NotGiven}
	case Date:
		return []Operator{Is, Before, NotAfter, After, NotBefore, Between, Given, NotGiven}
	case YesNo:
		return []Operator{Yes, No}
	}
	return nil
}

// Has reports whether fields of the type have the operator.
func (t Type) Has(o Operator) bool { return slices.Contains(Operators(t), o) }

// Values is how many values the operator takes: at least, at most.
func (o Operator) Values() (least, most int) {
	switch o {
	case Yes, No, Given, NotGiven:
		return 0, 0
	case Between:
		return 2, 2
	case In, NotIn:
		return 1, MaxValues
	default:
		return 1, 1
	}
}

// positive is the operator that a negative one denies.
func (o Operator) positive() (Operator, bool) {
	p, ok := map[Operator]Operator{
		NotIn: In, ContainsNot: Contains, BeginsNot: Begins, EndsNot: Ends, NotListed: Listed, NotGiven: Given, No: Yes,
	}[o]
	return p, ok
}

// denied is the operator that denies a positive one.
func (o Operator) denied() (Operator, bool) {
	for _, n := range []Operator{NotIn, ContainsNot, BeginsNot, EndsNot, NotListed, NotGiven, No} {
		if p, _ := n.positive(); p == o {
			return n, true
		}
	}
	return "", false
}
