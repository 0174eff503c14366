package board

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/border"
)

// Decision is what the carrier is told of a traveller.
type Decision string

// The decisions.
const (
	Board   Decision = "board"
	NoBoard Decision = "do_not_board"
	Contact Decision = "contact" // the carrier calls the authority
	// NotChecked: a check has no answer yet. It is made again, and the carrier is told what came of it.
	NotChecked Decision = "not_checked"
)

// Decisions are all decisions, the mildest first.
func Decisions() []Decision { return []Decision{Board, NotChecked, Contact, NoBoard} }

// Valid reports whether d is one of Decisions.
func (d Decision) Valid() bool { return slices.Contains(Decisions(), d) }

func (d Decision) gravity() int { return slices.Index(Decisions(), d) }

// Graver is the graver of two decisions.
func Graver(a, b Decision) Decision {
	if b.gravity() > a.gravity() {
		return b
	}
	return a
}

// Cause is one reason for a decision: what a check answered, and which rule of the policy makes what of it. It names no person.
type Cause struct {
	Check   string          `json:"check"`
	Code    string          `json:"code"` // of the evidence, or of why the check has no answer
	Outcome border.Outcome  `json:"outcome"`
	Ref     string          `json:"ref,omitempty"`  // the alert, with its version
	Rule    string          `json:"rule,omitempty"` // of the policy; "" where none speaks of it
	Makes   Decision        `json:"makes"`
	Grave   border.Severity `json:"severity,omitempty"`
	// Restricted causes are shown only to those with the permission hit.reason.view; others see that there is one.
	Restricted bool `json:"restricted,omitempty"`
	// Dropped says that an analyst, who saw it, decided otherwise.
	Dropped bool `json:"dropped,omitempty"`
}

// Key names what a cause is about, so that who decided on it is not taken to have decided on another.
func (c Cause) Key() string { return c.Check + " " + c.Code + " " + c.Ref }

// Ruling is a decision with all that led to it.
type Ruling struct {
	Decision Decision `json:"decision"`
	Policy   string   `json:"policy"` // Policy.Name
	Causes   []Cause  `json:"causes,omitempty"`
	// TimedOut says that the policy of time-outs spoke, since checks were not done in time.
	TimedOut bool `json:"timed_out,omitempty"`
	// Findings are what the checks answered, without a person's data (Bare).
	Findings []border.Finding `json:"findings,omitempty"`
	// Opinion is the analyst's or the rules' that counted.
	Opinion *Opinion `json:"opinion,omitempty"`
}

// Sources of opinions.
const (
	Analyst = "analyst"
	Risk    = "risk" // rules of risk, which no person has looked at unless the opinion has a severity
)

// Opinion is what somebody, or a rule of risk, holds of an expected person beside what the checks answer.
type Opinion struct {
	Person  uuid.UUID              `json:"person"`
	Source  string                 `json:"source"`
	Verdict apipnr.DecisionVerdict `json:"verdict"`
	Reason  string                 `json:"reason"` // an analyst's words; of risk the rule's code and version
	// Severity is that of a rule of risk whose hit a person confirmed; "" while nobody has looked at it.
	Severity string    `json:"severity,omitempty"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	// Seen are the causes (Cause.Key) that an analyst had before him: his "board" covers them and no others.
	Seen []string `json:"seen,omitempty"`
}

// Decide makes of findings and opinions what the carrier is told.
func (p Policy) Decide(findings []border.Finding, opinions []Opinion) Ruling {
	r := Ruling{Decision: Board, Policy: p.Name(), Findings: Bare(findings)}
	for _, f := range findings {
		r.Causes = append(r.Causes, p.causes(f)...)
	}
	for _, source := range []string{Risk, Analyst} { // who decides has what risk holds before him
		for _, o := range opinions {
			if o.Source == source {
				p.weigh(&r, o)
			}
		}
	}
	for _, c := range r.Causes {
		if !c.Dropped {
			r.Decision = Graver(r.Decision, c.Makes)
			r.TimedOut = r.TimedOut || c.Rule == ruleTimeout
		}
	}
	slices.SortStableFunc(r.Causes, func(a, b Cause) int { return cmp.Compare(b.Makes.gravity(), a.Makes.gravity()) })
	return r
}

// weigh lays an opinion into the scale. Rules of risk speak to people: of themselves they keep nobody from boarding; what a person confirmed
// does, when the policy asks for it.
func (p Policy) weigh(r *Ruling, o Opinion) {
	if o.Source == Risk {
		switch {
		case o.Severity != "":
			r.Causes = append(r.Causes, Cause{
				Check: CheckRisk, Code: "risk_confirmed", Outcome: border.Hit, Ref: o.Reason, Rule: ruleConfirmed + o.Severity, Makes: p.confirmed(o.Severity),
				Grave: border.SecondLine,
			})
		case o.Verdict != apipnr.DecideBoard:
			r.Causes = append(r.Causes, Cause{
				Check: CheckRisk, Code: "risk_rule", Outcome: border.Hit, Makes: p.ofRisk(o.Verdict), Grave: border.SecondLine,
			})
		}
		return
	}
	r.Opinion = &o
	if o.Verdict == apipnr.DecideNoBoard {
		r.Causes = append(r.Causes, Cause{
			Check: CheckAnalyst, Code: "analyst_decision", Outcome: border.Hit, Makes: NoBoard, Grave: border.SecondLine,
		})
		return
	}
	for n := range r.Causes {
		if slices.Contains(o.Seen, r.Causes[n].Key()) {
			r.Causes[n].Dropped = true
		}
	}
}

// ofRisk is what the verdict of a rule of risk makes before somebody has looked at it (CJEU C-817/19, 203 ff.: no adverse decision on
// automated processing alone).
func (p Policy) ofRisk(v apipnr.DecisionVerdict) Decision {
	if v == apipnr.DecideNoBoard {
		return p.Unreviewed
	}
	return Board
}

// confirmed is what a hit of risk makes that a person confirmed; of a severity that the policy does not name, no more than before.
func (p Policy) confirmed(severity string) Decision {
	if d, named := p.Confirmed[severity]; named {
		return d
	}
	return p.Unreviewed
}

// The names that stand in a cause for who is no check.
const (
	CheckAnalyst = "analyst"
	CheckRisk    = "risk"
)

// What stands for a rule in a cause that no rule of a hit made.
const (
	ruleTimeout   = "on_timeout"
	ruleUnchecked = "unchecked"
	ruleConfirmed = "risk_confirmed." // and the severity
)

// causes are what the policy makes of a finding: nothing of "no hit".
func (p Policy) causes(f border.Finding) (all []Cause) {
	switch f.Outcome {
	case border.NotChecked:
		switch {
		case f.Optional:
		case f.Reason == border.ReasonTimeout:
			all = []Cause{{Check: f.Check, Code: f.Reason, Makes: p.decisionOnTimeout(), Rule: ruleTimeout}}
		default:
			all = []Cause{{Check: f.Check, Code: f.Reason, Makes: p.unchecked(f.Check), Rule: ruleUnchecked}}
		}
	case border.Hit:
		for _, m := range meanings(f) {
			rule, makes := p.rule(m)
			all = append(all, Cause{
				Check: f.Check, Code: m.Code, Outcome: border.Hit, Ref: m.Ref, Rule: rule, Makes: makes, Grave: m.Severity, Restricted: m.Restricted,
			})
		}
	case border.NoHit:
	}
	return all
}
