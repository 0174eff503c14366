package visaportal

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

// tasks is the list of steps: those of the person who is asked now, those of all, and the end.
func (p *portal) tasks(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	who := member(c, d)
	list := visaportalview.List{
		Person: personWord(c.Text(), d, who.ID), Name: p.nameOf(d, who), Until: c.Text().Date(dateOf(d.ExpiresAt)),
	}
	for _, task := range p.Service.Tasks(d) {
		list.All++
		if task.State == apply.Done {
			list.Done++
		}
		switch task.Member {
		case uuid.Nil:
			list.Shared = append(list.Shared, shownTask(d, task))
		case who.ID:
			list.Own = append(list.Own, shownTask(d, task))
		}
	}
	list.Ends = ends(len(p.Service.Missing(d)) == 0)
	return c.Render(ok, visaportalview.Tasks(list))
}

func shownTask(d apply.Draft, task apply.Task) visaportalview.Task {
	shown := visaportalview.Task{
		Title: short(task.Page), Href: at(d, apply.Where{Page: task.Page, Member: task.Member}), State: string(task.State), StateKey: text.VisaportalListTodo,
	}
	switch {
	case task.State == apply.Done:
		shown.StateKey = text.VisaportalListDone
	case task.State == apply.Check:
		shown.StateKey = text.VisaportalListLook
	case task.Optional:
		shown.State, shown.StateKey = "optional", text.VisaportalListOptional
	}
	return shown
}

// ends are the last steps; they open when everything else is done.
func ends(ready bool) []visaportalview.Task {
	if ready {
		return []visaportalview.Task{
			{Title: text.VisaportalListCheck, Href: "/apply/check", State: "todo", StateKey: text.VisaportalListTodo},
			{Title: text.VisaportalListDeclare, Href: "/apply/declare", State: "todo", StateKey: text.VisaportalListTodo},
		}
	}
	return []visaportalview.Task{
		{Title: text.VisaportalListCheck, Href: "/apply/check", State: "optional", StateKey: text.VisaportalListEarly},
		{Title: text.VisaportalListDeclare, State: "blocked", StateKey: text.VisaportalListBlocked},
	}
}

func (p *portal) forget(c *web.Context) error {
	if _, err := p.draft(c); err != nil {
		return err
	}
	return c.Render(ok, visaportalview.Sure(visaportalview.Page{Title: text.VisaportalForgetTitle, Back: "/apply", Place: "/apply/forget"},
		c.Text().T(text.VisaportalForgetLead), visaportalview.Button{Action: "/apply/forget", Label: c.Text().T(text.VisaportalForgetYes), Class: "refuse"},
		visaportalview.Link{Href: "/apply", Label: text.VisaportalForgetKeep}))
}

func (p *portal) forgotten(c *web.Context) error {
	if _, err := p.draft(c); err != nil {
		return err
	}
	if err := p.Service.Discard(c.Ctx(), token(c, draftCookie)); err != nil {
		return err
	}
	setToken(c, draftCookie, "")
	return c.SeeOther("/")
}

// closeDraft ends the browser's session; what was saved stays.
func (p *portal) closeDraft(c *web.Context) error {
	if key := token(c, draftCookie); key != "" {
		if err := p.Service.Leave(c.Ctx(), key); err != nil && !over(err) {
			return err
		}
	}
	setToken(c, draftCookie, "")
	return c.SeeOther("/")
}

// group is the page of the people of an application.
func (p *portal) group(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	say, most := c.Text(), p.Service.Policy.GroupMost
	people := visaportalview.People{Most: most, Full: len(d.Members) >= most}
	for n, m := range d.Members {
		one := visaportalview.Member{Name: p.nameOf(d, m), About: say.T(text.VisaportalListLeadPerson), Current: m.ID == d.Current}
		if one.Name == "" {
			one.Name = say.T(text.VisaportalGroupUnnamed)
		}
		pair := []visaportalview.Option{{Value: "member", Label: m.ID.String()}}
		if !one.Current {
			one.Buttons = append(one.Buttons, visaportalview.Button{Action: "/apply/group/switch", Hidden: pair, Label: say.T(text.VisaportalGroupSwitch, "n", n+1)})
		}
		if n > 0 {
			one.About = p.relation(say, d, m)
			one.Buttons = append(one.Buttons, visaportalview.Button{Action: "/apply/group/remove", Hidden: pair, Label: say.T(text.VisaportalGroupRemove, "n", n+1)})
		}
		people.Members = append(people.Members, one)
	}
	return c.Render(ok, visaportalview.Group(people))
}

func (p *portal) relation(say *text.Printer, d apply.Draft, m apply.Member) string {
	relation := p.Service.Values(d, apply.Where{Page: apply.PageRelation, Member: m.ID}).Get(apply.FieldRelation)
	if relation == "" {
		return ""
	}
	return p.optionWord(say, apply.FieldRelation, relation)
}

func (p *portal) groupAdd(c *web.Context) error {
	if _, err := p.draft(c); err != nil {
		return err
	}
	if _, err := p.Service.AddMember(c.Ctx(), token(c, draftCookie)); err != nil {
		return err
	}
	return c.SeeOther("/apply")
}

func (p *portal) groupSwitch(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	who, err := posted(d, values(c))
	if err != nil {
		return err
	}
	if _, err := p.Service.Switch(c.Ctx(), token(c, draftCookie), who.ID); err != nil {
		return err
	}
	return c.SeeOther("/apply")
}

// groupRemove asks first, and then removes.
func (p *portal) groupRemove(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	form := values(c)
	who, err := posted(d, form)
	if err != nil {
		return err
	}
	if form.Get(apply.FieldSure) != "yes" {
		return c.Render(http.StatusOK, visaportalview.Sure(visaportalview.Page{Title: text.VisaportalGroupRemoveTitle, Back: "/apply/group", Place: "/apply/group"},
			c.Text().T(text.VisaportalGroupRemoveLead, "n", personOf(d, who.ID)), visaportalview.Button{
				Action: "/apply/group/remove", Class: "refuse", Label: c.Text().T(text.VisaportalRemove),
				Hidden: []visaportalview.Option{{Value: "member", Label: who.ID.String()}, {Value: apply.FieldSure, Label: "yes"}},
			}, visaportalview.Link{Href: "/apply/group", Label: text.VisaportalForgetKeep}))
	}
	if _, err := p.Service.RemoveMember(c.Ctx(), token(c, draftCookie), who.ID); err != nil {
		return err
	}
	return c.SeeOther("/apply/group")
}
