package door

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/openbmis/openbmis/internal/problem"
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
	answer, err := d.Answerer.Answer(ctx, e)
	return answer, forGood(err)
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
	return forGood(d.Answerer.Acknowledge(ctx, e))
}

// forGood makes a refusal of what trying again cannot help: there is nothing in the message that could be answered, or nothing of ours that
// it could mean. Any other error is our fault, and stays what it is.
func forGood(err error) error {
	var p *problem.Error
	if !errors.As(err, &p) {
		return err
	}
	code := p.Code
	if _, short, inArea := strings.Cut(p.Code, "."); inArea { // carriers know no areas of ours
		code = short
	}
	switch p.Kind {
	case problem.Invalid:
		return Refuse(http.StatusUnprocessableEntity, code, "there is no message in it that names a flight and can be answered").Because(err)
	case problem.NotFound:
		return Refuse(http.StatusNotFound, code, "nothing is known here that this could mean; do not send it again").Because(err)
	default:
		return err
	}
}
