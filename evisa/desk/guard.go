package desk

import (
	"slices"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
)

// Acts are what an officer may do with a case now, and why not what he may not.
func (c *Case) Acts(by Officer) []Permitted {
	all := make([]Permitted, 0, len(Acts()))
	for _, act := range Acts() {
		all = append(all, Permitted{act, c.may(act, by)})
	}
	return all
}

// May reports whether an officer may do an act now.
func (c *Case) May(act Act, by Officer) bool { return c.may(act, by) == nil }

// may is the guard of every act.
func (c *Case) may(act Act, by Officer) error {
	switch act {
	case ActClaim, ActTakeOver:
		return c.mayClaim(act, by)
	case ActConfirm, ActReturn:
		return c.maySecond(act, by)
	case ActNote:
		return nil
	case ActRelease, ActJudge, ActRecheck:
		if !c.State.Open() || c.State == evisa.Waiting {
			return ErrState
		}
		return c.owned(by)
	case ActInterview:
		if c.State != evisa.Interview {
			return ErrState
		}
		return c.owned(by)
	case ActAsk, ActInvite:
		if c.State != evisa.Examined && c.State != evisa.Appealed {
			return ErrState
		}
		return c.owned(by)
	case ActPropose, ActApprove, ActRefuse:
		return c.mayDecide(act, by)
	}
	return ErrState
}

func (c *Case) owned(by Officer) error {
	if c.Owner.ID != by.ID {
		return ErrNotOwner
	}
	return nil
}

func (c *Case) mayClaim(act Act, by Officer) error {
	switch {
	case !c.State.Open() || c.State == evisa.Waiting:
		return ErrState
	case c.refuser(by):
		return ErrRefuser
	case c.Owner.Zero() != (act == ActClaim):
		return ErrOwned
	case c.Owner.ID == by.ID:
		return ErrOwned
	case c.State == evisa.Proposed && c.Proposal.By.ID != by.ID:
		return ErrState // the second officer confirms or returns
	}
	return nil
}

// refuser reports whether an officer made the decision that is appealed against.
func (c *Case) refuser(by Officer) bool {
	return c.Appeal != nil && slices.ContainsFunc(c.Appeal.Refusers, func(o Officer) bool { return o.ID == by.ID })
}

// mayDecide is the guard of the first officer.
func (c *Case) mayDecide(act Act, by Officer) error {
	if c.State != evisa.Examined && c.State != evisa.Appealed {
		return ErrState
	}
	if c.refuser(by) {
		return ErrRefuser
	}
	if err := c.owned(by); err != nil {
		return err
	}
	if act == ActApprove && c.unconfirmed() {
		return ErrUnconfirmed
	}
	if act == ActApprove && c.FourEyes.Approve || act == ActRefuse && c.FourEyes.Refuse {
		return ErrSecond
	}
	return c.decidable()
}

// maySecond is the guard of the second officer.
func (c *Case) maySecond(act Act, by Officer) error {
	switch {
	case c.State != evisa.Proposed || c.Proposal == nil:
		return ErrState
	case c.Proposal.By.ID == by.ID:
		return ErrSamePerson
	case c.refuser(by):
		return ErrRefuser
	case act == ActReturn:
		return nil
	case c.Proposal.Approve && c.unconfirmed():
		return ErrUnconfirmed
	}
	return c.decidable()
}

// decidable says why there may be no decision yet: an alert check without an answer, or a hit that nobody judged.
func (c *Case) decidable() error {
	for _, k := range c.Checks {
		if k.Alert && (k.Pending || k.Finding.Outcome == border.NotChecked) {
			return ErrNotEvaluated
		}
	}
	for _, k := range c.Checks {
		for _, h := range k.Hits {
			if h.Judgement == nil {
				return ErrNotJudged
			}
		}
	}
	return nil
}

// doubtful reports whether approving wants a reason: a check found something that stands, or has no answer.
func (c *Case) doubtful() bool {
	return slices.ContainsFunc(c.Checks, func(k Checked) bool {
		if k.Pending || k.Finding.Outcome == border.NotChecked {
			return true
		}
		if k.Finding.Outcome == border.NoHit {
			return false
		}
		return len(k.Hits) == 0 && k.Finding.Severity() != border.Note ||
			slices.ContainsFunc(k.Hits, func(h Hit) bool { return h.Judgement == nil || h.Judgement.Same == SamePerson })
	})
}

// WantsReason reports whether approving wants a reason.
func (c *Case) WantsReason() bool { return c.doubtful() }
