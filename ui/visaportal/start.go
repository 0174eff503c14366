package visaportal

import (
	"net/http"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

func (p *portal) start(c *web.Context) error {
	_, err := p.opened(c)
	if err != nil && !over(err) {
		return err
	}
	return c.Render(http.StatusOK, visaportalview.Start(p.Service.Policy.DraftDays, err == nil))
}

func (p *portal) privacy(c *web.Context) error {
	return c.Render(http.StatusOK, visaportalview.Privacy(p.dataNotice()))
}

func (p *portal) dataNotice() visaportalview.Notice {
	policy := p.Service.Policy
	return visaportalview.Notice{Authority: policy.Authority, Version: policy.Notice, Days: policy.DraftDays}
}

// leave takes everything of the application out of this browser and goes to a page that says nothing of it. What was saved stays saved.
func (p *portal) leave(c *web.Context) error {
	key := token(c, draftCookie)
	setToken(c, draftCookie, "")
	setToken(c, statusCookie, "")
	if key != "" {
		if err := p.Service.Leave(c.Ctx(), key); err != nil && !over(err) {
			return err
		}
	}
	return c.SeeOther("/left")
}

func (p *portal) left(c *web.Context) error {
	return c.Render(http.StatusOK, visaportalview.Told(visaportalview.Page{Title: text.VisaportalLeftTitle, Place: "/left"},
		[]string{c.Text().T(text.VisaportalLeftLead)}, []visaportalview.Link{{Href: "/", Label: text.VisaportalToStart}}))
}

// begin starts a draft with what the chooser was told.
func (p *portal) begin(c *web.Context) error {
	form := values(c)
	key, d, err := p.Service.Begin(c.Ctx(), source(c), string(c.Text().Language()))
	if err != nil {
		return err
	}
	setToken(c, draftCookie, key)
	for _, where := range []apply.Where{
		{Page: apply.PagePurpose}, {Page: apply.PageNation, Member: d.Lead().ID}, {Page: apply.PageType, Member: d.Lead().ID},
	} {
		saved, err := p.Service.Save(c.Ctx(), key, where, form)
		if err != nil {
			return err
		}
		if len(saved.Problems) > 0 { // asked again in the list of steps
			break
		}
	}
	return c.SeeOther("/apply")
}
