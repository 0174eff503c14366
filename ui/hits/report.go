package hits

import (
	"context"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/hitsview"
	"github.com/openbmis/openbmis/ui/web"
)

// Reporter is an outside service that gives full reports; interpol.Adapter is one. Each question is audited before it is sent.
type Reporter interface {
	Detail(ctx context.Context, id string, asked interpol.Asked) (interpol.Record, error)
}

// mostPictures bounds the pictures that a page shows of a report.
const mostPictures = 8

var errNoReport = problem.New(problem.Unavailable, "hit.no_report")

// report asks the service for the full report of an entry, in the name of who looks.
func (h *handlers) report(c *web.Context) error {
	service, known := h.Reports[c.Param("adapter")]
	id, err := url.PathUnescape(c.Param("id")) // an id may hold any mark of ASCII
	if err != nil || !known || interpol.CheckID(id) != nil {
		return hit.ErrNoSuchHit
	}
	record, err := service.Detail(c.Ctx(), id, interpol.Asked{Actor: c.Actor(), Scan: uuid.Nil})
	if err != nil {
		return errNoReport.Because(err)
	}
	shown := hitsview.Report{Adapter: c.Param("adapter"), Record: record}
	for _, p := range record.Pictures[:min(len(record.Pictures), mostPictures)] {
		if media, data, ok := browsable(p); ok {
			shown.Pictures = append(shown.Pictures, hitsview.PictureAddress(media, data))
		}
	}
	return c.Render(http.StatusOK, hitsview.ReportPage(shown))
}
