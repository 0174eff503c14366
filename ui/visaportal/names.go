package visaportal

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/web"
)

// personOf is the number of a member, from one on; 0 when he is not in the draft.
func personOf(d apply.Draft, member uuid.UUID) int {
	for n, m := range d.Members {
		if m.ID == member {
			return n + 1
		}
	}
	return 0
}

// member is who a page is about: the person of the address, else the one that is asked now.
func member(c *web.Context, d apply.Draft) apply.Member {
	if n, err := strconv.Atoi(c.QueryParam("person")); err == nil && n >= 1 && n <= len(d.Members) {
		return d.Members[n-1]
	}
	if m, ok := d.Member(d.Current); ok {
		return m
	}
	return d.Lead()
}

// posted is who a form was about: it says so itself, since another page may have changed who is asked now.
func posted(d apply.Draft, form apply.Form) (apply.Member, error) {
	id, err := uuid.Parse(form.Get("member"))
	if err != nil {
		return apply.Member{}, apply.ErrNoMember
	}
	if m, ok := d.Member(id); ok {
		return m, nil
	}
	return apply.Member{}, apply.ErrNoMember
}

// at is the address of a page of a draft.
func at(d apply.Draft, where apply.Where) string {
	path := "/apply/" + string(where.Page)
	if where.Member == uuid.Nil {
		return path
	}
	return fmt.Sprintf("%s?person=%d", path, personOf(d, where.Member))
}

// personWord is "Person 2 of 3", and nothing for somebody who applies alone.
func personWord(say *text.Printer, d apply.Draft, member uuid.UUID) string {
	if len(d.Members) < 2 || member == uuid.Nil {
		return ""
	}
	return say.T(text.VisaportalPerson, "n", personOf(d, member), "all", len(d.Members), text.Count, len(d.Members))
}

// nameOf is what a member is called so far.
func (p *portal) nameOf(d apply.Draft, m apply.Member) string {
	form := p.Service.Values(d, apply.Where{Page: apply.PageName, Member: m.ID})
	name := form.Get(apply.FieldGivenNames)
	if surname := form.Get(apply.FieldSurname); surname != "" && name != "" {
		return name + " " + surname
	} else if surname != "" {
		return surname
	}
	return name
}

// title is the heading of a page of questions, and its name in lists.
func title(page apply.Page) text.Key { return text.Key("visaportal.q." + string(page) + "_title") }

func short(page apply.Page) text.Key { return text.Key("visaportal.q." + string(page)) }
