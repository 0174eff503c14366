// Package passes answers the register of border passes over HTTP: search, issue, revoke, and the card with its code. Numbers and
// names reach no address.
package passes

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/pass"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/seal/qr"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/passview"
	"github.com/openbmis/openbmis/ui/web"
)

// Passes is the register; passdb.Store is one.
type Passes interface {
	Search(ctx context.Context, number, name string, entry audit.Entry) ([]pass.Pass, error)
	Show(ctx context.Context, id uuid.UUID, entry audit.Entry) (pass.Pass, error)
	Issue(ctx context.Context, actor audit.Actor, p pass.Pass, entry audit.Entry) error
	Revoke(ctx context.Context, actor audit.Actor, id uuid.UUID, r pass.Revocation, entry audit.Entry) error
}

// Options are what the pages need; all are needed.
type Options struct {
	Passes Passes
	State  string // that issues the passes, three letters
	Post   border.Post
	Random io.Reader
	NewID  func() uuid.UUID
}

// Handlers are the routes of the register.
type Handlers struct{ Options }

// New makes the handlers.
func New(o Options) *Handlers { return &Handlers{o} }

// Nav is the register's place in the navigation.
func Nav() view.NavItem {
	return view.NavItem{Href: "/passes", Label: text.PassTitle, Need: auth.SecondLineWork}
}

// Register registers the routes.
func (h *Handlers) Register(s *web.Server) {
	s.Handle(http.MethodGet, "/passes", auth.SecondLineWork, h.ask)
	s.Handle(http.MethodPost, "/passes/search", auth.SecondLineWork, h.search)
	s.Handle(http.MethodGet, "/passes/new", auth.SecondLineWork, h.form)
	s.Handle(http.MethodPost, "/passes", auth.SecondLineWork, h.issue)
	s.Handle(http.MethodGet, "/passes/:id", auth.SecondLineWork, h.show)
	s.Handle(http.MethodPost, "/passes/:id/revocation", auth.SecondLineWork, h.revoke)
}

func (h *Handlers) today(at time.Time) traveldoc.Date { return traveldoc.DateOf(at.In(h.Post.Zone)) }

func (h *Handlers) entry(c *web.Context, verb audit.Verb, id string) audit.Entry {
	e := c.Actor().Entry(c.Now(), verb, "border_pass", id)
	e.Purpose = border.PurposeOfControl
	return e
}

// ask is the search; nobody's data is read for it.
func (h *Handlers) ask(c *web.Context) error {
	return c.Render(http.StatusOK, passview.RegisterPage(passview.Register{Today: h.today(c.Now())}))
}

func (h *Handlers) search(c *web.Context) error {
	r := passview.Register{Searched: true, Query: strings.TrimSpace(c.FormValue("query")), Today: h.today(c.Now())}
	number, is := pass.ParseNumber(r.Query)
	name := r.Query
	if is {
		name = ""
	} else {
		number = ""
	}
	if len(r.Query) > 100 || number == "" && traveldoc.NameKey(name, "") == "" {
		return c.Render(http.StatusOK, passview.RegisterPage(r))
	}
	var err error
	if r.Found, err = h.Passes.Search(c.Ctx(), number, name, h.entry(c, audit.Consultation, "")); err != nil {
		return err
	}
	return c.Render(http.StatusOK, passview.RegisterPage(r))
}

func (h *Handlers) form(c *web.Context) error {
	today := h.today(c.Now())
	return c.Render(http.StatusOK, passview.FormPage(passview.Form{Values: map[string]string{"valid_from": today.String()}}))
}

// tries is how often a number is drawn anew when it is taken; of a thousand million numbers that happens to nobody twice.
const tries = 3

func (h *Handlers) issue(c *web.Context) error {
	f := passview.Form{Values: map[string]string{}, Faults: map[string]string{}}
	for _, name := range passview.Fields() {
		f.Values[name] = strings.TrimSpace(c.FormValue(name))
	}
	p, err := h.read(c, f)
	for n := 0; err == nil && n < tries; n++ {
		if p.Number, err = pass.NewNumber(h.Random, h.State); err != nil {
			return err
		}
		p.ID = h.NewID()
		err = h.Passes.Issue(c.Ctx(), c.Actor(), p, h.entry(c, audit.Collection, p.ID.String()))
		if err == nil {
			return c.SeeOther("/passes/" + p.ID.String())
		}
		if postgres.IsUnique(err) && n < tries-1 {
			err = nil
		}
	}
	var known *problem.Error
	if !errors.As(err, &known) || known.Kind != problem.Invalid {
		return err
	}
	f.Wrong, f.Faults[known.Field] = c.Text().Problem(err), c.Text().Problem(err)
	return c.Render(web.StatusOf(err), passview.FormPage(f))
}

// read is the pass that the form describes, or what is wrong with it.
func (h *Handlers) read(c *web.Context, f passview.Form) (pass.Pass, error) {
	v := f.Values
	p := pass.Pass{
		Holder: traveldoc.Identity{
			Surname: strings.ToUpper(v["surname"]), GivenNames: strings.ToUpper(v["given_names"]), Nationality: strings.ToUpper(v["nationality"]),
			Sex: strings.ToUpper(v["sex"]),
		},
		Zone: v["zone"], Posts: strings.Fields(v["posts"]), Authority: v["authority"], IssuedAt: c.Now(), IssuedBy: c.Actor().Name,
	}
	for name, into := range map[string]*traveldoc.Date{"birth_date": &p.Holder.BirthDate, "valid_from": &p.ValidFrom, "valid_until": &p.ValidUntil} {
		var err error
		if *into, err = traveldoc.ParseDate(v[name]); err != nil {
			return p, problem.New(problem.Invalid, "scan.date").At(name)
		}
	}
	if v["guardian_surname"]+v["guardian_given_names"] != "" {
		p.Guardian = &border.Guardian{
			Surname: strings.ToUpper(v["guardian_surname"]), GivenNames: strings.ToUpper(v["guardian_given_names"]),
			DocumentNumber: strings.ToUpper(v["guardian_number"]), Relation: v["guardian_relation"], Consent: v["guardian_consent"],
		}
		if err := p.Guardian.Check(); err != nil {
			return p, err
		}
	}
	if h.State == "" {
		return p, problem.New(problem.Invalid, "pass.no_state").At("authority")
	}
	return p, p.Check(h.today(c.Now()))
}

func (h *Handlers) show(c *web.Context) error { return h.card(c, http.StatusOK, "") }

func (h *Handlers) card(c *web.Context, status int, wrong string) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return pass.ErrNone
	}
	p, err := h.Passes.Show(c.Ctx(), id, h.entry(c, audit.Consultation, id.String()))
	if err != nil {
		return err
	}
	code, err := qr.Draw(p.Number)
	if err != nil {
		return err
	}
	return c.Render(status, passview.CardPage(passview.Card{Pass: p, Today: h.today(c.Now()), QR: &code, Wrong: wrong}))
}

func (h *Handlers) revoke(c *web.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return pass.ErrNone
	}
	r := pass.Revocation{At: c.Now(), By: c.Actor().Name, Reason: c.FormValue("reason")}
	if err = r.Check(); err == nil {
		err = h.Passes.Revoke(c.Ctx(), c.Actor(), id, r, h.entry(c, audit.Alteration, id.String()))
	}
	var known *problem.Error
	switch {
	case err == nil:
		return c.SeeOther("/passes/" + id.String())
	case errors.As(err, &known) && (known.Kind == problem.Invalid || known.Kind == problem.Conflict):
		return h.card(c, web.StatusOf(err), c.Text().Problem(err))
	}
	return err
}
