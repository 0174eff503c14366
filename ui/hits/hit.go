package hits

import (
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/view/hitsview"
	"github.com/openbmis/openbmis/ui/web"
)

// idOf reads a hit's id from the address; anything else is no hit.
func idOf(c *web.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, hit.ErrNoSuchHit
	}
	return id, nil
}

// show is a hit, with the panel that the query asks for when it goes with the hit's state.
func (h *handlers) show(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	s, err := h.screen(c, id)
	if err != nil {
		return err
	}
	if p := hitsview.Panel(c.QueryParam("panel")); s.Allows(p) {
		s.Asked = p
	}
	return c.Render(http.StatusOK, hitsview.Page(s))
}

// screen is the hit as it stands now. Each look is audited with its purpose.
func (h *handlers) screen(c *web.Context, id uuid.UUID) (hitsview.Screen, error) {
	d, err := h.Desk.Look(c.Ctx(), c.Actor(), id)
	if err != nil {
		return hitsview.Screen{}, err
	}
	d.Portrait = d.Portrait && h.Readings != nil
	return hitsview.Screen{
		Dossier: d, Me: c.User().Login, Now: c.Now(), Supervisor: c.May(auth.OverrideApprove), ShowReasons: c.May(auth.HitReasonView), Typed: url.Values{},
	}, nil
}

type actFunc func(c *web.Context, id uuid.UUID) error

// act does one step and shows the hit after it; what was wrong is told with the panel open again and what was typed in it.
func (h *handlers) act(p hitsview.Panel, do actFunc) web.Handler {
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

// again shows the hit after a step: to htmx at once, to a bare browser by a redirect, so that reloading repeats nothing.
func (h *handlers) again(c *web.Context, id uuid.UUID) error {
	if !c.IsHTMX() {
		return c.SeeOther(hitsview.Address(id, hitsview.NoPanel))
	}
	s, err := h.screen(c, id)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, hitsview.Page(s))
}

// wrong shows the hit with what the officer can put right; any other error goes up.
func (h *handlers) wrong(c *web.Context, id uuid.UUID, p hitsview.Panel, cause error) error {
	known, mayCorrect := web.Correctable(cause, hit.ErrNoSuchHit)
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
	return c.Render(web.StatusOf(cause), hitsview.Page(s))
}
