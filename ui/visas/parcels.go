package visas

import (
	"net/http"

	"github.com/openbmis/openbmis/ui/view/visasview"
	"github.com/openbmis/openbmis/ui/web"
)

// parcels are what the portal handed over and fits no application yet: nothing of it is lost, and somebody sees it.
func (x *screens) parcels(c *web.Context) error {
	list, err := x.Desk.Parked(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, visasview.ParcelsPage(visasview.Parcels{List: list, Now: c.Now()}))
}
