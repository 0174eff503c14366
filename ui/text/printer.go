package text

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/message"

	"github.com/openbmis/openbmis/internal/problem"
)

// Count is the name of the place that chooses the plural form.
const Count = "count"

// Printer writes texts, dates and numbers in one language. It does not change and may be used by many goroutines.
type Printer struct {
	language  Language
	zone      *time.Location
	plain     map[Key]string
	localizer *i18n.Localizer
	numbers   *message.Printer
}

// Language is the printer's language.
func (p *Printer) Language() Language { return p.language }

// In is the same printer with times in the zone.
func (p *Printer) In(zone *time.Location) *Printer {
	with := *p
	with.zone = zone
	return &with
}

// Zone is the zone in which the printer writes times.
func (p *Printer) Zone() *time.Location { return p.zone }

// T is the text of the key. The args are pairs of a place's name and its value; the place "count", or the
// only whole number among the values, chooses the plural form. A key that is in no catalogue shows as ⟦key⟧, so that it is seen and not mistaken for a text.
func (p *Printer) T(key Key, args ...any) string {
	if text, ok := p.plain[key]; ok {
		return text
	}
	places := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		places[fmt.Sprint(args[i])] = args[i+1]
	}
	return p.fill(key, places)
}

func (p *Printer) fill(key Key, places map[string]any) string {
	config := &i18n.LocalizeConfig{MessageID: string(key), TemplateData: p.printed(places)}
	config.PluralCount = countIn(places)
	text, err := p.localizer.Localize(config)
	if err != nil {
		return "⟦" + string(key) + "⟧"
	}
	return text
}

// countIn is the number that chooses the plural form: the place "count", else the only whole number there is.
func countIn(places map[string]any) any {
	if count, ok := places[Count]; ok {
		return count
	}
	var found any
	for _, value := range places {
		switch value.(type) {
		case int, int32, int64, uint, uint64:
			if found != nil {
				return nil
			}
			found = value
		}
	}
	return found
}

// printed is each value as it stands in a sentence: numbers grouped, and texts isolated in Arabic, so that a Latin name or
// number inside does not reorder its neighbours (Unicode UAX 9, FSI and PDI).
func (p *Printer) printed(places map[string]any) map[string]any {
	printed := make(map[string]any, len(places))
	for name, value := range places {
		switch value := value.(type) {
		case int, int64, int32, uint, uint64, float64:
			printed[name] = p.numbers.Sprint(value)
		default:
			printed[name] = p.isolated(fmt.Sprint(value))
		}
	}
	return printed
}

func (p *Printer) isolated(s string) string {
	if p.language.Dir() == "rtl" {
		return "\u2068" + s + "\u2069"
	}
	return s
}

// Has reports whether the key is in the catalogue.
func (p *Printer) Has(key Key) bool {
	if _, ok := p.plain[key]; ok {
		return true
	}
	_, err := p.localizer.Localize(&i18n.LocalizeConfig{MessageID: string(key), PluralCount: 1, TemplateData: map[string]any{}})
	return err == nil
}

// Problem is what the error says to a person: the text of its code, or the general text of its kind. An error that is no
// problem.Error says only that we failed.
func (p *Printer) Problem(err error) string {
	var known *problem.Error
	if errors.As(err, &known) && known.Code != "" {
		key := Key("problem." + known.Code)
		if p.Has(key) {
			return p.T(key, pairs(known.Args)...)
		}
	}
	return p.T(Key("problem.kind." + problem.KindOf(err).String()))
}

func pairs(places map[string]any) []any {
	var args []any
	for name, value := range places {
		args = append(args, name, value)
	}
	return args
}

// Word is the text of a code that the domain gives, below its prefix: Word("reason", "timeout") is the text of reason.timeout.
func (p *Printer) Word(prefix, code string, args ...any) string {
	return p.T(Key(prefix+"."+code), args...)
}

type contextKey struct{}

// NewContext carries the printer to the components of a page.
func NewContext(ctx context.Context, p *Printer) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

// FromContext is the printer that NewContext put in. Without one it gives a printer of an empty catalogue, on which every
// text shows as its key.
func FromContext(ctx context.Context) *Printer {
	if p, ok := ctx.Value(contextKey{}).(*Printer); ok {
		return p
	}
	return bare()
}

// T is the text of the key in the language of the context; short for components.
func T(ctx context.Context, key Key, args ...any) string { return FromContext(ctx).T(key, args...) }
