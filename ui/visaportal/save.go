package visaportal

import (
	"net/http"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

func (p *portal) save(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	return p.showSave(c, p.address(d), apply.Form{}, nil)
}

// showSave asks for an address where none was given yet; a known one is not asked for again.
func (p *portal) showSave(c *web.Context, known string, form apply.Form, wrong apply.Problems) error {
	lead, shown := []string{c.Text().T(text.VisaportalSaveLead)}, p.emailForm(c, "/apply/save", form, wrong)
	if known != "" {
		lead, shown.Fields = append(lead, c.Text().T(text.VisaportalSaveTo, "email", known)), nil
	}
	return c.Render(statusOf(wrong), visaportalview.Question(
		visaportalview.Page{Title: text.VisaportalSaveTitle, Back: "/apply", Place: "/apply/save", Faulty: len(wrong) > 0},
		visaportalview.Asked{Title: text.VisaportalSaveTitle, Lead: lead, Later: true, Form: shown}))
}

func (p *portal) emailForm(c *web.Context, action string, form apply.Form, wrong apply.Problems) visaportalview.Form {
	a := asked{portal: p, say: c.Text(), values: form, wrong: wrong}
	field := a.field(apply.Field{Name: apply.FieldEmail, Kind: apply.KindEmail, Required: true, Most: 254, Autocomplete: "email"})
	field.Hint = ""
	return visaportalview.Form{Action: action, Submit: text.VisaportalSaveButton, Fields: []visaportalview.Field{field}}
}

// address is where the applicant is written to; empty before he said so.
func (p *portal) address(d apply.Draft) string {
	return p.Service.Values(d, apply.Where{Page: apply.PageContact}).Get(apply.FieldEmail)
}

func (p *portal) saveSend(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	form := values(c)
	wrong, err := p.Service.MailLink(c.Ctx(), token(c, draftCookie), source(c), form)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return p.showSave(c, p.address(d), form, wrong)
	}
	until := when(c.Text(), c.Now().Add(p.Service.Limits.Link))
	return c.Render(http.StatusOK, visaportalview.Saved(c.Text().T(text.VisaportalSaveDone, "until", until)))
}

func (p *portal) resume(c *web.Context) error { return p.showResume(c, apply.Form{}, nil) }

func (p *portal) showResume(c *web.Context, form apply.Form, wrong apply.Problems) error {
	return c.Render(statusOf(wrong), visaportalview.Question(
		visaportalview.Page{Title: text.VisaportalResumeTitle, Back: "/", Place: "/resume", Faulty: len(wrong) > 0},
		visaportalview.Asked{Title: text.VisaportalResumeTitle, Lead: []string{c.Text().T(text.VisaportalResumeAsk)}, Form: p.emailForm(c, "/resume", form, wrong)}))
}

// resumeAsk e-mails links to whoever reads the address; the answer is the same whether there is anything to link to.
func (p *portal) resumeAsk(c *web.Context) error {
	form := values(c)
	wrong, err := p.Service.MailLinks(c.Ctx(), source(c), string(c.Text().Language()), form)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return p.showResume(c, form, wrong)
	}
	return c.Render(http.StatusOK, visaportalview.Told(visaportalview.Page{Title: text.VisaportalResumeAskedTitle, Place: "/resume"},
		[]string{c.Text().T(text.VisaportalResumeAsked)}, []visaportalview.Link{{Href: "/", Label: text.VisaportalToStart}}))
}

// resumeLink asks before it uses the link: programs that look through mail open links, and a link works once.
func (p *portal) resumeLink(c *web.Context) error {
	if !linkShape.MatchString(c.Param("link")) {
		return apply.ErrLink
	}
	return c.Render(http.StatusOK, visaportalview.Question(
		visaportalview.Page{Title: text.VisaportalResumeTitle, Place: apply.ResumePath + c.Param("link")},
		visaportalview.Asked{Title: text.VisaportalResumeTitle, Lead: []string{c.Text().T(text.VisaportalResumeOpenLead)}, Form: visaportalview.Form{
			Action: "/resume/open", Submit: text.VisaportalResumeOpen, Hidden: []visaportalview.Option{{Value: "link", Label: c.Param("link")}},
		}}))
}

func (p *portal) resumeOpen(c *web.Context) error {
	key, d, err := p.Service.Resume(c.Ctx(), source(c), values(c).Get("link"))
	if err != nil {
		return err
	}
	setToken(c, draftCookie, key)
	if d.Sent != nil {
		return c.SeeOther("/apply/sent")
	}
	return c.SeeOther("/apply")
}
