package visaportal

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/problem"
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
	for n, f := range files {
		kind, asked := strings.CutPrefix(f.field, fieldOfKind)
		if !asked || !slices.Contains(page.kinds, kind) {
			kind, files[n].field = evisa.FileOther, apply.FieldFile
		}
		uploads = append(uploads, apply.Upload{Kind: kind, Data: f.data, Field: nth(n)})
	}
	wrong, err := hand(c.Ctx(), token(c, statusCookie), form, uploads)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return p.showSaid(c, page, form, atFiles(c.Text(), files, wrong))
	}
	return c.SeeOther("/status/application")
}

// nth names one of the files of a form.
func nth(n int) string { return "upload " + strconv.Itoa(n) }

// atFiles tells what is wrong with a file at the field that it came in, and which of several it is; and of the fields whose files are right
// that they have to be chosen again: no browser keeps them.
func atFiles(say *text.Printer, files []file, wrong apply.Problems) (all apply.Problems) {
	of := map[string]int{}
	for _, f := range files {
		of[f.field]++
	}
	at := map[string]int{}
	for n, f := range files {
		at[f.field]++
		for _, one := range wrong.Of(nth(n)) {
			if of[f.field] > 1 {
				one = problem.New(problem.Invalid, "visaportal_which").With("number", at[f.field]).With("files", of[f.field]).With("why", say.Problem(one))
			}
			all = append(all, one.At(f.field))
		}
	}
	for _, one := range wrong {
		if !strings.HasPrefix(one.Field, "upload ") {
			all = append(all, one)
		}
	}
	return append(all, chosenAgain(files, all)...)
}

// chosenAgain asks for the files of a form once more that are not what is wrong with it.
func chosenAgain(files []file, wrong apply.Problems) (all apply.Problems) {
	for _, f := range files {
		if len(wrong.Of(f.field))+len(all.Of(f.field)) == 0 {
			all = append(all, problem.New(problem.Invalid, "visaportal_file_again").At(f.field))
		}
	}
	return all
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
