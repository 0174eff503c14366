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
	filter := passengerdb.MessageFilter{Carrier: mine, Page: asked(c, "after")}
	m.After = filter.Page.After
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
	if m.Findings, err = x.findings(c, m.RawRow); err != nil {
		return err
	}
	notices := asked(c, "notices")
	m.NoticesAfter = notices.After
	if m.Notices, err = x.Scores.NoticesOf(c.Ctx(), mine, m.ID, notices); err != nil {
		return err
	}
	return c.Render(http.StatusOK, carrierportalview.MessagePage(m))
}

// findingsShown is how many rows a page of findings has.
const findingsShown = 100

// findings is a page of the diagnostics, with the segments that they are about. The page begins behind so many of them.
func (x *screens) findings(c *web.Context, r passengerdb.RawRow) (f carrierportalview.Findings, err error) {
	if after := c.QueryParam("findings"); after != "" {
		if f.Behind, err = strconv.Atoi(after); err != nil || f.Behind < 0 {
			return f, problem.New(problem.Invalid, "passengers.page").At("findings")
		}
	}
	readings, err := x.Messages.LastAttempts(c.Ctx(), r.ID, entry(c, audit.Consultation, r.ID.String()))
	if err != nil {
		return f, err
	}
	numbers := map[uuid.UUID]int{}
	for _, one := range r.Messages {
		numbers[one.ID] = one.N + 1
	}
	for _, a := range readings {
		for _, d := range a.Diagnostics {
			f.Rows = append(f.Rows, carrierportalview.Finding{Diagnostic: d, InMessage: numbers[a.Message]})
		}
	}
	f.Total = len(f.Rows)
	f.Behind = min(f.Behind, f.Total) // also before anything is added to it: the address may say any number
	f.Rows = f.Rows[f.Behind:min(f.Behind+findingsShown, f.Total)]
	if r.Erased || len(f.Rows) == 0 {
		return f, nil
	}
	offsets := make([]int, len(f.Rows))
	for n, one := range f.Rows {
		offsets[n] = one.Offset
	}
	excerpts, err := x.Messages.Segments(c.Ctx(), r.ID, offsets, entry(c, audit.Consultation, r.ID.String()))
	for n, e := range excerpts {
		f.Rows[n].Segment = e.Segment
	}
	return f, err
}
