package filesview

import (
	"context"
	"strings"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

// word is the text of a code below a prefix of the catalogue; a code without words shows as itself, so that nothing is hidden.
func word(ctx context.Context, prefix, code string) string {
	p := text.FromContext(ctx)
	if key := text.Key(prefix + "." + strings.ReplaceAll(strings.ToLower(code), ".", "_")); code != "" && p.Has(key) {
		return p.T(key)
	}
	return code
}

func name(i traveldoc.Identity) string {
	return strings.Trim(strings.TrimSpace(i.Surname+", "+i.GivenNames), ", ")
}

func moment(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return t(ctx, text.FilesUnknown)
	}
	return text.FromContext(ctx).DateTime(at)
}

func date(ctx context.Context, d traveldoc.Date) string {
	if d.IsZero() {
		return "–"
	}
	return text.FromContext(ctx).Date(d)
}

// readable is what a problem found or expected, or a record says: dates as everywhere, anything else as it is.
func readable(ctx context.Context, s string) string {
	if d, err := traveldoc.ParseDate(s); err == nil && d.Precision() == traveldoc.PrecisionDay {
		return date(ctx, d)
	}
	return s
}

// whereabouts is where the last stay leaves the person. Answer.Present will not do: the day of an exit is a day of presence too.
func whereabouts(ctx context.Context, line stay.Timeline) string {
	n := len(line.Stays) - 1
	switch {
	case n < 0:
		return t(ctx, text.FilesNoStays)
	case line.Stays[n].Exit == nil:
		return t(ctx, text.FilesInsideSince, "date", date(ctx, line.Stays[n].From), "station", line.Stays[n].Entry.Station)
	}
	return t(ctx, text.FilesLeftOn, "date", date(ctx, line.Stays[n].To), "station", line.Stays[n].Exit.Station)
}

func iso(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func number(ctx context.Context, n int) string { return text.FromContext(ctx).Number(int64(n)) }

// Option is a choice of a select.
type Option struct{ Value, Label string }

// options are codes with their words below a prefix of the catalogue.
func options[S ~string](ctx context.Context, prefix string, codes []S) []Option {
	list := make([]Option, len(codes))
	for n, code := range codes {
		list[n] = Option{string(code), word(ctx, prefix, string(code))}
	}
	return list
}

// movementLine is a movement in a line of a list.
func movementLine(ctx context.Context, m stay.Movement) string {
	return date(ctx, m.Date) + " · " + word(ctx, "files.directions", string(m.Direction)) + " · " + m.Station + " · " +
		word(ctx, "files.origins", string(m.Origin))
}

func movementOptions(ctx context.Context, h stay.History) []Option {
	list := make([]Option, 0, len(h.Movements))
	for n := len(h.Movements) - 1; n >= 0; n-- {
		list = append(list, Option{h.Movements[n].ID.String(), movementLine(ctx, h.Movements[n])})
	}
	return list
}

func authorisationOptions(ctx context.Context, h stay.History) []Option {
	list := make([]Option, 0, len(h.Authorisations))
	for _, a := range h.Authorisations {
		list = append(list, Option{a.ID.String(), date(ctx, a.On) + " · " + word(ctx, "files.kinds", string(a.Kind)) + " · " + date(ctx, a.Until)})
	}
	return list
}

// standing says how a version stands.
func standing(v file.Version) (tone view.Tone, key text.Key) {
	switch {
	case v.Withdrawn:
		return view.ToneWarning, text.FilesWithdrawn
	case !v.Stands() && len(v.SupersededBy) > 0:
		return view.ToneWarning, text.FilesSuperseded
	case !v.Stands():
		return view.ToneWarning, text.FilesVoided
	}
	return view.ToneSuccess, text.FilesStands
}

func agreementTone(a file.Agreement) view.Tone {
	return map[file.Agreement]view.Tone{file.Match: view.ToneSuccess, file.Partly: view.ToneWarning, file.Differs: view.ToneError}[a]
}

// used is how many of the rule's days are used, "41 of 90 in 180 days"; with bounds where records are missing.
func used(ctx context.Context, a stay.Answer) string {
	if a.Uncertain && a.Upper.Used != a.Used {
		return t(ctx, text.FilesUsedBounds, "least", a.Used, "most", a.Upper.Used, "days", a.Rule.Days, "window", a.Rule.Window)
	}
	return t(ctx, text.FilesUsedDays, "used", a.Used, "days", a.Rule.Days, "window", a.Rule.Window)
}

func span(ctx context.Context, least, most int) string {
	if least == most {
		return number(ctx, least)
	}
	return t(ctx, text.FilesBetween, "least", least, "most", most)
}

func remaining(ctx context.Context, a stay.Answer) string {
	if a.Unbounded {
		return t(ctx, text.FilesUnbounded)
	}
	return span(ctx, min(a.Remaining, a.Upper.Remaining), max(a.Remaining, a.Upper.Remaining))
}

// counted is how many days of the n-th stay count now; bounds where a record is missing.
func counted(ctx context.Context, seen file.Seen, n int) string {
	least, most := seen.Counted(n)
	return span(ctx, least, most)
}

func basis(ctx context.Context, s stay.Stay) string {
	if s.Entry == nil {
		return t(ctx, text.FilesUnknown)
	}
	b := s.Entry.Basis
	if b == "" {
		b = border.ShortStay
	}
	return word(ctx, "basis", string(b))
}

func page(title text.Key) view.Page { return view.Page{Title: title, Styles: []string{"files.css"}} }
