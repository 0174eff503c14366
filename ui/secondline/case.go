package secondline

import (
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/view/secondlineview"
	"github.com/openbmis/openbmis/ui/web"
)

// idOf reads a case's id from the address; anything else is no case.
func idOf(c *web.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, secondline.ErrNoSuchCase
	}
	return id, nil
}

// show is a case, with the panel that the query asks for when it goes with the case's state.
func (h *handlers) show(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	s, err := h.screen(c, id)
	if err != nil {
		return err
	}
	if p := secondlineview.Panel(c.QueryParam("panel")); s.Allows(p) {
		s.Asked = p
	}
	return c.Render(http.StatusOK, secondlineview.Page(s))
}

// screen is the case as it stands now. Each look is audited with its purpose.
func (h *handlers) screen(c *web.Context, id uuid.UUID) (secondlineview.Screen, error) {
	d, err := h.Line.Look(c.Ctx(), c.Actor(), id)
	if err != nil {
		return secondlineview.Screen{}, err
	}
	s := secondlineview.Screen{
		Dossier: d, Me: c.User().Login, Now: c.Now(), Limits: h.Limits, Supervisor: c.May(auth.OverrideApprove),
		MayRefuse: c.May(auth.CrossingRefuse), ShowReasons: c.May(auth.HitReasonView), Protects: h.Protects, Attaches: h.Evidence != nil,
		Reasons: h.Line.RefusalReasons(), Typed: url.Values{},
	}
	if h.Evidence != nil {
		if s.Attachments, err = h.Evidence.Of(c.Ctx(), id); err != nil {
			return s, err
		}
	}
	if h.Hits != nil && c.May(auth.HitWork) {
		s.HitItems, err = h.Hits.OfInspection(c.Ctx(), d.Case.Inspection)
	}
	return s, err
}

type actFunc func(c *web.Context, id uuid.UUID) error

// act does one step and shows the case after it; what was wrong is told with the panel open again and what was typed in it.
func (h *handlers) act(p secondlineview.Panel, do actFunc) web.Handler {
	return func(c *web.Context) error {
		id, err := idOf(c)
		if err != nil {
			return err
		}
		if err := do(c, id); err != nil {
			return h.wrong(c, id, p, err)
		}
		return h.again(c, id)
	}
}

// again shows the case after a step: to htmx at once, to a bare browser by a redirect, so that reloading repeats nothing.
func (h *handlers) again(c *web.Context, id uuid.UUID) error {
	if !c.IsHTMX() {
		return c.SeeOther(secondlineview.Address(id, secondlineview.NoPanel))
	}
	s, err := h.screen(c, id)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, secondlineview.Page(s))
}

// wrong shows the case with what the officer can put right; any other error goes up.
func (h *handlers) wrong(c *web.Context, id uuid.UUID, p secondlineview.Panel, cause error) error {
	known, mayCorrect := web.Correctable(cause, secondline.ErrNoSuchCase)
	if !mayCorrect {
		return cause
	}
	s, err := h.screen(c, id)
	if err != nil {
		return err
	}
	s.Wrong, s.Field = c.Text().Problem(cause), known.Field
	if s.Allows(p) {
		s.Asked, s.Typed = p, c.Typed()
	}
	return c.Render(web.StatusOf(cause), secondlineview.Page(s))
}
