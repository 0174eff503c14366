package screening

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/traveldoc"
)

// refresh brings the catalogue up to date and begins the runs that a change calls for. The catalogue comes first: whoever is screened
// from now on meets the changed alert, and whoever was screened before stands where the run will find him.
func (w *Worker) refresh(ctx context.Context) error {
	newest, lists, err := w.Lists.refresh(ctx)
	if err != nil {
		return err
	}
	return w.begin(ctx, newest, lists)
}

// begin begins the runs that are called for: by changed alerts or another matcher, by a day that alerts are in force from, and by lists
// that find more than before.
func (w *Worker) begin(ctx context.Context, newest int64, lists map[string]alerts.ListInfo) error {
	done, err := w.Store.Searched(ctx)
	if err != nil {
		return err
	}
	now := w.Now()
	since, today := now.Add(-w.Back), traveldoc.DateOf(now.UTC())
	switch {
	case done.Matcher != "" && done.Matcher != match.Version:
		err = w.Store.Begin(ctx, newest, WhyMatcher, since)
	case done.Seq < newest || done.Matcher == "":
		err = w.Store.Begin(ctx, newest, WhyAlerts, since)
	}
	if err == nil && (done.Day.IsZero() || done.Day.Before(today)) {
		err = w.Store.BeginDay(ctx, newest, done.Day, today, since)
	}
	if least := leastOf(lists); err == nil && !maps.Equal(least, done.Least) {
		err = w.Store.BeginLists(ctx, newest, lowered(done.Least, least), least, since)
	}
	return err
}

// leastOf are the lowest thresholds of lists.
func leastOf(lists map[string]alerts.ListInfo) map[string]float64 {
	all := make(map[string]float64, len(lists))
	for id, l := range lists {
		all[id] = slices.Min(slices.Collect(maps.Values(l.Policy.Complete().Thresholds)))
	}
	return all
}

// lowered are the lists whose threshold fell, in their order. One that was not known has a run for its alerts.
func lowered(was, is map[string]float64) (lists []string) {
	for _, id := range slices.Sorted(maps.Keys(is)) {
		if before, known := was[id]; known && is[id] < before {
			lists = append(lists, id)
		}
	}
	return lists
}

// differs reports whether lists are others than those of the catalogue, or have another version or policy.
func (c *Catalogue) differs(lists map[string]alerts.ListInfo) bool {
	return !maps.EqualFunc(c.lists, lists, func(have, now alerts.ListInfo) bool {
		return have.Version == now.Version && reflect.DeepEqual(have.Policy, now.Policy.Complete())
	})
}
