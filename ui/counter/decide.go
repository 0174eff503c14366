package counter

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

// decide records the officer's decision.
func (h *Handlers) decide(c *web.Context, lane counterview.Lane) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return border.ErrNoSuchScan
	}
	decision := border.Decision{
		Verdict: border.Verdict(c.FormValue("verdict")), Reason: c.FormValue("reason"), Note: strings.TrimSpace(c.FormValue("note")),
	}
	if decision.Verdict == border.Admit && c.FormValue("receipt")+c.FormValue("waiver") != "" {
		decision.OnArrival = &border.ArrivalVisa{Receipt: strings.TrimSpace(c.FormValue("receipt")), Waiver: c.FormValue("waiver")}
	}
	if err := days(c, &decision); err != nil {
		return h.undecided(c, lane, decision, err)
	}
	event, err := h.desk.Decide(c.Ctx(), c.Actor(), id, decision)
	if err != nil {
		return h.undecided(c, lane, decision, err)
	}
	if err := h.finished(c, event); err != nil {
		return err
	}
	return h.again(c, lane, recorded(c, event))
}

// days reads the stay that the officer grants where it is not the proposed one.
func days(c *web.Context, d *border.Decision) error {
	d.DaysReason = c.FormValue("days_reason")
	typed := strings.TrimSpace(c.FormValue("days"))
	if typed == "" {
		return nil
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 1 {
		return problem.New(problem.Invalid, "decision.days").At("days").With("max", 0)
	}
	d.Days = n
	return nil
}

// undecided opens the panel of the decision again when a reason is missing, with what was typed.
func (h *Handlers) undecided(c *web.Context, lane counterview.Lane, d border.Decision, cause error) error {
	var known *problem.Error
	if !errors.As(cause, &known) || known.Kind != problem.Invalid || known.Field == "verdict" {
		return h.wrong(c, lane, cause)
	}
	s, err := h.screen(c, lane)
	if err != nil {
		return err
	}
	s.Wrong = c.Text().Problem(cause)
	if s.Current != nil {
		s.Asked = panelAgain(c, known.Field, d)
		if err := h.fill(c, &s); err != nil {
			return err
		}
	}
	return c.Render(web.StatusOf(cause), counterview.Page(s))
}

// panelAgain is the panel in which the officer can put right what was wrong.
func panelAgain(c *web.Context, field string, d border.Decision) counterview.Panel {
	p := counterview.Panel{Kind: counterview.PanelKind(d.Verdict), Note: d.Note, Receipt: c.FormValue("receipt"), Waiver: c.FormValue("waiver"), Reason: d.Reason}
	switch {
	case c.FormValue("panel") == string(counterview.PanelDays):
		p.Kind, p.Days = counterview.PanelDays, c.FormValue("days")
	case !slices.Contains([]string{"reason", "note", "receipt", "waiver"}, field):
		return counterview.Panel{Kind: counterview.PanelParticulars}
	}
	return p
}

func recorded(c *web.Context, e border.CrossingEvent) string {
	key := map[border.Verdict]text.Key{
		border.Admit: text.CounterRecordedAdmit, border.Refer: text.CounterRecordedRefer,
	}[e.Decision.Verdict]
	return c.Text().T(key, "name", strings.TrimSpace(e.Identity.Surname+" "+e.Identity.GivenNames))
}

// dismiss puts a scan aside.
func (h *Handlers) dismiss(c *web.Context, lane counterview.Lane) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return border.ErrNoSuchScan
	}
	if err := h.desk.Dismiss(c.Ctx(), c.Actor(), id, c.FormValue("reason")); err != nil {
		return h.wrong(c, lane, err)
	}
	return h.again(c, lane, "")
}

// undo annuls a decision; its traveller stands at the counter again.
func (h *Handlers) undo(c *web.Context, lane counterview.Lane) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return border.ErrNoSuchCrossing
	}
	inspection, err := h.desk.Undo(c.Ctx(), c.Actor(), id, c.FormValue("reason"))
	if err != nil {
		return h.wrong(c, lane, err)
	}
	await(c.Ctx(), inspection)
	return h.again(c, lane, "")
}
