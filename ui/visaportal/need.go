package visaportal

import (
	"slices"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

// chooser is one step of the way to what somebody needs: one question a page; the answers before it travel along in the form.
type chooser struct {
	name  string
	title text.Key
	hint  text.Key
}

func choosers() []chooser {
	return []chooser{
		{apply.FieldNationality, text.VisaportalNeedNationality, text.VisaportalNeedNationalityHint},
		{apply.FieldDocumentCode, text.VisaportalNeedDocument, ""},
		{apply.FieldPurpose, text.VisaportalNeedPurpose, ""},
		{apply.FieldArrival, text.VisaportalNeedArrival, text.VisaportalNeedArrivalHint},
	}
}

func (p *portal) need(c *web.Context) error { return p.chooserStep(c, 0, apply.Form{}, nil) }

// backTo names the question that somebody goes back to; his answers come along, those after it too.
const backTo = "back_to"

// chosen takes one answer and asks the next, or answers; or it asks one again.
func (p *portal) chosen(c *web.Context) error {
	form := values(c)
	if n := slices.IndexFunc(choosers(), func(step chooser) bool { return step.name == form.Get(backTo) }); n >= 0 {
		return p.chooserStep(c, n, form, nil)
	}
	for n, step := range choosers() {
		if _, answered := form["step_"+step.name]; !answered {
			return p.chooserStep(c, n, form, nil)
		}
		if wrong := choiceProblem(step.name, form); wrong != nil {
			return p.chooserStep(c, n, form, apply.Problems{wrong})
		}
	}
	return p.offer(c, form)
}

// choiceProblem says what is wrong with one answer of the chooser.
func choiceProblem(name string, form apply.Form) *problem.Error {
	value := form.Get(name)
	good := false
	switch name {
	case apply.FieldNationality:
		good = apply.Nationalities.Take(value)
	case apply.FieldDocumentCode:
		good = slices.Contains(apply.DocumentCodes(), value)
	case apply.FieldPurpose:
		good = slices.Contains(evisa.Purposes(), value)
	case apply.FieldArrival:
		_, good = apply.DateIn(form, apply.FieldArrival)
		if !good {
			return problem.New(problem.Invalid, "visaportal_date").At(name)
		}
	}
	if good {
		return nil
	}
	return problem.New(problem.Invalid, "visaportal_choose").At(name)
}

func (p *portal) chooserStep(c *web.Context, n int, form apply.Form, wrong apply.Problems) error {
	step := choosers()[n]
	a := asked{portal: p, say: c.Text(), values: form, wrong: wrong}
	field := a.field(chooserField(step.name))
	field.Label = c.Text().T(step.title)
	if step.hint != "" {
		field.Hint = c.Text().T(step.hint)
	}
	page := visaportalview.Page{Title: text.VisaportalNeedTitle, Back: "/", Place: "/need", Faulty: len(wrong) > 0}
	if n > 0 {
		page.Again = back(form, n-1)
	}
	return c.Render(statusOf(wrong), visaportalview.Question(
		page, visaportalview.Asked{Title: text.VisaportalNeedTitle, Form: visaportalview.Form{
			Action: "/need", Submit: text.VisaportalContinue, Fields: []visaportalview.Field{field},
			Hidden: append(along(form, n), visaportalview.Option{Value: "step_" + step.name, Label: "yes"}),
		}}))
}

// back is the way to a question before, with all answers.
func back(form apply.Form, n int) *visaportalview.Button {
	hidden := append(along(form, -1), visaportalview.Option{Value: backTo, Label: choosers()[n].name})
	return &visaportalview.Button{Action: "/need", Hidden: hidden}
}

// along are the answers to all questions but one, as a form carries them. Those before it are answered; those after it are kept, and asked
// again.
func along(form apply.Form, but int) (hidden []visaportalview.Option) {
	for n, step := range choosers() {
		if n == but {
			continue
		}
		if n < but {
			hidden = append(hidden, visaportalview.Option{Value: "step_" + step.name, Label: "yes"})
		}
		names := []string{step.name}
		if step.name == apply.FieldArrival {
			names = []string{step.name + "_day", step.name + "_month", step.name + "_year"}
		}
		for _, name := range names {
			if value := visible(form.Get(name), 0); value != "" {
				hidden = append(hidden, visaportalview.Option{Value: name, Label: value})
			}
		}
	}
	return hidden
}

func chooserField(name string) apply.Field {
	switch name {
	case apply.FieldNationality:
		return apply.Field{Name: name, Kind: apply.KindCountry, Required: true, Autocomplete: "off"}
	case apply.FieldDocumentCode:
		return apply.Field{Name: name, Kind: apply.KindChoice, Required: true, Options: apply.DocumentCodes()}
	case apply.FieldPurpose:
		return apply.Field{Name: name, Kind: apply.KindChoice, Required: true, Options: evisa.Purposes()}
	}
	return apply.Field{Name: name, Kind: apply.KindDate}
}
