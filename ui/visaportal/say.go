package visaportal

import (
	"context"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

// handOver hands over what an applicant says, with its files.
func (p *portal) handOver(c *web.Context, page said, hand func(context.Context, string, apply.Form, []apply.Upload) (apply.Problems, error)) error {
	form, files, err := received(c)
	if err != nil {
		return err
	}
	uploads := make([]apply.Upload, 0, len(files))
	for _, f := range files {
		kind := strings.TrimPrefix(f.field, fieldOfKind)
		if !slices.Contains(page.kinds, kind) {
			kind = evisa.FileOther
		}
		uploads = append(uploads, apply.Upload{Kind: kind, Data: f.data})
	}
	wrong, err := hand(c.Ctx(), token(c, statusCookie), form, uploads)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return p.showSaid(c, page, form, wrong)
	}
	return c.SeeOther("/status/application")
}

func (p *portal) withdraw(c *web.Context) error {
	return p.followed(c, func(s apply.Standing) error {
		return notNow(s.MayWithdraw, func() error { return p.showWithdraw(c, apply.Form{}, nil) })
	})
}

func (p *portal) showWithdraw(c *web.Context, form apply.Form, wrong apply.Problems) error {
	say := c.Text()
	a := asked{portal: p, say: say, values: form, wrong: wrong}
	why := a.field(apply.Field{Name: apply.FieldText, Kind: apply.KindLong, Most: 1000})
	why.Label, why.Hint, why.Optional = say.T(text.VisaportalStatusWithdrawWhy), "", false
	return c.Render(statusOf(wrong), visaportalview.Question(
		visaportalview.Page{Title: text.VisaportalStatusWithdrawTitle, Back: "/status/application", Place: "/status/withdraw", Faulty: len(wrong) > 0},
		visaportalview.Asked{Title: text.VisaportalStatusWithdrawTitle, Lead: []string{say.T(text.VisaportalStatusWithdrawLead)}, Form: visaportalview.Form{
			Action: "/status/withdraw", Submit: text.VisaportalStatusWithdrawYes, Fields: []visaportalview.Field{why},
			Hidden: []visaportalview.Option{{Value: apply.FieldSure, Label: "yes"}},
		}}))
}

// withdrawSend withdraws: the page before it asked whether it is meant.
func (p *portal) withdrawSend(c *web.Context) error {
	return p.followed(c, func(s apply.Standing) error {
		return notNow(s.MayWithdraw, func() error {
			form := values(c)
			wrong, err := p.Service.Withdraw(c.Ctx(), token(c, statusCookie), form)
			if err != nil {
				return err
			}
			if len(wrong) > 0 {
				return p.showWithdraw(c, form, wrong)
			}
			return c.SeeOther("/status/application")
		})
	})
}
