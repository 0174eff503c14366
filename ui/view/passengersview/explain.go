package passengersview

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/ui/text"
)

// met is one thing that a check found: an alert, or what is the matter with a document, with what was compared.
type met struct {
	alert, version string // the alert's key and version; "" where the finding is about none
	band           string
	score          float64
	rows           []border.Evidence
	withheld       bool // some of it may not be shown to whoever looks
	cause          *board.Cause
}

// met gathers the evidence of a finding by what it refers to, in the finding's order.
func (p Person) met(f border.Finding) (all []met) {
	at := map[string]int{}
	for _, e := range f.Evidence {
		n, known := at[e.Ref]
		if !known {
			n = len(all)
			at[e.Ref] = n
			m := met{cause: p.causeOf(f.Check, e.Ref)}
			m.alert, m.version, _ = strings.Cut(e.Ref, "@")
			all = append(all, m)
		}
		m := &all[n]
		if e.Band != "" {
			m.band, m.score = e.Band, max(m.score, e.Score)
		}
		if e.Restricted && !p.SeesReasons {
			m.withheld = true
			continue
		}
		m.rows = append(m.rows, e)
	}
	return all
}

// causeOf is what the policy made of it; nil where it is nothing.
func (p Person) causeOf(check, ref string) *board.Cause {
	n := slices.IndexFunc(p.Ruling.Causes, func(c board.Cause) bool { return c.Check == check && c.Ref == ref })
	if n < 0 {
		return nil
	}
	return &p.Ruling.Causes[n]
}

// findings are what the checks answered, hits first, then what has no answer.
func (p Person) findings() []border.Finding {
	list := slices.Clone(p.Ruling.Findings)
	order := []border.Outcome{border.Hit, border.NotChecked, border.NoHit}
	slices.SortStableFunc(list, func(a, b border.Finding) int { return slices.Index(order, a.Outcome) - slices.Index(order, b.Outcome) })
	return list
}

// lists are the lists that a check looked in, or the one thing that it asked.
func lists(f border.Finding) []border.Source {
	if len(f.Sources) > 0 {
		return f.Sources
	}
	if f.Source.Name == "" {
		return nil
	}
	return []border.Source{f.Source}
}

func sourceName(ctx context.Context, s border.Source) string {
	if key := text.Key("check.source_" + strings.ReplaceAll(s.Name, ".", "_")); text.FromContext(ctx).Has(key) {
		return t(ctx, key)
	}
	return checkName(ctx, s.Name)
}

// fieldName is what was compared, in words.
func fieldName(ctx context.Context, code string) string {
	for _, area := range []string{"hits.compare_fields.", "field."} {
		if key := text.Key(area + code); code != "" && text.FromContext(ctx).Has(key) {
			return t(ctx, key)
		}
	}
	return code
}

// says is what a piece of evidence says: what is to be done and why an alert is there are coded, all else is a code of evidence.
func says(ctx context.Context, e border.Evidence) string {
	words := word(ctx, "evidence", e.Code)
	switch {
	case e.Code == "alert_action":
		return t(ctx, text.HitsAction) + ": " + word(ctx, "alert_action", e.Expected)
	case e.Code == "alert_category":
		return t(ctx, text.HitsCategory) + ": " + word(ctx, "alert_category", e.Expected)
	case e.Found != "":
		return words + ": " + e.Found
	}
	return words
}

// points is how alike both sides are, in the hundred; "" where nothing was scored.
func points(ctx context.Context, score float64) string {
	if score == 0 {
		return ""
	}
	return text.FromContext(ctx).Number(int64(score*100+0.5)) + " %"
}

// ruled is which rule of which policy made what of it.
func (p Person) ruled(ctx context.Context, c *board.Cause) string {
	rule := c.Rule
	if rule == "" {
		rule = "–"
	}
	words := t(ctx, text.PassengersRuled, "policy", p.Ruling.Policy, "rule", rule, "makes", word(ctx, "boarding.decisions", string(c.Makes)))
	if c.Dropped {
		words += " · " + t(ctx, text.PassengersRuledDropped)
	}
	return words
}

func versionOf(s string) string {
	if _, err := strconv.Atoi(s); err != nil {
		return "–"
	}
	return s
}
