package hit

import (
	"slices"
	"strings"

	"github.com/openbmis/openbmis/alerts"
)

// Coercive reports whether an action is done to somebody against his will: none is on a hit alone.
func Coercive(a alerts.Action) bool {
	return slices.Contains([]alerts.Action{alerts.ActionDetain, alerts.ActionProtect, alerts.ActionRefuse, alerts.ActionSeize}, a)
}

// NeedsConfirmation reports whether the list's policy asks for the owner's word before an outcome, and it is not there.
func (h *Hit) NeedsConfirmation(o Outcome) bool {
	confirmed := h.Answer != nil && h.Answer.Confirmed
	return o.Code == OutcomeActionTaken && Coercive(o.Action) && !h.Policy().ActUnconfirmed && !confirmed
}

// NeedsSecond reports whether a second person must agree to an outcome: to an action of the list's policy, to one without the owner's
// word, and to coercion on a word that only its taker has heard.
func (h *Hit) NeedsSecond(o Outcome) bool {
	if o.Code != OutcomeActionTaken {
		return false
	}
	p := h.Policy()
	hearsay := Coercive(o.Action) && !p.ActUnconfirmed && h.Answer != nil && h.Answer.Noted
	return slices.Contains(p.FourEyes, o.Action) || o.Override != "" || hearsay
}

// The codes of outcomes that rules name.
const (
	OutcomeActionTaken       = "action_taken"
	OutcomeActionNotPossible = "action_not_possible"
	OutcomeNotSame           = "not_same"
	OutcomeNotConfirmed      = "not_confirmed"
	OutcomeToldOwner         = "told_owner"
	OutcomeGone              = "gone"
	OutcomeAlertWithdrawn    = "alert_withdrawn"
	OutcomeMistakenScan      = "mistaken_scan"
)

// checkOutcome holds an outcome against what is known of the hit.
func (h *Hit) checkOutcome(o *Outcome) error {
	switch {
	case o == nil || o.Code == "":
		return missing("outcome")
	case !slices.Contains(Outcomes(), o.Code):
		return unknown("outcome")
	case (o.Action != "") != (o.Code == OutcomeActionTaken):
		return missing("action")
	case o.Action != "" && !o.Action.Valid():
		return unknown("action")
	}
	if err := h.agrees(o.Code); err != nil {
		return err
	}
	if needsRemark(o.Code) && strings.TrimSpace(o.Remark) == "" {
		return missing("remark")
	}
	if h.NeedsConfirmation(*o) && strings.TrimSpace(o.Override) == "" {
		return ErrUnconfirmed
	}
	if err := within("override", o.Override, MaxText); err != nil {
		return err
	}
	return within("remark", o.Remark, MaxText)
}

// agrees: an outcome must not contradict the judgement or the owner's word.
func (h *Hit) agrees(code string) error {
	same := h.Judgement != nil && h.Judgement.Same
	notSame := h.Judgement != nil && !h.Judgement.Same
	denied := h.Answer != nil && !h.Answer.Confirmed
	switch code {
	case OutcomeNotSame:
		if !notSame {
			return ErrContradicts
		}
	case OutcomeActionTaken, OutcomeActionNotPossible, OutcomeToldOwner:
		if !same {
			return ErrNotJudged
		}
		if denied && code == OutcomeActionTaken {
			return ErrContradicts
		}
	case OutcomeNotConfirmed:
		if !denied && !h.Unanswered {
			return ErrContradicts
		}
	}
	return nil
}

// needsRemark: an outcome that says of itself why needs no words.
func needsRemark(code string) bool {
	return slices.Contains([]string{OutcomeActionNotPossible, OutcomeGone, OutcomeAlertWithdrawn, OutcomeMistakenScan}, code)
}

func (h *Hit) allowsProposal(e Event) error {
	if err := h.checkOutcome(e.Outcome); err != nil {
		return err
	}
	if !h.NeedsSecond(*e.Outcome) {
		return ErrNoSecond
	}
	return nil
}

// allowsEnd: the owner ends what needs nobody else; what two must agree to ends with the second, and as it was proposed.
func (h *Hit) allowsEnd(e Event) error {
	if h.Outcome != nil {
		return ErrClosed
	}
	if h.Proposal == nil {
		if err := h.Owned(e.By); err != nil {
			return err
		}
		if err := h.checkOutcome(e.Outcome); err != nil {
			return err
		}
		if h.NeedsSecond(*e.Outcome) || e.Outcome.Second != "" {
			return ErrSecondPerson
		}
		return nil
	}
	if h.ProposedBy == e.By || h.Owner == e.By {
		return ErrSelf
	}
	agreed := *h.Proposal
	agreed.Second = e.By
	if e.Outcome == nil || *e.Outcome != agreed {
		return ErrMoved
	}
	return nil
}

// Clearable reports whether it may be remembered that the traveller is not the person: of an open alert on a person, and of nobody
// whose document it is that is looked for.
func (h *Hit) Clearable() bool {
	return h.Outcome != nil && h.Outcome.Code == OutcomeNotSame && h.Raise.Secrecy != alerts.Discreet && h.Raise.Subject == alerts.Person &&
		!ByDocument(h.Raise.Evidence)
}

// allowsClearing: a second person, who is not the one that judged, agrees; what is remembered is this alert as it stood.
func (h *Hit) allowsClearing(e Event) error {
	if e.Kind == Restored {
		switch {
		case h.Clearing == nil:
			return ErrNotCleared
		case strings.TrimSpace(e.Note) == "":
			return errReasonMissing
		}
		return nil
	}
	c := e.Clearing
	switch {
	case !h.Clearable():
		return ErrNotClearable
	case h.Clearing != nil:
		return ErrCleared
	case h.JudgedBy == e.By:
		return ErrSelf
	case c == nil || c.Traveller == "" || c.Alert != h.Raise.Alert || c.AlertVersion != h.Raise.AlertVersion || !c.Until.After(e.At):
		return ErrNotClearable
	}
	return nil
}
