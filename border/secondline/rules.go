package secondline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
)

// allows says why a step may not be taken now; nil when it may. Whether a second person is a supervisor is for the caller to know:
// a case knows only who it is.
func (c *Case) allows(e Event) error {
	switch {
	case e.Seq != len(c.Course)+1:
		return fmt.Errorf("case %s: step %d comes after %d", c.ID(), e.Seq, len(c.Course))
	case strings.TrimSpace(e.By) == "" || e.At.IsZero():
		return fmt.Errorf("case %s, step %d: expected who and when", c.ID(), e.Seq)
	case c.End != nil:
		return ErrEnded
	}
	switch e.Kind {
	case Claimed:
		return c.allowsClaim(e)
	case TakenOver:
		return c.allowsTakingOver(e)
	case Withdrawn:
		if len(c.Course) > 0 {
			return ErrTouched
		}
		return nil
	case OverrideApproved, OverrideDeclined:
		return c.allowsAnswer(e)
	case Released, Interviewed, DocumentExamined, HitJudged, Rechecked, CompanionAdded, CompanionRemoved, OverrideAsked, Ended:
		return c.allowsOwner(e)
	}
	return fmt.Errorf("case %s, step %d: kind %q is not known to this release", c.ID(), e.Seq, e.Kind)
}

func (c *Case) allowsClaim(e Event) error {
	switch c.Owner {
	case "":
		return nil
	case e.By:
		return ErrOwnAlready
	}
	return ErrClaimed.With("owner", c.Owner)
}

func (c *Case) allowsTakingOver(e Event) error {
	switch {
	case c.Owner == "":
		return ErrUnclaimed
	case c.Owner == e.By:
		return ErrOwnAlready
	case strings.TrimSpace(e.Reason) == "":
		return errReasonMissing
	}
	return within("reason", e.Reason, MaxText)
}

// allowsAnswer is for the second person, who is never the owner.
func (c *Case) allowsAnswer(e Event) error {
	switch {
	case c.Owner == "":
		return ErrUnclaimed
	case c.Owner == e.By:
		return ErrSelf
	case c.Asked == nil:
		return ErrNoRequest
	case e.Kind == OverrideDeclined && strings.TrimSpace(e.Reason) == "":
		return errReasonMissing
	}
	return within("reason", e.Reason, MaxText)
}

// Owned says why somebody is not the owner of an open case; nil when he is.
func (c *Case) Owned(by string) error {
	switch {
	case c.End != nil:
		return ErrEnded
	case c.Owner == "":
		return ErrUnclaimed
	case c.Owner != by:
		return ErrNotOwner.With("owner", c.Owner)
	}
	return nil
}

func (c *Case) allowsOwner(e Event) error {
	if err := c.Owned(e.By); err != nil {
		return err
	}
	switch e.Kind {
	case Interviewed:
		return e.Interview.check()
	case DocumentExamined:
		return e.Examination.check()
	case HitJudged:
		return c.allowsJudgement(e.Judgement)
	case Rechecked:
		return e.Run.check()
	case CompanionAdded:
		return c.allowsCompanion(e.Companion)
	case CompanionRemoved:
		return c.allowsRemoval(e.Companion)
	case OverrideAsked:
		return c.allowsOverride(e.Override)
	case Ended:
		return c.allowsEnd(e.End)
	default:
		return nil
	}
}

func (c *Case) allowsJudgement(j *Judgement) error {
	switch {
	case j == nil:
		return missing("judgement")
	case !c.hasHit(*j):
		return ErrNoSuchHit
	case len(j.Compared) == 0:
		return missing("compared")
	case !allKnown(Comparisons(), j.Compared):
		return unknown("compared")
	}
	return within("remark", j.Remark, MaxText)
}

func (c *Case) hasHit(j Judgement) bool {
	for _, f := range c.Findings() {
		if f.Check != j.Check || f.Source.Version != j.Version || f.Outcome != border.Hit {
			continue
		}
		if slices.ContainsFunc(f.Evidence, func(e border.Evidence) bool { return e.Ref == j.Ref }) {
			return true
		}
	}
	return false
}

func (c *Case) allowsCompanion(p *Companion) error {
	switch {
	case p == nil || p.Inspection == uuid.Nil:
		return missing("inspection")
	case p.Inspection == c.Inspection || c.hasCompanion(p.Inspection):
		return ErrCompanion
	case p.Relation != "" && !known(Relations(), p.Relation):
		return unknown("relation")
	}
	return nil
}

func (c *Case) allowsRemoval(p *Companion) error {
	if p == nil || !c.hasCompanion(p.Inspection) {
		return ErrNoCompanion
	}
	return nil
}

func (c *Case) hasCompanion(inspection uuid.UUID) bool {
	return slices.ContainsFunc(c.Companions, func(p Companion) bool { return p.Inspection == inspection })
}

// allowsOverride holds what is asked against what stands: a second person must be shown all of it, and nothing else.
func (c *Case) allowsOverride(o *Override) error {
	grave := c.Grave()
	switch {
	case len(grave) == 0:
		return ErrNothingGrave
	case c.Asked != nil:
		return ErrRequested
	case o == nil || o.Reason == "":
		return errReasonMissing
	case !known(border.AdmitReasons(), o.Reason):
		return unknown("reason")
	case !slices.Equal(o.Hits, grave):
		return fmt.Errorf("case %s: an override names %d hits, %d stand", c.ID(), len(o.Hits), len(grave))
	}
	return within("note", o.Note, MaxText)
}
