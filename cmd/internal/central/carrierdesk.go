package central

import (
	"context"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/carriers"
	"github.com/openbmis/openbmis/ui/view/carriersview"
	"github.com/openbmis/openbmis/ui/web"
)

// takings is the carriers' door for gateways that are made before it is open.
type takings struct{ *carriersDoor }

var errDoorShut = problem.New(problem.Unavailable, "carrier_door_shut")

// Take implements https.Desk.
func (d takings) Take(ctx context.Context, a door.Arrival) (apipnr.Receipt, error) {
	if d.door == nil {
		return apipnr.Receipt{}, errDoorShut
	}
	return d.door.Take(ctx, a)
}

// Ask implements https.Desk.
func (d takings) Ask(ctx context.Context, a door.Arrival) ([]byte, error) {
	if d.door == nil {
		return nil, errDoorShut
	}
	return d.door.Ask(ctx, a)
}

// Acknowledge implements https.Desk.
func (d takings) Acknowledge(ctx context.Context, a door.Arrival) error {
	if d.door == nil {
		return errDoorShut
	}
	return d.door.Acknowledge(ctx, a)
}

// Outgoings implements https.Desk.
func (d takings) Outgoings(ctx context.Context, carrier string, after uint64) ([]door.Outgoing, error) {
	if d.door == nil {
		return nil, errDoorShut
	}
	return d.door.Outgoings(ctx, carrier, after)
}

// registerCarriers registers the administrator's pages of carriers.
func (a *app) registerCarriers(s *web.Server) {
	o := carriers.Options{}
	if a.carriers != nil { // nil while only the routes are asked for
		o = carriers.Options{Store: a.carriers.store, Door: shown{a.carriers}, Root: a.authority.RootPEM}
	}
	carriers.Register(s, o)
}

// shown is the carriers' door as the administrator's pages see it.
type shown struct{ *carriersDoor }

// Open implements carriers.Door.
func (d shown) Open() bool { return d.door != nil }

// Connections implements carriers.Door. Of an external cluster they are not known here.
func (d shown) Connections(carrier string) int {
	if d.server == nil {
		return 0
	}
	return d.server.Connections(carrier)
}

// Waiting implements carriers.Door.
func (d shown) Waiting(ctx context.Context) (int, error) {
	if d.door == nil {
		return 0, errDoorShut
	}
	return d.door.Waiting(ctx)
}

// asidesShown is how many rows a page of what was laid aside has.
const asidesShown = 100

// Asides implements carriers.Door.
func (d shown) Asides(ctx context.Context, after string) (carriersview.Asides, error) {
	if d.door == nil {
		return carriersview.Asides{}, errDoorShut
	}
	page, err := d.door.Asides(ctx, after, asidesShown)
	rows := make([]carriersview.Aside, len(page.List))
	for i, one := range page.List {
		rows[i] = carriersview.Aside{
			Sequence: one.Sequence, ID: one.ID, Carrier: one.Carrier, Reason: one.Reason, ReceivedAt: one.ReceivedAt, ParkedAt: one.ParkedAt,
		}
		if !one.EndedAt.IsZero() { // shown, never silently gone; there is nothing left to try again
			rows[i].Reason = one.Reason + " (law: ended " + one.EndedAt.UTC().Format(time.DateOnly) + ")"
		}
	}
	return carriersview.Asides{List: rows, Total: page.Parked, Next: page.Next}, err
}

// Retry implements carriers.Door.
func (d shown) Retry(ctx context.Context, by audit.Actor, sequence uint64) error {
	if d.door == nil {
		return errDoorShut
	}
	if err := d.store.Retried(ctx, by, sequence); err != nil {
		return err
	}
	return d.door.Retry(ctx, sequence)
}
