package adjudication

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/view/adjudicationview"
	"github.com/openbmis/openbmis/ui/web"
)

// idOf reads a task's id from the address; anything else is no task.
func idOf(c *web.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, fingers.ErrNoSuchTask
	}
	return id, nil
}

// show is a task, with the panel that the query asks for when it goes with the task's state.
func (h *handlers) show(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	s, err := h.screen(c, id, false)
	if err != nil {
		return err
	}
	if p := adjudicationview.Panel(c.QueryParam("panel")); s.Allows(p) {
		s.Asked = p
	}
	return c.Render(http.StatusOK, adjudicationview.Page(s))
}

// compare are the prints alone: another finger, or those that the centre is asked for now.
func (h *handlers) compare(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	s, err := h.screen(c, id, true)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, adjudicationview.Comparison(s))
}

// screen is the task as it stands now. Each look is audited with its purpose. ask: the centre may be asked for what is not here.
func (h *handlers) screen(c *web.Context, id uuid.UUID, ask bool) (adjudicationview.Screen, error) {
	d, err := h.Desk.Look(c.Ctx(), c.Actor(), id)
	if err != nil {
		return adjudicationview.Screen{}, err
	}
	s := adjudicationview.Screen{
		Dossier: d, Me: c.User().Login, Now: c.Now(), Supervisor: c.May(auth.OverrideApprove), MayOpen: c.May(auth.FileView), MayJoin: c.May(auth.DuplicateDecide), Typed: url.Values{},
		Finger: finger(c.QueryParam("finger")),
	}
	s.Prints, err = h.prints(c, d, ask)
	return s, err
}

// finger is the finger that an address names; anything else is none.
func finger(name string) string {
	var p biometrics.Position
	if p.UnmarshalText([]byte(name)) != nil || !p.Finger() {
		return ""
	}
	return name
}

type actFunc func(c *web.Context, id uuid.UUID) error

// act does one step and shows the task after it; what was wrong is told with the panel open again and what was typed in it.
func (h *handlers) act(p adjudicationview.Panel, do actFunc) web.Handler {
	return func(c *web.Context) error {
		id, err := idOf(c)
		if err != nil {
			return err
		}
		if err := do(c, id); err != nil {
			return h.wrong(c, id, p, err)
		}
		if !c.IsHTMX() {
			return c.SeeOther(adjudicationview.Address(id, adjudicationview.NoPanel, ""))
		}
		s, err := h.screen(c, id, false)
		if err != nil {
			return err
		}
		return c.Render(http.StatusOK, adjudicationview.Page(s))
	}
}

// wrong shows the task with what the adjudicator can put right; any other error goes up.
func (h *handlers) wrong(c *web.Context, id uuid.UUID, p adjudicationview.Panel, cause error) error {
	known, mayCorrect := web.Correctable(cause, fingers.ErrNoSuchTask)
	if !mayCorrect {
		return cause
	}
	s, err := h.screen(c, id, false)
	if err != nil {
		return err
	}
	s.Wrong, s.Field = c.Text().Problem(cause), known.Field
	if s.Allows(p) {
		s.Asked, s.Typed = p, c.Typed()
	}
	return c.Render(web.StatusOf(cause), adjudicationview.Page(s))
}

func (h *handlers) claim(c *web.Context, id uuid.UUID) error {
	return h.Desk.Claim(c.Ctx(), c.Actor(), id)
}

func (h *handlers) release(c *web.Context, id uuid.UUID) error {
	return h.Desk.Release(c.Ctx(), c.Actor(), id)
}

func (h *handlers) takeOver(c *web.Context, id uuid.UUID) error {
	return h.Desk.TakeOver(c.Ctx(), c.Actor(), id, c.FormValue("reason"))
}

func (h *handlers) reopen(c *web.Context, id uuid.UUID) error {
	return h.Desk.Reopen(c.Ctx(), c.Actor(), id, c.FormValue("reason"))
}

// verdict keeps the adjudicator's word. That two people are or are not one is said only of prints that were to be seen.
func (h *handlers) verdict(c *web.Context, id uuid.UUID) error {
	a := fingers.Adjudication{Verdict: fingers.Verdict(c.FormValue("verdict")), Reason: c.FormValue("reason")}
	var words []uuid.UUID
	for part := range strings.SplitSeq(c.FormValue("words"), ",") {
		if word, err := uuid.Parse(part); err == nil {
			words = append(words, word)
		}
	}
	if a.Verdict == fingers.SamePerson || a.Verdict == fingers.Different {
		s, err := h.screen(c, id, false)
		if err != nil {
			return err
		}
		if len(s.Prints.Pairs) == 0 {
			return fingers.ErrNotSeen
		}
		if a.Agreed, err = h.agreed(c, s, a.Verdict); err != nil {
			return err
		}
	}
	return h.Desk.Adjudicate(c.Ctx(), c.Actor(), id, a, words)
}

// agreed is who lets two files become one person: the adjudicator himself when he may, else somebody who may and signs with his own secret
// at this session. Nobody is asked where nothing is joined.
func (h *handlers) agreed(c *web.Context, s adjudicationview.Screen, v fingers.Verdict) (string, error) {
	switch {
	case v != fingers.SamePerson || !s.Joins():
		return "", nil
	case s.MayJoin:
		return s.Me, nil
	case strings.TrimSpace(c.FormValue("witness")) == "":
		return "", fingers.ErrAgreementMissing
	}
	user, err := h.Witness.Witness(c.Ctx(), c.Session(), auth.DuplicateDecide, c.FormValue("witness"), c.FormValue("secret"))
	return user.Login, err
}
