package board

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Authorisation is whether a traveller may travel to the State by his nationality, document and visas.
type Authorisation struct {
	// Outcome is NoHit when he may, Hit when he may not, NotChecked when it cannot be told.
	Outcome border.Outcome
	Reason  string // why not checked
	// Basis is on what: "national", "visa_free", "crew", "transit", "visa"; a rule's own word. Rule is what says so.
	Basis  string
	Rule   string
	Source border.Source
}

// Authorisations knows who may travel: the table of who needs no visa, a register of visas.
type Authorisations interface {
	// Authorised answers for a subject whose visas, where he has any, stand in his particulars (ParticularVisa...).
	Authorised(ctx context.Context, s border.Subject) (Authorisation, error)
}

// The particulars of a subject that tell of his journey and of the visa that the carrier declares.
const (
	ParticularCarrier    = "carrier"
	ParticularFlight     = "flight"
	ParticularFrom       = "from"
	ParticularTo         = "to"
	ParticularVisa       = "visa_number"
	ParticularVisaUntil  = "visa_until"
	ParticularVisaIssuer = "visa_issuer"
)

// EntryRules are a State's rules on who may come without a visa, as data of its policy.
type EntryRules struct {
	Version string      `json:"version"`
	Rules   []EntryRule `json:"rules"`
	// DeclaredVisa is what a visa is worth that the carrier declares and no register has: "accept" or "not_checked".
	DeclaredVisa string `json:"declared_visa"`
}

// EntryRule lets travellers in: every list that is not empty must hold what is known of the traveller; "*" ends a beginning.
type EntryRule struct {
	ID            string            `json:"id"`
	Basis         string            `json:"basis"`
	Nationalities []string          `json:"nationalities,omitempty"` // ICAO Doc 9303-3
	Documents     []string          `json:"documents,omitempty"`     // document codes: "P", "P*", "I"
	Issuers       []string          `json:"issuers,omitempty"`
	Categories    []border.Category `json:"categories,omitempty"`
	// Own: the document is issued by the State of nationality.
	Own bool `json:"own,omitempty"`
	// From and Until are the days of arrival that the rule is in force on; both included.
	From  traveldoc.Date `json:"from,omitzero"`
	Until traveldoc.Date `json:"until,omitzero"`
}

// The worth of a declared visa.
const (
	AcceptVisa     = "accept"
	NotCheckedVisa = "not_checked"
)

func (e *EntryRules) problems() (all []error) {
	if e.Version == "" {
		all = append(all, fmt.Errorf("entry.version: expected a name of the rules' version"))
	}
	if e.DeclaredVisa != AcceptVisa && e.DeclaredVisa != NotCheckedVisa {
		all = append(all, fmt.Errorf("entry.declared_visa: expected %q or %q", AcceptVisa, NotCheckedVisa))
	}
	seen := map[string]bool{}
	for n, r := range e.Rules {
		if r.ID == "" || seen[r.ID] || r.Basis == "" {
			all = append(all, fmt.Errorf("entry.rules[%d]: expected an id of its own and a basis", n))
		}
		if len(r.Nationalities)+len(r.Documents)+len(r.Issuers)+len(r.Categories) == 0 {
			all = append(all, fmt.Errorf("entry.rules[%d]: expected whom it is for", n))
		}
		seen[r.ID] = true
	}
	return all
}

// RuleTable answers by the rules of a policy. It implements Authorisations.
type RuleTable struct {
	state string
	rules EntryRules
}

// NewRuleTable makes the table of a State's rules.
func NewRuleTable(state string, rules EntryRules) *RuleTable { return &RuleTable{state, rules} }

// entrySource is the name of the table in a finding.
const entrySource = "entry_rules"

// Authorised answers by nationality, document and category on the day of arrival.
func (t *RuleTable) Authorised(_ context.Context, s border.Subject) (Authorisation, error) {
	a := Authorisation{Source: border.Source{Name: entrySource, Version: t.rules.Version}}
	if s.Identity.Nationality == t.state && s.Document.IssuingState == t.state {
		a.Outcome, a.Basis, a.Rule = border.NoHit, "national", "national"
		return a, nil
	}
	for _, r := range t.rules.Rules {
		if r.fits(s) {
			a.Outcome, a.Basis, a.Rule = border.NoHit, r.Basis, r.ID
			return a, nil
		}
	}
	switch {
	case t.visa(s) && t.rules.DeclaredVisa == AcceptVisa:
		a.Outcome, a.Basis, a.Rule = border.NoHit, "visa", "declared_visa"
	case t.visa(s):
		a.Outcome, a.Basis, a.Reason = border.NotChecked, "visa", ReasonVisa
	case s.Identity.Nationality == "" || s.Document.Code == "":
		a.Outcome, a.Reason = border.NotChecked, border.ReasonDataInsufficient
	default:
		a.Outcome = border.Hit
	}
	return a, nil
}

// ReasonVisa says that a visa is declared and no register was asked: a key of the text catalogue below "reason.".
const ReasonVisa = "visa_unverified"

// visa reports whether the carrier declares a visa of the State that holds on the day of arrival.
func (t *RuleTable) visa(s border.Subject) bool {
	p := s.Particulars
	if p[ParticularVisa] == "" || p[ParticularVisaIssuer] != "" && p[ParticularVisaIssuer] != t.state {
		return false
	}
	until, err := traveldoc.ParseDate(p[ParticularVisaUntil])
	return err != nil || until.IsZero() || !until.Before(s.Today)
}

func (r EntryRule) fits(s border.Subject) bool {
	of := func(list []string, value string) bool {
		return len(list) == 0 || value != "" && slices.ContainsFunc(list, like(value))
	}
	category := s.Category
	if category == "" {
		category = border.Ordinary
	}
	return of(r.Nationalities, s.Identity.Nationality) && of(r.Documents, s.Document.Code) && of(r.Issuers, s.Document.IssuingState) &&
		(len(r.Categories) == 0 || slices.Contains(r.Categories, category)) &&
		(!r.Own || s.Document.IssuingState == s.Identity.Nationality) &&
		(r.From.IsZero() || !s.Today.Before(r.From)) && (r.Until.IsZero() || !r.Until.Before(s.Today))
}

// like is whether a pattern, whose "*" at the end stands for anything, is a value.
func like(value string) func(pattern string) bool {
	return func(pattern string) bool {
		begin, open := strings.CutSuffix(pattern, "*")
		return pattern == value || open && strings.HasPrefix(value, begin)
	}
}

// First asks several, such as the table and then a register of visas: the first that lets the traveller in answers; else the first that
// cannot tell, else the last.
type First []Authorisations

// Authorised asks them in their order.
func (f First) Authorised(ctx context.Context, s border.Subject) (last Authorisation, err error) {
	var unknown *Authorisation
	for _, a := range f {
		if last, err = a.Authorised(ctx, s); err != nil {
			return last, err
		}
		switch {
		case last.Outcome == border.NoHit:
			return last, nil
		case last.Outcome == border.NotChecked && unknown == nil:
			first := last
			unknown = &first
		}
	}
	if unknown != nil {
		return *unknown, nil
	}
	return last, nil
}

// CheckAuthorisation is the name of the check of who may travel.
const CheckAuthorisation = "travel.authorisation"

// CodeNoAuthorisation is its evidence.
const CodeNoAuthorisation = "no_authorisation"

// authorisation asks whether the traveller may come at all.
type authorisation struct{ of Authorisations }

// AuthorisationCheck is the check of who may travel to the State. It looks at arrivals alone.
func AuthorisationCheck(of Authorisations) border.Check { return authorisation{of} }

// Name is the check's name.
func (authorisation) Name() string { return CheckAuthorisation }

// Check asks on what the traveller may come.
func (c authorisation) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	if s.Direction == border.Exit {
		return border.NotApplicable(CheckAuthorisation, string(border.Exit)), nil
	}
	a, err := c.of.Authorised(ctx, s)
	if err != nil {
		return border.Finding{}, fmt.Errorf("authorisation to travel: %w", err)
	}
	f := border.Finding{Check: CheckAuthorisation, Source: a.Source, Outcome: a.Outcome, Reason: a.Reason}
	switch a.Outcome {
	case border.Hit:
		f.Evidence = []border.Evidence{{
			Code: CodeNoAuthorisation, Field: "nationality", Found: s.Identity.Nationality + " " + s.Document.Code, Severity: border.SecondLine,
		}}
	case border.NoHit, border.NotChecked:
		if a.Basis != "" {
			f.Evidence = []border.Evidence{{Code: "authorised_" + a.Basis, Severity: border.Note, Ref: a.Rule}}
		}
	}
	return f, nil
}
