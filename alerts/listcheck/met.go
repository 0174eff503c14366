package listcheck

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/traveldoc"
)

// met is an alert that a traveller meets by the policy of its list.
type met struct {
	match.Match
	band   alerts.Band
	policy alerts.Policy
	// alert is nil when its details could not be had.
	alert *alerts.Alert
}

// met are the matches that count here and today, the most urgent first.
func (c Config) met(ctx context.Context, book *Book, today traveldoc.Date, matches []match.Match) []met {
	var found []met
	for _, m := range matches {
		list, _, _ := strings.Cut(m.Key, "/")
		l, _ := book.List(list)
		policy := l.policy(c.Ages)
		if band := policy.Band(m.Score); band != "" {
			found = append(found, met{Match: m, band: band, policy: policy})
		}
	}
	if len(found) == 0 {
		return nil
	}
	found = c.detailed(ctx, found, today)
	slices.SortStableFunc(found, func(a, b met) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(b.Score, a.Score), cmp.Compare(a.Order, b.Order), strings.Compare(a.Key, b.Key))
	})
	return found
}

// rank is the urgency of an alert; one that nothing is known of comes first.
func (m met) rank() int {
	if m.alert == nil {
		return 0
	}
	return m.alert.Rank()
}

// detailed reads the details of the matches and leaves those out that do not count: the alert was taken back since the index was made,
// is not in force, or does not apply here. When details cannot be had, everything counts.
func (c Config) detailed(ctx context.Context, found []met, today traveldoc.Date) []met {
	keys := make([]string, len(found))
	for i, m := range found {
		keys[i] = m.Key
	}
	ctx, cancel := context.WithTimeout(ctx, detailsWithin)
	defer cancel()
	known, err := c.Details.Alerts(ctx, keys)
	if err != nil {
		c.Log.ErrorContext(ctx, "details of alerts not read: their hits are shown without", "matches", len(found), "error", err)
		return found
	}
	found = slices.DeleteFunc(found, func(m met) bool { return !c.counts(known, m.Key, today) })
	for i := range found {
		a := known[found[i].Key]
		found[i].alert = &a
	}
	return found
}

// counts reports whether an alert counts here and today.
func (c Config) counts(known map[string]alerts.Alert, key string, today traveldoc.Date) bool {
	a, there := known[key]
	if there && a.Secrecy == alerts.Discreet {
		c.Log.Error("a discreet alert is on the lists of this crossing point; it is not answered with", "list", a.List)
		return false
	}
	return there && a.State(today) == alerts.Active && c.here(a.GeoScope)
}

func (c Config) here(scope []string) bool {
	return len(scope) == 0 || slices.ContainsFunc(scope, func(place string) bool { return slices.Contains(c.Places, place) })
}
