package counter

import (
	"context"
	"net/http"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

func (h *Handlers) askLane(c *web.Context) error {
	return c.Render(http.StatusOK, counterview.LanePage(h.lanes, ""))
}

func (h *Handlers) takeLane(c *web.Context) error {
	lane, ok := h.lane(c.FormValue("lane"))
	if !ok {
		wrong := c.Text().Problem(problem.New(problem.Invalid, "counter.lane"))
		return c.Render(http.StatusUnprocessableEntity, counterview.LanePage(h.lanes, wrong))
	}
	session := c.Session()
	if _, err := h.places.SetPlace(c.Ctx(), session, lane.Name, session.Workstation, session.Language); err != nil {
		return err
	}
	return c.SeeOther(h.afterLane(c))
}

// handover tells what an officer who has just taken a lane reads first; a place that knows nothing of it tells nothing.
type handover interface {
	AfterLane(ctx context.Context, login string) (path string, err error)
}

// afterLane is the counter, or the hand-over of the last shift until he has read it. Nothing of it keeps him from his counter.
func (h *Handlers) afterLane(c *web.Context) string {
	if r, ok := h.places.(handover); ok {
		if path, err := r.AfterLane(c.Ctx(), c.User().Login); err == nil && path != "" {
			return path
		}
	}
	return "/counter"
}
