package border

import (
	"fmt"
	"slices"
	"time"
)

// Outcome is the answer of a check. There is no fourth, and no boolean: the zero value is "not checked".
type Outcome int

// The outcomes.
const (
	NotChecked Outcome = iota
	NoHit
	Hit
)

// String is the outcome's name in JSON and in the text catalogue: "not_checked", "no_hit" or "hit".
func (o Outcome) String() string { return [...]string{"not_checked", "no_hit", "hit"}[o] }

// MarshalText writes the outcome's name.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads the outcome's name.
func (o *Outcome) UnmarshalText(text []byte) error {
	for _, known := range []Outcome{NotChecked, NoHit, Hit} {
		if known.String() == string(text) {
			*o = known
			return nil
		}
	}
	return fmt.Errorf("outcome %q: expected hit, no_hit or not_checked", text)
}

// Severity says what a piece of evidence asks of the officer.
type Severity string

// The severities.
const (
	Note        Severity = "note"        // good to know
	Acknowledge Severity = "acknowledge" // the officer must give a reason to admit
	SecondLine  Severity = "second_line" // the traveller belongs to the second line
)

// Reasons why a check has no answer. They are keys of the text catalogue below "reason.".
const (
	ReasonTimeout          = "timeout"
	ReasonUnreachable      = "unreachable"
	ReasonListMissing      = "list_missing"
	ReasonListTooOld       = "list_too_old"
	ReasonListIncomplete   = "list_incomplete"
	ReasonDataInsufficient = "data_insufficient"
	ReasonFailed           = "failed"
	// ReasonBreakerOpen: an outside service failed lately and is not asked until it answers again; ReasonNotAdmitted: it does not let
	// the station in.
	ReasonBreakerOpen = "breaker_open"
	ReasonNotAdmitted = "not_admitted"
)

// Source is where an answer comes from: which list, which version, how old.
type Source struct {
	Name    string `json:"name"`              // key of the text catalogue below "source.", such as "alerts.national"
	Version string `json:"version,omitempty"` // the list's or rule set's version
	// AsOf is when the data was last known to be current; zero when the source has no age (a rule, the document itself).
	AsOf time.Time `json:"as_of,omitzero"`
}

// Age is how old the data was at an instant; 0 when the source has no age.
func (s Source) Age(at time.Time) time.Duration {
	if s.AsOf.IsZero() {
		return 0
	}
	return max(at.Sub(s.AsOf), 0)
}

// Evidence is one reason for an answer.
type Evidence struct {
	Code     string   `json:"code"`               // key of the text catalogue below "evidence."
	Field    string   `json:"field,omitempty"`    // the field it is about, such as "document_number"
	Found    string   `json:"found,omitempty"`    // what the traveller or the document shows
	Expected string   `json:"expected,omitempty"` // what the list or the rule says
	Severity Severity `json:"severity"`
	Ref      string   `json:"ref,omitempty"` // the entry at the source, such as an alert's id
	// Relation and Score are how Found and Expected were compared, where they were: a key of the text catalogue below "relation.", and 0 to
	// 1. Band is how sure a match is as a whole (evidence of code "alert_match").
	Relation string  `json:"relation,omitempty"`
	Score    float64 `json:"score,omitempty"`
	Band     string  `json:"band,omitempty"`
	// Restricted evidence is shown only to those with the permission hit.reason.view; others see that there is a hit.
	Restricted bool `json:"restricted,omitempty"`
	// Fleeting says of Found and Expected that they are others' data, or outlive their own retention in a record of the traveller: the
	// officer is shown them, and nothing keeps them (Kept).
	Fleeting bool `json:"-"`
}

// Kept is findings as they may be stored and sent: fleeting evidence is left with its code, field, relation, severity and reference.
func Kept(findings []Finding) []Finding {
	kept := slices.Clone(findings)
	for n := range kept {
		kept[n].Evidence = KeptEvidence(kept[n].Evidence)
	}
	return kept
}

// KeptEvidence does the same with evidence.
func KeptEvidence(list []Evidence) []Evidence {
	kept := slices.Clone(list)
	for n := range kept {
		if kept[n].Fleeting {
			kept[n].Found, kept[n].Expected, kept[n].Fleeting = "", "", false
		}
	}
	return kept
}

// Finding is the explained answer of one check.
type Finding struct {
	Check    string     `json:"check"`
	Source   Source     `json:"source"`
	Outcome  Outcome    `json:"outcome"`
	Reason   string     `json:"reason,omitempty"` // why not checked
	Evidence []Evidence `json:"evidence,omitempty"`
	// Sources are the lists that were looked in, where there were several; Source is then the oldest of them.
	Sources []Source `json:"sources,omitempty"`
	// Matcher is the version of the matcher that compared, where one did.
	Matcher string `json:"matcher,omitempty"`
	// Optional says of a finding that is not checked that admitting does not ask for a reason because of it: the country's configuration
	// says that the check may be missing. It stays amber, and is made again.
	Optional bool `json:"optional,omitempty"`
	// Steps are the items of a check that is made of several; see Conclude.
	Steps []Step        `json:"steps,omitempty"`
	Took  time.Duration `json:"took"` // nanoseconds
	At    time.Time     `json:"at"`
	// Grant is the stay that the check of stays proposes; nil from every other check.
	Grant *Grant `json:"grant,omitempty"`
	// OnArrival says of a hit that a visa has to be granted on arrival, and on what terms; nothing else may be wrong in the same finding.
	OnArrival *ArrivalTerms `json:"on_arrival,omitempty"`
}

// Severity is the gravest severity of a hit's evidence, and Note for anything else.
func (f Finding) Severity() Severity {
	gravest := Note
	if f.Outcome != Hit {
		return gravest
	}
	for _, e := range f.Evidence {
		switch e.Severity {
		case SecondLine:
			return SecondLine
		case Acknowledge:
			gravest = Acknowledge
		case Note:
		}
	}
	return gravest
}

// CodeListTooOld is the evidence of lists that are too old to answer "no hit" from; Found names them. Its severity is SecondLine where
// the policy of one of them leaves the decision to a supervisor.
const CodeListTooOld = "list_too_old"

// needsSupervisor reports whether a check without an answer is one that only a supervisor may go over.
func (f Finding) needsSupervisor() bool {
	return f.Outcome == NotChecked && slices.ContainsFunc(f.Evidence, func(e Evidence) bool {
		return e.Code == CodeListTooOld && e.Severity == SecondLine
	})
}

// Unanswered is the finding of a check that has no answer, for reason.
func Unanswered(check string, source Source, reason string) Finding {
	return Finding{Check: check, Source: source, Outcome: NotChecked, Reason: reason}
}
