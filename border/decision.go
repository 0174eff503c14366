package border

import (
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// Verdict is what the officer decides.
type Verdict string

// The verdicts.
const (
	Admit  Verdict = "admit"
	Refer  Verdict = "refer"  // to the second line
	Refuse Verdict = "refuse" // only from the second line (Regulation (EU) 2016/399, annex V part A)
)

// Decision is the officer's verdict with its reason.
type Decision struct {
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason,omitempty"` // coded; see AdmitReasons, ReferReasons, RefuseReasons
	Note    string  `json:"note,omitempty"`   // the officer's own words
	// Days is the stay that the officer grants where it is shorter than the one proposed; 0: as proposed. DaysReason says why, coded.
	Days       int    `json:"days,omitzero"`
	DaysReason string `json:"days_reason,omitempty"`
	// OnArrival is the visa that admitting grants where the traveller has to have one and may be granted it here; nil: none is.
	OnArrival *ArrivalVisa `json:"on_arrival,omitempty"`
}

// DaysReasons are the codes for granting a shorter stay than the rules allow.
func DaysReasons() []string {
	return []string{"purpose", "return_ticket", "means", "document_expiry", "insurance", "other"}
}

// BoundOfficer is Grant.Bound of a stay that the officer shortened.
const BoundOfficer = "officer"

// checkDays says what is wrong with a shortened stay, given the one that the rules propose.
func (d Decision) checkDays(direction Direction, proposed *Grant) error {
	switch {
	case d.Days == 0 && d.DaysReason == "":
		return nil
	case d.Verdict != Admit || direction != Entry || proposed == nil || proposed.Until.IsZero():
		return problem.New(problem.Invalid, "decision.days_none").At("days")
	case d.Days < 1 || d.Days > proposed.MaxDays:
		return problem.New(problem.Invalid, "decision.days").At("days").With("max", proposed.MaxDays)
	case d.Days < proposed.MaxDays && !contains(DaysReasons(), d.DaysReason):
		return problem.New(problem.Invalid, "decision.days_reason").At("days_reason")
	}
	return nil
}

// grant is the stay that the decision grants from a day on: the proposed one, or the part of it that the officer grants.
func (d Decision) grant(proposed *Grant, from traveldoc.Date) *Grant {
	if proposed == nil || d.Days == 0 || d.Days >= proposed.MaxDays {
		return proposed
	}
	shorter := *proposed
	shorter.MaxDays, shorter.Bound = d.Days, BoundOfficer
	shorter.BoundBy, shorter.BoundVersion, shorter.BoundDays = "", "", 0
	shorter.Until = traveldoc.DateOf(from.First().AddDate(0, 0, d.Days-1))
	return &shorter
}

// AdmitReasons are the codes for admitting in spite of a hit or of a check without an answer; see NeedsSecondLine for where none is enough.
func AdmitReasons() []string {
	return []string{"not_same_person", "document_examined", "supervisor_agreed", "checked_by_other_means", "humanitarian"}
}

// ReferReasons are the codes for sending a traveller to the second line.
func ReferReasons() []string {
	return []string{"hit", "document_doubt", "identity_doubt", "conditions_of_stay", "not_checked", "vulnerable", "other"}
}

// RefuseReasons are the letters of the standard form for refusal of entry (Regulation (EU) 2016/399, annex V part B).
func RefuseReasons() []string {
	return []string{"A", "B", "C", "D", "E", "F", "G", "H", "I"}
}

// Reasons are the codes that a verdict may carry.
func (v Verdict) Reasons() []string {
	switch v {
	case Admit:
		return AdmitReasons()
	case Refer:
		return ReferReasons()
	case Refuse:
		return RefuseReasons()
	}
	return nil
}

// MaxNote is the longest note of a decision, in bytes.
const MaxNote = 2000

// NeedsReason reports whether admitting with these findings asks for a reason: there is a hit, or a check without an answer that is not
// optional. That a visa has to be granted on arrival is answered by granting it.
func NeedsReason(findings []Finding) bool {
	for _, f := range findings {
		if f.Outcome == Hit && f.OnArrival != nil {
			continue
		}
		if f.Outcome != NoHit && (f.Outcome != NotChecked || !f.Optional) {
			return true
		}
	}
	return false
}

// NeedsSecondLine reports whether no counter may admit with these findings, whatever the reason: there is a hit of severity SecondLine,
// or a list so old that its policy leaves the decision to a supervisor. To go over it takes two persons, and the counter has one.
func NeedsSecondLine(findings []Finding) bool {
	for _, f := range findings {
		if f.Severity() == SecondLine || f.needsSupervisor() {
			return true
		}
	}
	return false
}

// Check says what is wrong with the decision of a counter for a traveller with these findings; nil when it can be recorded. The second
// line's own decisions have the rules of their case (border/secondline).
func (d Decision) Check(direction Direction, findings []Finding) error {
	known := d.Verdict.Reasons()
	switch {
	case known == nil:
		return problem.New(problem.Invalid, "decision.verdict").At("verdict")
	case d.Verdict == Refuse && direction == Exit:
		return problem.New(problem.Invalid, "decision.refuse_exit").At("verdict")
	case d.Verdict == Admit && NeedsSecondLine(findings):
		return ErrSecondLineNeeded
	case len(d.Note) > MaxNote:
		return problem.New(problem.Invalid, "decision.note_too_long").At("note").With("max", MaxNote)
	case d.Reason == "" && (d.Verdict != Admit || NeedsReason(findings)):
		return problem.New(problem.Invalid, "decision.reason_missing").At("reason")
	case d.Reason == "":
		return nil
	}
	for _, code := range known {
		if code == d.Reason {
			return nil
		}
	}
	return problem.New(problem.Invalid, "decision.reason_unknown").At("reason")
}

// Purposes are the coded purposes of travel, in the order shown (after the UN recommendations on migration statistics, rev. 1).
func Purposes() []string {
	return []string{"holiday", "visit", "business", "work", "study", "transit", "return_home", "medical", "official", "other"}
}

// CorrectionReasons are the codes for undoing a decision.
func CorrectionReasons() []string { return []string{"wrong_key", "wrong_traveller", "new_information"} }

// DismissReasons are the codes for putting a scan aside without a decision.
func DismissReasons() []string {
	return []string{"misread", "scanned_twice", "stepped_back", HandedOver}
}

// HandedOver is the reason when somebody else has taken the traveller over: the police, a doctor, or a service that is not to be named
// (Desk.HandOver). Officers choose it too, so that it tells nothing.
const HandedOver = "handed_over"
