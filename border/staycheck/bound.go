package staycheck

import (
	"context"
	"fmt"
	"strconv"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
)

// namedBound is the visa or the rule of entry that a bound follows from, with the version of the rules and the days that it allows; empty for
// any other bound.
func namedBound(bound string, ground stay.Ground) (by, version string, days int) {
	switch bound {
	case stay.BoundEntryRule:
		if r := ground.Rule; r != nil {
			return r.ID, r.Version, r.Days
		}
	case stay.BoundVisa, stay.BoundVisaDays, stay.BoundVisaEntries, stay.BoundVisaStart:
		if v := ground.Visa; v != nil {
			return v.Number, "", v.Days
		}
	}
	return "", "", 0
}

// bounding says which visa or which rule of entry bounds the stay; nothing when neither does.
func bounding(g *border.Grant) []border.Evidence {
	if g.BoundBy == "" {
		return nil
	}
	return []border.Evidence{boundBy(g)}
}

func boundBy(g *border.Grant) border.Evidence {
	e, parts := note(CodeByVisa, ""), []string{g.BoundBy}
	if g.Bound == stay.BoundEntryRule {
		e.Code, parts = CodeByEntryRule, append(parts, g.BoundVersion)
	}
	if g.BoundDays > 0 {
		parts = append(parts, strconv.Itoa(g.BoundDays))
	}
	e.Found, e.Ref = facts(parts...), g.BoundBy
	return e
}

// uncounted is the finding of a stay whose days count against no rule of stay. A rule of entry that names its ground bounds it all the same,
// and so does a visa for a long stay.
func (c *Check) uncounted(ctx context.Context, s border.Subject, source border.Source, code string) (border.Finding, error) {
	f := border.Finding{Source: source, Outcome: border.NoHit, Evidence: []border.Evidence{note(code, string(s.Basis))}}
	if s.Direction != border.Entry || code == CodeOwnNational || c.cfg.Visas == nil {
		return f, nil
	}
	ground, err := c.cfg.Visas.Ground(ctx, s)
	switch r, v := ground.Rule, ground.Visa; {
	case err != nil:
		return border.Finding{Source: source}, fmt.Errorf("visa: %w", err)
	case v != nil && v.Days > 0 && s.Basis == border.LongStayVisa:
		return onLongStay(s, source, v, f.Evidence), nil
	case r != nil && r.Days > 0:
		f.Grant = &border.Grant{
			MaxDays: r.Days, Until: stay.AddDays(s.Today, r.Days-1), Bound: stay.BoundEntryRule, BoundBy: r.ID, BoundVersion: r.Version, BoundDays: r.Days,
		}
		f.Evidence = append([]border.Evidence{note(CodeGranted, facts(strconv.Itoa(r.Days), f.Grant.Until.String())), boundBy(f.Grant)}, f.Evidence...)
	}
	return f, nil
}
