package evisa

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// RuleKind is what a rule of entry says.
type RuleKind string

// The kinds.
const (
	VisaFree      RuleKind = "visa_free"
	VisaOnArrival RuleKind = "visa_on_arrival"
	VisaRequired  RuleKind = "visa_required"
)

// RuleBook is a State's rules of who needs a visa, as dated data. Rules are tried in their order; the first that fits applies. Who fits none
// needs a visa.
type RuleBook struct {
	Version string      `json:"version"`
	Legal   string      `json:"legal,omitempty"` // the act they follow from
	Rules   []EntryRule `json:"rules"`
	// Posts are what people call the posts that the rules name, by id. The centre adds them where it tells the rules to the portal, which may
	// not read the register of posts; they are no part of the rules.
	Posts map[string]string `json:"posts,omitempty"`
}

// EntryRule is for whom every list that is not empty holds; "*" at an end stands for anything.
type EntryRule struct {
	ID            string            `json:"id"`
	Kind          RuleKind          `json:"kind"`
	Basis         string            `json:"basis"`                   // the provision, shown to people
	Nationalities []string          `json:"nationalities,omitempty"` // Doc 9303-3
	Documents     []string          `json:"documents,omitempty"`     // document codes: "P", "P*", "PD"
	Issuers       []string          `json:"issuers,omitempty"`
	Categories    []border.Category `json:"categories,omitempty"`
	Bases         []border.Basis    `json:"bases,omitempty"` // such as residence_permit
	Purposes      []string          `json:"purposes,omitempty"`
	Ports         []string          `json:"ports,omitempty"` // ids of posts: a visa on arrival is not to be had at each
	// From and Until are the days of arrival that it is in force on, both included; zero is without limit.
	From  traveldoc.Date `json:"from,omitzero"`
	Until traveldoc.Date `json:"until,omitzero"`
	Days  int            `json:"days,omitempty"` // of stay; 0: the rules of stay alone
	Fee   *Money         `json:"fee,omitempty"`  // of a visa on arrival
}

// Traveller is what a rule looks at.
type Traveller struct {
	Nationality string
	Document    string // code
	Issuer      string
	Category    border.Category
	Basis       border.Basis
	Purpose     string
	Port        string
	On          traveldoc.Date
}

// Fits reports whether a rule is for a traveller.
func (r EntryRule) Fits(t Traveller) bool {
	category := t.Category
	if category == "" {
		category = border.Ordinary
	}
	return likeState(r.Nationalities, t.Nationality) && like(r.Documents, t.Document) && likeState(r.Issuers, t.Issuer) && like(r.Purposes, t.Purpose) &&
		like(r.Ports, t.Port) && (len(r.Categories) == 0 || slices.Contains(r.Categories, category)) &&
		(len(r.Bases) == 0 || slices.Contains(r.Bases, t.Basis)) &&
		(r.From.IsZero() || !t.On.Before(r.From)) && (r.Until.IsZero() || !r.Until.Before(t.On))
}

func like(list []string, value string) bool {
	return len(list) == 0 || value != "" && slices.ContainsFunc(list, func(pattern string) bool {
		begin, open := strings.CutSuffix(pattern, "*")
		return pattern == value || open && strings.HasPrefix(value, begin)
	})
}

// likeState is like with codes of States: each may stand as documents have it, or as other lists do.
func likeState(list []string, value string) bool {
	return like(list, value) || value != "" && slices.ContainsFunc(list, func(code string) bool { return sameState(code, value) })
}

func sameState(a, b string) bool { return traveldoc.FoldState(a) == traveldoc.FoldState(b) }

// For is the rule that applies to a traveller; false when none fits, which means that a visa is needed.
func (b RuleBook) For(t Traveller) (EntryRule, bool) {
	for _, r := range b.Rules {
		if r.Fits(t) {
			return r, true
		}
	}
	return EntryRule{}, false
}

// MaxRules bounds a book.
const MaxRules = 5000

// Check says everything that is wrong with a book.
func (b RuleBook) Check() error {
	var all []error
	if strings.TrimSpace(b.Version) == "" {
		all = append(all, errors.New("version: expected a name"))
	}
	if len(b.Rules) > MaxRules {
		return fmt.Errorf("rules: %d, expected at most %d", len(b.Rules), MaxRules)
	}
	if len(b.Posts) > 0 {
		all = append(all, errors.New("posts: expected none, the register of posts has their names"))
	}
	seen := map[string]bool{}
	for n, r := range b.Rules {
		at := func(field, expected string) {
			all = append(all, fmt.Errorf("rules[%d].%s: expected %s", n, field, expected))
		}
		if r.ID == "" || seen[r.ID] {
			at("id", "one of its own")
		}
		seen[r.ID] = true
		if r.Kind != VisaFree && r.Kind != VisaOnArrival && r.Kind != VisaRequired {
			at("kind", "visa_free, visa_on_arrival or visa_required")
		}
		if r.Basis == "" {
			at("basis", "the provision that it rests on")
		}
		if r.Days < 0 || r.Days > 3660 {
			at("days", "0 to 3660")
		}
		if !r.From.IsZero() && !r.Until.IsZero() && r.Until.Before(r.From) {
			at("until", "no day before from")
		}
		if r.Fee != nil && r.Fee.Check() != nil {
			at("fee", "an amount and a currency")
		}
		if len(r.Nationalities)+len(r.Documents)+len(r.Issuers)+len(r.Categories)+len(r.Bases) == 0 {
			at("nationalities", "whom it is for")
		}
	}
	return errors.Join(all...)
}
