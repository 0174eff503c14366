package entryrulesview

import (
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// Kinds of changes.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
	Moved   = "moved"
)

// Change is what another table does with one rule.
type Change struct {
	Kind        string
	Was, Is     evisa.EntryRule
	WasAt, IsAt int      // from 1; 0 where it is not
	Fields      []string // of a rule that is changed: keys below "entryrules.field."
}

// Compare says what becomes of each rule, in the order of the new table, then those that go.
func Compare(was, is evisa.RuleBook) []Change {
	before := map[string]int{}
	for n, r := range was.Rules {
		before[r.ID] = n
	}
	stays := kept(was, is)
	var list []Change
	seen := map[string]bool{}
	for n, r := range is.Rules {
		seen[r.ID] = true
		at, known := before[r.ID]
		if !known {
			list = append(list, Change{Kind: Added, Is: r, IsAt: n + 1})
			continue
		}
		c := Change{Kind: Changed, Was: was.Rules[at], Is: r, WasAt: at + 1, IsAt: n + 1, Fields: differing(was.Rules[at], r)}
		switch {
		case len(c.Fields) > 0:
			list = append(list, c)
		case !stays[r.ID]:
			c.Kind = Moved
			list = append(list, c)
		}
	}
	for n, r := range was.Rules {
		if !seen[r.ID] {
			list = append(list, Change{Kind: Removed, Was: r, WasAt: n + 1})
		}
	}
	return list
}

// kept are the rules whose order among each other stays: the longest increasing subsequence of their old places. The others are moved.
func kept(was, is evisa.RuleBook) map[string]bool {
	place := map[string]int{}
	for n, r := range was.Rules {
		place[r.ID] = n
	}
	var tails []int                        // for each length the index in is of the rule that ends the best run
	previous := make([]int, len(is.Rules)) // the rule before it in its run
	at := func(n int) int { return place[is.Rules[n].ID] }
	for n, r := range is.Rules {
		previous[n] = -1
		if _, known := place[r.ID]; !known {
			continue
		}
		length := sort.Search(len(tails), func(i int) bool { return at(tails[i]) >= at(n) })
		if length > 0 {
			previous[n] = tails[length-1]
		}
		if length == len(tails) {
			tails = append(tails, n)
		} else {
			tails[length] = n
		}
	}
	out := map[string]bool{}
	if len(tails) > 0 {
		for n := tails[len(tails)-1]; n >= 0; n = previous[n] {
			out[is.Rules[n].ID] = true
		}
	}
	return out
}

func differing(a, b evisa.EntryRule) (fields []string) {
	for _, f := range []struct {
		name string
		a, b any
	}{
		{"kind", a.Kind, b.Kind}, {"basis", a.Basis, b.Basis}, {"nationalities", join(a.Nationalities), join(b.Nationalities)},
		{"documents", join(a.Documents), join(b.Documents)}, {"issuers", join(a.Issuers), join(b.Issuers)},
		{"categories", join(a.Categories), join(b.Categories)}, {"bases", join(a.Bases), join(b.Bases)}, {"purposes", join(a.Purposes), join(b.Purposes)},
		{"ports", join(a.Ports), join(b.Ports)}, {"from", a.From, b.From}, {"until", a.Until, b.Until}, {"days", a.Days, b.Days}, {"fee", fee(a), fee(b)},
	} {
		if !reflect.DeepEqual(f.a, f.b) {
			fields = append(fields, f.name)
		}
	}
	return fields
}

func join[S ~string](list []S) string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, string(s))
	}
	return strings.Join(out, " ")
}

// Effect is a kind of traveller for whom another table says something else.
type Effect struct {
	Who     evisa.Traveller
	Was, Is Said
}

// Said is what a table says of a traveller.
type Said struct {
	Kind evisa.RuleKind
	Rule string // its id; empty where none fits
	Days int
	Fee  string
}

// Effects is for whom something changes.
type Effects struct {
	List  []Effect
	Asked int  // how many kinds of travellers were held against both tables
	More  int  // effects that are not listed
	Cut   bool // there were more kinds of travellers than are asked
}

// Bounds of a preview: what a page can show, and a server compute while somebody waits.
const (
	maxAsked   = 3000
	maxEffects = 300
)

// Other stands for a nationality that no rule names.
const Other = "XXX"

// Preview holds every kind of traveller that a changed rule speaks of against both tables, on the day and on the days when the rule begins
// and has ended.
func Preview(was, is evisa.RuleBook, on traveldoc.Date) Effects {
	e := Effects{}
	nations := nationsOf(was, is)
	seen := map[evisa.Traveller]bool{}
	for _, c := range Compare(was, is) {
		for _, r := range []evisa.EntryRule{c.Was, c.Is} {
			if r.ID == "" {
				continue
			}
			for _, who := range kinds(r, nations, on) {
				if seen[who] {
					continue
				}
				if e.Asked >= maxAsked {
					e.Cut = true
					return e
				}
				seen[who] = true
				e.Asked++
				e.add(was, is, who)
			}
		}
	}
	return e
}

func (e *Effects) add(was, is evisa.RuleBook, who evisa.Traveller) {
	a, b := said(was, who), said(is, who)
	if a.Kind == b.Kind && a.Days == b.Days && a.Fee == b.Fee {
		return
	}
	if len(e.List) >= maxEffects {
		e.More++
		return
	}
	e.List = append(e.List, Effect{Who: who, Was: a, Is: b})
}

func said(b evisa.RuleBook, who evisa.Traveller) Said {
	if len(b.Rules) == 0 {
		return Said{}
	}
	r, ok := b.For(who)
	if !ok {
		return Said{Kind: evisa.VisaRequired}
	}
	return Said{Kind: r.Kind, Rule: r.ID, Days: r.Days, Fee: fee(r)}
}

// nationsOf are the nationalities that two tables name, and Other.
func nationsOf(books ...evisa.RuleBook) []string {
	list := []string{Other}
	for _, b := range books {
		for _, r := range b.Rules {
			list = append(list, concrete(r.Nationalities)...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// concrete are examples of patterns: "P*" stands for "P".
func concrete(patterns []string) []string {
	var list []string
	for _, p := range patterns {
		if p = strings.TrimSuffix(p, "*"); p != "" {
			list = append(list, p)
		}
	}
	return list
}

func or[S any](list []S, otherwise ...S) []S {
	if len(list) == 0 {
		return otherwise
	}
	return list
}

// kinds are the kinds of travellers that a rule speaks of.
func kinds(r evisa.EntryRule, nations []string, on traveldoc.Date) []evisa.Traveller {
	days := []traveldoc.Date{on}
	if !r.From.IsZero() && on.Before(r.From) {
		days = append(days, r.From)
	}
	if !r.Until.IsZero() && !r.Until.Before(on) {
		days = append(days, traveldoc.DateOf(r.Until.First().AddDate(0, 0, 1)))
	}
	var list []evisa.Traveller
	for _, nation := range or(concrete(r.Nationalities), nations...) {
		for _, document := range or(concrete(r.Documents), "P") {
			for _, category := range or(r.Categories, border.Ordinary) {
				for _, basis := range or(r.Bases, "") {
					for _, who := range circumstances(r, days) {
						who.Nationality, who.Document, who.Category, who.Basis = nation, document, category, basis
						who.Issuer = or(concrete(r.Issuers), nation)[0]
						if list = append(list, who); len(list) > maxAsked {
							return list
						}
					}
				}
			}
		}
	}
	return list
}

func circumstances(r evisa.EntryRule, days []traveldoc.Date) (list []evisa.Traveller) {
	for _, purpose := range or(concrete(r.Purposes), "") {
		for _, port := range or(concrete(r.Ports), "") {
			for _, day := range days {
				list = append(list, evisa.Traveller{Purpose: purpose, Port: port, On: day})
			}
		}
	}
	return list
}
