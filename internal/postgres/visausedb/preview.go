package visausedb

import (
	"reflect"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
)

// compare fills in what differs.
func (p *Preview) compare() {
	before, after := p.InForce.Book, p.Version.Book
	index := make(map[string]evisa.EntryRule, len(before.Rules))
	for _, r := range before.Rules {
		index[r.ID] = r
	}
	var stay []string
	for _, r := range after.Rules {
		old, was := index[r.ID]
		delete(index, r.ID)
		switch {
		case !was:
			p.Added = append(p.Added, r)
			continue
		case !reflect.DeepEqual(old, r):
			p.Changed = append(p.Changed, RuleChange{old, r})
		}
		stay = append(stay, r.ID)
	}
	n := 0
	for _, r := range before.Rules {
		if _, gone := index[r.ID]; gone {
			p.Removed = append(p.Removed, r)
			continue
		}
		p.Order = p.Order || stay[n] != r.ID
		n++
	}
	p.affected(before, after)
}

// affected asks both books for an ordinary traveller of every nationality and document that either names, at every post that either names
// and at none of them.
func (p *Preview) affected(before, after evisa.RuleBook) {
	nationalities, documents := named(before, after)
	for _, nationality := range nationalities {
		for _, document := range documents {
			who := evisa.Traveller{
				Nationality: nationality, Document: document, Issuer: nationality, Category: border.Ordinary, Basis: border.ShortStay, On: p.On,
			}
			old, _ := before.For(who)
			now, _ := after.For(who)
			if Needs(old) != Needs(now) || old.Days != now.Days || !reflect.DeepEqual(old.Fee, now.Fee) {
				p.Affected = append(p.Affected, Affected{nationality, document, old, now})
			}
		}
	}
}

// AnyOther stands for every nationality that no rule names.
const AnyOther = "*"

// named are the nationalities and document codes that stand in the books; ordinary passports and AnyOther are always among them. A pattern
// stands for itself: "P*" is asked as "P".
func named(books ...evisa.RuleBook) (nationalities, documents []string) {
	nationalities, documents = []string{AnyOther}, []string{"P"}
	for _, b := range books {
		for _, r := range b.Rules {
			for _, n := range r.Nationalities {
				nationalities = append(nationalities, strings.TrimSuffix(n, "*"))
			}
			for _, d := range r.Documents {
				documents = append(documents, strings.TrimSuffix(d, "*"))
			}
		}
	}
	tidy := func(list []string) []string {
		slices.Sort(list)
		return slices.DeleteFunc(slices.Compact(list), func(s string) bool { return s == "" })
	}
	return tidy(nationalities), tidy(documents)
}
