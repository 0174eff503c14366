package counter

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/pass"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

// show is the counter, with the panel that the query asks for.
func (h *Handlers) show(c *web.Context, lane counterview.Lane) error {
	s, err := h.screen(c, lane)
	if err != nil {
		return err
	}
	s.Asked = asked(c, s)
	if err := h.fill(c, &s); err != nil {
		return err
	}
	return c.Render(http.StatusOK, counterview.Page(s))
}

// fill gives the open panel what it shows.
func (h *Handlers) fill(c *web.Context, s *counterview.Screen) error {
	switch s.Asked.Kind {
	case counterview.PanelParticulars:
		return h.askParticulars(c, s)
	case counterview.PanelDays:
		return h.explain(c, s)
	case counterview.PanelNone, counterview.PanelAdmit, counterview.PanelRefer, counterview.PanelDismiss, counterview.PanelUndo,
		counterview.PanelGroup, counterview.PanelDetails, counterview.PanelRepair:
	}
	return nil
}

// explain explains the stay of the traveller at the counter. Records that cannot be read now are told, and do not stop the officer.
func (h *Handlers) explain(c *web.Context, s *counterview.Screen) error {
	s.Days = &counterview.Days{Away: true}
	if h.parts.Days == nil {
		return nil
	}
	explanation, answer, err := h.parts.Days.Explain(c.Ctx(), s.Current.Subject)
	switch {
	case err == nil:
		s.Days = counterview.DaysOf(explanation, answer)
	case problem.KindOf(err) != problem.Unavailable:
		return err
	}
	return nil
}

// asked is the panel of the query; a panel about a traveller needs one at the counter.
func asked(c *web.Context, s counterview.Screen) counterview.Panel {
	p := counterview.Panel{Kind: counterview.PanelKind(c.QueryParam("panel"))}
	switch p.Kind {
	case counterview.PanelUndo:
		id, err := uuid.Parse(c.QueryParam("crossing"))
		if err == nil {
			p.Undo = id
			return p
		}
	case counterview.PanelGroup:
		if s.Grouped && s.Group == nil {
			return p
		}
	case counterview.PanelAdmit:
		if s.Current != nil && !s.Current.NeedsSecondLine() {
			return p
		}
	case counterview.PanelDetails:
		if s.Current != nil && s.Current.Inspected != nil {
			return p
		}
	case counterview.PanelRepair:
		if s.Current != nil && len(s.Current.Proposals) > 0 {
			return p
		}
	case counterview.PanelRefer, counterview.PanelDismiss, counterview.PanelParticulars, counterview.PanelDays:
		if s.Current != nil {
			return p
		}
	case counterview.PanelNone:
	}
	return counterview.Panel{}
}

// scan takes what the reader sent.
func (h *Handlers) scan(c *web.Context, lane counterview.Lane) error {
	stays := circumstancesOf(c)
	in, err := h.input(c, lane, stays)
	if err != nil {
		return h.wrong(c, lane, err)
	}
	inspection, err := h.desk.Open(c.Ctx(), c.Actor(), in)
	if err != nil {
		return h.wrong(c, lane, err)
	}
	h.keep(c.Session().ID, stays)
	await(c.Ctx(), inspection)
	return h.again(c, lane, "")
}

// input is the scan with what stays the same from one to the next.
func (h *Handlers) input(c *web.Context, lane counterview.Lane, stays counterview.Circumstances) (border.ScanInput, error) {
	in := border.ScanInput{
		MRZ: c.FormValue("mrz"), Direction: lane.Direction, Mode: stays.Mode, Transport: stays.Transport, Purpose: stays.Purpose,
	}
	var err error
	in.Particulars = stays.Particulars
	if in.Vehicle, err = vehicleOf(c); err != nil {
		return in, err
	}
	if in.Group, err = h.joins(c.Ctx(), c.Actor()); err != nil {
		return in, err
	}
	if in.MRZ == "" {
		return in, problem.New(problem.Invalid, "scan.unreadable").At("mrz")
	}
	number, is := pass.ParseNumber(in.MRZ)
	if !is || h.parts.Passes == nil {
		return in, nil
	}
	return h.byPass(c, in, number)
}

// byPass is the scan of a border pass: the register says who its holder is, and with whom a child may cross.
func (h *Handlers) byPass(c *web.Context, in border.ScanInput, number string) (border.ScanInput, error) {
	entry := c.Actor().Entry(c.Now(), audit.Consultation, "border_pass", "")
	entry.Purpose = border.PurposeOfControl
	found, err := h.parts.Passes.Find(c.Ctx(), number, entry)
	if err != nil {
		return in, err
	}
	in.MRZ, in.Identity, in.Document, in.Category = "", found.Holder, found.Document(), border.BorderResident
	in.Guardian = found.Guardian
	return in, nil
}

// await gives the checks a moment, so that one answer shows them all.
func await(ctx context.Context, i *border.Inspection) {
	grace := time.NewTimer(Grace)
	defer grace.Stop()
	select {
	case <-i.Done():
	case <-grace.C:
	case <-ctx.Done():
	}
}

// again shows the desk after a change: to htmx at once, to a bare browser by a redirect, so that reloading repeats nothing.
func (h *Handlers) again(c *web.Context, lane counterview.Lane, done string) error {
	if !c.IsHTMX() {
		return c.SeeOther("/counter")
	}
	s, err := h.screen(c, lane)
	if err != nil {
		return err
	}
	s.Done = done
	return c.Render(http.StatusOK, counterview.Page(s))
}

// wrong shows the desk with what the officer can put right; any other error goes up.
func (h *Handlers) wrong(c *web.Context, lane counterview.Lane, cause error) error {
	var known *problem.Error
	if !errors.As(cause, &known) || known.Kind == problem.Internal || known.Kind == problem.Unavailable {
		return cause
	}
	s, err := h.screen(c, lane)
	if err != nil {
		return err
	}
	s.Wrong = c.Text().Problem(cause)
	s.Asked = asked(c, s)
	return c.Render(web.StatusOf(cause), counterview.Page(s))
}

// stream tells the page of each finding as it is made; the page then fetches the desk. The page says how many it has seen.
func (h *Handlers) stream(c *web.Context, lane counterview.Lane) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return border.ErrNoSuchScan
	}
	inspection, err := h.desk.Inspection(c.Ctx(), lane.Name, id)
	if err != nil {
		return err
	}
	seen, err := strconv.Atoi(c.QueryParam("seen"))
	if err != nil || seen < 0 {
		return border.ErrNoSuchScan
	}
	return c.Stream(func(ctx context.Context, send func(web.Event) error) error {
		return tell(ctx, inspection, seen, send)
	})
}

func tell(ctx context.Context, i *border.Inspection, seen int, send func(web.Event) error) error {
	for {
		answers, changed := i.Answers()
		answered := 0
		for _, a := range answers {
			if !a.Pending {
				answered++
			}
		}
		if answered > seen {
			seen = answered
			if err := send(web.Event{ID: strconv.Itoa(seen), Name: "finding", Data: strconv.Itoa(seen)}); err != nil {
				return err
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}
