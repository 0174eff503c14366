package counter

import (
	"context"
	"strconv"
	"sync"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

// bells tell the screens of lanes that something came which no act of theirs brought.
type bells struct {
	mu    sync.Mutex
	lanes map[string]*bell
}

type bell struct {
	rung    int           // how often
	changed chan struct{} // closed and made anew with each ring
}

// of is how often the lane's bell was rung, and a channel that closes at the next time.
func (b *bells) of(lane string) (int, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.lane(lane)
	return one.rung, one.changed
}

func (b *bells) ring(lane string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.lane(lane)
	one.rung++
	close(one.changed)
	one.changed = make(chan struct{})
}

func (b *bells) lane(name string) *bell {
	if b.lanes == nil {
		b.lanes = map[string]*bell{}
	}
	if b.lanes[name] == nil {
		b.lanes[name] = &bell{changed: make(chan struct{})}
	}
	return b.lanes[name]
}

var _ arrival.Counter = (*Handlers)(nil)

// Arrive opens what a document reader gave for the officer who sits in the lane, with the circumstances of his last scan, and tells his
// screen. The direction is the lane's.
func (h *Handlers) Arrive(ctx context.Context, seat arrival.Seat, r *reader.Reading) (*border.Inspection, error) {
	lane, ok := h.lane(seat.Actor.Lane)
	if !ok {
		return nil, problem.New(problem.Invalid, "counter.lane").At("lane")
	}
	stays := h.circumstances(seat.Session)
	in := border.ScanInput{
		Reading: r, Direction: lane.Direction, Mode: stays.Mode, Transport: stays.Transport, Purpose: stays.Purpose,
		Circumstances: border.Circumstances{Particulars: stays.Particulars},
	}
	var err error
	if in.Group, err = h.joins(ctx, seat.Actor); err != nil {
		return nil, err
	}
	inspection, err := h.desk.Open(ctx, seat.Actor, in)
	if err != nil {
		return nil, err
	}
	await(ctx, inspection)
	h.Notify(lane.Name)
	return inspection, nil
}

// Notify tells the lane's screen that something waits for its officer.
func (h *Handlers) Notify(lane string) { h.bells.ring(lane) }

// listen tells the page of what comes to its lane; the page then fetches the desk. The page says which ring it has seen.
func (h *Handlers) listen(c *web.Context, lane counterview.Lane) error {
	seen, err := strconv.Atoi(c.QueryParam("seen"))
	if err != nil {
		return problem.New(problem.Invalid, "").At("seen")
	}
	return c.Stream(func(ctx context.Context, send func(web.Event) error) error {
		for {
			rung, changed := h.bells.of(lane.Name)
			if rung != seen {
				seen = rung
				if err := send(web.Event{Name: "arrival", Data: strconv.Itoa(rung)}); err != nil {
					return err
				}
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return nil
			}
		}
	})
}
