package shifts

import (
	"net/http"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/shiftview"
	"github.com/openbmis/openbmis/ui/web"
)

// post reads the post at present, as the person may see it.
func (h *Handlers) post(c *web.Context) (shiftview.Now, error) {
	p := shiftview.Now{Own: c.User().Login, MayLead: c.May(auth.ShiftLead)}
	if err := h.Shifts.Reconcile(c.Ctx()); err != nil {
		return p, err
	}
	var err error
	if p.State, err = h.Shifts.State(c.Ctx()); err != nil {
		return p, err
	}
	if p.Names, p.Staff, err = h.people(c.Ctx()); err != nil {
		return p, err
	}
	if p.MayLead {
		p.Blocks, err = h.Shifts.Blocks(c.Ctx())
	}
	return p, err
}

func (h *Handlers) duty(c *web.Context) error {
	p, err := h.post(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, shiftview.Duty(p))
}

// doneWords are what a page says after an act that led to it.
func doneWords(c *web.Context) string {
	key, ok := map[string]text.Key{
		"begun": text.ShiftDoneBegun, "noted": text.ShiftDoneNoted, "kept": text.ShiftDoneKept, "offered": text.ShiftDoneOffered,
		"signed": text.ShiftDoneSigned, "lane": text.ShiftDoneLane,
	}[c.QueryParam("done")]
	if !ok {
		return ""
	}
	return c.Text().T(key)
}

func (h *Handlers) now(c *web.Context) error { return h.showNow(c, http.StatusOK, nil) }

func (h *Handlers) showNow(c *web.Context, status int, wrong error) error {
	p, err := h.post(c)
	if err != nil {
		return err
	}
	b, err := h.Shifts.Brief(c.Ctx())
	if err != nil {
		return err
	}
	p.Unread, p.Done, p.Tasks = unread(b, p.Own), doneWords(c), h.tasks(c)
	if wrong != nil {
		p.Done, p.Wrong = "", c.Text().Problem(wrong)
	}
	return c.Render(status, shiftview.NowPage(p))
}

// tasks counts what waits for the person. What cannot be counted is shown as not known: one part that is away hides none.
func (h *Handlers) tasks(c *web.Context) []shiftview.Task {
	var list []shiftview.Task
	for _, task := range h.Tasks {
		if !c.May(task.Need) {
			continue
		}
		n, err := task.Count(c.Ctx())
		if err == nil && n == 0 {
			continue
		}
		list = append(list, shiftview.Task{Code: task.Code, Href: task.Href, N: n, Known: err == nil})
	}
	return list
}

func (h *Handlers) begin(c *web.Context) error {
	form, err := c.FormParams()
	if err != nil {
		return problem.New(problem.Invalid, "shift_person").At("team").Because(err)
	}
	_, staff, err := h.people(c.Ctx())
	if err != nil {
		return err
	}
	if err = staffed(staff, "team", form["team"]...); err == nil {
		_, err = h.Shifts.Begin(c.Ctx(), c.Actor(), withoutSelf(form["team"], c.User().Login))
	}
	var f shiftview.Form
	if err != nil && own(c, &f, err) {
		return h.showNow(c, statusOf(err), err)
	}
	if err != nil {
		return err
	}
	return c.SeeOther("/shifts?done=begun")
}

// withoutSelf leaves out who is responsible: he need not be in his own team.
func withoutSelf(team []string, self string) []string {
	others := make([]string, 0, len(team))
	for _, login := range team {
		if login != self {
			others = append(others, login)
		}
	}
	return others
}

func (h *Handlers) closeLane(c *web.Context) error {
	actor := c.Actor()
	if _, err := h.Door.LeaveLane(c.Ctx(), c.Session()); err != nil {
		return err
	}
	if err := h.Shifts.LeaveLane(c.Ctx(), actor); err != nil {
		return err
	}
	return c.SeeOther("/shifts?done=lane")
}

func (h *Handlers) askNote(c *web.Context) error {
	return c.Render(http.StatusOK, shiftview.NotePage(shiftview.Form{}))
}

// note notes an occurrence and brings the officer back to his work.
func (h *Handlers) note(c *web.Context) error {
	code := c.FormValue("kind")
	err := h.Shifts.Note(c.Ctx(), c.Actor(), sectionOf(code), code, c.FormValue("text"))
	var f shiftview.Form
	if err != nil && own(c, &f, err, "kind", "text") {
		return c.Render(statusOf(err), shiftview.NotePage(f))
	}
	if err != nil {
		return err
	}
	if c.Session().Lane != "" {
		return c.SeeOther("/counter")
	}
	return c.SeeOther("/shifts?done=noted")
}
