package carrierportal

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/postgres/scoredb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/carrierportalview"
	"github.com/openbmis/openbmis/ui/web"
)

const (
	behind      = 7  // days of the period that is shown when none is asked for
	ahead       = 3  // and days after today
	longest     = 93 // days
	onPage      = 50
	day         = 24 * time.Hour
	flightWords = "passenger_flight_unknown"
)

// period is the days that are asked for, both included; the last week and the next days when none are, or when what is asked for is no period:
// then it has the fault, which is shown where it is asked, and what was typed stays.
func period(c *web.Context) carrierportalview.Period {
	today := c.Now().UTC().Truncate(day)
	usual := carrierportalview.Period{From: today.Add(-behind * day), To: today.Add((ahead + 1) * day)}
	p, err := typed(c, usual)
	if err != nil {
		usual.Fault, usual.TypedFrom, usual.TypedTo = c.Text().Problem(err), c.QueryParam("from"), c.QueryParam("to")
		return usual
	}
	return p
}

// statusOf is that of a page with a period.
func statusOf(p carrierportalview.Period) int {
	if p.Fault != "" {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// typed changes a period to what the address says.
func typed(c *web.Context, p carrierportalview.Period) (_ carrierportalview.Period, err error) {
	if text := c.QueryParam("from"); text != "" {
		if p.From, err = time.Parse(time.DateOnly, text); err != nil {
			return p, problem.New(problem.Invalid, "carrierportal.day").At("from")
		}
	}
	if text := c.QueryParam("to"); text != "" {
		last, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return p, problem.New(problem.Invalid, "carrierportal.day").At("to")
		}
		p.To = last.Add(day)
	}
	if !p.From.Before(p.To) || p.To.Sub(p.From) > longest*day {
		return p, problem.New(problem.Invalid, "carrierportal.period").At("to").With("max", longest)
	}
	return p, nil
}

// own puts a carrier's page together.
func (x *screens) own(c *web.Context, base, carrier string) (o carrierportalview.Own, err error) {
	notices := asked(c, "notices")
	o = carrierportalview.Own{Carrier: carrier, Base: base, Period: period(c), After: c.QueryParam("after"), NoticesAfter: notices.After}
	page := scoredb.Page{Limit: onPage + 1}
	if o.After != "" {
		id, err := uuid.Parse(o.After)
		if err != nil {
			return o, problem.New(problem.NotFound, flightWords)
		}
		last, err := x.Scores.Flight(c.Ctx(), carrier, id)
		if err != nil {
			return o, err
		}
		page.After = &last
	}
	if o.Flights, err = x.Scores.Flights(c.Ctx(), carrier, o.Period.From, o.Period.To, page); err != nil {
		return o, err
	}
	if len(o.Flights) > onPage {
		o.Flights, o.More = o.Flights[:onPage], true
	}
	if o.Totals, err = x.Scores.Totals(c.Ctx(), carrier, o.Period.From, o.Period.To); err != nil {
		return o, err
	}
	o.Notices, err = x.Scores.Notices(c.Ctx(), carrier, notices)
	return o, err
}

func (x *screens) home(c *web.Context) error {
	mine, err := carrier(c)
	if err != nil {
		return err
	}
	o, err := x.own(c, "/carrier/flights", mine)
	if err != nil {
		return err
	}
	return c.Render(statusOf(o.Period), carrierportalview.OwnPage(o))
}

func (x *screens) flight(c *web.Context) error {
	mine, err := carrier(c)
	if err != nil {
		return err
	}
	f, err := x.card(c, mine)
	if err != nil {
		return err
	}
	f.Base = "/carrier/flights"
	page := asked(c, "messages")
	f.MessagesAfter = page.After
	if f.Messages, err = x.Messages.Messages(c.Ctx(), passengerdb.MessageFilter{Carrier: mine, Flight: f.Flight, Page: page}); err != nil {
		return err
	}
	return c.Render(http.StatusOK, carrierportalview.CardPage(f))
}

func (x *screens) card(c *web.Context, carrier string) (f carrierportalview.Card, err error) {
	id, err := param(c, flightWords)
	if err != nil {
		return f, err
	}
	notices := asked(c, "notices")
	f.Policy, f.NoticesAfter = x.Policy, notices.After
	if f.Row, err = x.Scores.Flight(c.Ctx(), carrier, id); err != nil {
		return f, err
	}
	f.Notices, err = x.Scores.NoticesOfFlight(c.Ctx(), carrier, id, notices)
	return f, err
}

// board is for the State: every carrier, of nobody in particular.
func (x *screens) board(c *web.Context) (err error) {
	b := carrierportalview.Board{Period: period(c)}
	if b.Standings, err = x.Scores.Board(c.Ctx(), b.Period.From, b.Period.To); err != nil {
		return err
	}
	notices := asked(c, "notices")
	b.NoticesAfter = notices.After
	if b.Notices, err = x.Scores.Notices(c.Ctx(), "", notices); err != nil {
		return err
	}
	return c.Render(statusOf(b.Period), carrierportalview.BoardPage(b))
}

// named is the carrier that the State asks for.
func named(c *web.Context) (string, error) {
	if gate.CheckCarrier(c.Param("carrier")) != nil {
		return "", problem.New(problem.NotFound, "carrier_unknown")
	}
	return c.Param("carrier"), nil
}

func (x *screens) standing(c *web.Context) error {
	code, err := named(c)
	if err != nil {
		return err
	}
	o, err := x.own(c, "/score/"+code, code)
	if err != nil {
		return err
	}
	o.State = true
	return c.Render(statusOf(o.Period), carrierportalview.OwnPage(o))
}

func (x *screens) standingFlight(c *web.Context) error {
	code, err := named(c)
	if err != nil {
		return err
	}
	f, err := x.card(c, code)
	if err != nil {
		return err
	}
	f.Base, f.State = "/score/"+code, true
	return c.Render(http.StatusOK, carrierportalview.CardPage(f))
}
