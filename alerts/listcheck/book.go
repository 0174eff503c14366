package listcheck

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
)

// Book is all lists as a crossing point holds them at one version of the dataset. It does not change once made.
type Book struct {
	Version   int64     // of the dataset
	CurrentAt time.Time // when the centre last said that this version is the newest
	Index     *match.Index
	Lists     []List // in order of ID

	defects map[string]defect // by key of the alert
}

// List is one list of a book.
type List struct {
	alerts.ListInfo
	Held       int // entries that are here
	Unreadable int // of these, those that this release cannot read: they may be about anybody

	unreadable bool // the list's own row is
	gone       bool // there is no row of the list
}

// Complete reports whether every entry of the list is here and can be read.
func (l List) Complete() bool { return !l.gone && l.Held == l.Entries && l.Unreadable == 0 }

// Holder hands out the lists that a crossing point holds now; nil while there are none.
type Holder interface {
	Book() *Book
}

// Ages are from when on a list is shown amber and red where its own policy does not say; zero: as alerts.DefaultPolicy.
type Ages struct{ Amber, Red time.Duration }

// List finds a list. What an entry without a list row belongs to is a list that is not known, by the policy of those of which nothing
// is said.
func (b *Book) List(id string) (l List, known bool) {
	if n, found := slices.BinarySearchFunc(b.Lists, id, func(l List, id string) int { return strings.Compare(l.ID, id) }); found {
		return b.Lists[n], true
	}
	return List{ListInfo: alerts.ListInfo{ID: id}}, false
}

// State is how far a list can be relied on.
type State string

// The states, the best first.
const (
	Fresh      State = "fresh"
	Aging      State = "aging" // amber
	Old        State = "old"   // red: "no hit" is no answer any more
	Incomplete State = "incomplete"
)

// State is how far a list can be relied on at an instant.
func (b *Book) State(l List, ages Ages, now time.Time) State {
	policy := l.policy(ages)
	age := now.Sub(b.CurrentAt)
	switch {
	case age > policy.Red:
		return Old
	case !l.Complete():
		return Incomplete
	case age > policy.Amber:
		return Aging
	}
	return Fresh
}

// Worst is the state of the list that can be relied on least; Fresh when there is none.
func (b *Book) Worst(ages Ages, now time.Time) State {
	order := []State{Fresh, Aging, Incomplete, Old}
	worst := Fresh
	for _, l := range b.Lists {
		if s := b.State(l, ages, now); slices.Index(order, s) > slices.Index(order, worst) {
			worst = s
		}
	}
	return worst
}

func (l List) policy(ages Ages) alerts.Policy {
	p := l.Policy
	p.Amber, p.Red = cmp.Or(p.Amber, ages.Amber), cmp.Or(p.Red, ages.Red)
	return p.Complete()
}

// least is the lowest score that is a match by the policy of any list.
func (b *Book) least(ages Ages) float64 {
	least := alerts.DefaultPolicy().Thresholds[alerts.Possible]
	for _, l := range b.Lists {
		for _, score := range l.policy(ages).Thresholds {
			least = min(least, score)
		}
	}
	return least
}
