// Package unmask is the screens of passenger data's law: asking for data that was masked, agreeing to it as a second person, reading what
// was agreed to while it lasts, and what the law's machinery did. It must never show masked data to anybody but the one who asked for it,
// and never without the agreement of somebody else.
package unmask

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/unmaskview"
	"github.com/openbmis/openbmis/ui/web"
)

// Store is what the screens work on; passengerdb.Store fills it.
type Store interface {
	AskUnmask(ctx context.Context, actor audit.Actor, person uuid.UUID, ground, reason string) (uuid.UUID, error)
	DecideUnmask(ctx context.Context, actor audit.Actor, id uuid.UUID, agree bool, remark string) error
	WithdrawUnmask(ctx context.Context, actor audit.Actor, id uuid.UUID) error
	Unmaskings(ctx context.Context, askedBy string, p paging.Page) (paging.Listed[passengerdb.Unmasking], error)
	UnmaskingsWaiting(ctx context.Context, p paging.Page) (paging.Listed[passengerdb.Unmasking], error)
	Unmasked(ctx context.Context, actor audit.Actor, id uuid.UUID) (passengerdb.Unmasking, apipnr.Expected, error)
	LawDoneBy(ctx context.Context, p paging.Page) (paging.Listed[passengerdb.LawRow], error)
}

// atOnce is how many lines a page of a list has.
const atOnce = 50

// asked is the page of a list that the address asks for.
func asked(c *web.Context) paging.Page {
	return paging.Page{After: c.FormValue("after"), Limit: atOnce}
}

type screens struct {
	store   Store
	profile law.Profile
}

// Register registers the routes. profile is the one in force.
func Register(s *web.Server, store Store, profile law.Profile) {
	x := &screens{store, profile}
	s.Handle(http.MethodGet, "/unmask", auth.UnmaskRequest, func(c *web.Context) error {
		return x.own(c, http.StatusOK, unmaskview.Form{Person: c.QueryParam("person")})
	})
	s.Handle(http.MethodPost, "/unmask", auth.UnmaskRequest, x.ask)
	s.Handle(http.MethodPost, "/unmask/:id/withdrawal", auth.UnmaskRequest, x.withdraw)
	s.Handle(http.MethodGet, "/unmask/:id/data", auth.UnmaskRequest, x.read)
	s.Handle(http.MethodGet, "/unmask/waiting", auth.UnmaskApprove, func(c *web.Context) error { return x.waiting(c, http.StatusOK, unmaskview.Fault{}) })
	s.Handle(http.MethodPost, "/unmask/waiting/:id", auth.UnmaskApprove, x.decide)
	s.Handle(http.MethodGet, "/law", auth.LawView, x.law)
}

// Nav are the places in the navigation.
func Nav() []view.NavItem {
	return []view.NavItem{
		{Href: "/unmask/waiting", Label: text.UnmaskWaitingTitle, Need: auth.UnmaskApprove},
		{Href: "/unmask", Label: text.UnmaskTitle, Need: auth.UnmaskRequest, Seldom: true},
		{Href: "/law", Label: text.UnmaskLawTitle, Need: auth.LawView, Seldom: true},
	}
}

func (x *screens) own(c *web.Context, status int, form unmaskview.Form) error {
	p := asked(c)
	list, err := x.store.Unmaskings(c.Ctx(), c.Actor().ID, p)
	if err != nil {
		return err
	}
	return c.Render(status, unmaskview.OwnPage(unmaskview.Own{Form: form, List: list, After: p.After, Now: c.Now()}))
}

func (x *screens) ask(c *web.Context) error {
	form := unmaskview.Form{Person: c.FormValue("person"), Ground: c.FormValue("ground"), Reason: c.FormValue("reason")}
	person, err := uuid.Parse(form.Person)
	if err != nil {
		err = problem.New(problem.Invalid, "unmask.person").At("person")
	} else {
		_, err = x.store.AskUnmask(c.Ctx(), c.Actor(), person, form.Ground, form.Reason)
	}
	if err == nil {
		return c.SeeOther("/unmask")
	}
	fault, own := blamed(c, err)
	if !own {
		return err
	}
	form.Fault = fault
	return x.own(c, web.StatusOf(err), form)
}

func (x *screens) withdraw(c *web.Context) error {
	id, err := param(c)
	if err != nil {
		return err
	}
	if err := x.store.WithdrawUnmask(c.Ctx(), c.Actor(), id); err != nil {
		return err
	}
	return c.SeeOther("/unmask")
}

func (x *screens) read(c *web.Context) error {
	id, err := param(c)
	if err != nil {
		return err
	}
	u, person, err := x.store.Unmasked(c.Ctx(), c.Actor(), id)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, unmaskview.DataPage(unmaskview.Data{Unmasking: u, Person: person}))
}

func (x *screens) waiting(c *web.Context, status int, fault unmaskview.Fault) error {
	p := asked(c)
	list, err := x.store.UnmaskingsWaiting(c.Ctx(), p)
	if err != nil {
		return err
	}
	return c.Render(status, unmaskview.WaitingPage(unmaskview.Waiting{List: list, After: p.After, Fault: fault, Own: c.Actor().ID}))
}

func (x *screens) decide(c *web.Context) error {
	id, err := param(c)
	if err != nil {
		return err
	}
	err = x.store.DecideUnmask(c.Ctx(), c.Actor(), id, c.FormValue("decision") == "agree", c.FormValue("remark"))
	if err == nil {
		return c.SeeOther(view.Address("/unmask/waiting", "after", c.FormValue("after")))
	}
	fault, own := blamed(c, err)
	if !own {
		return err
	}
	return x.waiting(c, web.StatusOf(err), unmaskview.Fault{ID: id, Fault: fault})
}

func (x *screens) law(c *web.Context) error {
	p := asked(c)
	done, err := x.store.LawDoneBy(c.Ctx(), p)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, unmaskview.LawPage(unmaskview.Law{Profile: x.profile, Done: done, After: p.After}))
}

// param is the id in the address.
func param(c *web.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, problem.New(problem.NotFound, "unmask.none")
	}
	return id, nil
}

// blamed is what is wrong with a form; false when the trouble is not the person's to mend there.
func blamed(c *web.Context, err error) (fault map[string]string, own bool) {
	var known *problem.Error
	if !errors.As(err, &known) || known.Kind == problem.Internal || known.Kind == problem.NotFound {
		return nil, false
	}
	return map[string]string{known.Field: c.Text().Problem(known)}, true
}
