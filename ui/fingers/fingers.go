package fingers

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/view/fingersview"
	"github.com/openbmis/openbmis/ui/web"
)

// Inspections are the waiting travellers of a lane; border.Desk has them.
type Inspections interface {
	Inspection(ctx context.Context, lane string, id uuid.UUID) (*border.Inspection, error)
}

// Options are what the screen is made of.
type Options struct {
	Desk        *fingers.Desk
	Inspections Inspections
	Store       fingers.Store
	Readers     fingers.Readers
	Lanes       []counterview.Lane
	NewID       func() uuid.UUID
}

// Handlers are the routes of the screen.
type Handlers struct{ Options }

// New makes the handlers.
func New(o Options) *Handlers { return &Handlers{o} }

// Register registers the routes, below those of the counter.
func (h *Handlers) Register(s *web.Server) {
	const base = "/counter/inspections/:id/fingers"
	s.Handle(http.MethodGet, base, auth.CrossingRecord, h.renewing(h.at(h.show)))
	s.Handle(http.MethodPost, base, auth.CrossingRecord, h.at(h.take))
	s.Handle(http.MethodPost, base+"/stop", auth.CrossingRecord, h.at(h.stop))
	s.Handle(http.MethodPost, base+"/missing", auth.CrossingRecord, h.at(h.missing))
	s.Handle(http.MethodPost, base+"/acceptance", auth.CrossingRecord, h.at(h.accept))
	s.Handle(http.MethodGet, base+"/stream", auth.CrossingRecord, h.part(h.stream), web.Background())
	s.Handle(http.MethodGet, base+"/preview", auth.CrossingRecord, h.part(h.preview), web.Background())
	s.Handle(http.MethodGet, base+"/evidence", auth.CrossingRecord, h.at(h.evidence))
	s.Handle(http.MethodGet, base+"/drawn", auth.CrossingRecord, h.part(h.drawn))
	s.Handle(http.MethodGet, base+"/prints/:print", auth.CrossingRecord, h.part(h.image))
}

// at finds the traveller of the request in the officer's lane.
func (h *Handlers) at(next func(c *web.Context, i *border.Inspection) error) web.Handler {
	return func(c *web.Context) error {
		if c.Session().Lane == "" {
			return c.SeeOther("/counter/lane")
		}
		id, err := uuid.Parse(c.Param("id"))
		if err != nil {
			return border.ErrNoSuchScan
		}
		i, err := h.Inspections.Inspection(c.Ctx(), c.Session().Lane, id)
		if err != nil {
			return err
		}
		return next(c, i)
	}
}

// part is at for what the page fetches by itself: the traveller may be gone meanwhile.
func (h *Handlers) part(next func(c *web.Context, i *border.Inspection) error) web.Handler {
	return web.UnlessOver(h.at(next), border.ErrNoSuchScan)
}

func (h *Handlers) lane(c *web.Context) counterview.Lane {
	for _, l := range h.Lanes {
		if l.Name == c.Session().Lane {
			return l
		}
	}
	return counterview.Lane{Name: c.Session().Lane}
}

// render shows a session as it stands.
func (h *Handlers) render(c *web.Context, i *border.Inspection, s *fingers.Session, asked fingersview.Panel, wrong error) error {
	v, _ := s.View()
	screen := fingersview.Screen{Lane: h.lane(c), Card: counterview.CardOf(i), View: v, Asked: asked}
	status := http.StatusOK
	if wrong != nil {
		screen.Wrong, status = c.Text().Problem(wrong), web.StatusOf(wrong)
	}
	return c.Render(status, fingersview.Page(screen))
}

// renews reports whether the screen asks by itself, after a change of the taking, and not the officer.
func renews(c *web.Context) bool { return c.Request().Header.Get("HX-Source") == "div#desk" }

// renewing leads a screen that asks by itself back to the counter when its traveller is gone: that is no fault to be told.
func (h *Handlers) renewing(next web.Handler) web.Handler {
	return func(c *web.Context) error {
		err := next(c)
		if renews(c) && errors.Is(err, border.ErrNoSuchScan) {
			return h.counter(c)
		}
		return err
	}
}

// show is the session as it stands, with the panel that the query asks for. A screen that fetches itself anew when all is kept goes back
// to the counter: it would show no more, and the event that leads back may have come to the screen before it.
func (h *Handlers) show(c *web.Context, i *border.Inspection) error {
	s, err := h.Desk.Session(i.Scan.ID)
	if err != nil {
		if s, err = h.Desk.Open(c.Ctx(), i); err != nil {
			return err
		}
	}
	v, _ := s.View()
	if v.Phase == fingers.PhaseKept && renews(c) {
		h.renewed(c.Ctx(), c.Session().Lane, i.Scan.ID)
		return h.counter(c)
	}
	asked := fingersview.PanelNone
	switch panel := fingersview.Panel(c.QueryParam("panel")); {
	case v.Phase != fingers.PhaseWaiting:
	case panel == fingersview.PanelAccept && v.Has(fingers.Low), panel == fingersview.PanelMissing:
		asked = panel
	}
	return h.render(c, i, s, asked, nil)
}

// take begins, or goes on: one key does both.
func (h *Handlers) take(c *web.Context, i *border.Inspection) error {
	s, err := h.Desk.Open(c.Ctx(), i)
	if err != nil {
		return err
	}
	h.Desk.Take(c.Ctx(), c.Actor(), s)
	if !c.IsHTMX() {
		return c.SeeOther(counterview.FingersPath(counterview.CardOf(i), ""))
	}
	return h.render(c, i, s, fingersview.PanelNone, nil)
}
