package visaportal

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

// dateOf is the day of an instant, in UTC.
func dateOf(t time.Time) traveldoc.Date { return traveldoc.DateOf(t.UTC()) }

// when is an instant as a traveller reads it: the day without doubt, the time, and in which zone it is.
func when(say *text.Printer, t time.Time) string {
	local := t.In(say.Zone())
	return say.Date(traveldoc.DateOf(local)) + ", " + local.Format("15:04 MST")
}

// check shows everything that was answered, each with a link to change it, and what is still missing.
func (p *portal) check(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	say := c.Text()
	review := visaportalview.Review{Faults: p.missing(say, d)}
	byMember := map[uuid.UUID][]visaportalview.Section{}
	for _, task := range p.Service.Tasks(d) {
		where := apply.Where{Page: task.Page, Member: task.Member}
		s, shown, err := p.answers(c, d, where)
		if err != nil {
			return err
		}
		if shown {
			byMember[task.Member] = append(byMember[task.Member], s)
		}
	}
	for _, m := range d.Members {
		review.Persons = append(review.Persons, visaportalview.Person{Title: personWord(say, d, m.ID), Name: p.nameOf(d, m), Sections: byMember[m.ID]})
		if len(d.Members) == 1 {
			review.Persons[0].Title = say.T(text.VisaportalListTitle)
		}
	}
	review.Persons = append(review.Persons, visaportalview.Person{Title: say.T(text.VisaportalCheckTogether), Sections: byMember[uuid.Nil]})
	return c.Render(ok, visaportalview.Answers(review))
}

// missing is what stands in the way of sending, each with the page that it is on, and each once.
func (p *portal) missing(say *text.Printer, d apply.Draft) (all []visaportalview.Fault) {
	for _, m := range p.Service.Missing(d) {
		words := nonEmpty(personWord(say, d, m.Member), say.T(short(m.Page)))
		if kind, named := m.Problem.Args["kind"].(string); named {
			words = append(words, say.T(text.VisaportalQFilesMissing, "kinds", say.Word("visaportal.file_kind", kind)))
		} else {
			words = append(words, say.Problem(m.Problem))
		}
		if f := (visaportalview.Fault{Href: at(d, m.Where), Words: strings.Join(words, " – ")}); !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// answers are those of one page; false when it has none to show.
func (p *portal) answers(c *web.Context, d apply.Draft, where apply.Where) (s visaportalview.Section, shown bool, err error) {
	say := c.Text()
	s = visaportalview.Section{Title: say.T(short(where.Page)), Change: place(d, where, "check")}
	if where.Page == apply.PagePassport {
		return s, false, nil
	}
	if where.Page == apply.PagePortrait || where.Page == apply.PagePapers {
		s.Change = place(d, where, "")
		s.Rows = p.fileRows(say, d, where)
		return s, true, nil
	}
	a := asked{portal: p, say: say, page: where.Page, values: p.Service.Values(d, where)}
	if a.posts, err = p.posts(c, where.Page); err != nil {
		return s, false, err
	}
	for _, f := range p.Service.Fields(d, where) {
		if a.values.Get(f.Name) != "" || f.Required {
			s.Rows = append(s.Rows, a.shown(f))
		}
	}
	return s, true, nil
}

func (p *portal) fileRows(say *text.Printer, d apply.Draft, where apply.Where) (rows []visaportalview.Row) {
	who, _ := d.Member(where.Member) // nobody: no files, no rows
	for _, f := range who.Files {
		if (f.Kind == evisa.FilePortrait) == (where.Page == apply.PagePortrait) {
			rows = append(rows, visaportalview.Row{
				Label: say.Word("visaportal.file_kind", f.Kind), Value: say.T(text.VisaportalQFileSize, "kilobytes", (f.Size+1023)>>10),
			})
		}
	}
	if len(rows) == 0 {
		rows = []visaportalview.Row{{Label: say.T(short(where.Page)), Value: say.T(text.VisaportalNoneGiven)}}
	}
	return rows
}

func (p *portal) declare(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	if len(p.Service.Missing(d)) > 0 {
		return c.SeeOther("/apply/check")
	}
	return p.showDeclaration(c, d, apply.Form{}, nil)
}

func (p *portal) showDeclaration(c *web.Context, d apply.Draft, form apply.Form, wrong apply.Problems) error {
	say, policy := c.Text(), p.Service.Policy
	_, sum := p.Service.Fee(d)
	a := asked{portal: p, say: say, values: form, wrong: wrong}
	submit := text.VisaportalDeclareSend
	if !sum.Zero() {
		submit = text.VisaportalDeclareSendPay
	}
	box := func(name string, label text.Key) visaportalview.Field {
		return visaportalview.Field{Name: name, Kind: "check", Label: say.T(label), Value: form.Get(name), Faults: a.faults(name)}
	}
	shown := visaportalview.Declare{Version: policy.Declaration, Notice: p.dataNotice(), Fee: say.T(text.VisaportalDeclareFee, "fee", p.price(say, sum))}
	shown.Form = visaportalview.Form{
		Action: "/apply/declare", Submit: submit,
		Fields: []visaportalview.Field{box(apply.FieldAgreed, text.VisaportalDeclareAgree), box("noticed", text.VisaportalDeclareNoticed)},
		Hidden: []visaportalview.Option{{Value: "declaration", Label: policy.Declaration}, {Value: "notice", Label: policy.Notice}, {Value: "shown", Label: string(say.Language())}},
	}
	return c.Render(statusOf(wrong), visaportalview.Declaration(shown))
}

// send sends what was declared: both boxes ticked, in the language in which the text was shown.
func (p *portal) send(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	form := values(c)
	if form.Get("noticed") != "yes" || form.Get(apply.FieldAgreed) != "yes" {
		return p.showDeclaration(c, d, form, unticked(form))
	}
	sent, wrong, err := p.Service.Send(c.Ctx(), token(c, draftCookie), apply.Declare{
		Agreed: true, Declaration: form.Get("declaration"), Notice: form.Get("notice"), Language: string(text.Match(form.Get("shown"))),
	})
	switch {
	case err != nil:
		return err
	case len(wrong) > 0 && problemIs(wrong[0], apply.ErrMissing):
		return c.SeeOther("/apply/check")
	case len(wrong) > 0:
		return p.showDeclaration(c, d, form, forBox(wrong))
	case sent.State == evisa.Waiting:
		return c.SeeOther("/apply/pay")
	}
	return c.SeeOther("/apply/sent")
}

func unticked(form apply.Form) (wrong apply.Problems) {
	for _, name := range []string{apply.FieldAgreed, "noticed"} {
		if form.Get(name) != "yes" {
			wrong = append(wrong, problem.New(problem.Invalid, "visaportal_tick").At(name))
		}
	}
	return wrong
}

// forBox puts what no box stands for, such as a text that has changed meanwhile, at the first.
func forBox(wrong apply.Problems) apply.Problems {
	for n, one := range wrong {
		if one.Field != apply.FieldAgreed {
			wrong[n] = one.At(apply.FieldAgreed)
		}
	}
	return wrong
}

func (p *portal) sent(c *web.Context) error {
	d, err := p.opened(c)
	if err != nil {
		return err
	}
	if d.Sent == nil {
		return c.SeeOther("/apply")
	}
	say := c.Text()
	shown := visaportalview.Confirmation{Title: text.VisaportalSentTitle, Fee: say.T(text.VisaportalSentNoFee)}
	for n, a := range d.Sent.Applications {
		row := visaportalview.Row{Value: a.Reference.String()}
		if len(d.Sent.Applications) > 1 {
			row.Label = say.T(text.VisaportalSentPerson, "n", n+1)
		}
		shown.References = append(shown.References, row)
		if kind, known := p.Service.Policy.Type(a.Type); known {
			shown.Hours = max(shown.Hours, kind.TargetHours)
		}
	}
	switch {
	case d.Sent.State == evisa.Waiting:
		shown.Title, shown.Fee = text.VisaportalSentNotPaidTitle, say.T(text.VisaportalDeclareFee, "fee", d.Sent.Fee.String())
		shown.Pay = visaportalview.Button{Action: "/apply/pay", Class: "main", Label: say.T(text.VisaportalPayGo)}
		c.Response().Header().Set(csp, p.leadsToProvider(c))
	case !d.Sent.Fee.Zero():
		shown.Fee = say.T(text.VisaportalSentPaid, "fee", d.Sent.Fee.String())
	}
	return c.Render(http.StatusOK, visaportalview.Sent(shown))
}
