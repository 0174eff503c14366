package counter

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
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
	return c.Render(http.StatusOK, counterview.Page(s))
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
	case counterview.PanelAdmit, counterview.PanelRefer, counterview.PanelDismiss:
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
	in := border.ScanInput{
		MRZ: c.FormValue("mrz"), Direction: lane.Direction,
		Mode: stays.Mode, Transport: stays.Transport, Purpose: stays.Purpose,
	}
	if in.MRZ == "" {
		return h.wrong(c, lane, problem.New(problem.Invalid, "scan.unreadable").At("mrz"))
	}
	inspection, err := h.desk.Open(c.Ctx(), c.Actor(), in)
	if err != nil {
		return h.wrong(c, lane, err)
	}
	h.keep(c.Session().ID, stays)
	await(c.Ctx(), inspection)
	return h.again(c, lane, "")
}

func circumstancesOf(c *web.Context) counterview.Circumstances {
	return counterview.Circumstances{
		Mode: border.Mode(c.FormValue("mode")), Transport: c.FormValue("transport"), Purpose: c.FormValue("purpose"),
	}
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
