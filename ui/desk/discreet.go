package desk

import (
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/deskview"
	"github.com/openbmis/openbmis/ui/web"
)

// pageSize is how many discreet hits a page holds.
const pageSize = 50

// look is an entry for the agency's own auditors.
func look(c *web.Context, verb audit.Verb, id string) audit.Entry {
	return entry(c, verb, audit.DiscreetObject(c.User().Agency), id)
}

func (x *screens) discreet(c *web.Context) error {
	before, err := placeOf(c)
	if err != nil {
		return err
	}
	var d deskview.Discreet
	d.Rows, d.Total, err = x.store.Discreet(c.Ctx(), c.User().Agency, before, pageSize, look(c, audit.Consultation, "queue"))
	if err != nil {
		return err
	}
	if n := len(d.Rows); n == pageSize {
		last := d.Rows[n-1]
		d.Next = "/discreet?" + url.Values{"at": {last.RaisedAt.Format(time.RFC3339Nano)}, "id": {last.ID.String()}}.Encode()
	}
	return c.Render(http.StatusOK, deskview.DiscreetPage(d))
}

func placeOf(c *web.Context) (p screening.Place, err error) {
	if c.QueryParam("at") == "" {
		return p, nil
	}
	if p.At, err = time.Parse(time.RFC3339Nano, c.QueryParam("at")); err == nil {
		p.ID, err = uuid.Parse(c.QueryParam("id"))
	}
	if err != nil {
		return p, problem.New(problem.Invalid, "cursor_invalid").At("at").Because(err)
	}
	return p, nil
}

func (x *screens) openDiscreet(c *web.Context) (d deskview.DiscreetHit, err error) {
	id, err := idOf(c)
	if err != nil {
		return d, err
	}
	d.Agency, d.Now = c.User().Agency, c.Now()
	d.DiscreetHit, err = x.store.DiscreetHit(c.Ctx(), id, d.Agency, c.User().Login, look(c, audit.Consultation, id.String()))
	return d, err
}

func (x *screens) discreetHit(c *web.Context) error {
	d, err := x.openDiscreet(c)
	if err != nil {
		return err
	}
	if c.QueryParam("done") == "report" {
		d.Done = c.Text().T(text.DeskReportKept)
	}
	return c.Render(http.StatusOK, deskview.DiscreetHitPage(d))
}

func (x *screens) sheet(c *web.Context) error {
	d, err := x.openDiscreet(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, deskview.ReportPage(d))
}

// report keeps the report of the check.
func (x *screens) report(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	f, err := form(c, "place", "time", "reason", "route", "companions", "vehicle", "objects", "behaviour", "remark", "not_same")
	switch {
	case err != nil:
	case f.Value("place") == "":
		err = problem.New(problem.Invalid, "desk.report").At("place")
	case f.Value("time") == "":
		err = problem.New(problem.Invalid, "desk.report").At("time")
	default:
		err = x.store.Report(c.Ctx(), id, c.User().Agency, c.User().Login, reportOf(f), look(c, audit.Alteration, id.String()))
	}
	if err == nil {
		return c.SeeOther("/discreet/" + id.String() + "?done=report")
	}
	words, field, is := own(c, err)
	if !is {
		return err
	}
	d, openErr := x.openDiscreet(c)
	if openErr != nil {
		return openErr
	}
	d.Form, d.Failed = f, words
	d.Form.Field = field
	return c.Render(web.StatusOf(err), deskview.DiscreetHitPage(d))
}

func reportOf(f deskview.Form) screening.Report {
	return screening.Report{
		Place: f.Value("place"), Time: f.Value("time"), Reason: f.Value("reason"), Route: f.Value("route"), Companions: f.Value("companions"),
		Vehicle: f.Value("vehicle"), Objects: f.Value("objects"), Behaviour: f.Value("behaviour"), Remark: f.Value("remark"),
		NotThePerson: f.Value("not_same") == "yes",
	}
}
