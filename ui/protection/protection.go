// Package protection answers the signal that somebody needs protection, which any officer may give, and the screens of the service that
// takes the person over. It must never show an officer more than that the person was handed over, and never offer a page, a count or a
// stream of these cases to anybody but the service.
package protection

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/protectiondb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/protectionview"
	"github.com/openbmis/openbmis/ui/web"
)

// Lanes closes a scan whose traveller somebody else has taken over; border.Desk does.
type Lanes interface {
	HandOver(ctx context.Context, actor audit.Actor, id uuid.UUID) error
}

// SecondLine ends the case of somebody who was referred; secondline.Line does.
type SecondLine interface {
	Claim(ctx context.Context, actor audit.Actor, id uuid.UUID) error
	End(ctx context.Context, actor audit.Actor, id uuid.UUID, end secondline.End) (*border.CrossingEvent, error)
}

// Handlers are the routes of signals and cases.
type Handlers struct {
	cases  *protectiondb.Store
	lanes  Lanes
	second SecondLine
}

// New makes the handlers. second may be nil where there is no second line.
func New(cases *protectiondb.Store, lanes Lanes, second SecondLine) *Handlers {
	return &Handlers{cases: cases, lanes: lanes, second: second}
}

// Register registers the routes.
func (h *Handlers) Register(s *web.Server) {
	s.Handle(http.MethodGet, "/protection/signals", auth.ProtectionSignal, h.ask)
	s.Handle(http.MethodPost, "/protection/signals", auth.ProtectionSignal, h.signal)
	s.Handle(http.MethodGet, "/protection", auth.ProtectionWork, h.queue)
	s.Handle(http.MethodGet, "/protection/queue", auth.ProtectionWork, h.changed, web.Background())
	s.Handle(http.MethodGet, "/protection/:id", auth.ProtectionWork, h.show)
	s.Handle(http.MethodPost, "/protection/:id/steps", auth.ProtectionWork, h.step)
}

// ask opens the question. Nothing of the traveller is read for it.
func (h *Handlers) ask(c *web.Context) error {
	inspection, err := uuid.Parse(c.QueryParam("inspection"))
	if err != nil {
		return protection.ErrNoSuchPerson
	}
	a := protectionview.Ask{Inspection: inspection}
	return c.RenderEither(http.StatusOK, protectionview.AskPage(a), protectionview.Dialog(a))
}

// signal records it, and then lets the traveller leave the lane. When the scan cannot be closed the signal stands all the same, and may
// be sent again.
func (h *Handlers) signal(c *web.Context) error {
	inspection, err := uuid.Parse(c.FormValue("inspection"))
	if err != nil {
		return protection.ErrNoSuchPerson
	}
	signal := protection.Signal{
		Inspection: inspection, Kind: protection.Kind(c.FormValue("kind")), Signs: c.Request().Form["signs"],
		Note: strings.TrimSpace(c.FormValue("note")), AnyLane: c.May(auth.SecondLineWork),
	}
	if err := h.cases.Signal(c.Ctx(), c.Actor(), signal); err != nil {
		return h.notSent(c, signal, err)
	}
	err = h.lanes.HandOver(c.Ctx(), c.Actor(), inspection)
	elsewhere := errors.Is(err, border.ErrScanNotOpen) || errors.Is(err, border.ErrNoSuchScan)
	if err != nil && !elsewhere {
		return err
	}
	if elsewhere && h.second != nil && c.May(auth.SecondLineWork) {
		ended, err := h.endCase(c, signal)
		if err != nil {
			return err
		}
		if ended {
			return c.SeeOther("/secondline")
		}
	}
	if !c.IsHTMX() {
		return c.SeeOther("/")
	}
	return c.Render(http.StatusOK, protectionview.Done(!elsewhere))
}

// endCase lets the traveller leave the second line: the open case ends, as a handing over to everybody else. One that somebody else
// works stays with him; the refusal is stopped whoever tries.
func (h *Handlers) endCase(c *web.Context, signal protection.Signal) (bool, error) {
	id, owner, err := h.cases.OpenReferral(c.Ctx(), signal.Inspection)
	if err != nil || id == uuid.Nil {
		return false, err
	}
	actor := c.Actor()
	if owner == "" {
		if err := h.second.Claim(c.Ctx(), actor, id); err != nil {
			return false, err
		}
		owner = actor.Name
	}
	if owner != actor.Name {
		return false, nil
	}
	_, err = h.second.End(c.Ctx(), actor, id, secondline.End{Outcome: secondline.Protection, Sign: signal.Kind})
	return err == nil, err
}

// notSent opens the question again with what was chosen and typed.
func (h *Handlers) notSent(c *web.Context, s protection.Signal, cause error) error {
	if problem.KindOf(cause) != problem.Invalid {
		return cause
	}
	a := protectionview.Ask{Inspection: s.Inspection, Kind: s.Kind, Signs: s.Signs, Note: s.Note, Wrong: c.Text().Problem(cause)}
	return c.RenderEither(web.StatusOf(cause), protectionview.AskPage(a), protectionview.Dialog(a))
}

func (h *Handlers) queue(c *web.Context) error {
	q, err := h.screen(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, protectionview.QueuePage(q))
}

// changed answers the page's own question: nothing while the queue is the same as shown, else the queue.
func (h *Handlers) changed(c *web.Context) error {
	version, err := h.cases.Version(c.Ctx())
	if err != nil {
		return err
	}
	if version == c.QueryParam("version") {
		return c.NoContent(http.StatusNoContent)
	}
	return h.queue(c)
}

func (h *Handlers) screen(c *web.Context) (protectionview.Queue, error) {
	filter, after, err := asked(c)
	if err != nil {
		return protectionview.Queue{}, err
	}
	q, err := h.cases.Queue(c.Ctx(), c.Actor(), filter, after)
	if err != nil {
		return protectionview.Queue{}, err
	}
	s := protectionview.Queue{Chosen: string(filter), Overdue: q.Overdue, Version: q.Version}
	for _, f := range protectiondb.Filters() {
		s.Filters = append(s.Filters, protectionview.Filter{Name: string(f), N: q.Counts[f]})
	}
	for _, r := range q.Rows {
		s.Rows = append(s.Rows, protectionview.Row{
			ID: r.ID, Kind: r.Kind, Service: r.Service, State: r.State, OpenedAt: r.OpenedAt, DueAt: r.DueAt, Identity: r.Identity,
			Document: r.Document, Overdue: r.Overdue(c.Now()), Stopped: r.Stopped,
		})
	}
	if q.Next != nil {
		s.Next = fmt.Sprintf("/protection?filter=%s&after=%s,%s", filter, q.Next.At.UTC().Format(time.RFC3339Nano), q.Next.ID)
	}
	return s, nil
}

// asked is the part of the queue that the address names, and the row behind which the page begins.
func asked(c *web.Context) (protectiondb.Filter, *protectiondb.Place, error) {
	filter := protectiondb.Filter(c.QueryParam("filter"))
	if filter == "" {
		filter = protectiondb.Waiting
	}
	if !slices.Contains(protectiondb.Filters(), filter) {
		return filter, nil, problem.New(problem.NotFound, "route_unknown")
	}
	at, id, found := strings.Cut(c.QueryParam("after"), ",")
	if !found {
		return filter, nil, nil
	}
	place := protectiondb.Place{}
	var errAt, errID error
	place.At, errAt = time.Parse(time.RFC3339Nano, at)
	place.ID, errID = uuid.Parse(id)
	if errAt != nil || errID != nil {
		return filter, nil, problem.New(problem.NotFound, "route_unknown")
	}
	return filter, &place, nil
}

func (h *Handlers) show(c *web.Context) error {
	return h.page(c, http.StatusOK, protectionview.CasePage{})
}

// page is one case, with what was wrong with a step.
func (h *Handlers) page(c *web.Context, status int, p protectionview.CasePage) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return protection.ErrNoSuchCase
	}
	if p.Case, p.Stopped, err = h.cases.Case(c.Ctx(), c.Actor(), id); err != nil {
		return err
	}
	p.Now = c.Now()
	return c.Render(status, protectionview.ShowCase(p))
}

func (h *Handlers) step(c *web.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return protection.ErrNoSuchCase
	}
	e := protection.Event{Act: protection.Act(c.FormValue("act")), Outcome: c.FormValue("outcome"), Note: strings.TrimSpace(c.FormValue("note"))}
	err = h.cases.Step(c.Ctx(), c.Actor(), id, e)
	kind := problem.KindOf(err)
	if err != nil && (kind == problem.Invalid || kind == problem.Conflict) {
		return h.page(c, web.StatusOf(err), protectionview.CasePage{Wrong: c.Text().Problem(err), Asked: e.Act, Note: e.Note, Outcome: e.Outcome})
	}
	if err != nil {
		return err
	}
	return c.SeeOther("/protection/" + id.String())
}
