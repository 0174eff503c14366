package hit

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
)

// Pair is a traveller and a version of an alert that are not the same person, as two people here agreed.
type Pair struct {
	Alert        string
	AlertVersion int
	JudgedBy     string
	ClearedBy    string
	ClearedAt    time.Time
	Until        time.Time
}

// Pairs gives the pairs that are remembered.
type Pairs interface {
	// Cleared are the pairs of a traveller (TravellerKey) that stand at an instant, on any of the alerts, of whichever version.
	Cleared(ctx context.Context, traveller string, alerts []string, at time.Time) ([]Pair, error)
}

// clearing is a check whose matches were looked into before: one that two people said is not the traveller asks nothing of an officer
// any more, and is shown as what it is. It implements border.Check.
type clearing struct {
	check border.Check
	pairs Pairs
	zone  *time.Location
}

// Remembering makes a check remember. Of a match by the document, and of another version of the alert, nothing is remembered; without
// an answer from pairs every match stands.
func Remembering(check border.Check, pairs Pairs, zone *time.Location) border.Check {
	return clearing{check, pairs, zone}
}

// Name is the check's name.
func (c clearing) Name() string { return c.check.Name() }

// Check asks the check, and the pairs when there are matches.
func (c clearing) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	f, err := c.check.Check(ctx, s)
	if err != nil || f.Outcome != border.Hit {
		return f, err
	}
	named := f
	named.Check = c.Name()
	candidates := slices.DeleteFunc(Matches([]border.Finding{named}), func(m Match) bool { return !m.rememberable() })
	if len(candidates) == 0 {
		return f, nil
	}
	keys := make([]string, len(candidates))
	for n, m := range candidates {
		keys[n] = m.Alert
	}
	pairs, err := c.pairs.Cleared(ctx, TravellerKey(s.Identity, s.Document), keys, s.At)
	if err != nil {
		return f, nil //nolint:nilerr // the hit stands: nobody is let by because a table could not be read
	}
	for _, m := range candidates {
		at := slices.IndexFunc(pairs, func(p Pair) bool { return p.Alert == m.Alert && p.AlertVersion == m.AlertVersion })
		if at >= 0 {
			f.Evidence = c.explain(f.Evidence, m, pairs[at])
		}
	}
	return settle(f), nil
}

// rememberable: a person who is met by name alone.
func (m Match) rememberable() bool {
	return m.Subject == alerts.Person && !ByDocument(m.Evidence) && m.AlertVersion > 0
}

// explain turns the evidence of a match into notes, and says who cleared it. What is to be done with the listed person is no longer
// said of this one.
func (c clearing) explain(all []border.Evidence, m Match, p Pair) []border.Evidence {
	ref := m.Evidence[0].Ref
	out := make([]border.Evidence, 0, len(all)+1)
	for _, e := range all {
		switch {
		case e.Ref != ref:
			out = append(out, e)
		case e.Code == CodeAction || e.Code == CodeSafety || e.Restricted || e.Code == "alert_reason":
		default:
			e.Severity = border.Note
			out = append(out, e)
			if e.Code == CodeMatch || e.Code == CodeName {
				out = append(out, border.Evidence{
					Code: CodeCleared, Severity: border.Note, Ref: ref,
					Found: p.ClearedAt.In(c.zone).Format(time.DateOnly) + " · " + p.ClearedBy + " · v" + strconv.Itoa(p.AlertVersion),
				})
			}
		}
	}
	return out
}

// settle is the outcome once cleared matches ask nothing. Lists that were too old or not whole to say no are so still, and what was
// left out is not said to be nobody.
func settle(f border.Finding) border.Finding {
	has := func(code string) bool {
		return slices.ContainsFunc(f.Evidence, func(e border.Evidence) bool { return e.Code == code })
	}
	switch {
	case len(Raises([]border.Finding{f})) > 0 || has("alert_more"):
	case has("list_too_old"):
		f.Outcome, f.Reason = border.NotChecked, border.ReasonListTooOld
	case has("list_incomplete"):
		f.Outcome, f.Reason = border.NotChecked, border.ReasonListIncomplete
	default:
		f.Outcome = border.NoHit
	}
	return f
}
