package visas

import (
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/visasview"
	"github.com/openbmis/openbmis/ui/web"
)

var errNoCase = problem.New(problem.NotFound, "visa.case_none")

// cases are visas that were used at posts that did not know of each other, or more often than they allow.
func (x *screens) cases(c *web.Context) error {
	p := visasview.Cases{State: visausedb.CaseState(c.QueryParam("state")), After: c.QueryParam("after"), Now: c.Now(), Done: done(c)}
	if !slices.Contains(visasview.CaseStates(), p.State) {
		p.State = visausedb.CaseOpen
	}
	var err error
	if p.Open, err = x.Cases.Open(c.Ctx()); err != nil {
		return err
	}
	page := paging.Page{After: p.After, Limit: desk.PageSize}
	if p.Listed, err = x.Cases.List(c.Ctx(), p.State, page, entry(c, audit.Consultation, "visa_case", string(p.State))); err != nil {
		return err
	}
	if p.Places, err = x.places(c.Ctx()); err != nil {
		return err
	}
	return c.Render(http.StatusOK, visasview.CasesPage(p))
}

func (x *screens) useCase(c *web.Context) error {
	p, err := x.loadUse(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, visasview.UsePage(p))
}

// loadUse reads a case with the visa that it is about. A visa that the register does not have is another platform's: the case stands all
// the same.
func (x *screens) loadUse(c *web.Context) (p visasview.Use, err error) {
	id, err := idOf(c, errNoCase)
	if err != nil {
		return p, err
	}
	p = visasview.Use{Policy: x.Desk.Policy(), Now: c.Now(), Manage: c.May(auth.VisasManage), Done: done(c)}
	if p.Case, err = x.Cases.One(c.Ctx(), id, entry(c, audit.Consultation, "visa_case", id.String())); err != nil {
		return p, err
	}
	if p.Places, err = x.places(c.Ctx()); err != nil {
		return p, err
	}
	shown, err := x.Visas.Show(c.Ctx(), p.Number, entry(c, audit.Consultation, "visa", id.String()))
	if problem.KindOf(err) == problem.NotFound {
		return p, nil
	}
	p.Visa = &shown
	return p, err
}

// decideCase says what a case was. Misuse may revoke the visa at once; that is an act of the register of its own, and is told when it fails.
func (x *screens) decideCase(c *web.Context) error {
	id, err := idOf(c, errNoCase)
	if err != nil {
		return err
	}
	f := form(c, []string{"outcome", "reason", "revoke", "version"})
	decided, err := x.Cases.Decide(c.Ctx(), c.Actor(), id, visausedb.Outcome(f.Value("outcome")), f.Value("reason"))
	if err == nil {
		x.changed()
		return x.afterCase(c, id, decided, f)
	}
	f, words, is := own(c, f, err)
	if !is {
		return err
	}
	p, lost := x.loadUse(c)
	if lost != nil {
		return lost
	}
	p.Form, p.Failed = f, words
	return c.Render(web.StatusOf(err), visasview.UsePage(p))
}

func (x *screens) afterCase(c *web.Context, id uuid.UUID, decided visausedb.Case, f visasview.Form) error {
	if decided.Outcome != visausedb.Misuse || f.Value("revoke") != "yes" {
		return c.SeeOther("/visa-cases/" + id.String() + "?done=case")
	}
	shown, err := x.Visas.Show(c.Ctx(), decided.Number, entry(c, audit.Consultation, "visa", id.String()))
	if err == nil {
		_, err = x.Visas.Revoke(c.Ctx(), decided.Number, visadb.Act{Actor: c.Actor(), Reason: "misused", Words: f.Value("reason"), Version: shown.Version})
	}
	if err != nil {
		return c.SeeOther("/visa-cases/" + id.String() + "?done=case_not_revoked")
	}
	return c.SeeOther("/visa-cases/" + id.String() + "?done=case_revoked")
}
