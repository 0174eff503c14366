package screening

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

const (
	// most bounds the alerts of one finding; looked those that are compared before they are put in order.
	most   = 50
	looked = 1000
	// detailsWithin bounds the wait for the alerts themselves: a hit without details is one all the same.
	detailsWithin = 300 * time.Millisecond
)

// OpenCheck is the check of the lists at the centre: it answers of open alerts as the check at the counter does. A discreet alert that a
// traveller meets changes nothing: it is dropped in memory, before anything is read or written because of it.
type OpenCheck struct{ lists *Lists }

var _ border.Check = OpenCheck{}

// Check is the check of these lists.
func (l *Lists) Check() OpenCheck { return OpenCheck{l} }

// Name is the name that the check has at the counter.
func (OpenCheck) Name() string { return alerts.CheckName }

// Check asks the lists in memory.
func (o OpenCheck) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	c, current := o.lists.Catalogue(), o.lists.CurrentAt()
	if c == nil || len(c.lists) == 0 {
		return border.Unanswered(alerts.CheckName, border.Source{Name: alerts.CheckName}, border.ReasonListMissing), nil
	}
	f := c.finding(current, s.At)
	q := listcheck.QueryOf(s)
	if len(q.Names) == 0 && len(q.Documents) == 0 {
		f.Outcome, f.Reason = border.NotChecked, border.ReasonDataInsufficient
		return f, nil
	}
	q.Least, q.Most = c.least, looked
	met, more := c.open(q)
	f.Evidence = o.evidence(ctx, met, s.Today)
	if more > 0 {
		f.Evidence = append(f.Evidence, border.Evidence{Code: listcheck.CodeMore, Found: strconv.Itoa(more), Severity: border.SecondLine})
	}
	switch {
	case len(f.Evidence) > 0:
		f.Outcome, f.Reason = border.Hit, ""
	case len(q.Names) > 0 && !listcheck.Readable(q.Names):
		f.Outcome, f.Reason = border.NotChecked, border.ReasonDataInsufficient
	}
	return f, nil
}

// finding is the finding before anything was found: without an answer when a list is too old for one.
func (c *Catalogue) finding(current, at time.Time) border.Finding {
	f := border.Finding{
		Check: alerts.CheckName, Source: border.Source{Name: alerts.CheckName, AsOf: current}, Outcome: border.NoHit, Matcher: match.Version, At: at,
	}
	for _, id := range slices.Sorted(maps.Keys(c.lists)) {
		l := c.lists[id]
		f.Sources = append(f.Sources, border.Source{Name: id, Version: strconv.FormatInt(l.Version, 10), AsOf: current})
		if at.Sub(current) > l.Policy.Red {
			f.Outcome, f.Reason = border.NotChecked, border.ReasonListTooOld
		}
	}
	return f
}

// open are the open alerts that a query meets, and how many more there are than are told.
func (c *Catalogue) open(q match.Query) (met []Candidate, more int) {
	for _, m := range c.index.Search(q).Matches {
		if _, secret := c.secret[m.Key]; secret {
			continue
		}
		list := c.list(m.Key)
		if band := list.Policy.Band(m.Score); band != "" {
			met = append(met, Candidate{Key: m.Key, List: list, Band: band, Match: m})
		}
	}
	if extra := len(met) - most; extra > 0 {
		return met[:most], extra
	}
	return met, 0
}

// evidence reads the alerts themselves and explains the matches, the most urgent first. When they cannot be read every match counts.
func (o OpenCheck) evidence(ctx context.Context, met []Candidate, today traveldoc.Date) (all []border.Evidence) {
	if len(met) == 0 {
		return nil
	}
	keys := make([]string, len(met))
	for n, m := range met {
		keys[n] = m.Key
	}
	ctx, cancel := context.WithTimeout(ctx, detailsWithin)
	defer cancel()
	known, err := o.lists.store.Alerts(ctx, keys)
	if err != nil {
		for _, m := range met {
			all = append(all, border.Evidence{Code: hit.CodeMatch, Severity: border.SecondLine, Ref: m.Key, Band: string(m.Band), Score: m.Match.Score},
				border.Evidence{Code: listcheck.CodeNoDetails, Severity: border.Note, Ref: m.Key})
		}
		return all
	}
	met = slices.DeleteFunc(met, func(m Candidate) bool {
		a, there := known[m.Key]
		return !there || a.Secrecy == alerts.Discreet || a.State(today) != alerts.Active
	})
	slices.SortStableFunc(met, func(x, y Candidate) int {
		a, b := known[x.Key], known[y.Key]
		return cmp.Or(cmp.Compare(a.Rank(), b.Rank()), cmp.Compare(y.Match.Score, x.Match.Score), strings.Compare(x.Key, y.Key))
	})
	for _, m := range met {
		all = append(all, told(m, known[m.Key])...)
	}
	return all
}

// told is the evidence of a match; of an alert that this State does not act on it is a note.
func told(m Candidate, a alerts.Alert) []border.Evidence {
	all := evidence(m, a)
	if a.Flagged {
		for n := range all {
			all[n].Severity = border.Note
		}
		all = append(all, border.Evidence{Code: listcheck.CodeFlagged, Severity: border.Note, Ref: all[0].Ref})
	}
	return all
}
