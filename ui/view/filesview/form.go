package filesview

import (
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Form is what a person typed, and what is wrong with it, in the page's language, by field.
type Form struct {
	Values map[string]string
	Faults map[string]string
}

// Value is what was typed into a field.
func (f Form) Value(field string) string { return f.Values[field] }

// Fault is what is wrong with a field.
func (f Form) Fault(field string) string { return f.Faults[field] }

const maxField = 100

func (f Form) field(name string, label text.Key) view.FieldProps {
	return view.FieldProps{Name: name, Label: label, Value: f.Value(name), Fault: f.Fault(name), MaxLength: maxField, Autocomplete: "off"}
}

// code describes an input for a code, a number or a date: left to right on every page.
func (f Form) code(name string, label, hint text.Key) view.FieldProps {
	p := f.field(name, label)
	p.Hint, p.Latin = hint, true
	return p
}

func required(p view.FieldProps) view.FieldProps { p.Required = true; return p }

func first(p view.FieldProps) view.FieldProps { p.Autofocus = true; return p }
