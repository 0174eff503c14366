package analyst

import (
	"errors"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/analystview"
	"github.com/openbmis/openbmis/ui/web"
)

// form keeps what was sent for the fields, from the body or from the address.
func form(c *web.Context, fields []string) analystview.Form {
	f := analystview.Form{Values: map[string]string{}, Faults: map[string]string{}}
	for _, name := range fields {
		f.Values[name] = c.FormValue(name)
	}
	return f
}

// blame writes a problem beside the field it is about. It reports the words that belong above the form, and whether err is a
// problem of the input at all; anything else is the server's to answer.
func blame(c *web.Context, f analystview.Form, err error) (words string, own bool) {
	var p *problem.Error
	if !errors.As(err, &p) || p.Kind == problem.Internal || p.Kind == problem.Unavailable {
		return "", false
	}
	words = c.Text().Problem(err)
	if _, has := f.Values[p.Field]; has {
		f.Faults[p.Field] = words
	}
	return words, true
}

// date reads a date of a form, as far as it is known.
func date(f analystview.Form, field string) (traveldoc.Date, error) {
	d, err := traveldoc.ParseDate(f.Value(field))
	if err != nil {
		return d, problem.New(problem.Invalid, "date_invalid").At(field).Because(err)
	}
	return d, nil
}

// dates reads several dates; the first fault wins.
func dates(f analystview.Form, into map[string]*traveldoc.Date, order ...string) error {
	for _, field := range order {
		d, err := date(f, field)
		if err != nil {
			return err
		}
		*into[field] = d
	}
	return nil
}
