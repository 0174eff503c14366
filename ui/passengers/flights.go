package passengers

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/ui/view/passengersview"
	"github.com/openbmis/openbmis/ui/web"
)

// What the board shows: flights from a while ago to some days ahead.
const (
	behind = 12 * time.Hour
	ahead  = 72 * time.Hour
	// pause is the least time between two nudges of one page.
	pause = 300 * time.Millisecond
)

func (x *screens) flights(c *web.Context) error {
	b, err := x.board(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, passengersview.FlightsPage(b))
}

func (x *screens) flightRows(c *web.Context) error {
	b, err := x.board(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, passengersview.FlightRows(b))
}

// board is the flights with the counts of their screening. It names nobody.
func (x *screens) board(c *web.Context) (b passengersview.Board, err error) {
	b.Now = c.Now()
	if b.Flights, err = x.Store.FlightsBetween(c.Ctx(), b.Now.Add(-behind), b.Now.Add(ahead)); err != nil {
		return b, err
	}
	nextFirst(b.Flights, b.Now)
	ids := make([]uuid.UUID, len(b.Flights))
	for n, f := range b.Flights {
		ids[n] = f.ID
	}
	if b.Counts, err = x.Board.Counts(c.Ctx(), ids); err != nil {
		return b, err
	}
	b.MayRead = c.May(auth.MessagesWork)
	b.Progress, err = x.Store.Progress(c.Ctx())
	return b, err
}

// nextFirst puts whatever arrives next first; what has arrived stands behind, the newest first. A flight without a known arrival counts by its
// departure. Local times of many places are in no order that a reader could follow, so the departure is none.
func nextFirst(list []passengerdb.DayFlight, now time.Time) {
	at := func(f passengerdb.DayFlight) time.Time {
		if f.ArrivesAt.IsZero() {
			return f.DepartsAt
		}
		return f.ArrivesAt
	}
	slices.SortStableFunc(list, func(a, b passengerdb.DayFlight) int {
		past, other := at(a).Before(now), at(b).Before(now)
		switch {
		case past != other && past:
			return 1
		case past != other:
			return -1
		case past:
			return at(b).Compare(at(a))
		}
		return at(a).Compare(at(b))
	})
}

// stream nudges the board whenever something came; the first nudge comes at once.
func (x *screens) stream(c *web.Context) error {
	nudges, end := x.Hub.Watch()
	defer end()
	return c.Stream(func(ctx context.Context, send func(web.Event) error) error {
		for {
			if err := send(web.Event{Name: "flights", Data: "new"}); err != nil {
				return err
			}
			timer := time.NewTimer(pause)
			select {
			case <-ctx.Done():
				timer.Stop()
				return nil
			case <-timer.C:
			}
			select {
			case <-ctx.Done():
				return nil
			case _, open := <-nudges:
				if !open {
					return nil
				}
			}
		}
	})
}

func (x *screens) flight(c *web.Context) error {
	id, err := param(c)
	if err != nil {
		return err
	}
	p := passengersview.Flight{Now: c.Now(), Filter: c.QueryParam("show")}
	if p.ExpectedFlight, p.Persons, err = x.Store.View(c.Ctx(), id, entry(c, audit.Consultation, "passenger_flight", id.String())); err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(p.Persons))
	for n, one := range p.Persons {
		ids[n] = one.ID
	}
	if p.Screenings, err = x.Board.Screenings(c.Ctx(), ids); err != nil {
		return err
	}
	if p.Desk, err = x.Board.AtDesk(c.Ctx(), ids); err != nil {
		return err
	}
	return c.Render(http.StatusOK, passengersview.FlightPage(p))
}

func (x *screens) changes(c *web.Context) error {
	id, err := param(c)
	if err != nil {
		return err
	}
	list, err := x.Store.ChangesOfFlight(c.Ctx(), id, entry(c, audit.Consultation, "passenger_flight", id.String()))
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, passengersview.ChangesPage(passengersview.Changes{Flight: id, List: list}))
}
