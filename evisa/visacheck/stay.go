package visacheck

import (
	"context"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
)

// Ground is on what a traveller enters, for the check of stays. A visa whose faults an officer may go over bounds him as well; entries are not
// bounded by it: they are counted by their uses, not by movements. Else it is the rule by which he needs no visa, or has one on arrival. It is
// empty when a visa is needed and none lets him in, and when the register gives no answer on whether he has one, which this check says itself.
// It implements staycheck.Visas.
func (c *Check) Ground(ctx context.Context, s border.Subject) (g stay.Ground, err error) {
	if s.Direction == border.Exit {
		return g, nil // nobody enters
	}
	a := c.ask(ctx, s, askedByStay)
	if a.visa != nil {
		t := a.visa.Terms
		g.Visa = &stay.Visa{Number: string(a.visa.Number), From: t.From, Until: t.Until, Days: t.Days}
		return g, nil
	}
	if r := a.rule; r != nil {
		g.Rule = &stay.EntryRule{ID: r.ID, Version: a.version, Days: r.Days}
	}
	return g, nil
}
