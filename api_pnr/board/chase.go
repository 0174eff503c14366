package board

import (
	"context"
	"strconv"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/message"
)

const (
	chaseAtOnce = 100              // notices told in one round
	chaseAgain  = 10 * time.Second // a round at least so often: another process may have left a notice
	chaseFailed = 5 * time.Second  // until a notice is tried again that could not be put on the carrier's stream
)

// Chase tells carriers what changed, and tells them again at growing intervals until they acknowledge or the flight is gone. It works
// until ctx ends. A failure is logged without what failed: the notice stays, and its state is on the list.
func (o *Office) Chase(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-o.Notices.Nudged():
		}
		next, err := o.ChaseOnce(ctx)
		if err != nil && ctx.Err() == nil {
			o.Log.WarnContext(ctx, "unsolicited answers not told", "error", err)
		}
		timer.Reset(o.wait(next))
	}
}

// wait is how long until the next round.
func (o *Office) wait(next time.Time) time.Duration {
	if next.IsZero() {
		return chaseAgain
	}
	return min(max(next.Sub(o.Now()), 0), chaseAgain)
}

// ChaseOnce tells what is due, and says when the next is; zero when none waits.
func (o *Office) ChaseOnce(ctx context.Context) (time.Time, error) {
	if o.Courier == nil {
		return time.Time{}, nil
	}
	for {
		due, next, err := o.Notices.DueNotices(ctx, chaseAtOnce)
		if err != nil || len(due) == 0 {
			return next, err
		}
		for _, n := range due {
			if err := o.tell(ctx, n); err != nil {
				return next, err
			}
		}
	}
}

// tell puts a notice on its carrier's stream. A carrier who is not there takes it when he is; one whose stream cannot be reached holds up
// no other.
func (o *Office) tell(ctx context.Context, n Notice) error {
	body, err := o.unsolicited(n)
	if err == nil {
		err = o.Courier.Send(ctx, n.Carrier, n.ID.String()+"."+strconv.Itoa(n.Attempts+1), body)
	}
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		o.Log.WarnContext(ctx, "unsolicited answer not sent", "notice", n.ID, "carrier", n.Carrier)
		return o.Notices.Later(ctx, n.ID, o.Now().Add(chaseFailed))
	}
	return o.Notices.Told(ctx, n.ID, o.Now().Add(o.Policy.Chase.after(n.Attempts)))
}

// after is how long a carrier is given after being told so often before: the first interval, doubled each time.
func (c Chase) after(attempts int) time.Duration {
	d := time.Duration(c.First)
	for range attempts {
		if d *= 2; d >= time.Duration(c.Most) {
			return time.Duration(c.Most)
		}
	}
	return d
}

// unsolicited is the message of a notice (CUSRES 132).
func (o *Office) unsolicited(n Notice) ([]byte, error) {
	one := []Answered{{Ref: n.Ref, Ruling: n.Ruling, Words: n.Words}}
	return o.write(again(n), apipnr.StatusChange, told([]Asked{{Ref: n.Ref, Locator: n.Locator}}, one))
}

// Acknowledge takes a carrier's acknowledgement: it repeats flight, traveller and code of what it acknowledges.
func (o *Office) Acknowledge(ctx context.Context, e apipnr.Envelope) error {
	var acks []Acknowledged
	for _, m := range message.Read(e.Body).Messages {
		if m.Type != apipnr.CUSRES || m.Function != apipnr.Acknowledgement || len(m.Flights) == 0 {
			continue
		}
		for _, v := range m.Answers {
			acks = append(acks, Acknowledged{Carrier: e.Carrier, Flight: crossing(m.Flights).Key(), Ref: v.Ref, Locator: v.Locator, Code: v.Code})
		}
	}
	if len(acks) == 0 {
		return ErrNoList
	}
	n, err := o.Notices.Acknowledge(ctx, acks)
	if err == nil && n == 0 {
		return ErrNoSuchAck
	}
	return err
}
