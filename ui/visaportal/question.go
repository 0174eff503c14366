package visaportal

import (
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

// where is the page of the address, of the member that it is asked of.
func where(c *web.Context, d apply.Draft, who apply.Member) (apply.Where, error) {
	page := apply.Page(c.Param("page"))
	switch {
	case slices.Contains(apply.GroupPages(), page):
		return apply.Where{Page: page}, nil
	case slices.Contains(apply.MemberPages(), page):
		return apply.Where{Page: page, Member: who.ID}, nil
	}
	return apply.Where{}, apply.ErrNoPage
}

// question asks one page.
func (p *portal) question(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	at, err := where(c, d, member(c, d))
	if err != nil {
		return err
	}
	return p.ask(c, d, at, p.Service.Values(d, at), nil, c.QueryParam("from"))
}

// answer keeps one page's answers, or shows what is wrong with them.
func (p *portal) answer(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	form := values(c)
	at, err := where(c, d, apply.Member{})
	if err == nil && slices.Contains(apply.MemberPages(), at.Page) {
		var who apply.Member
		who, err = posted(d, form)
		at.Member = who.ID
	}
	if err != nil {
		return err
	}
	saved, err := p.Service.Save(c.Ctx(), token(c, draftCookie), at, form)
	if err != nil {
		return err
	}
	if len(saved.Problems) > 0 {
		return p.ask(c, d, at, saved.Form, saved.Problems, form.Get("from"))
	}
	return p.redirect(c, saved.Draft, at, form.Get("from"))
}

func (p *portal) ask(c *web.Context, d apply.Draft, at apply.Where, filled apply.Form, wrong apply.Problems, from string) error {
	fields := p.Service.Fields(d, at)
	if len(fields) == 0 {
		return apply.ErrNoPage
	}
	a := asked{portal: p, say: c.Text(), page: at.Page, values: filled, wrong: wrong}
	var err error
	if a.posts, err = p.posts(c, at.Page); err != nil {
		return err
	}
	form := visaportalview.Form{Action: "/apply/" + string(at.Page), Submit: text.VisaportalSaveContinue, Fields: a.fields(fields), Hidden: hidden(at, from)}
	if who, ok := d.Member(at.Member); ok {
		p.annotate(c, who, filled, form.Fields)
	}
	q := visaportalview.Asked{Title: title(at.Page), Person: personWord(c.Text(), d, at.Member), Form: form, Later: true}
	if at.Page == apply.PageClaims {
		q.Lead = []string{c.Text().T(text.VisaportalQClaimsLead)}
	}
	back := "/apply"
	if from == "check" {
		back = "/apply/check"
	}
	return c.Render(statusOf(wrong), visaportalview.Question(visaportalview.Page{
		Title: title(at.Page), Back: back, Place: place(d, at, from), Faulty: len(wrong) > 0, Leave: at.Page == apply.PageClaims,
	}, q))
}

// hidden are what a form says beside its answers: who it is about, and where to go back to.
func hidden(at apply.Where, from string) (pairs []visaportalview.Option) {
	if at.Member != uuid.Nil {
		pairs = append(pairs, visaportalview.Option{Value: "member", Label: at.Member.String()})
	}
	if from == "check" {
		pairs = append(pairs, visaportalview.Option{Value: "from", Label: from})
	}
	return pairs
}

// place is where the language switch comes back to: the same page of the same person.
func place(d apply.Draft, where apply.Where, from string) string {
	path := at(d, where)
	if from != "check" {
		return path
	}
	if where.Member == uuid.Nil {
		return path + "?from=check"
	}
	return path + "&from=check"
}

// status of a page that was asked for and is there.
const ok = http.StatusOK
