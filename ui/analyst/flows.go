package analyst

import (
	"net/http"
	"time"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/analystview"
	"github.com/openbmis/openbmis/ui/web"
)

// flowDays is the range that the page shows before anybody has chosen one.
const flowDays = 14

// earliest is how far the easternmost zone (UTC+14) is ahead: flows count the days of the crossing points, and who crosses in the
// east late in the UTC day crosses tomorrow.
const earliest = 14 * time.Hour

func (x *console) flows(c *web.Context) error {
	stations, err := x.Reader.StationNames(c.Ctx())
	if err != nil {
		return err
	}
	p := analystview.Flows{Form: form(c, analystview.FlowFields()), Stations: stations, MayExport: c.May(auth.ExportCreate)}
	if p.Form.Value("from") == "" && p.Form.Value("to") == "" {
		today := c.Now().UTC().Add(earliest)
		p.Form.Values["from"] = traveldoc.DateOf(today.AddDate(0, 0, 1-flowDays)).String()
		p.Form.Values["to"] = traveldoc.DateOf(today).String()
	}
	if p.Query, p.Rows, err = x.countFlows(c, p.Form); err == nil {
		p.Asked = true
		return c.Render(http.StatusOK, analystview.FlowsPage(p))
	}
	if _, own := blame(c, p.Form, err); !own {
		return err
	}
	return c.Render(web.StatusOf(err), analystview.FlowsPage(p))
}

func (x *console) countFlows(c *web.Context, f analystview.Form) (q central.FlowQuery, rows []central.FlowRow, err error) {
	q = central.FlowQuery{Station: f.Value("station"), ByCountry: f.Value("by") == "country", Nationality: f.Value("nationality")}
	if err := dates(f, map[string]*traveldoc.Date{"from": &q.From, "to": &q.To}, "from", "to"); err != nil {
		return q, nil, err
	}
	flows, err := x.Reader.Flows(c.Ctx(), q)
	return q, central.Tabulate(flows), err
}
