package door

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// When a message is laid aside for people to look at: nothing is ever dropped because it was tried too often.
const (
	parkAfter    = 12 // attempts that failed
	keepers      = 4  // side by side
	slowestRetry = 30 * time.Second
	firstRetry   = 200 * time.Millisecond
	parkWithin   = 5 * time.Second
)

// startKeeping brings what is in the stream to the keeper.
func (d *Door) startKeeping(ctx context.Context) error {
	consumer, err := d.js.CreateOrUpdateConsumer(ctx, Ingest, jetstream.ConsumerConfig{
		Durable: keeperName, AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxDeliver: -1, MaxAckPending: keepAhead,
	})
	if err != nil {
		return fmt.Errorf("consumer %s: %w", keeperName, err)
	}
	if d.consume, err = consumer.Messages(jetstream.PullMaxMessages(keepAhead)); err != nil {
		return fmt.Errorf("consumer %s: %w", keeperName, err)
	}
	for range keepers {
		d.work.Go(d.keepOn)
	}
	return nil
}

func (d *Door) keepOn() {
	for {
		m, err := d.consume.Next()
		switch {
		case errors.Is(err, jetstream.ErrMsgIteratorClosed), d.ctx.Err() != nil:
			return
		case err != nil:
			d.Log.Warn("carriers' door: reading what came", "error", err) // it goes on by itself
			continue
		}
		d.bring(m)
	}
}

// bring gives one message to the keeper. It is acknowledged only when it is kept, or parked.
func (d *Door) bring(m jetstream.Msg) {
	ctx, cancel := context.WithTimeout(d.ctx, ackWait-5*time.Second)
	defer cancel()
	err := d.keepOne(ctx, m)
	if err == nil {
		d.stuck.keptOne(sequenceOf(m))
		d.settled(m.DoubleAck(ctx))
		return
	}
	if d.ctx.Err() != nil {
		return // the next to run finds it again
	}
	meta, metaErr := m.Metadata()
	if metaErr != nil {
		d.Log.Error("carriers' door: a message without its place", "error", metaErr)
		return
	}
	if d.isHopeless(meta, err) {
		d.park(m, err)
		return
	}
	d.Log.Warn("carriers' door: not kept yet", "sequence", meta.Sequence.Stream, "attempt", meta.NumDelivered, "error", err)
	d.settled(m.NakWithDelay(d.delayAfter(meta.NumDelivered)))
}

// isHopeless says that no further attempt helps a message. How long it has waited says nothing: a database may be away for days.
func (d *Door) isHopeless(meta *jetstream.MsgMetadata, err error) bool {
	var unreadable unreadableError
	own := d.stuck.fails(meta.Sequence.Stream)
	return errors.As(err, &unreadable) || own >= d.Attempts ||
		int64(min(meta.NumDelivered, 1<<30)) >= int64(d.Attempts) && !isPassing(err)
}

func sequenceOf(m jetstream.Msg) uint64 {
	meta, err := m.Metadata()
	if err != nil {
		return 0
	}
	return meta.Sequence.Stream
}

func (d *Door) settled(err error) {
	if err != nil && d.ctx.Err() == nil {
		d.Log.Warn("carriers' door: told the stream in vain; it comes again", "error", err)
	}
}

// unreadableError is a message of the stream that no attempt will make readable.
type unreadableError struct{ error }

func (d *Door) keepOne(ctx context.Context, m jetstream.Msg) error {
	e, err := unpack(m.Headers(), m.Data())
	if err != nil {
		return unreadableError{err}
	}
	if _, err := d.Keeper.Keep(ctx, e); err != nil {
		return err
	}
	if d.Kept != nil {
		d.Kept(e)
	}
	return nil
}

func (d *Door) delayAfter(attempts uint64) time.Duration {
	return min(d.Pause<<min(attempts, 10), slowestRetry)
}

// park lays a message aside, durably, before it is taken off the consumer.
func (d *Door) park(m jetstream.Msg, why error) {
	ctx, cancel := context.WithTimeout(d.ctx, parkWithin) // its own: the keeper may have used up all of its time
	defer cancel()
	aside := nats.NewMsg(parkedPrefix + m.Headers().Get(headerCarrier))
	if m.Headers().Get(headerCarrier) == "" {
		aside.Subject = parkedPrefix + "unknown"
	}
	for name, values := range m.Headers() {
		aside.Header[name] = values
	}
	aside.Header.Del(nats.MsgIdHdr)
	aside.Header.Del(nats.ExpectedStreamHdr)
	aside.Header.Set(headerReason, reasonOf(why))
	aside.Data = m.Data()
	if _, err := d.js.PublishMsg(ctx, aside, jetstream.WithExpectStream(Parked)); err != nil {
		d.settled(errors.Join(err, m.NakWithDelay(slowestRetry)))
		return
	}
	d.stuck.forget(sequenceOf(m))
	d.Log.Error("carriers' door: a message is parked", "id", m.Headers().Get(HeaderID), "error", why)
	d.settled(m.DoubleAck(ctx))
}
