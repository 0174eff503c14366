package visas

import (
	"net/http"

	"github.com/openbmis/openbmis/ui/view/visasview"
	"github.com/openbmis/openbmis/ui/web"
)

// parcels are what the portal handed over and fits no application yet: nothing of it is lost, and somebody sees it.
func (x *screens) parcels(c *web.Context) error {
	p := visasview.Parcels{After: c.QueryParam("after"), Now: c.Now()}
	var err error
	if p.ParkedPage, err = x.Desk.Parked(c.Ctx(), c.Actor(), p.After); err != nil {
		return err
	}
	return c.Render(http.StatusOK, visasview.ParcelsPage(p))
}
