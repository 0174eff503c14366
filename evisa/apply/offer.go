package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// Offer is what a State offers somebody, and whether he needs it at all.
type Offer struct {
	Types []evisa.Type
	// Rule is the rule of entry that applies; nil when none does, or none are known. Needed is false when it says that none has to
	// be applied for: Rule.Kind tells whether there is one to be had on arrival.
	Rule   *evisa.EntryRule
	Needed bool
	// Known is false when the centre has told the portal of no rules: then nobody can say that no visa is needed.
	Known bool
	Legal string // the act that the rules follow from
	// Posts are the names of posts that the rules name, by id, as far as the centre told them.
	Posts map[string]string
}

// Offer chooses by nationality, code of the document ("P", "PD" ...), purpose and day of arrival (today when it is zero).
func (s *Service) Offer(ctx context.Context, nationality, document, purpose string, on traveldoc.Date) (o Offer, err error) {
	for _, t := range s.Policy.Types {
		if t.Offered(nationality, purpose) {
			o.Types = append(o.Types, t)
		}
	}
	o.Needed = true
	book, err := s.rules(ctx)
	if errors.Is(err, ErrNone) || len(book.Rules) == 0 && err == nil {
		return o, nil
	}
	if err != nil {
		return o, err
	}
	if on.IsZero() {
		on = traveldoc.DateOf(s.Now().UTC())
	}
	o.Known, o.Legal, o.Posts = true, book.Legal, book.Posts
	if rule, applies := anywhere(book, traveller(nationality, document, purpose, on)); applies {
		o.Rule, o.Needed = &rule, rule.Kind == evisa.VisaRequired
	}
	return o, nil
}

// Posts are what people call the posts that the centre has told of, by id: those that its rules of entry name. None is no fault.
func (s *Service) Posts(ctx context.Context) (map[string]string, error) {
	book, err := s.rules(ctx)
	if errors.Is(err, ErrNone) {
		return nil, nil
	}
	return book.Posts, err
}

// anywhere is the first rule that fits at some port: where somebody will arrive is not asked here, and a rule names its ports.
func anywhere(book evisa.RuleBook, t evisa.Traveller) (evisa.EntryRule, bool) {
	for _, r := range book.Rules {
		for _, t.Port = range append([]string{""}, r.Ports...) {
			if r.Fits(t) {
				return r, true
			}
		}
	}
	return evisa.EntryRule{}, false
}

// traveller is whom the rules look at, as far as he said. Who issued his document is asked later; a national's own State did, unless the
// document is one of those that another issues.
func traveller(nationality, document, purpose string, on traveldoc.Date) evisa.Traveller {
	t := evisa.Traveller{Nationality: nationality, Document: document, Issuer: nationality, Category: border.Ordinary, Purpose: purpose, On: on}
	switch document {
	case "PD":
		t.Category = border.Diplomatic
	case "PN", "PR", "PT", "PU":
		t.Issuer = ""
	}
	if purpose == "transit" {
		t.Category = border.Transit
	}
	return t
}

func (s *Service) rules(ctx context.Context) (book evisa.RuleBook, err error) {
	err = s.Store.InTx(ctx, func(tx Tx) error {
		text, err := tx.Rules(ctx)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, &book); err != nil {
			return fmt.Errorf("rules of entry: %w", err)
		}
		return nil
	})
	return book, err
}
