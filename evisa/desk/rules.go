package desk

import "github.com/openbmis/openbmis/evisa"

// Rules are what a case is folded and held against.
type Rules struct {
	Policy evisa.Policy
	// Plan are the checks by name, in the order shown.
	Plan []PlannedName
}

// PlannedName is a check of the plan without what makes it.
type PlannedName struct {
	Name   string
	Alert  bool
	Judged bool
}

// RulesOf are the rules of a policy and a plan.
func RulesOf(policy evisa.Policy, plan []Planned) Rules {
	r := Rules{Policy: policy}
	for _, p := range plan {
		r.Plan = append(r.Plan, PlannedName{p.Check.Name(), p.Alert, p.Judged})
	}
	return r
}
