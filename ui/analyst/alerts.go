package analyst

import (
	"net/http"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/analystview"
	"github.com/openbmis/openbmis/ui/web"
)

// purposeList is what the list is read and written for.
const purposeList = "list_maintenance"

func alertFields() []string {
	return []string{
		"surname", "given_names", "birth_date", "sex", "nationality", "document_number", "issuing_state", "plate", "plate_country", "action",
		"valid_from", "valid_until", "reason",
	}
}

func (x *console) alerts(c *web.Context) error {
	return x.showAlerts(c, http.StatusOK, analystview.Alerts{})
}

// showAlerts draws the list with what p says of the last act.
func (x *console) showAlerts(c *web.Context, status int, p analystview.Alerts) (err error) {
	after, err := central.ParseCursor(c.QueryParam("after"))
	if err != nil {
		return err
	}
	e := entry(c, audit.Consultation, "alert", "list")
	e.Purpose = purposeList
	if p.Page, err = x.Alerts.List(c.Ctx(), after, central.PageSize, e); err != nil {
		return err
	}
	p.MayManage, p.ShowReasons = c.May(auth.AlertManage), c.May(auth.HitReasonView)
	if p.Form.Values == nil {
		p.Form.Values = map[string]string{"valid_from": traveldoc.DateOf(c.Now().UTC()).String()}
	}
	return c.Render(status, analystview.AlertsPage(p))
}

func (x *console) addAlert(c *web.Context) error {
	f := form(c, alertFields())
	a, err := readAlert(f)
	var version int64
	if err == nil {
		added := central.Alert{Flat: a, ID: x.NewID()}
		e := entry(c, audit.Collection, "alert", added.ID.String())
		e.Purpose, e.ResultCount = purposeList, 1
		version, err = x.Alerts.Add(c.Ctx(), c.User().Login, c.Now(), e, added)
	}
	if err == nil {
		return x.showAlerts(c, http.StatusOK, analystview.Alerts{Done: c.Text().T(text.AnalystAlertAdded, "version", c.Text().Number(version))})
	}
	words, own := blame(c, f, err)
	if !own {
		return err
	}
	return x.showAlerts(c, web.StatusOf(err), analystview.Alerts{Form: f, Failed: words})
}

func readAlert(f analystview.Form) (a alerts.Flat, err error) {
	a = alerts.Flat{
		Surname: f.Value("surname"), GivenNames: f.Value("given_names"), Sex: f.Value("sex"), Nationality: f.Value("nationality"),
		DocumentNumber: f.Value("document_number"), IssuingState: f.Value("issuing_state"), Reason: f.Value("reason"), Action: f.Value("action"),
		Plate: strings.ToUpper(strings.Join(strings.Fields(f.Value("plate")), " ")), PlateCountry: f.Value("plate_country"),
	}
	err = dates(f, map[string]*traveldoc.Date{"birth_date": &a.BirthDate, "valid_from": &a.ValidFrom, "valid_until": &a.ValidUntil},
		"birth_date", "valid_from", "valid_until")
	if err != nil {
		return a, err
	}
	return a, central.CheckAlert(a)
}

func (x *console) withdrawAlert(c *web.Context) error {
	id, err := idOf(c, problem.New(problem.NotFound, "alert_unknown"))
	if err != nil {
		return err
	}
	why := c.FormValue("why")
	if !slices.Contains(central.WithdrawalReasons(), why) {
		return problem.New(problem.Invalid, "withdrawal_reason").At("why")
	}
	e := entry(c, audit.Erasure, "alert", id.String())
	e.Purpose, e.Justification, e.ResultCount = purposeList, why, 1
	version, err := x.Alerts.Withdraw(c.Ctx(), id, c.User().Login, why, c.Now(), e)
	if err != nil {
		return err
	}
	return x.showAlerts(c, http.StatusOK, analystview.Alerts{Done: c.Text().T(text.AnalystAlertWithdrawn, "version", c.Text().Number(version))})
}
