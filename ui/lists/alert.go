package lists

import (
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/listsview"
	"github.com/openbmis/openbmis/ui/web"
)

// maxForm bounds the form of an alert with its picture, in bytes.
const maxForm = 1 << 20

func (x *screens) alert(c *web.Context) error {
	return x.showAlert(c, http.StatusOK, c.QueryParam("id"), "")
}

func (x *screens) showAlert(c *web.Context, status int, id, fault string) error {
	e, err := x.lists.Entry(c.Ctx(), by(c), c.Param("list"), id, purpose)
	if err != nil {
		return err
	}
	l, err := x.lists.List(c.Ctx(), e.Alert.List)
	if err != nil {
		return err
	}
	m := may(c, l)
	m.Keeps = m.Keeps || e.Alert.Secrecy == alerts.Discreet // shown to its own agency alone
	return c.Render(status, listsview.AlertPage(listsview.Alert{Entry: e, May: m, Fault: fault}))
}

func (x *screens) proposeStatus(c *web.Context) error {
	id := c.FormValue("id")
	p, err := x.lists.ProposeStatus(c.Ctx(), by(c), c.Param("list"), id, alerts.Status(c.FormValue("status")), c.FormValue("why"))
	if err == nil {
		return c.SeeOther("/alerts/proposals/" + p.ID.String())
	}
	form, own := blamed(c, nil, err)
	if !own {
		return err
	}
	return x.showAlert(c, web.StatusOf(err), id, form.Fault)
}

func (x *screens) newAlert(c *web.Context) error {
	l, err := x.lists.List(c.Ctx(), c.Param("list"))
	if err != nil {
		return err
	}
	values := url.Values{"kind": {string(alerts.Person)}, "valid_from": {traveldoc.DateOf(c.Now().UTC()).String()}}
	return c.Render(http.StatusOK, listsview.FormPage(listsview.AlertForm{List: l, Form: listsview.Form{Values: values}, May: may(c, l)}))
}

func (x *screens) editAlert(c *web.Context) error {
	l, err := x.lists.List(c.Ctx(), c.Param("list"))
	if err != nil {
		return err
	}
	e, err := x.lists.Entry(c.Ctx(), by(c), l.ID, c.QueryParam("id"), purpose)
	if err != nil {
		return err
	}
	form := listsview.AlertForm{List: l, ID: e.Alert.ID, Version: e.Alert.Version, Form: listsview.Form{Values: formOf(e.Alert)}, May: may(c, l)}
	return c.Render(http.StatusOK, listsview.FormPage(form))
}

// proposeAlert proposes what the form says, or draws the form with room for more.
func (x *screens) proposeAlert(c *web.Context) error {
	l, err := x.lists.List(c.Ctx(), c.Param("list"))
	if err != nil {
		return err
	}
	if err := c.Request().ParseMultipartForm(maxForm); err != nil {
		return problem.New(problem.Invalid, "lists.picture").At("picture").With("max", listdb.MaxPicture>>10).Because(err)
	}
	values := url.Values(c.Request().MultipartForm.Value)
	form := listsview.AlertForm{List: l, Form: listsview.Form{Values: values}, May: may(c, l)}
	if form.Version, err = strconv.Atoi(values.Get("version")); err == nil && form.Version > 0 {
		form.ID = values.Get("id")
	}
	if values.Get("more") == "yes" {
		return c.Render(http.StatusOK, listsview.FormPage(form))
	}
	p, err := x.send(c, l, form)
	if err == nil {
		return c.SeeOther("/alerts/proposals/" + p.ID.String())
	}
	blame, own := blamed(c, values, err)
	if !own {
		return err
	}
	form.Form = blame
	return c.Render(web.StatusOf(err), listsview.FormPage(form))
}

func (x *screens) send(c *web.Context, l listdb.List, form listsview.AlertForm) (p listdb.Proposal, err error) {
	old := alerts.Alert{List: l.ID}
	if form.ID != "" {
		e, err := x.lists.Entry(c.Ctx(), by(c), l.ID, form.ID, purpose)
		if err != nil {
			return p, err
		}
		old = e.Alert
	}
	a, err := readAlert(form.Values, old)
	if err != nil {
		return p, err
	}
	a.Version = form.Version
	picture, err := pictureOf(c)
	if err != nil {
		return p, err
	}
	return x.lists.Propose(c.Ctx(), by(c), a, picture, form.Values.Get("remark"))
}

// pictureOf is the picture that was sent; nil when there is none.
func pictureOf(c *web.Context) ([]byte, error) {
	header, err := c.FormFile("picture")
	if err != nil || header.Size == 0 {
		return nil, nil
	}
	file, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, listdb.MaxPicture+1))
}
