package counter

import (
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
	return c.SeeOther("/counter")
}
