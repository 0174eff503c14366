package visaportalview

import (
	"fmt"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/ui/text"
)

// Asked is a question with what stands above it.
type Asked struct {
	Title  text.Key
	Person string // "Person 2 of 3"; empty for one alone
	Lead   []string
	Form   Form
	// Later shows the way to the task list.
	Later bool
}

func (f Field) inputType() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// attributes are those of the input that may be absent.
func (f Field) attributes() templ.Attributes {
	a := templ.Attributes{}
	optional := map[string]string{"autocomplete": f.Autocomplete, "aria-describedby": f.describedBy(), "capture": f.Capture}
	for name, value := range optional {
		if value != "" {
			a[name] = value
		}
	}
	if f.Most > 0 && (f.Kind == "text" || f.Kind == "long") {
		a["maxlength"] = fmt.Sprint(f.Most)
	}
	if len(f.Faults) > 0 {
		a["aria-invalid"] = "true"
	}
	switch {
	case f.Latin:
		a["dir"], a["spellcheck"] = "ltr", "false"
	case f.Kind == "text":
		a["dir"] = "auto" // a name in any script
	}
	if f.Mono {
		a["class"], a["autocapitalize"] = "mono", "characters"
	}
	return a
}

// grouped are the attributes of a fieldset.
func (f Field) grouped() templ.Attributes {
	if f.describedBy() == "" {
		return templ.Attributes{}
	}
	return templ.Attributes{"aria-describedby": f.describedBy()}
}

func datePart(part string) text.Key { return text.Key("visaportal." + part) }

// sign stands beside the colour of an answer.
func sign(tone string) string {
	return map[string]string{"good": "✓", "bad": "✕", "wait": "?"}[tone]
}
