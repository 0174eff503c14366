// Package entryrulesview draws the pages of the rules of who needs a visa: which rule applies to whom, the whole table, and at the centre
// the draft of the next table, what it would change, and its history. It names nobody, and decides nothing.
package entryrulesview

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Held is the table in force here.
type Held struct {
	Book evisa.RuleBook
	// Number is the published version's; AsOf is when it was last known to be current.
	Number int
	AsOf   time.Time
	// Held is false when no table ever came here; Empty tables ask nothing of anybody.
	Held bool
}

// Form is what was typed, and what was wrong with it.
type Form struct {
	Values map[string]string
	Field  string
	Fault  string
}

// Value is what stands in a field.
func (f Form) Value(name string) string { return f.Values[name] }

// faultOf is what is wrong with the field.
func (f Form) faultOf(name string) string {
	if f.Field != name {
		return ""
	}
	return f.Fault
}

// Place is a post that a rule may name.
type Place struct{ ID, Name string }

// Which is the page that says which rule applies.
type Which struct {
	Held
	Form   Form
	Asked  bool // a traveller was asked about, and could be read
	On     evisa.Traveller
	Answer Answer
	Places []Place
	Table  Table
	// Write says that who looks may propose another table.
	Write bool
}

// Answer is which rule applies to a traveller, and why no rule before it does.
type Answer struct {
	Rule  evisa.EntryRule
	At    int // its place in the table, from 1; 0: none fits, and a visa is needed
	Close []Miss
}

// Miss is a rule that speaks of the traveller's nationality and is not for him all the same.
type Miss struct {
	Rule evisa.EntryRule
	At   int
	Why  string // the first list that does not hold: a key below "entryrules.field."
}

// maxMisses bounds how many rules that came close are told.
const maxMisses = 5

// Explain says which rule applies to a traveller.
func Explain(b evisa.RuleBook, who evisa.Traveller) Answer {
	var a Answer
	for n, r := range b.Rules {
		if r.Fits(who) {
			a.Rule, a.At = r, n+1
			return a
		}
		if len(r.Nationalities) > 0 && (evisa.EntryRule{Nationalities: r.Nationalities}).Fits(who) && len(a.Close) < maxMisses {
			a.Close = append(a.Close, Miss{Rule: r, At: n + 1, Why: missed(r, who)})
		}
	}
	return a
}

// missed is the first part of a rule that a traveller does not meet. Each part is asked by a rule that has nothing else, so that there is one
// reading of rules alone.
func missed(r evisa.EntryRule, who evisa.Traveller) string {
	for _, part := range []struct {
		name string
		rule evisa.EntryRule
	}{
		{"nationalities", evisa.EntryRule{Nationalities: r.Nationalities}}, {"documents", evisa.EntryRule{Documents: r.Documents}},
		{"issuers", evisa.EntryRule{Issuers: r.Issuers}}, {"categories", evisa.EntryRule{Categories: r.Categories}},
		{"bases", evisa.EntryRule{Bases: r.Bases}}, {"purposes", evisa.EntryRule{Purposes: r.Purposes}}, {"ports", evisa.EntryRule{Ports: r.Ports}},
		{"from", evisa.EntryRule{From: r.From}}, {"until", evisa.EntryRule{Until: r.Until}},
	} {
		if !part.rule.Fits(who) {
			return part.name
		}
	}
	return ""
}

// Table is a part of a table of rules.
type Table struct {
	Rules  []evisa.EntryRule
	First  int // the place of its first rule, from 1
	Total  int
	Filter string // a nationality
	Marked int    // the place of the rule that applies
	// Places are where the rules stand in the whole table, when they are not one behind the other.
	Places  []int
	Earlier string // addresses; empty where there is nothing
	Later   string
}

func (b Table) place(n int) int {
	if n < len(b.Places) {
		return b.Places[n]
	}
	return b.First + n
}

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

// word is the text of a code below a prefix of the catalogue; a code without words shows as itself.
func word[S ~string](ctx context.Context, prefix string, code S) string {
	if key := text.Key(prefix + string(code)); code != "" && text.FromContext(ctx).Has(key) {
		return t(ctx, key)
	}
	return string(code)
}

func words[S ~string](ctx context.Context, prefix string, codes []S) string {
	var list []string
	for _, c := range codes {
		list = append(list, word(ctx, prefix, c))
	}
	return strings.Join(list, ", ")
}

func page(title text.Key) view.Page { return view.Page{Title: title, Styles: []string{"visas.css"}} }

func number(ctx context.Context, n int) string { return text.FromContext(ctx).Number(int64(n)) }

func kindTone(k evisa.RuleKind) view.Tone {
	switch k {
	case evisa.VisaFree:
		return view.ToneSuccess
	case evisa.VisaOnArrival:
		return view.ToneWarning
	case evisa.VisaRequired:
	}
	return view.ToneInfo
}

// placeNames are the names of posts; an id that no post has stays as it is.
func placeNames(places []Place, ids []string) string {
	list := make([]string, 0, len(ids))
	for _, id := range ids {
		name := id
		for _, p := range places {
			if p.ID == id && p.Name != "" && p.Name != id {
				name = p.Name + " (" + id + ")"
			}
		}
		list = append(list, name)
	}
	return strings.Join(list, ", ")
}

// days are the days of arrival that a rule is in force on.
func days(ctx context.Context, r evisa.EntryRule) string {
	p := text.FromContext(ctx)
	switch {
	case r.From.IsZero() && r.Until.IsZero():
		return t(ctx, "entryrules.always")
	case r.Until.IsZero():
		return t(ctx, "entryrules.since", "day", p.Date(r.From))
	case r.From.IsZero():
		return t(ctx, "entryrules.up_to", "day", p.Date(r.Until))
	}
	return t(ctx, "entryrules.between", "from", p.Date(r.From), "until", p.Date(r.Until))
}

func stay(ctx context.Context, r evisa.EntryRule) string {
	if r.Days == 0 {
		return t(ctx, "entryrules.stay_rules")
	}
	return t(ctx, "entryrules.stay_days", text.Count, r.Days)
}

func fee(r evisa.EntryRule) string {
	if r.Fee == nil {
		return ""
	}
	return r.Fee.String()
}

func itoa(n int) string { return strconv.Itoa(n) }
