package board

import (
	"context"
	"slices"
	"time"

	"github.com/openbmis/openbmis/border"
)

// Checks are what is asked about every passenger, at check-in and before arrival alike: the border's own checks, planned by whoever
// wires the centre.
type Checks struct {
	// Plan are the checks that need nothing but the subject. Those of Every are asked of each of his documents, not of the main one alone.
	Plan  []border.Planned
	Every []string
	// Outside are checks that ask services outside the State, put by Questions; without any Questions may be nil.
	Outside   []border.Planned
	Questions *Questions
	// Elsewhere, which may be nil, is who knows of other flights.
	Elsewhere Elsewhere
	State     string
	Airports  Airports
	Now       func() time.Time
}

// duplicateWithin bounds the look for other flights.
const duplicateWithin = 2 * time.Second

// Ask runs the checks about a passenger side by side, and gives the findings in the order of the plan. What has no answer when ctx ends
// is "not checked"; services outside are not waited for after patience has ended.
func (c Checks) Ask(ctx, patience context.Context, p Passenger) []border.Finding {
	subjects := p.Subjects(c.State, c.Airports, c.Now())
	plan := slices.Clone(c.Plan)
	for _, o := range c.Outside {
		plan = append(plan, c.Questions.Check(patience, o))
	}
	asked := plan
	if c.Elsewhere != nil {
		plan = append(slices.Clip(plan), border.Planned{Check: DuplicateCheck(c.Elsewhere, p.Journey()), Deadline: duplicateWithin})
	}
	findings := inspect(ctx, c.Now, subjects[0], plan)
	every := slices.DeleteFunc(slices.Clone(asked), func(p border.Planned) bool { return !slices.Contains(c.Every, p.Check.Name()) })
	for _, s := range subjects[1:] {
		for _, more := range inspect(ctx, c.Now, s, every) {
			n := slices.IndexFunc(findings, func(f border.Finding) bool { return f.Check == more.Check })
			findings[n] = join(findings[n], more)
		}
	}
	return findings
}

func inspect(ctx context.Context, now func() time.Time, s border.Subject, plan []border.Planned) []border.Finding {
	found := make(map[string]border.Finding, len(plan))
	border.Inspect(ctx, now, s, plan, func(f border.Finding) { found[f.Check] = f })
	list := make([]border.Finding, 0, len(plan))
	for _, p := range plan {
		list = append(list, found[p.Check.Name()])
	}
	return list
}

// join is the answer of one check about two documents: a hit on either, else no answer where one has none.
func join(a, b border.Finding) border.Finding {
	if order(b.Outcome) > order(a.Outcome) {
		a, b = b, a
	}
	for _, e := range b.Evidence {
		if b.Outcome == border.Hit && !slices.Contains(a.Evidence, e) {
			a.Evidence = append(slices.Clip(a.Evidence), e)
		}
	}
	return a
}

func order(o border.Outcome) int {
	return map[border.Outcome]int{border.NoHit: 0, border.NotChecked: 1, border.Hit: 2}[o]
}
