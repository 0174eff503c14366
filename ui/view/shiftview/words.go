package shiftview

import (
	"context"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/counterview"
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

func ago(ctx context.Context, at time.Time) string {
	return text.FromContext(ctx).Ago(view.FrameOf(ctx).Now.Sub(at))
}

func number(ctx context.Context, n int) string { return text.FromContext(ctx).Number(int64(n)) }

func moment(ctx context.Context, at time.Time) string { return text.FromContext(ctx).DateTime(at) }

func direction(ctx context.Context, d border.Direction) string {
	return word(ctx, "shift.direction", string(d))
}

func section(ctx context.Context, s shift.Section) string {
	return word(ctx, "shift.section", string(s))
}

func kind(ctx context.Context, code string) string { return word(ctx, "shift.kind", code) }

func check(ctx context.Context, name string) string { return counterview.CheckName(ctx, name) }

// nationality is the code of the document, or the words for a document without one.
func nationality(ctx context.Context, code string) string {
	if code == "" {
		return t(ctx, text.ShiftNationalityNone)
	}
	return code
}

// correction is the words of the reason for which a decision was undone.
func correction(ctx context.Context, code string) string { return word(ctx, "code", code) }

// Names are people's display names by log-in name.
type Names map[string]string

func (n Names) of(login string) string {
	if name := n[login]; name != "" {
		return name
	}
	return login
}

// Option is a choice of a select.
type Option struct{ Value, Label string }

// Form is what was sent for the fields, with the faults found; the zero value is an empty form.
type Form struct {
	Values map[string]string
	Faults map[string]string
}

func page(title text.Key) view.Page {
	return view.Page{Title: title, Styles: []string{"shift.css"}}
}

// codes are codes with their words below a prefix of the catalogue.
func codes(ctx context.Context, prefix string, list []string) []Option {
	options := make([]Option, len(list))
	for n, code := range list {
		options[n] = Option{code, word(ctx, prefix, code)}
	}
	return options
}

func withKeys(p view.Page, keys templ.Component) view.Page {
	p.Footer = keys
	return p
}
