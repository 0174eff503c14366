package hit

import (
	"cmp"
	"slices"

	"github.com/openbmis/openbmis/alerts"
)

// unranked is the rank of a hit on an alert that is not known here: behind those of which something is known.
const unranked = 2000

// RankOf is the urgency by which hits are ordered: the alert's own, else that of the action. Lower comes first.
func RankOf(r Raise) int {
	if r.Rank > 0 {
		return r.Rank
	}
	if r.Action == "" {
		return unranked
	}
	return alerts.Alert{Action: r.Action}.Rank()
}

// bandOrder is the order of hits of equal urgency: the surer first.
func bandOrder(b alerts.Band) int {
	return map[alerts.Band]int{alerts.Certain: 0, alerts.Probable: 1, alerts.Possible: 2}[b]
}

// Strongest orders hits on one traveller: the most urgent alert first, then the surer match, then the alert's name.
func Strongest(a, b Raise) int {
	return cmp.Or(
		cmp.Compare(RankOf(a), RankOf(b)), cmp.Compare(bandOrder(a.Band), bandOrder(b.Band)), cmp.Compare(b.Score, a.Score),
		cmp.Compare(a.Alert, b.Alert))
}

// checks are the actions that tell the person nothing; openly are the categories that do (Decision 2008/334/JHA, 7.2).
func checks() []alerts.Action {
	return []alerts.Action{alerts.ActionObserve, alerts.ActionInquiryCheck, alerts.ActionSpecificCheck}
}

func openly() []alerts.Category {
	return []alerts.Category{
		alerts.CategoryArrest, alerts.CategoryRefusal, alerts.CategoryReturn, alerts.CategoryMissing, alerts.CategoryAbduction,
		alerts.CategoryVulnerable, alerts.CategoryJudicial,
	}
}

// Conflict reports whether the actions of two alerts on one person cannot both be carried out: a check of which he must not know
// beside an arrest, a refusal, a missing person or a court; two kinds of check; holding somebody here beside turning him back.
func Conflict(a, b Raise) bool {
	return incompatible(a, b) || incompatible(b, a)
}

func incompatible(a, b Raise) bool {
	quiet := slices.Contains(checks(), a.Action)
	switch {
	case quiet && slices.Contains(openly(), b.Category):
		return true
	case quiet && slices.Contains(checks(), b.Action):
		return a.Action != b.Action
	case a.Action == alerts.ActionRefuse:
		return b.Action == alerts.ActionDetain || b.Action == alerts.ActionProtect
	}
	return false
}
