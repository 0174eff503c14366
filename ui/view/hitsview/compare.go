package hitsview

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
)

// compared is a field with both sides, and how far they agree: "same", "differs" or "open" (one side does not say).
type compared struct {
	field, found, listed string
	relation             string
	score                float64
	verdict              string
}

// rows are the fields of the match as it was compared, then those of the alert that the match says nothing of.
func (s Screen) rows() []compared {
	var rows []compared
	for _, e := range s.Hit.Raise.Evidence {
		if e.Field == "" || e.Found == "" && e.Expected == "" || e.Restricted && !s.ShowReasons {
			continue
		}
		rows = append(rows, compared{e.Field, e.Found, e.Expected, e.Relation, e.Score, verdictOf(e)})
	}
	return append(rows, s.rest(rows)...)
}

func verdictOf(e border.Evidence) string {
	switch {
	case e.Found == "" || e.Expected == "" || e.Relation == match.RelUnknown:
		return "open"
	case e.Relation != "" && agrees(e.Relation), e.Relation == "" && traveldoc.FoldName(e.Found) == traveldoc.FoldName(e.Expected):
		return "same"
	}
	return "differs"
}

// agrees reports whether a relation says that both sides may be the same.
func agrees(relation string) bool {
	return !slices.Contains([]string{match.RelDifferent, match.RelExtraFound, match.RelExtraListed}, relation)
}

// rest are fields that both sides may have and that were not compared.
func (s Screen) rest(have []compared) (rows []compared) {
	if s.Alert == nil {
		return nil
	}
	i, d, a := s.Hit.Raise.Identity, s.Hit.Raise.Document, s.Alert.Subject
	add := func(field, found string, listed []string, same bool) {
		known := slices.ContainsFunc(have, func(c compared) bool { return c.field == field || strings.HasPrefix(c.field, field) })
		if known || len(listed) == 0 {
			return
		}
		verdict := "differs"
		switch {
		case found == "":
			verdict = "open"
		case same:
			verdict = "same"
		}
		rows = append(rows, compared{field: field, found: found, listed: strings.Join(listed, ", "), verdict: verdict})
	}
	add("birth_date", i.BirthDate.String(), births(a.Births), bornWithin(i.BirthDate, a.Births))
	add("sex", i.Sex, a.Sexes, slices.Contains(a.Sexes, i.Sex))
	add("nationality", i.Nationality, a.Nationalities, slices.Contains(a.Nationalities, i.Nationality))
	add("document", strings.TrimSpace(d.IssuingState+" "+d.Number), documents(a.Documents), sameDocument(d, a.Documents))
	return rows
}

func births(all []alerts.Birth) (texts []string) {
	for _, b := range all {
		words := b.From.String()
		if b.To.String() != words && !b.To.IsZero() {
			words += " – " + b.To.String()
		}
		if b.Circa {
			words = "~ " + words
		}
		texts = append(texts, words)
	}
	return texts
}

func bornWithin(born traveldoc.Date, all []alerts.Birth) bool {
	return slices.ContainsFunc(all, func(b alerts.Birth) bool {
		to := b.To
		if to.IsZero() {
			to = b.From
		}
		return !born.IsZero() && !b.From.IsZero() && !born.Last().Before(b.From.First()) && !born.First().After(to.Last())
	})
}

func documents(all []alerts.Document) (texts []string) {
	for _, d := range all {
		words := strings.TrimSpace(d.Issuer + " " + d.Number)
		if d.Until != "" {
			words += " – " + d.Until
		}
		texts = append(texts, words)
	}
	return texts
}

func sameDocument(d traveldoc.Document, all []alerts.Document) bool {
	return slices.ContainsFunc(all, func(l alerts.Document) bool {
		return l.Issuer == d.IssuingState && traveldoc.FoldNumber(l.Number) == traveldoc.FoldNumber(d.Number)
	})
}

func (c compared) sign() string {
	return map[string]string{"same": "=", "differs": "✕", "open": "?"}[c.verdict]
}

// words are the relation, as the matcher's own words or as what both sides come to, and the score.
func (c compared) words(ctx context.Context) string {
	words := t(ctx, map[string]text.Key{"same": text.HitsAgrees, "differs": text.HitsDiffers, "open": text.HitsNotKnown}[c.verdict])
	if c.relation != "" {
		words = coded(ctx, "relation", c.relation)
	}
	return words
}

func (c compared) points(ctx context.Context) string {
	if c.score == 0 {
		return ""
	}
	return percent(ctx, c.score)
}

// percent is a score in hundredths, which do not break from their sign.
func percent(ctx context.Context, score float64) string {
	return text.FromContext(ctx).Number(int64(score*100+0.5)) + "\u00a0%"
}

func (c compared) label(ctx context.Context) string {
	for _, area := range []string{"hits.compare_fields.", "field."} {
		if key := text.Key(area + c.field); text.FromContext(ctx).Has(key) {
			return t(ctx, key)
		}
	}
	return c.field
}

// versions say what the hit rests on.
func versions(ctx context.Context, r hit.Raise) string {
	return t(ctx, text.HitsEvidenceVersion, "alert", strconv.Itoa(r.AlertVersion), "list", cmp.Or(r.ListVersion, "–"), "matcher", cmp.Or(r.Matcher, "–"))
}

// reason is why the person is listed: of the alert as it is held now, else as the match said.
func (s Screen) reason() string {
	if s.Alert != nil && s.Alert.Reason != "" {
		return s.Alert.Reason
	}
	for _, e := range s.Hit.Raise.Evidence {
		if e.Code == "alert_reason" {
			return e.Expected
		}
	}
	return ""
}
