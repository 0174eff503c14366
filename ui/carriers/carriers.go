// Package carriers serves the administrator's pages of carriers: admitting one, giving it credentials and certificates and taking them
// back, its limits, and the messages that were laid aside.
//
// It must never show or keep a credential's secret after the one answer that hands it over, and never change anything but through the
// store, which writes the audit log.
package carriers

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/postgres/carrierdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/carriersview"
	"github.com/openbmis/openbmis/ui/web"
)

// Store keeps carriers; *carrierdb.Store is one.
type Store interface {
	Carriers(ctx context.Context) ([]carrierdb.Carrier, error)
	Carrier(ctx context.Context, code string) (carrierdb.Carrier, error)
	Add(ctx context.Context, by audit.Actor, c carrierdb.Carrier) error
	SetLimits(ctx context.Context, by audit.Actor, c carrierdb.Carrier) error
	Shut(ctx context.Context, by audit.Actor, code, reason string) error
	Open(ctx context.Context, by audit.Actor, code string) error
	Issue(ctx context.Context, by audit.Actor, code string, w carrierdb.Wish) (gate.Credential, error)
	Revoke(ctx context.Context, by audit.Actor, code, publicKey, reason string) error
	Certify(ctx context.Context, by audit.Actor, code string, request []byte) ([]byte, error)
	Deny(ctx context.Context, by audit.Actor, code, serial, reason string) error
}

// Door is the carriers' door as these pages see it.
type Door interface {
	Open() bool
	Connections(carrier string) int
	// Waiting is how many messages are laid aside.
	Waiting(ctx context.Context) (int, error)
	// Asides is a page of them and of those that have ended, behind Asides.Next of the page before.
	Asides(ctx context.Context, after string) (carriersview.Asides, error)
	// Retry puts a message that was laid aside back.
	Retry(ctx context.Context, by audit.Actor, sequence uint64) error
}

// Options are what the pages are made of.
type Options struct {
	Store Store
	Door  Door
	Root  func() []byte // the centre's root certificate, in PEM
}

// Nav is the place in the navigation.
func Nav() view.NavItem {
	return view.NavItem{Href: "/carriers", Label: text.CarriersTitle, Need: auth.CarriersManage, Seldom: true}
}

type screens struct{ Options }

// Register adds the pages to the server.
func Register(s *web.Server, o Options) {
	x := &screens{o}
	need := auth.CarriersManage
	s.Handle(http.MethodGet, "/carriers", need, func(c *web.Context) error { return x.list(c, http.StatusOK, carriersview.List{}) })
	s.Handle(http.MethodPost, "/carriers", need, x.add)
	s.Handle(http.MethodGet, "/carriers/root.crt", need, x.root)
	s.Handle(http.MethodGet, "/carriers/aside", need, x.asides)
	s.Handle(http.MethodPost, "/carriers/aside/:sequence", need, x.retry)
	s.Handle(http.MethodGet, "/carriers/:code", need, func(c *web.Context) error { return x.one(c, http.StatusOK, carriersview.One{}) })
	s.Handle(http.MethodPost, "/carriers/:code/credentials", need, x.issue)
	s.Handle(http.MethodPost, "/carriers/:code/certificates", need, x.certify)
	s.Handle(http.MethodPost, "/carriers/:code/revoke", need, x.revoke)
	s.Handle(http.MethodPost, "/carriers/:code/limits", need, x.limits)
	s.Handle(http.MethodPost, "/carriers/:code/shut", need, x.shut)
	s.Handle(http.MethodPost, "/carriers/:code/open", need, x.open)
}

func (x *screens) list(c *web.Context, status int, l carriersview.List) (err error) {
	if l.Carriers, err = x.Store.Carriers(c.Ctx()); err != nil {
		return err
	}
	l.Connections, l.Shut = x.Door.Connections, !x.Door.Open()
	if !l.Shut {
		if l.Parked, err = x.Door.Waiting(c.Ctx()); err != nil {
			return err
		}
	}
	return c.Render(status, carriersview.ListPage(l))
}

func (x *screens) one(c *web.Context, status int, o carriersview.One) (err error) {
	if o.Carrier, err = x.Store.Carrier(c.Ctx(), c.Param("code")); err != nil {
		return err
	}
	o.Connections = x.Door.Connections(o.Code)
	return c.Render(status, carriersview.OnePage(o))
}

// blamed says a problem in the page's words, at its field. What is not the person's to mend is not one.
func blamed(c *web.Context, err error) (map[string]string, bool) {
	var p *problem.Error
	kind := problem.KindOf(err)
	if kind != problem.Invalid && kind != problem.Conflict || !errors.As(err, &p) {
		return nil, false
	}
	return map[string]string{p.Field: c.Text().Problem(err)}, true
}

func (x *screens) add(c *web.Context) error {
	code, name := strings.ToUpper(strings.TrimSpace(c.FormValue("code"))), c.FormValue("name")
	err := x.Store.Add(c.Ctx(), c.Actor(), carrierdb.Carrier{Code: code, Name: name})
	if err == nil {
		return c.SeeOther("/carriers/" + code)
	}
	fault, own := blamed(c, err)
	if !own {
		return err
	}
	return x.list(c, web.StatusOf(err), carriersview.List{Code: code, Name: name, Fault: fault})
}

// answer goes back to the carrier's page, or shows there what is wrong.
func (x *screens) answer(c *web.Context, form string, err error) error {
	if err == nil {
		return c.SeeOther("/carriers/" + c.Param("code"))
	}
	fault, own := blamed(c, err)
	if !own {
		return err
	}
	o := carriersview.One{Form: form, Fault: fault}
	if form == "certify" {
		o.Request = c.FormValue("request")
	}
	if form == "revoke" { // its field stands in a row of many
		o.Fault = map[string]string{"": c.Text().Problem(err)}
	}
	return x.one(c, web.StatusOf(err), o)
}

func (x *screens) issue(c *web.Context) error {
	hours, err := strconv.Atoi(c.FormValue("overlap"))
	if err != nil {
		hours = 0
	}
	made, err := x.Store.Issue(c.Ctx(), c.Actor(), c.Param("code"), carrierdb.Wish{
		Label: c.FormValue("label"), Rotate: c.FormValue("rotate") == "yes", Overlap: time.Duration(hours) * time.Hour,
	})
	if err != nil {
		return x.answer(c, "issue", err)
	}
	return download(c, c.Param("code")+".creds", "application/octet-stream", made.File)
}

func (x *screens) certify(c *web.Context) error {
	chain, err := x.Store.Certify(c.Ctx(), c.Actor(), c.Param("code"), []byte(c.FormValue("request")))
	if err != nil {
		return x.answer(c, "certify", err)
	}
	return download(c, c.Param("code")+".crt", "application/x-pem-file", chain)
}

// download hands over a file. Its name holds a code that the store knows, nothing else of the request.
func download(c *web.Context, name, kind string, content []byte) error {
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return c.Blob(http.StatusOK, kind, content)
}

func (x *screens) root(c *web.Context) error {
	return download(c, "centre-root.crt", "application/x-pem-file", x.Root())
}

func (x *screens) revoke(c *web.Context) error {
	code, reason := c.Param("code"), c.FormValue("reason")
	if serial := c.FormValue("certificate"); serial != "" {
		return x.answer(c, "revoke", x.Store.Deny(c.Ctx(), c.Actor(), code, serial, reason))
	}
	return x.answer(c, "revoke", x.Store.Revoke(c.Ctx(), c.Actor(), code, c.FormValue("credential"), reason))
}

func (x *screens) limits(c *web.Context) error {
	set := carrierdb.Carrier{
		Code: c.Param("code"), Connections: whole(c, "connections"), Payload: whole(c, "payload"), Rate: whole(c, "rate"),
	}
	return x.answer(c, "limits", x.Store.SetLimits(c.Ctx(), c.Actor(), set))
}

// whole is a number of the form; what is none is out of every bound.
func whole(c *web.Context, name string) int {
	n, err := strconv.Atoi(strings.TrimSpace(c.FormValue(name)))
	if err != nil {
		return -1
	}
	return n
}

func (x *screens) shut(c *web.Context) error {
	return x.answer(c, "shut", x.Store.Shut(c.Ctx(), c.Actor(), c.Param("code"), c.FormValue("reason")))
}

func (x *screens) open(c *web.Context) error {
	return x.answer(c, "open", x.Store.Open(c.Ctx(), c.Actor(), c.Param("code")))
}

func (x *screens) asides(c *web.Context) error {
	p := carriersview.Parked{After: c.QueryParam("after")}
	var err error
	if p.Asides, err = x.Door.Asides(c.Ctx(), p.After); err != nil {
		return err
	}
	return c.Render(http.StatusOK, carriersview.ParkedPage(p))
}

func (x *screens) retry(c *web.Context) error {
	sequence, err := strconv.ParseUint(c.Param("sequence"), 10, 64)
	if err != nil {
		return problem.New(problem.NotFound, "parked_gone")
	}
	if err := x.Door.Retry(c.Ctx(), c.Actor(), sequence); err != nil {
		return err
	}
	return c.SeeOther("/carriers/aside")
}
