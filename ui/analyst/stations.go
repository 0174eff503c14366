package analyst

import (
	"net/http"
	"slices"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/analystview"
	"github.com/openbmis/openbmis/ui/web"
)

func (x *console) readBoard(c *web.Context) (analystview.Board, error) {
	stations, err := x.Reader.Stations(c.Ctx())
	return analystview.Board{Stations: stations, MayManage: c.May(auth.DeadLetterManage)}, err
}

func (x *console) stations(c *web.Context) error {
	p, err := x.readBoard(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, analystview.StationsPage(p))
}

func (x *console) board(c *web.Context) error {
	p, err := x.readBoard(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, analystview.BoardTable(p))
}

// check compares one station now instead of at the next round.
func (x *console) check(c *web.Context) error {
	names, err := x.Reader.StationNames(c.Ctx())
	if err != nil {
		return err
	}
	if !slices.Contains(names, c.Param("station")) {
		return problem.New(problem.NotFound, "station_unknown")
	}
	if _, err := x.Checker.Check(c.Ctx(), c.Param("station")); err != nil {
		return err
	}
	if !c.IsHTMX() {
		return c.SeeOther("/stations")
	}
	return x.board(c)
}

// closeAlert says that somebody has seen to an alert of a station.
func (x *console) closeAlert(c *web.Context) error {
	station, code := c.Param("station"), replication.AlertCode(c.Param("code"))
	e := entry(c, audit.Administration, "station", station)
	e.Decision = "closed " + string(code)
	if err := x.Attention.Close(c.Ctx(), station, code, c.User().Login, e); err != nil {
		return err
	}
	if !c.IsHTMX() {
		return c.SeeOther("/stations")
	}
	return x.board(c)
}

const parkedShown = 50

func (x *console) parked(c *web.Context) error {
	var after central.DeadLetterID
	if given := c.QueryParam("after"); given != "" {
		var err error
		if after, err = central.ParseDeadLetterID(given); err != nil {
			return err
		}
	}
	page, err := x.Reader.DeadLetters(c.Ctx(), after, parkedShown)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, analystview.ParkedPage(analystview.Parked{Page: page}))
}

// retry applies a parked event again, as after an upgrade.
func (x *console) retry(c *web.Context) error {
	id, err := central.ParseDeadLetterID(c.Param("id"))
	if err != nil {
		return err
	}
	applied, err := x.Parked.Retry(c.Ctx(), id, entry(c, audit.Administration, "dead_letter", id.String()))
	if err != nil {
		return err
	}
	page, err := x.Reader.DeadLetters(c.Ctx(), central.DeadLetterID{}, parkedShown)
	if err != nil {
		return err
	}
	p := analystview.Parked{Page: page, Tone: view.ToneSuccess, Done: c.Text().T(text.AnalystRetried)}
	if !applied {
		p.Tone, p.Done = view.ToneWarning, c.Text().T(text.AnalystRetriedInVain)
	}
	return c.Render(http.StatusOK, analystview.ParkedPage(p))
}
