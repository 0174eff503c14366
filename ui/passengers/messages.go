package passengers

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/passengersview"
	"github.com/openbmis/openbmis/ui/web"
)

// trouble are the states that somebody should look at.
func trouble() []intake.State {
	return []intake.State{intake.Quarantined, intake.Partial, intake.Incomplete, intake.WaitingParts}
}

func (x *screens) messages(c *web.Context) (err error) {
	m := passengersview.Messages{Show: c.QueryParam("show"), Carrier: c.QueryParam("carrier"), After: c.QueryParam("after")}
	filter := passengerdb.MessageFilter{Carrier: m.Carrier, Page: paging.Page{After: m.After}}
	if m.Show == "" {
		m.Show = "all"
	}
	switch {
	case m.Show == "trouble":
		filter.States = trouble()
	case m.Show == "all":
	case slices.Contains(passengersview.States(), m.Show):
		filter.States = []intake.State{intake.State(m.Show)}
	default:
		return problem.New(problem.Invalid, "passengers.state").At("show")
	}
	if m.List, err = x.Store.Messages(c.Ctx(), filter); err != nil {
		return err
	}
	if m.Progress, err = x.Store.Progress(c.Ctx()); err != nil {
		return err
	}
	return c.Render(http.StatusOK, passengersview.MessagesPage(m))
}

// attemptsShown is how many readings of a message a page has: each comes with all that it found.
const attemptsShown = 20

func (x *screens) message(c *web.Context) error {
	id, err := param(c)
	if err != nil {
		return err
	}
	m := passengersview.Message{After: c.QueryParam("after")}
	if m.RawRow, err = x.Store.Raw(c.Ctx(), id); err != nil {
		return err
	}
	if m.Attempts, err = x.Store.Attempts(c.Ctx(), id, paging.Page{After: m.After, Limit: attemptsShown}, entry(c, audit.Consultation, "passenger_message", id.String())); err != nil {
		return err
	}
	return c.Render(http.StatusOK, passengersview.MessagePage(m))
}

// messageOf leads from a message's own id, which provenance names, to what it came in.
func (x *screens) messageOf(c *web.Context) error {
	id, err := param(c)
	if err != nil {
		return err
	}
	raw, err := x.Store.RawOf(c.Ctx(), id)
	if err != nil {
		return err
	}
	if offset, err := strconv.Atoi(c.QueryParam("offset")); err == nil {
		return c.SeeOther("/passengers/messages/" + raw.String() + "/segment?offset=" + strconv.Itoa(offset))
	}
	return c.SeeOther("/passengers/messages/" + raw.String())
}

func (x *screens) segment(c *web.Context) error {
	id, err := param(c)
	if err != nil {
		return err
	}
	offset, err := strconv.Atoi(c.QueryParam("offset"))
	if err != nil || offset < 0 {
		return problem.New(problem.Invalid, "passengers.offset").At("offset")
	}
	e, err := x.Store.Segment(c.Ctx(), id, offset, entry(c, audit.Consultation, "passenger_message", id.String()))
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, passengersview.SegmentPage(passengersview.Segment{Raw: id, Excerpt: e}))
}

func (x *screens) replay(c *web.Context) error {
	id, err := param(c)
	if err != nil {
		return err
	}
	if err := x.Store.Replay(c.Ctx(), id, entry(c, audit.Administration, "passenger_message", id.String())); err != nil {
		return err
	}
	return c.SeeOther("/passengers/messages/" + id.String())
}
