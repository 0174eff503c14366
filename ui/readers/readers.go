// Package readers answers document readers over HTTP: vendors' agents post readings here, and those who run the station give and take the
// tokens that they show. It decides nothing: what becomes of a reading is border/arrival's. No token, and nothing of a reading, reaches a
// log or an address.
package readers

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/readerview"
	"github.com/openbmis/openbmis/ui/web"
)

// Arrivals are the readers of a station and what they send; arrival.Service is one.
type Arrivals interface {
	Lanes() []string
	Devices(ctx context.Context) ([]arrival.Device, error)
	Issue(ctx context.Context, actor audit.Actor, name, lane string) (arrival.Device, arrival.Token, error)
	Revoke(ctx context.Context, actor audit.Actor, id uuid.UUID) error
	Recognise(ctx context.Context, token arrival.Token) (arrival.Device, error)
	Receive(ctx context.Context, d arrival.Device, r *reader.Reading) (arrival.Arrival, error)
	Waiting(ctx context.Context, lane string) ([]arrival.Arrival, error)
}

// Handlers are the routes of document readers.
type Handlers struct {
	arrivals Arrivals
	room     *room
}

// New makes the handlers.
func New(arrivals Arrivals) *Handlers { return &Handlers{arrivals, newRoom()} }

// Nav is the readers' place in the navigation.
func Nav() view.NavItem {
	return view.NavItem{Href: "/readers", Label: text.ReadersTitle, Need: auth.ReadersManage, Seldom: true}
}

// Register registers the routes.
func (h *Handlers) Register(s *web.Server) {
	s.HandlePublic(http.MethodPost, "/api/readings", h.receive, web.Machine(), web.MaxBody(maxBody))
	s.Handle(http.MethodGet, "/readers", auth.ReadersManage, h.show)
	s.Handle(http.MethodPost, "/readers", auth.ReadersManage, h.issue)
	s.Handle(http.MethodPost, "/readers/:id/revocation", auth.ReadersManage, h.revoke)
}

func (h *Handlers) show(c *web.Context) error {
	return h.page(c, http.StatusOK, readerview.Readers{})
}

// page is the list of readers and of what waits, with what the caller has to say.
func (h *Handlers) page(c *web.Context, status int, r readerview.Readers) error {
	var err error
	if r.Devices, err = h.arrivals.Devices(c.Ctx()); err != nil {
		return err
	}
	if r.Waiting, err = h.arrivals.Waiting(c.Ctx(), ""); err != nil {
		return err
	}
	r.Lanes, r.Now = h.arrivals.Lanes(), c.Now()
	return c.Render(status, readerview.Page(r))
}

// issue makes a reader and shows its token, this once.
func (h *Handlers) issue(c *web.Context) error {
	name, lane := strings.TrimSpace(c.FormValue("name")), c.FormValue("lane")
	device, token, err := h.arrivals.Issue(c.Ctx(), c.Actor(), name, lane)
	var known *problem.Error
	switch {
	case err == nil:
		return h.page(c, http.StatusOK, readerview.Readers{Issued: device.Name, Token: token.Secret()})
	case errors.As(err, &known) && (known.Kind == problem.Invalid || known.Kind == problem.Conflict):
		return h.page(c, web.StatusOf(err), readerview.Readers{
			Name: name, Lane: lane, Faults: map[string]string{known.Field: c.Text().Problem(err)},
		})
	}
	return err
}

func (h *Handlers) revoke(c *web.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return arrival.ErrNoDevice
	}
	if err := h.arrivals.Revoke(c.Ctx(), c.Actor(), id); err != nil {
		return err
	}
	return c.SeeOther("/readers")
}
