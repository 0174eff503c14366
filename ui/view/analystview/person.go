package analystview

import (
	"context"
	"strings"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

func stayColumns() []view.Column {
	return []view.Column{
		{Label: text.PersonEntered}, {Label: text.PersonExited}, {Label: text.PersonDays, Numeric: true}, {Label: text.PersonUntil},
		{Label: text.PersonOver, Numeric: true}, {Label: text.PersonRemark},
	}
}

// stayEnd is when and where a stay began or ended, as far as is known.
func stayEnd(ctx context.Context, day string, m *stay.Movement) string {
	if m == nil {
		return t(ctx, text.PersonNotKnown)
	}
	return strings.TrimSpace(day + " " + m.Station)
}

func stayRemarks(ctx context.Context, s central.StayLine) string {
	var words []string
	if s.Exempt {
		words = append(words, t(ctx, text.PersonExempt))
	}
	if !s.Certain {
		words = append(words, t(ctx, text.PersonUncertain))
	}
	for _, p := range s.Problems {
		words = append(words, problemWords(ctx, p.Code))
	}
	return strings.Join(words, " · ")
}

// problemWords are the words for what is missing in a history: a code with dots is a path in the catalogue.
func problemWords(ctx context.Context, code string) string {
	if key, p := text.Key("evidence."+code), text.FromContext(ctx); p.Has(key) {
		return p.T(key)
	}
	return code
}

func recordTime(ctx context.Context, r *central.Record) string {
	at := r.Local()
	return text.FromContext(ctx).In(at.Location()).DateTime(at)
}

func recordKind(ctx context.Context, r *central.Record) string {
	return word(ctx, "person.kinds", string(r.Kind))
}

// factWords writes a fact: codes in the page's language, those of the repair desk in its words, and dates as everywhere.
func factWords(ctx context.Context, f central.Fact) string {
	switch d, err := traveldoc.ParseDate(f.Value); {
	case f.Code:
		if words := word(ctx, "person.codes", f.Value); words != f.Value {
			return words
		}
		return word(ctx, "files.grounds", f.Value)
	case err == nil && (f.Name == "date" || f.Name == "decided" || f.Name == "until"):
		return date(ctx, d)
	}
	return f.Value
}

// date writes a date as everywhere; nothing when it is not known.
func date(ctx context.Context, d traveldoc.Date) string {
	if d.IsZero() {
		return ""
	}
	return text.FromContext(ctx).Date(d)
}

func basisWords(ctx context.Context, b border.Basis) string { return word(ctx, "basis", string(b)) }

func instant(ctx context.Context, at time.Time) string { return text.FromContext(ctx).DateTime(at) }
