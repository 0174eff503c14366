package carrierportal

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/carrierportalview"
	"github.com/openbmis/openbmis/ui/web"
)

// trouble are the states that the carrier should look at.
func trouble() []intake.State {
	return []intake.State{intake.Quarantined, intake.Partial, intake.Incomplete, intake.WaitingParts}
}

func (x *screens) messages(c *web.Context) error {
	mine, err := carrier(c)
	if err != nil {
		return err
	}
	return x.list(c, http.StatusOK, mine, carrierportalview.Messages{})
}

// list shows the carrier's messages, and above them the answer to a file that was just sent.
func (x *screens) list(c *web.Context, status int, mine string, m carrierportalview.Messages) (err error) {
	m.Carrier, m.Show = mine, c.QueryParam("show")
	filter := passengerdb.MessageFilter{Carrier: mine}
	switch {
	case m.Show == "" || m.Show == "all":
		m.Show = "all"
	case m.Show == "trouble":
		filter.States = trouble()
	case slices.Contains(intake.States(), intake.State(m.Show)):
		filter.States = []intake.State{intake.State(m.Show)}
	default:
		return problem.New(problem.Invalid, "passengers.state").At("show")
	}
	if before := c.QueryParam("before"); before != "" {
		if filter.Before, err = strconv.ParseInt(before, 10, 64); err != nil {
			return problem.New(problem.Invalid, "passengers.page").At("before")
		}
	}
	if m.List, err = x.Messages.Messages(c.Ctx(), filter); err != nil {
		return err
	}
	return c.Render(status, carrierportalview.MessagesPage(m))
}

// raw is something that the carrier sent. What another sent is not found: one cannot tell that it is there.
func (x *screens) raw(c *web.Context, mine string) (passengerdb.RawRow, error) {
	id, err := param(c, "passenger_message_unknown")
	if err != nil {
		return passengerdb.RawRow{}, err
	}
	r, err := x.Messages.Raw(c.Ctx(), id)
	if err == nil && r.Carrier != mine {
		err = problem.New(problem.NotFound, "passenger_message_unknown")
	}
	if err != nil {
		return passengerdb.RawRow{}, err
	}
	return r, nil
}

func (x *screens) message(c *web.Context) error {
	mine, err := carrier(c)
	if err != nil {
		return err
	}
	var m carrierportalview.Message
	if m.RawRow, err = x.raw(c, mine); err != nil {
		return err
	}
	m.Mine = map[uuid.UUID]bool{}
	for _, one := range m.Messages {
		if _, known := m.Mine[one.Flight]; known || one.Flight == uuid.Nil {
			continue
		}
		_, err := x.Scores.Flight(c.Ctx(), mine, one.Flight)
		if err != nil && problem.KindOf(err) != problem.NotFound {
			return err
		}
		m.Mine[one.Flight] = err == nil
	}
	readings, err := x.Messages.Attempts(c.Ctx(), m.ID, entry(c, audit.Consultation, m.ID.String()))
	if err != nil {
		return err
	}
	if m.Findings, err = x.findings(c, m.RawRow, newest(readings)); err != nil {
		return err
	}
	if m.Notices, err = x.Scores.NoticesOf(c.Ctx(), mine, m.ID); err != nil {
		return err
	}
	return c.Render(http.StatusOK, carrierportalview.MessagePage(m))
}

// newest are the newest readings of each message, in the order of the message; the first of the list is the newest.
func newest(list []passengerdb.AttemptRow) (last []passengerdb.AttemptRow) {
	seen := map[uuid.UUID]bool{}
	for _, a := range list {
		if !seen[a.Message] {
			seen[a.Message] = true
			last = append(last, a)
		}
	}
	slices.Reverse(last)
	return last
}

// mostShown bounds the diagnostics whose segments are shown.
const mostShown = 200

// findings are the diagnostics with the segments that they are about.
func (x *screens) findings(c *web.Context, r passengerdb.RawRow, readings []passengerdb.AttemptRow) (list []carrierportalview.Finding, err error) {
	numbers := map[uuid.UUID]int{}
	for _, one := range r.Messages {
		numbers[one.ID] = one.N + 1
	}
	var offsets []int
	for _, a := range readings {
		for _, d := range a.Diagnostics {
			list = append(list, carrierportalview.Finding{Diagnostic: d, InMessage: numbers[a.Message]})
			if len(offsets) < mostShown {
				offsets = append(offsets, d.Offset)
			}
		}
	}
	if r.Erased || len(offsets) == 0 {
		return list, nil
	}
	excerpts, err := x.Messages.Segments(c.Ctx(), r.ID, offsets, entry(c, audit.Consultation, r.ID.String()))
	if err != nil {
		return nil, err
	}
	for n, e := range excerpts {
		list[n].Segment = e.Segment
	}
	return list, nil
}
