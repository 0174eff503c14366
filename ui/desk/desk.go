// Package desk is the centre's pages about hits: the desk of an agency that owns alerts, which answers for its own hits and nobody else's;
// its discreet hits; the counts of hits; and how far the screening is. It must never give a page of one agency to another.
package desk

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/deskview"
	"github.com/openbmis/openbmis/ui/web"
)

// Store keeps the hits; screeningdb.Store is one. What it gives of an agency it gives to nobody else.
type Store interface {
	Queue(ctx context.Context, agency string, discreet bool, entry audit.Entry) (screening.Queue, error)
	Dossier(ctx context.Context, id uuid.UUID, agency string, entry audit.Entry) (screening.Dossier, error)
	Answer(ctx context.Context, id uuid.UUID, agency string, seen int, a hit.Answer, login string, entry audit.Entry) error
	Step(ctx context.Context, id uuid.UUID, agency, login string, entry audit.Entry, acts ...hit.Event) error
	Discreet(ctx context.Context, agency string, before screening.Place, limit int, entry audit.Entry) ([]screening.DiscreetRow, int, error)
	DiscreetHit(ctx context.Context, id uuid.UUID, agency, login string, entry audit.Entry) (screening.DiscreetHit, error)
	Report(ctx context.Context, id uuid.UUID, agency, login string, report screening.Report, entry audit.Entry) error
	Statistics(ctx context.Context, from, to traveldoc.Date, entry audit.Entry) (screening.Statistics, error)
	Progress(ctx context.Context) (screening.Progress, error)
}

type screens struct{ store Store }

// Register adds the pages to the server.
func Register(s *web.Server, store Store) {
	x := &screens{store}
	s.Handle(http.MethodGet, "/desk", auth.HitAnswer, x.queue)
	s.Handle(http.MethodGet, "/desk/rows", auth.HitAnswer, x.rows, web.Background())
	s.Handle(http.MethodGet, "/desk/hits/:id", auth.HitAnswer, x.hit)
	s.Handle(http.MethodPost, "/desk/hits/:id/answer", auth.HitAnswer, x.answer)
	s.Handle(http.MethodPost, "/desk/hits/:id/:act", auth.HitAnswer, x.step)
	s.Handle(http.MethodGet, "/discreet", auth.AlertDiscreet, x.discreet)
	s.Handle(http.MethodGet, "/discreet/:id", auth.AlertDiscreet, x.discreetHit)
	s.Handle(http.MethodPost, "/discreet/:id/report", auth.AlertDiscreet, x.report)
	s.Handle(http.MethodGet, "/discreet/:id/report", auth.AlertDiscreet, x.sheet)
	s.Handle(http.MethodGet, "/hit-statistics", auth.HitStatistics, x.statistics)
	s.Handle(http.MethodGet, "/screening", auth.HitStatistics, x.screening)
	s.Handle(http.MethodGet, "/screening/board", auth.HitStatistics, x.board, web.Background())
}

// Nav are the pages, in the order of the header.
func Nav() []view.NavItem {
	return []view.NavItem{
		{Href: "/desk", Label: text.DeskNav, Need: auth.HitAnswer},
		{Href: "/discreet", Label: text.DeskDiscreetNav, Need: auth.AlertDiscreet},
		{Href: "/hit-statistics", Label: text.DeskStatistics, Need: auth.HitStatistics, Seldom: true},
		{Href: "/screening", Label: text.DeskScreening, Need: auth.HitStatistics, Seldom: true},
	}
}

func entry(c *web.Context, verb audit.Verb, kind, id string) audit.Entry {
	e := c.Actor().Entry(c.Now(), verb, kind, id)
	e.Purpose = hit.PurposeOfHits
	return e
}

func idOf(c *web.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, hit.ErrNoSuchHit
	}
	return id, nil
}

// own reports whether a problem is of what the person did or typed: it is told on the page that he sees.
func own(c *web.Context, err error) (words, field string, is bool) {
	var p *problem.Error
	if !errors.As(err, &p) || p.Kind != problem.Invalid && p.Kind != problem.Conflict && p.Kind != problem.Forbidden {
		return "", "", false
	}
	return c.Text().Problem(err), p.Field, true
}

// maxField is the longest text of a field, in runes.
const maxField = 1000

// form reads the fields of a form, and says which is too long.
func form(c *web.Context, fields ...string) (deskview.Form, error) {
	f := deskview.Form{Values: map[string]string{}}
	var fault error
	for _, name := range fields {
		f.Values[name] = strings.TrimSpace(c.FormValue(name))
		if len([]rune(f.Values[name])) > maxField && fault == nil {
			fault = problem.New(problem.Invalid, "desk.too_long").At(name).With("max", maxField)
		}
	}
	return f, fault
}

func (x *screens) readQueue(c *web.Context) (deskview.Queue, error) {
	q := deskview.Queue{Agency: c.User().Agency, Discreet: c.May(auth.AlertDiscreet), Now: c.Now()}
	var err error
	q.Queue, err = x.store.Queue(c.Ctx(), q.Agency, q.Discreet, entry(c, audit.Consultation, "hit", "queue"))
	return q, err
}

func (x *screens) queue(c *web.Context) error {
	q, err := x.readQueue(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, deskview.QueuePage(q))
}

func (x *screens) rows(c *web.Context) error {
	q, err := x.readQueue(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, deskview.QueueRows(q))
}

func (x *screens) statistics(c *web.Context) error {
	today := traveldoc.DateOf(c.Now().UTC())
	p := deskview.Statistics{Form: deskview.Form{Values: map[string]string{
		"from": traveldoc.DateOf(c.Now().UTC().AddDate(0, 0, -29)).String(), "to": today.String(),
	}}}
	for name := range p.Form.Values {
		if v := c.QueryParam(name); v != "" {
			p.Form.Values[name] = v
		}
	}
	from, err1 := traveldoc.ParseDate(p.Form.Value("from"))
	to, err2 := traveldoc.ParseDate(p.Form.Value("to"))
	if err1 != nil || err2 != nil || from.IsZero() || to.IsZero() || to.Before(from) || to.First().Sub(from.First()) > 3660*24*time.Hour {
		err := problem.New(problem.Invalid, "desk.period").At("from")
		p.Failed = c.Text().Problem(err)
		return c.Render(web.StatusOf(err), deskview.StatisticsPage(p))
	}
	var err error
	p.Statistics, err = x.store.Statistics(c.Ctx(), from, to, entry(c, audit.Consultation, "statistics", "hits"))
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, deskview.StatisticsPage(p))
}

func (x *screens) screening(c *web.Context) error {
	p, err := x.store.Progress(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, deskview.ScreeningPage(p))
}

func (x *screens) board(c *web.Context) error {
	p, err := x.store.Progress(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, deskview.ScreeningBoard(p))
}
