package secondline

import (
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/web"
)

func (h *handlers) claim(c *web.Context, id uuid.UUID) error {
	return h.Line.Claim(c.Ctx(), c.Actor(), id)
}

func (h *handlers) release(c *web.Context, id uuid.UUID) error {
	return h.Line.Release(c.Ctx(), c.Actor(), id)
}

func (h *handlers) takeOver(c *web.Context, id uuid.UUID) error {
	return h.Line.TakeOver(c.Ctx(), c.Actor(), id, c.FormValue("reason"))
}

func (h *handlers) recheck(c *web.Context, id uuid.UUID) error {
	return h.Line.Recheck(c.Ctx(), c.Actor(), id)
}

func (h *handlers) interview(c *web.Context, id uuid.UUID) error {
	return h.Line.Interview(c.Ctx(), c.Actor(), id, secondline.Interview{
		Question: trimmed(c, "question"), Answer: trimmed(c, "answer"), Language: c.FormValue("language"), Interpreter: trimmed(c, "interpreter"),
	})
}

func (h *handlers) examine(c *web.Context, id uuid.UUID) error {
	return h.Line.Examine(c.Ctx(), c.Actor(), id, secondline.Examination{
		Part: c.FormValue("part"), Method: c.FormValue("method"), Result: c.FormValue("result"), Remark: trimmed(c, "remark"),
	})
}

// judge reads which hit is meant: check, version and entry, as the page wrote them.
func (h *handlers) judge(c *web.Context, id uuid.UUID) error {
	hit := strings.SplitN(c.FormValue("hit"), "|", 3)
	if len(hit) != 3 {
		return secondline.ErrNoSuchHit
	}
	word := c.FormValue("judgement")
	if word != "same" && word != "not_same" {
		return problem.New(problem.Invalid, "referral.missing").At("judgement")
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	return h.Line.Judge(c.Ctx(), c.Actor(), id, secondline.Judgement{
		Check: hit[0], Version: hit[1], Ref: hit[2], Same: word == "same", Compared: values["compared"], Remark: trimmed(c, "remark"),
	})
}

// companions adds somebody from the list or by the number of his document, or takes one away.
func (h *handlers) companions(c *web.Context, id uuid.UUID) error {
	relation := c.FormValue("relation")
	if remove := c.FormValue("remove"); remove != "" {
		inspection, err := uuid.Parse(remove)
		if err != nil {
			return secondline.ErrNoCompanion
		}
		return h.Line.RemoveCompanion(c.Ctx(), c.Actor(), id, inspection)
	}
	if number := trimmed(c, "document_number"); number != "" {
		return h.Line.AddCompanionByDocument(c.Ctx(), c.Actor(), id, "", number, relation)
	}
	inspection, err := uuid.Parse(c.FormValue("inspection"))
	if err != nil {
		return problem.New(problem.Invalid, "referral.missing").At("inspection")
	}
	return h.Line.AddCompanion(c.Ctx(), c.Actor(), id, secondline.Companion{Inspection: inspection, Relation: relation})
}

func (h *handlers) override(c *web.Context, id uuid.UUID) error {
	return h.Line.AskOverride(c.Ctx(), c.Actor(), id, c.FormValue("reason"), c.FormValue("note"))
}

// answer takes the second person's word. He proves who he is with his own secret, at whichever session the case is open: his own
// session alone would be a key that was left unlocked.
func (h *handlers) answer(c *web.Context, id uuid.UUID) error {
	seen, err := strconv.Atoi(c.FormValue("seen"))
	if err != nil {
		return secondline.ErrMoved
	}
	second, err := h.second(c)
	if err != nil {
		return err
	}
	if c.FormValue("answer") == "decline" {
		return h.Line.DeclineOverride(c.Ctx(), second, id, seen, c.FormValue("reason"))
	}
	return h.Line.ApproveOverride(c.Ctx(), second, id, seen)
}

// second is the person who signs. At his own session he signs with his own secret all the same.
func (h *handlers) second(c *web.Context) (audit.Actor, error) {
	first := c.Session()
	login := trimmed(c, "witness")
	if folded, err := auth.NormaliseLogin(login); err == nil && folded == first.User.Login {
		first.User.Login = "" // who looks is the second person; that he is not the owner, the case itself sees to
	}
	user, err := h.Witness.Witness(c.Ctx(), first, auth.OverrideApprove, login, c.FormValue("secret"))
	if err != nil {
		return audit.Actor{}, err
	}
	actor := c.Actor()
	actor.ID, actor.Name, actor.Role = user.ID.String(), user.Login, string(user.Role)
	return actor, nil
}

func trimmed(c *web.Context, field string) string { return strings.TrimSpace(c.FormValue(field)) }
