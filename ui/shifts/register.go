package shifts

import (
	"net/http"

	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/shiftview"
	"github.com/openbmis/openbmis/ui/web"
)

func (h *Handlers) register(c *web.Context) error {
	return h.showRegister(c, http.StatusOK, nil)
}

func (h *Handlers) showRegister(c *web.Context, status int, wrong error) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	p, err := h.folder(c, id)
	if err != nil {
		return err
	}
	if wrong != nil {
		p.Done, p.Wrong = "", c.Text().Problem(wrong)
	}
	return c.Render(status, shiftview.RegisterPage(p))
}

// write completes a section by hand.
func (h *Handlers) write(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	section := shift.Section(c.FormValue("section"))
	err = h.Shifts.Write(c.Ctx(), c.Actor(), id, section, c.FormValue("text"))
	var f shiftview.Form
	if err != nil && own(c, &f, err) {
		return h.showRegister(c, statusOf(err), err)
	}
	if err != nil {
		return err
	}
	return c.SeeOther("/shifts/" + id.String() + "?done=kept#section-" + string(section))
}

func (h *Handlers) versions(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	section := shift.Section(c.Param("section"))
	if !section.Valid() {
		return problem.New(problem.NotFound, "shift_section")
	}
	folder, err := h.folder(c, id)
	if err != nil {
		return err
	}
	list, err := h.Shifts.Versions(c.Ctx(), id, section, consult(c, "shift", id.String()))
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, shiftview.VersionsPage(folder, section, list))
}
