package passengers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/passengersview"
	"github.com/openbmis/openbmis/ui/web"
)

func (x *screens) person(c *web.Context, status int, form passengersview.DecisionForm) error {
	id, err := param(c)
	if err != nil {
		return err
	}
	p := passengersview.Person{Now: c.Now(), Form: form, MayDecide: c.May(auth.PassengersDecide), MayRead: c.May(auth.MessagesWork), MayUnmask: c.May(auth.UnmaskRequest), SeesReasons: c.May(auth.HitReasonView)}
	if p.Detail, err = x.Store.Person(c.Ctx(), id, entry(c, audit.Consultation, "passenger", id.String())); err != nil {
		return err
	}
	screenings, err := x.Board.Screenings(c.Ctx(), []uuid.UUID{id})
	if err != nil {
		return err
	}
	if s, looked := screenings[id]; looked {
		p.Screening = &s
		if p.Ruling, err = x.Board.Ruling(c.Ctx(), id); err != nil {
			return err
		}
	}
	desk, err := x.Board.AtDesk(c.Ctx(), []uuid.UUID{id})
	if err != nil {
		return err
	}
	p.Desk = desk[id]
	return c.Render(status, passengersview.PersonPage(p))
}

// decide keeps the analyst's word. The version is that of the screening which he had before him.
func (x *screens) decide(c *web.Context) error {
	id, err := param(c)
	if err != nil {
		return err
	}
	form := passengersview.DecisionForm{Verdict: c.FormValue("verdict"), Reason: strings.TrimSpace(c.FormValue("reason"))}
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil {
		return problem.New(problem.Invalid, "board.moved")
	}
	d := apipnr.ScreeningDecision{Verdict: apipnr.DecisionVerdict(form.Verdict), Reason: form.Reason, By: c.User().Login, At: c.Now()}
	err = x.Board.Decide(c.Ctx(), id, version, d, entry(c, audit.Alteration, "passenger", id.String()))
	if err == nil {
		return c.SeeOther("/passengers/persons/" + id.String())
	}
	var known *problem.Error
	if !errors.As(err, &known) || known.Kind != problem.Invalid && known.Kind != problem.Conflict {
		return err
	}
	form.Fault = c.Text().Problem(known)
	return x.person(c, web.StatusOf(err), form)
}

func (x *screens) search(c *web.Context) error {
	return c.Render(http.StatusOK, passengersview.SearchPage(passengersview.Search{}))
}

// find searches by post: what is searched for stands in no address.
func (x *screens) find(c *web.Context) error {
	s := passengersview.Search{
		Document: strings.TrimSpace(c.FormValue("document")), Surname: strings.TrimSpace(c.FormValue("surname")),
		GivenNames: strings.TrimSpace(c.FormValue("given_names")), BirthDate: strings.TrimSpace(c.FormValue("birth_date")),
		Locator: strings.TrimSpace(c.FormValue("locator")), Asked: true,
	}
	born, err := traveldoc.ParseDate(s.BirthDate)
	if err != nil {
		s.Fault = c.Text().Problem(problem.New(problem.Invalid, "passengers.birth_date"))
		return c.Render(http.StatusUnprocessableEntity, passengersview.SearchPage(s))
	}
	q := passengerdb.Query{Document: s.Document, Surname: s.Surname, GivenNames: s.GivenNames, BirthDate: born, Locator: s.Locator}
	s.Found, err = x.Store.Search(c.Ctx(), q, entry(c, audit.Consultation, "passenger", "search"))
	var known *problem.Error
	if errors.As(err, &known) && known.Kind == problem.Invalid {
		s.Fault = c.Text().Problem(known)
		return c.Render(web.StatusOf(err), passengersview.SearchPage(s))
	}
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, passengersview.SearchPage(s))
}
