package fingers

import (
	"errors"
	"net/http"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/view/fingersview"
	"github.com/openbmis/openbmis/ui/web"
)

// stop ends an attempt at the reader.
func (h *Handlers) stop(c *web.Context, i *border.Inspection) error {
	s, err := h.Desk.Session(i.Scan.ID)
	if err != nil {
		return err
	}
	h.Desk.Stop(s)
	h.settle(c, s)
	return h.after(c, i, s, fingersview.PanelNone, nil)
}

// settle waits until an attempt that was ended has ended.
func (h *Handlers) settle(c *web.Context, s *fingers.Session) {
	for {
		v, changed := s.View()
		if v.Phase != fingers.PhaseTaking {
			return
		}
		select {
		case <-changed:
		case <-c.Ctx().Done():
			return
		}
	}
}

// missing notes why a finger cannot be taken, or takes that back.
func (h *Handlers) missing(c *web.Context, i *border.Inspection) error {
	s, err := h.Desk.Session(i.Scan.ID)
	if err != nil {
		return err
	}
	return h.after(c, i, s, fingersview.PanelMissing, h.note(c, s))
}

func (h *Handlers) note(c *web.Context, s *fingers.Session) error {
	var position biometrics.Position
	if name := c.FormValue("finger"); name != "" {
		if err := position.UnmarshalText([]byte(name)); err != nil {
			return fingers.ErrCode
		}
	}
	code := c.FormValue("missing")
	if code == fingersview.AskAgain {
		return h.Desk.Ask(c.Ctx(), c.Actor(), s, position)
	}
	return h.Desk.Missing(c.Ctx(), c.Actor(), s, position, biometrics.Missing(code))
}

// accept keeps prints below the wanted quality, with a reason.
func (h *Handlers) accept(c *web.Context, i *border.Inspection) error {
	s, err := h.Desk.Session(i.Scan.ID)
	if err != nil {
		return err
	}
	return h.after(c, i, s, fingersview.PanelAccept, h.Desk.Accept(c.Ctx(), c.Actor(), s, c.FormValue("reason")))
}

// after goes back to the counter when the taking is kept, and shows the session otherwise: with the question again when the answer to it
// was none. A store that failed is told by the session itself, which has lost nothing.
func (h *Handlers) after(c *web.Context, i *border.Inspection, s *fingers.Session, asked fingersview.Panel, wrong error) error {
	v, _ := s.View()
	switch {
	case wrong == nil && v.Phase == fingers.PhaseKept:
		h.renewed(c.Ctx(), c.Session().Lane, i.Scan.ID)
		return h.counter(c)
	case wrong == nil && !c.IsHTMX():
		return c.SeeOther(counterview.FingersPath(counterview.CardOf(i), ""))
	case wrong == nil || v.Fault == fingers.CodeStore:
		return h.render(c, i, s, fingersview.PanelNone, nil)
	}
	var known *problem.Error
	if !errors.As(wrong, &known) {
		return wrong
	}
	if known.Kind != problem.Invalid {
		asked = fingersview.PanelNone
	}
	return h.render(c, i, s, asked, wrong)
}

// counter leads back to the counter: htmx fetches it in place of the desk.
func (h *Handlers) counter(c *web.Context) error {
	if !c.IsHTMX() {
		return c.SeeOther("/counter")
	}
	return c.Render(http.StatusOK, fingersview.Back())
}
