package door

import (
	"context"
	"net/http"
)

var errNoAnswerer = Refuse(http.StatusNotImplemented, "interactive_off", "this State answers no interactive requests")

// Ask has an interactive request answered. The context's deadline is the carrier's: one that has passed is refused, since nobody waits.
func (d *Door) Ask(ctx context.Context, a Arrival) ([]byte, error) {
	if d.Answerer == nil {
		return nil, errNoAnswerer
	}
	if ctx.Err() != nil {
		return nil, Refuse(http.StatusGatewayTimeout, "deadline_passed", "the deadline had passed when the request was taken up")
	}
	e, room, err := d.open(a)
	if err != nil {
		return nil, err
	}
	defer room.release()
	e.ID = d.NewID() // each request is answered, also one that is asked twice
	return d.Answerer.Answer(ctx, e)
}

// Acknowledge takes a carrier's acknowledgement of an unsolicited message.
func (d *Door) Acknowledge(ctx context.Context, a Arrival) error {
	if d.Answerer == nil {
		return errNoAnswerer
	}
	e, room, err := d.open(a)
	if err != nil {
		return err
	}
	defer room.release()
	e.ID = d.NewID()
	return d.Answerer.Acknowledge(ctx, e)
}
