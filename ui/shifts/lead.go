package shifts

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/shiftview"
	"github.com/openbmis/openbmis/ui/web"
)

// sectionOf is the section in which a kind is noted; an unknown kind is refused as one of the first.
func sectionOf(kind string) shift.Section {
	for _, s := range shift.NoteSections() {
		if slices.Contains(shift.Kinds(s), kind) {
			return s
		}
	}
	return shift.NoteSections()[0]
}

func (h *Handlers) lead(c *web.Context) error {
	return h.showLead(c, http.StatusOK, shiftview.Form{})
}

func (h *Handlers) showLead(c *web.Context, status int, f shiftview.Form) error {
	state, err := h.Shifts.State(c.Ctx())
	if err != nil {
		return err
	}
	if state.Current == uuid.Nil {
		return h.showNow(c, http.StatusConflict, problem.New(problem.Conflict, "shift_none"))
	}
	p := shiftview.Lead{State: state, Shift: state.Shifts[state.Current], Form: f}
	if p.Names, p.Staff, err = h.people(c.Ctx()); err != nil {
		return err
	}
	if len(f.Faults) == 0 {
		p.Done = doneWords(c)
	}
	return c.Render(status, shiftview.LeadPage(p))
}

// led answers an act of the leading page.
func (h *Handlers) led(c *web.Context, err error, fields ...string) error {
	var f shiftview.Form
	switch {
	case err == nil:
		return c.SeeOther("/shifts/lead?done=kept")
	case own(c, &f, err, fields...):
		return h.showLead(c, statusOf(err), f)
	}
	return err
}

func (h *Handlers) team(c *web.Context) error {
	person := c.FormValue("person")
	if c.FormValue("act") == "leave" {
		return h.led(c, h.Shifts.Leave(c.Ctx(), c.Actor(), person), "person")
	}
	_, staff, err := h.people(c.Ctx())
	if err != nil {
		return err
	}
	if err = staffed(staff, "person", person); err == nil {
		err = h.Shifts.Join(c.Ctx(), c.Actor(), person)
	}
	return h.led(c, err, "person")
}

func (h *Handlers) relax(c *web.Context) error {
	err := h.Shifts.Relax(c.Ctx(), c.Actor(), c.FormValue("level"), c.FormValue("reason"))
	return h.led(c, at(err, "text", "reason"), "level", "reason")
}

// at moves a problem to the field of the form that the domain's field comes from.
func at(err error, from, to string) error {
	var p *problem.Error
	if asProblem(err, &p) && p.Field == from {
		return p.At(to)
	}
	return err
}

func (h *Handlers) stamp(c *web.Context) error {
	step := shift.Step(c.FormValue("act"))
	holder := c.FormValue("holder")
	var err error
	switch step {
	case shift.Issued:
		_, staff, failed := h.people(c.Ctx())
		if failed != nil {
			return failed
		}
		err = staffed(staff, "holder", holder)
	case shift.Returned, shift.Lost:
		holder = ""
	default:
		return problem.New(problem.Invalid, "shift_step").At("act")
	}
	if err == nil {
		err = h.Shifts.Stamp(c.Ctx(), c.Actor(), step, c.FormValue("code"), holder, c.FormValue("text"))
	}
	return h.led(c, err, "code", "holder", "text")
}

// shown is how many shifts a page lists.
const shown = 30

func (h *Handlers) all(c *web.Context) error {
	before, err := uuid.Parse(c.QueryParam("before"))
	if err != nil {
		before = uuid.Nil
	}
	list, err := h.Shifts.List(c.Ctx(), before, shown+1)
	if err != nil {
		return err
	}
	names, _, err := h.people(c.Ctx())
	if err != nil {
		return err
	}
	next := ""
	if len(list) > shown {
		list = list[:shown]
		next = fmt.Sprintf("/shifts/all?before=%s", list[shown-1].ID)
	}
	duty, wrong, err := h.dutyAt(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, shiftview.ListPage(list, names, next, c.QueryParam("on"), wrong, duty))
}

// dutyAt tells who was on duty at the time that is asked for, in the post's zone; nil when none is.
func (h *Handlers) dutyAt(c *web.Context) (*shiftview.DutyAt, string, error) {
	asked := c.QueryParam("on")
	if asked == "" {
		return nil, "", nil
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", asked, h.Shifts.Zone())
	if err != nil {
		wrong := problem.New(problem.Invalid, "shift_time").At("on").Because(err)
		return nil, c.Text().Problem(wrong), nil
	}
	d, err := h.Shifts.OnDuty(c.Ctx(), at, consult(c, "duty", ""))
	return &shiftview.DutyAt{At: at, Responsible: d.Responsible, Team: d.Team, Lanes: d.Lanes}, "", err
}
