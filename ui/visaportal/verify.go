package visaportal

import (
	"errors"
	"net/http"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

func (p *portal) verify(c *web.Context) error { return p.showVerify(c, apply.Form{}, nil) }

func (p *portal) showVerify(c *web.Context, form apply.Form, wrong apply.Problems) error {
	say := c.Text()
	a := asked{portal: p, say: say, values: form, wrong: wrong}
	number := a.field(apply.Field{Name: apply.FieldNumber, Kind: apply.KindNumber, Required: true, Most: 20, Autocomplete: "off"})
	number.Label, number.Hint = say.T(text.VisaportalVerifyNumber), say.T(text.VisaportalVerifyNumberHint)
	document := a.field(apply.Field{Name: apply.FieldDocument, Kind: apply.KindNumber, Required: true, Most: 20, Autocomplete: "off"})
	document.Label, document.Hint = say.T(text.VisaportalVerifyDocument), ""
	return c.Render(statusOf(wrong), visaportalview.Question(
		visaportalview.Page{Title: text.VisaportalVerifyTitle, Back: "/", Place: "/verify", Faulty: len(wrong) > 0},
		visaportalview.Asked{Title: text.VisaportalVerifyTitle, Lead: []string{say.T(text.VisaportalVerifyLead)}, Form: visaportalview.Form{
			Action: "/verify", Submit: text.VisaportalVerifyCheck, Fields: []visaportalview.Field{number, document},
		}}))
}

// verified tells a carrier or an employer valid, not valid, or not checked, and nothing more.
func (p *portal) verified(c *web.Context) error {
	form, say := values(c), c.Text()
	answer, wrong, err := p.Service.Verify(c.Ctx(), source(c), form)
	if len(wrong) > 0 {
		return p.showVerify(c, form, wrong)
	}
	shown := visaportalview.Checked{Title: text.VisaportalVerifyNotValid, Tone: "bad", Rows: []visaportalview.Row{
		{Label: say.T(text.VisaportalVerifyNumber), Value: visible(form.Get(apply.FieldNumber), 20), Latin: true},
		{Label: say.T(text.VisaportalVerifyDocument), Value: visible(form.Get(apply.FieldDocument), 20), Latin: true},
	}}
	at := when(say, c.Now())
	switch {
	case problemIs(err, apply.ErrSlowDown):
		return err
	case err != nil && problem.KindOf(err) != problem.Unavailable && problem.KindOf(err) != problem.Internal:
		return err
	case err != nil: // no answer is no answer: never that it is not valid
		shown.Title, shown.Tone, shown.Lead = text.VisaportalVerifyAway, "wait", say.T(text.VisaportalVerifyAwayLead)
		return errors.Join(c.Render(http.StatusServiceUnavailable, visaportalview.Verified(shown)), err) // shown already; told to the log
	case answer.Valid:
		shown.Title, shown.Tone, shown.Lead = text.VisaportalVerifyValid, "good", say.T(text.VisaportalVerifyValidLead, "at", at)
	default:
		shown.Lead = say.T(text.VisaportalVerifyNotValidLead, "at", at)
	}
	return c.Render(ok, visaportalview.Verified(shown))
}
