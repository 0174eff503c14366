package visaportalview

import (
	"context"

	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Page is what a page of the portal says of itself to the layout.
type Page struct {
	Title text.Key
	// Back is where the link at the top leads; empty for none. Place is where the language switch comes back to.
	Back, Place string
	// Again is a way back that takes along what was answered, in place of Back: nothing of it stands in an address.
	Again *Button
	// Faulty marks the title of a page on which something is wrong, Leave shows the way out of a page that nobody should be seen on.
	Faulty, Leave bool
	// Script asks for the live feedback; the page works without it.
	Script bool
}

// Fault is one thing that is wrong: the words, and the element to go to.
type Fault struct{ Href, Words string }

// Option is one of a choice.
type Option struct {
	Value, Label string
	Selected     bool
}

// Field is one question. Label, Hint, Faults and Notes are in the page's language.
type Field struct {
	Name, Label, Hint string
	// Kind is "text", "long", "date", "radios", "select", "check" or "file".
	Kind string
	// Value as typed; a date has three.
	Value, Day, Month, Year string
	Options                 []Option
	// Optional may be left out; IfYes is wanted when the question before it is answered with yes.
	Optional, IfYes bool
	Most            int
	Type            string // of a text: "text", "email", "tel"
	Autocomplete    string
	// Latin is written left to right on every page; Mono in fixed width.
	Latin, Mono bool
	// Accept are the types that a file may have; Capture lets a telephone use its camera, "user" or "environment".
	Accept, Capture string
	Multiple        bool
	Faults          []string
	// Notes tell what was read from a photo.
	Notes []Note
}

// Note is something that was found out about a field.
type Note struct {
	Tone  view.Tone
	Words string
}

// ID is the id of the field's first element, to which the summary of errors leads.
func (f Field) ID() string {
	switch f.Kind {
	case "date":
		return "f-" + f.Name + "_day"
	case "radios":
		return "f-" + f.Name + "-0"
	}
	return "f-" + f.Name
}

func (f Field) part(name string) string { return "f-" + f.Name + "_" + name }

func (f Field) value(part string) string {
	return map[string]string{"day": f.Day, "month": f.Month, "year": f.Year}[part]
}

func (f Field) describedBy() string {
	ids := ""
	if f.Hint != "" {
		ids = "f-" + f.Name + "-hint"
	}
	if len(f.Faults) > 0 {
		ids += " f-" + f.Name + "-fault"
	}
	return ids
}

func dateParts() []string { return []string{"day", "month", "year"} }

// Form is a form of fields. Hidden are pairs of name and value.
type Form struct {
	Action string
	Submit text.Key
	Fields []Field
	Hidden []Option
	Files  bool
	Live   bool // the portrait's live feedback
	Check  string
}

// Faults are the faults of all fields, for the summary: each with the field that it is about.
func (f Form) Faults() (all []Fault) {
	for _, field := range f.Fields {
		for _, words := range field.Faults {
			all = append(all, Fault{"#" + field.ID(), field.Label + " – " + words})
		}
	}
	return all
}

// Row is a line of a list of answers.
type Row struct {
	Label, Value string
	Latin        bool
}

// Section is what was answered on one page, and where to change it.
type Section struct {
	Title  string
	Change string // path; empty when it cannot be changed
	Rows   []Row
}

// Task is a line of the task list.
type Task struct {
	Title    text.Key
	Href     string // empty: it cannot be begun yet
	State    string // "done", "todo", "check", "optional", "blocked"
	StateKey text.Key
}

// Button is a form of one button: where it posts, what with, what it says.
type Button struct {
	Action string
	Hidden []Option
	Label  string
	Class  string
}

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

func placed(f view.Frame, place string) view.Frame {
	f.Path = place
	return f
}
