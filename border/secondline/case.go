package secondline

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
)

// Case is a referral with everything that was done about it. Its zero value is no case: Open makes one.
type Case struct {
	// Referred is the decision that opened the case, whole; its CrossingID is the case's id.
	Referred   border.CrossingEvent
	Inspection uuid.UUID

	Owner      string // log-in name; empty while nobody owns it
	ClaimedAt  time.Time
	Companions []Companion // in the order in which they were added
	// Asked is the override that waits for a second person; Agreed the one that a second person, Approver, agreed to.
	Asked    *Override
	Agreed   *Override
	Approver string
	End      *End // nil while the case is open
	EndedAt  time.Time
	Course   []Event

	judged map[hit]Judgement
}

type hit struct{ check, ref, version string }

// Open is the case of a decision that referred a traveller, before anything was done about it.
func Open(referred border.CrossingEvent, inspection uuid.UUID) *Case {
	return &Case{Referred: referred, Inspection: inspection, judged: map[hit]Judgement{}}
}

// Fold is the case as its recorded steps left it.
func Fold(referred border.CrossingEvent, inspection uuid.UUID, course []Event) (*Case, error) {
	c := Open(referred, inspection)
	for _, e := range course {
		if err := c.Apply(e); err != nil {
			return nil, fmt.Errorf("case %s, step %d (%s): %w", c.ID(), e.Seq, e.Kind, err)
		}
	}
	return c, nil
}

// ID is the case's id.
func (c *Case) ID() uuid.UUID { return c.Referred.CrossingID }

// Findings are the answers of the checks as last known: of the last run, else those of the referral.
func (c *Case) Findings() []border.Finding {
	for n := len(c.Course) - 1; n >= 0; n-- {
		if c.Course[n].Run != nil {
			return c.Course[n].Run.Findings
		}
	}
	return c.Referred.Findings
}

// Judgement is the standing word on a hit.
func (c *Case) Judgement(check, version, ref string) (Judgement, bool) {
	j, ok := c.judged[hit{check, ref, version}]
	return j, ok
}

// Grave are the hits that only a second person lets one override: those of severity second_line, whatever was judged of them, for
// the owner's own word is no second person's.
func (c *Case) Grave() []HitRef {
	var grave []HitRef
	for _, f := range c.Findings() {
		if f.Outcome != border.Hit {
			continue
		}
		for _, e := range f.Evidence {
			ref := HitRef{Check: f.Check, Version: f.Source.Version, Ref: e.Ref}
			if e.Severity == border.SecondLine && !slices.Contains(grave, ref) {
				grave = append(grave, ref)
			}
		}
	}
	return grave
}

// Apply takes one more step. An error means that the step is not allowed, and that the case is as it was.
func (c *Case) Apply(e Event) error {
	if err := c.allows(e); err != nil {
		return err
	}
	c.take(e)
	c.Course = append(c.Course, e)
	return nil
}

// take changes the state by a step that is allowed.
func (c *Case) take(e Event) {
	switch e.Kind {
	case Claimed, TakenOver:
		c.own(e.By, e.At)
	case Released:
		c.own("", time.Time{})
	case DocumentExamined:
		c.dropOverride()
	case HitJudged:
		c.dropOverride()
		c.judged[hit{e.Judgement.Check, e.Judgement.Ref, e.Judgement.Version}] = *e.Judgement
	case Rechecked:
		c.dropOverride()
	case CompanionAdded:
		c.Companions = append(slices.Clone(c.Companions), *e.Companion)
	case CompanionRemoved:
		c.Companions = slices.DeleteFunc(slices.Clone(c.Companions), func(x Companion) bool { return x.Inspection == e.Companion.Inspection })
	case OverrideAsked:
		c.Asked, c.Agreed, c.Approver = e.Override, nil, ""
	case OverrideApproved:
		c.Asked, c.Agreed, c.Approver = nil, c.Asked, e.By
	case OverrideDeclined:
		c.dropOverride()
	case Ended:
		c.End, c.EndedAt = e.End, e.At
		c.Asked = nil
	case Withdrawn:
		c.End, c.EndedAt = &End{Outcome: WithdrawnOutcome}, e.At
	case Interviewed:
	}
}

// own gives the case to somebody. What a second person agreed to, he agreed to with the owner who asked.
func (c *Case) own(owner string, at time.Time) {
	c.Owner, c.ClaimedAt = owner, at
	c.dropOverride()
}

// dropOverride forgets what was asked and agreed: what a second person saw is no longer what stands.
func (c *Case) dropOverride() { c.Asked, c.Agreed, c.Approver = nil, nil, "" }
