package secondlineview

import (
	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/border/secondline"
)

// faulty marks the field that the last answer was wrong about.
func faulty(s Screen, field string) templ.Attributes {
	if s.Wrong == "" || s.Field != field {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "band"}
}

// preset is the reason that stands in the form before the officer chooses: what was typed, else what a second person agreed to.
func (s Screen) preset(code string) bool {
	if s.Typed.Has("reason") {
		return s.chose("reason", code)
	}
	return s.Asked == AdmitPanel && s.Case.Agreed != nil && s.Case.Agreed.Reason == code
}

// otherOutcomes are the outcomes without a decision and a panel of their own.
func (s Screen) otherOutcomes() []secondline.Outcome {
	all := []secondline.Outcome{secondline.Return, secondline.HandOver, secondline.Health}
	if s.Protects {
		all = append(all, secondline.Protection)
	}
	return all
}

// witness is who signs: what was typed, else who looks, when he is a second person himself.
func (s Screen) witness() string {
	if typed := s.value("witness"); typed != "" {
		return typed
	}
	if s.Supervisor && !s.mine() {
		return s.Me
	}
	return ""
}
