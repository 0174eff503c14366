package central

import (
	"context"

	"golang.org/x/sync/errgroup"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/airport"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/publish"
)

// runExpected tells the crossing points who is expected, behind everything else.
func (a *app) runExpected(ctx context.Context, behind *errgroup.Group) {
	publisher := publish.New(publish.Config{
		DB: a.db.DB, Manifests: a.passengers.store, Screenings: a.boarding.store, Direction: crossingsOf(a.boarding.state, a.passengers.airports).direction,
		Published: func(dataset string) { a.line.tellNews(dataset) }, Now: a.tools.Now, Log: a.tools.Log,
	})
	behind.Go(func() error { return publisher.Run(ctx) })
}

// crossings knows which border of the State a flight crosses.
type crossings struct {
	state    string
	airports *airport.Table
}

// crossingsOf leaves a State out of which the table has no airport, such as that of an exercise: nothing can be said of its borders.
func crossingsOf(state string, airports *airport.Table) crossings {
	if !airports.Knows(state) {
		state = ""
	}
	return crossings{state, airports}
}

// direction is entry or exit as seen from the State; false for a flight that crosses none of its borders. Where the place of an airport is
// not known, every post is told of it: better told too much than a passenger unknown at the counter.
func (c crossings) direction(f apipnr.ExpectedFlight) (border.Direction, bool) {
	from, to := c.airports.Country(f.Origin), c.airports.Country(f.Destination)
	switch {
	case c.state == "" || from == "" && to == "":
		return "", true
	case from == c.state && to == c.state:
		return "", false
	case to == c.state:
		return border.Entry, true
	case from == c.state:
		return border.Exit, true
	case from == "" || to == "":
		return "", true
	}
	return "", false
}
