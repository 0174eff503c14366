package analystview

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/central"
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

func verdictTone(v border.Verdict) view.Tone {
	switch v {
	case border.Admit:
		return view.ToneSuccess
	case border.Refer:
		return view.ToneWarning
	case border.Refuse:
	}
	return view.ToneError
}

// checksOutcome sums up a crossing's findings: a hit before what was not checked before "no hit".
func checksOutcome(c central.Crossing) border.Outcome {
	switch {
	case c.Hits > 0:
		return border.Hit
	case c.NotChecked > 0:
		return border.NotChecked
	}
	return border.NoHit
}

func verdict(ctx context.Context, v border.Verdict) string {
	return map[border.Verdict]string{
		border.Admit: t(ctx, text.AnalystVerdictAdmit), border.Refer: t(ctx, text.AnalystVerdictRefer),
		border.Refuse: t(ctx, text.AnalystVerdictRefuse),
	}[v]
}

// reason is the words for a coded reason of a decision; refusals carry the letters of the standard form.
func reason(ctx context.Context, c central.Crossing) string {
	if c.Verdict == border.Refuse {
		return word(ctx, "code", "refuse_"+c.Reason)
	}
	return word(ctx, "code", c.Reason)
}

// local is the time of a crossing at its crossing point, with the offset from UTC.
func local(ctx context.Context, c central.Crossing) string {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		zone = time.UTC
	}
	return text.FromContext(ctx).In(zone).DateTime(c.CrossedAt)
}

func name(c central.Crossing) string {
	return strings.TrimSuffix(strings.TrimSpace(c.Surname+", "+c.GivenNames), ",")
}

func ago(ctx context.Context, at time.Time) string {
	return text.FromContext(ctx).Ago(view.FrameOf(ctx).Now.Sub(at))
}

func number[N int | int64](ctx context.Context, n N) string {
	return text.FromContext(ctx).Number(int64(n))
}

// Option is a choice of a select.
type Option struct{ Value, Label string }

// options are codes with their words below a prefix of the catalogue.
func options(ctx context.Context, prefix string, codes []string) []Option {
	list := make([]Option, len(codes))
	for i, code := range codes {
		list[i] = Option{code, word(ctx, prefix, code)}
	}
	return list
}

func plainOptions(values []string) []Option {
	list := make([]Option, len(values))
	for i, v := range values {
		list[i] = Option{v, v}
	}
	return list
}

func directionOptions(ctx context.Context) []Option {
	return []Option{{string(border.Entry), t(ctx, text.AnalystEntry)}, {string(border.Exit), t(ctx, text.AnalystExit)}}
}

func verdictOptions(ctx context.Context) []Option {
	var list []Option
	for _, v := range []border.Verdict{border.Admit, border.Refer, border.Refuse} {
		list = append(list, Option{string(v), verdict(ctx, v)})
	}
	return list
}

// Form is what a person typed, and what is wrong with it, in the page's language, by field.
type Form struct {
	Values map[string]string
	Faults map[string]string
}

// Value is what was typed into a field.
func (f Form) Value(field string) string { return f.Values[field] }

// Fault is what is wrong with a field.
func (f Form) Fault(field string) string { return f.Faults[field] }

// field describes an input of the form.
func (f Form) field(name string, label text.Key) view.FieldProps {
	return view.FieldProps{Name: name, Label: label, Value: f.Value(name), Fault: f.Fault(name), MaxLength: central.MaxTerm, Autocomplete: "off"}
}

// hinted describes an input with a hint.
func (f Form) hinted(name string, label, hint text.Key) view.FieldProps {
	p := f.field(name, label)
	p.Hint = hint
	return p
}

// code describes an input for a code or a number: left to right on every page.
func (f Form) code(name string, label, hint text.Key) view.FieldProps {
	p := f.field(name, label)
	p.Hint, p.Latin = hint, true
	return p
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// page is what every page of the console says of itself.
func page(title text.Key) view.Page { return view.Page{Title: title, Styles: []string{"analyst.css"}} }
