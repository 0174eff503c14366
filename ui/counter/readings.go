package counter

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

// registerImages registers what comes from document readers and images: those handed in, those that wait, and those shown.
func (h *Handlers) registerImages(s *web.Server) {
	s.Handle(http.MethodGet, "/counter/inspections/:id/images/:name", auth.CrossingRecord, web.UnlessOver(h.inLane(h.image), border.ErrNoSuchScan))
	if h.parts.Arrivals == nil {
		return
	}
	s.Handle(http.MethodPost, "/counter/images", auth.CrossingRecord, h.inLane(h.hand), web.MaxBody(maxHanded))
	s.Handle(http.MethodGet, "/counter/readings", auth.CrossingRecord, h.inLane(h.readings))
	s.Handle(http.MethodGet, "/counter/readings/:id/images/:name", auth.CrossingRecord, web.UnlessOver(h.inLane(h.waitingImage), arrival.ErrNone))
	s.Handle(http.MethodPost, "/counter/readings/:id/taking", auth.CrossingRecord, h.inLane(h.take))
	s.Handle(http.MethodPost, "/counter/readings/:id/dismissal", auth.CrossingRecord, h.inLane(h.putAside))
}

// waits is how many readings wait in a lane, as of a ring of its bell.
type waits struct{ rung, n int }

// kept is how many readings wait in the lane. The bell rings at every change of it, so that it is counted once for each.
func (h *Handlers) kept(ctx context.Context, lane string, rung int) (int, error) {
	if h.parts.Arrivals == nil {
		return 0, nil
	}
	h.mu.Lock()
	last, known := h.waits[lane]
	h.mu.Unlock()
	if known && last.rung == rung {
		return last.n, nil
	}
	waiting, err := h.parts.Arrivals.Waiting(ctx, lane)
	if err != nil {
		return 0, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waits[lane] = waits{rung, len(waiting)}
	return len(waiting), nil
}

// seat is the officer of the request.
func seat(c *web.Context) arrival.Seat {
	return arrival.Seat{Session: c.Session().ID, Actor: c.Actor()}
}

// readings are those that wait in the lane.
func (h *Handlers) readings(c *web.Context, lane counterview.Lane) error {
	return h.listReadings(c, lane, http.StatusOK, "")
}

func (h *Handlers) listReadings(c *web.Context, lane counterview.Lane, status int, wrong string) error {
	waiting, err := h.parts.Arrivals.Waiting(c.Ctx(), lane.Name)
	if err != nil {
		return err
	}
	return c.Render(status, counterview.ReadingsPage(counterview.Readings{Lane: lane, Waiting: waiting, Wrong: wrong}))
}

// take opens a waiting reading; one whose zone cannot be read leads to the fields to type, beside its image.
func (h *Handlers) take(c *web.Context, lane counterview.Lane) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return arrival.ErrNone
	}
	a, err := h.parts.Arrivals.Take(c.Ctx(), seat(c), id)
	switch {
	case err != nil && isWrong(err):
		return c.SeeOther(typedPath(id))
	case err != nil:
		return err
	case a.State != arrival.Taken:
		return c.SeeOther(typedPath(id))
	}
	h.Notify(lane.Name)
	return c.SeeOther("/counter")
}

func typedPath(id uuid.UUID) string { return "/counter/typed?reading=" + id.String() }

// putAside ends the waiting of a reading.
func (h *Handlers) putAside(c *web.Context, lane counterview.Lane) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return arrival.ErrNone
	}
	err = h.parts.Arrivals.PutAside(c.Ctx(), c.Actor(), id, c.FormValue("reason"))
	if err != nil && isWrong(err) {
		return h.listReadings(c, lane, web.StatusOf(err), c.Text().Problem(err))
	}
	if err != nil {
		return err
	}
	h.Notify(lane.Name)
	return c.SeeOther("/counter/readings")
}
