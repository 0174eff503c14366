// Package visasview draws the pages of the consular desk: the queue of applications, one application on one screen, letters, the register of
// visas, visas that were used at several posts, and numbers. It shows what it is given; who may be given what is for the handlers.
package visasview

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/view/entryrulesview"
)

// Form is what was typed, and what was wrong with it.
type Form struct {
	Values map[string]string
	Lists  map[string][]string // of boxes that were ticked
	Field  string
	Fault  string
}

// Value is what stands in a field.
func (f Form) Value(name string) string { return f.Values[name] }

// Has reports whether a box is ticked.
func (f Form) Has(name, code string) bool { return slices.Contains(f.Lists[name], code) }

// Set puts a value into a field that is empty.
func (f *Form) Set(name, value string) {
	if f.Values == nil {
		f.Values = map[string]string{}
	}
	if f.Values[name] == "" {
		f.Values[name] = value
	}
}

func (f Form) faultOf(name string) string {
	if f.Field != name {
		return ""
	}
	return f.Fault
}

// Place is a post that a visa may be good for.
type Place = entryrulesview.Place

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

// word is the text of a code below a prefix of the catalogue; a code without words shows as itself, so that nothing is hidden.
func word[S ~string](ctx context.Context, prefix string, code S) string {
	if key := text.Key(prefix + string(code)); code != "" && text.FromContext(ctx).Has(key) {
		return t(ctx, key)
	}
	return string(code)
}

func words[S ~string](ctx context.Context, prefix string, codes []S) string {
	list := make([]string, 0, len(codes))
	for _, c := range codes {
		list = append(list, word(ctx, prefix, c))
	}
	return strings.Join(list, ", ")
}

func page(title text.Key) view.Page { return view.Page{Title: title, Styles: []string{"visas.css"}} }

func when(ctx context.Context, at time.Time) string { return text.FromContext(ctx).DateTime(at) }

func number[N int | int64](ctx context.Context, n N) string {
	return text.FromContext(ctx).Number(int64(n))
}

func itoa(n int) string { return strconv.Itoa(n) }

// keyName is a hotkey as it stands on a key cap.
func keyName(key string) string {
	modifier, letter, combined := strings.Cut(key, "+")
	if !combined {
		return key
	}
	return modifier + " " + strings.ToUpper(letter)
}

// typeName is a type of visa in the reader's language.
func typeName(ctx context.Context, p evisa.Policy, code string) string {
	known, ok := p.Type(code)
	if !ok {
		return code
	}
	return evisa.Coded{Words: known.Name}.In(string(text.FromContext(ctx).Language()))
}

// groundWords are a ground of refusal with its provision, in a language.
func groundWords(p evisa.Policy, code, language string) string {
	g, known := p.Ground(code)
	if !known {
		return code
	}
	if g.Legal == "" {
		return g.In(language)
	}
	return "(" + g.Legal + ") " + g.In(language)
}

func conditionWords(ctx context.Context, p evisa.Policy, code string) string {
	c, known := p.Condition(code)
	if !known {
		return word(ctx, "visa.condition.", code)
	}
	return c.In(string(text.FromContext(ctx).Language()))
}

// entries are how often a visa may be used, in words.
func entries(ctx context.Context, n int) string {
	if n == 0 {
		return t(ctx, "visas.multiple")
	}
	return number(ctx, n)
}

func placeNames(places []Place, ids []string) string {
	list := make([]string, 0, len(ids))
	for _, id := range ids {
		list = append(list, placeName(places, id))
	}
	return strings.Join(list, ", ")
}

func placeName(places []Place, id string) string {
	for _, p := range places {
		if p.ID == id && p.Name != "" {
			return p.Name
		}
	}
	return id
}

func stateTone(s evisa.State) view.Tone {
	switch s {
	case evisa.Approved:
		return view.ToneSuccess
	case evisa.Refused:
		return view.ToneError
	case evisa.Proposed, evisa.Appealed, evisa.Asked, evisa.Interview:
		return view.ToneWarning
	case evisa.Waiting, evisa.Received, evisa.Examined, evisa.Withdrawn, evisa.Lapsed:
	}
	return view.ToneInfo
}

func riskTone(l desk.Level) view.Tone {
	switch l {
	case desk.High:
		return view.ToneError
	case desk.Medium:
		return view.ToneWarning
	case desk.Low:
	}
	return view.ToneInfo
}

func standingTone(s evisa.Standing) view.Tone {
	switch s {
	case evisa.InForce:
		return view.ToneSuccess
	case evisa.Revoked, evisa.Annulled:
		return view.ToneError
	case evisa.Replaced:
	}
	return view.ToneWarning
}

// span is a length of time in its largest whole unit, for targets and ages: "3 d", "5 h", "20 min".
func span(ctx context.Context, d time.Duration) string {
	if d < 0 {
		d = -d
	}
	switch {
	case d >= 48*time.Hour:
		return t(ctx, "visas.span_days", text.Count, int(d/(24*time.Hour)))
	case d >= time.Hour:
		return t(ctx, "visas.span_hours", text.Count, int(d/time.Hour))
	}
	return t(ctx, "visas.span_minutes", text.Count, int(d/time.Minute))
}

// limits are what a type allows at most.
func limits(ctx context.Context, kind evisa.Type) string {
	days := func(n int) string { return t(ctx, "visas.span_days", text.Count, n) }
	return t(ctx, "visas.limits", "valid", days(kind.ValidDays), "stay", days(kind.StayDays), "entries", entries(ctx, kind.Entries))
}

// caseAddress is the page of an application, with a question open where one is named.
func caseAddress(id uuid.UUID, p Panel) string {
	if p == NoPanel {
		return "/visas/" + id.String()
	}
	return "/visas/" + id.String() + "?panel=" + string(p)
}

// VisaAddress is the page of the visas of an application; n counts its numbers from 1, 0 is the newest. The number itself stands in no address.
func VisaAddress(application uuid.UUID, n int) string {
	if n == 0 {
		return "/visa-register/" + application.String()
	}
	return "/visa-register/" + application.String() + "?n=" + itoa(n)
}

// readerLanguage is the language of who looks.
func readerLanguage(ctx context.Context) string { return string(text.FromContext(ctx).Language()) }

// dayWords is a day as it stands on screens; nothing for none.
func dayWords(ctx context.Context, d traveldoc.Date) string {
	if d.IsZero() {
		return ""
	}
	return text.FromContext(ctx).Date(d)
}

// between are two days, or the one that is known.
func between(ctx context.Context, from, until traveldoc.Date) string {
	a, b := dayWords(ctx, from), dayWords(ctx, until)
	if a == "" || b == "" {
		return a + b
	}
	return a + " – " + b
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

// orAll says that an empty list is no bound.
func orAll(ctx context.Context, list string) string {
	if list == "" {
		return t(ctx, "visas.all")
	}
	return list
}

func modeNames(ctx context.Context, modes []string) string {
	list := make([]string, 0, len(modes))
	for _, m := range modes {
		list = append(list, counterview.Mode(ctx, border.Mode(m)))
	}
	return strings.Join(list, ", ")
}
