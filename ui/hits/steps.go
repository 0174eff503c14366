package hits

import (
	"strconv"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/web"
)

func (h *handlers) claim(c *web.Context, id uuid.UUID) error {
	return h.Desk.Claim(c.Ctx(), c.Actor(), id)
}

func (h *handlers) release(c *web.Context, id uuid.UUID) error {
	return h.Desk.Release(c.Ctx(), c.Actor(), id)
}

func (h *handlers) takeOver(c *web.Context, id uuid.UUID) error {
	return h.Desk.TakeOver(c.Ctx(), c.Actor(), id, c.FormValue("reason"))
}

// oneOf reads a field that has two words.
func oneOf(c *web.Context, field, yes, no string) (bool, error) {
	switch c.FormValue(field) {
	case yes:
		return true, nil
	case no:
		return false, nil
	}
	return false, problem.New(problem.Invalid, "hit.missing").At(field)
}

func (h *handlers) judge(c *web.Context, id uuid.UUID) error {
	same, err := oneOf(c, "judgement", "same", "not_same")
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	return h.Desk.Judge(c.Ctx(), c.Actor(), id, hit.Judgement{Same: same, Compared: values["compared"], Remark: c.FormValue("remark")})
}

func (h *handlers) ask(c *web.Context, id uuid.UUID) error {
	return h.Desk.Ask(c.Ctx(), c.Actor(), id, c.FormValue("message"))
}

func (h *handlers) answer(c *web.Context, id uuid.UUID) error {
	confirmed, err := oneOf(c, "answer", "confirmed", "not_confirmed")
	if err != nil {
		return err
	}
	return h.Desk.Note(c.Ctx(), c.Actor(), id, hit.Answer{
		Confirmed: confirmed, By: c.FormValue("answered_by"), Text: c.FormValue("text"), Instructions: c.FormValue("instructions"),
	})
}

func (h *handlers) end(c *web.Context, id uuid.UUID) error {
	o := hit.Outcome{
		Code: c.FormValue("outcome"), Action: alerts.Action(c.FormValue("action")), Remark: c.FormValue("remark"), Override: c.FormValue("override"),
	}
	if o.Code != hit.OutcomeActionTaken {
		o.Action, o.Override = "", "" // the fields stand in the form whatever is chosen
	}
	return h.Desk.End(c.Ctx(), c.Actor(), id, o)
}

// second takes the second person's word. He proves who he is with his own secret, at whichever session the hit is open: his own session
// alone would be a key that was left unlocked.
func (h *handlers) second(c *web.Context, id uuid.UUID) error {
	seen, err := strconv.Atoi(c.FormValue("seen"))
	if err != nil {
		return hit.ErrMoved
	}
	second, err := h.signed(c)
	if err != nil {
		return err
	}
	if c.FormValue("answer") == "decline" {
		return h.Desk.Decline(c.Ctx(), second, id, seen, c.FormValue("reason"))
	}
	return h.Desk.Agree(c.Ctx(), second, id, seen)
}

// signed is the person who signs. At his own session he signs with his own secret all the same.
func (h *handlers) signed(c *web.Context) (audit.Actor, error) {
	first := c.Session()
	login := c.FormValue("witness")
	if folded, err := auth.NormaliseLogin(login); err == nil && folded == first.User.Login {
		first.User.Login = "" // who looks is the second person; that he is not the first, the hit itself sees to
	}
	user, err := h.Witness.Witness(c.Ctx(), first, auth.OverrideApprove, login, c.FormValue("secret"))
	if err != nil {
		return audit.Actor{}, err
	}
	actor := c.Actor()
	actor.ID, actor.Name, actor.Role = user.ID.String(), user.Login, string(user.Role)
	return actor, nil
}

func (h *handlers) reopen(c *web.Context, id uuid.UUID) error {
	return h.Desk.Reopen(c.Ctx(), c.Actor(), id, c.FormValue("reason"))
}

func (h *handlers) clear(c *web.Context, id uuid.UUID) error {
	second, err := h.signed(c)
	if err != nil {
		return err
	}
	return h.Desk.Clear(c.Ctx(), second, id)
}

func (h *handlers) restore(c *web.Context, id uuid.UUID) error {
	return h.Desk.Restore(c.Ctx(), c.Actor(), id, c.FormValue("reason"))
}
