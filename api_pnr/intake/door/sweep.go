package door

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openbmis/openbmis/internal/bus/gate"
)

const (
	sweepEvery  = 10 * time.Minute
	sweepWithin = 5 * time.Minute
)

// Purged is how many messages went because their time was over.
type Purged struct {
	Parked int // laid aside, and never kept by the database
	Sent   int // on carriers' streams, read or not
}

// sweepOn takes what is kept from the stream, again and again until the door closes.
func (d *Door) sweepOn() {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		ctx, cancel := context.WithTimeout(d.ctx, sweepWithin)
		if err := d.Sweep(ctx); err != nil && d.ctx.Err() == nil {
			d.Log.Warn("carriers' door: what is kept stays in the stream for now", "error", err)
		}
		cancel()
		select {
		case <-ticker.C:
		case <-d.ctx.Done():
			return
		}
	}
}

// Sweep takes from INGEST what the keeper has and the stream need not know again. What is not kept stays, however old it is.
func (d *Door) Sweep(ctx context.Context) error { return d.sweep(ctx, d.Now().Add(-dedupWindow)) }

func (d *Door) sweep(ctx context.Context, before time.Time) error {
	stream, err := d.js.Stream(ctx, Ingest)
	if err != nil {
		return fmt.Errorf("stream %s: %w", Ingest, err)
	}
	consumer, err := stream.Consumer(ctx, keeperName)
	if err != nil {
		return fmt.Errorf("consumer %s: %w", keeperName, err)
	}
	// Everything up to the floor was acknowledged, and it was acknowledged only when it was kept or parked.
	return cut(ctx, stream, before, consumer.CachedInfo().AckFloor.Stream+1)
}

// cut deletes what is older than an instant and has a sequence below an end.
func cut(ctx context.Context, stream jetstream.Stream, before time.Time, end uint64) error {
	name := stream.CachedInfo().Config.Name
	first, err := firstSince(ctx, stream, before, end)
	if err != nil {
		return fmt.Errorf("stream %s: %w", name, err)
	}
	if first <= stream.CachedInfo().State.FirstSeq {
		return nil
	}
	if err := stream.Purge(ctx, jetstream.WithPurgeSequence(first)); err != nil {
		return fmt.Errorf("stream %s: %w", name, err)
	}
	return nil
}

// firstSince is the sequence below which everything is older than an instant, at most end. A stream's times grow with its sequences.
func firstSince(ctx context.Context, stream jetstream.Stream, at time.Time, end uint64) (uint64, error) {
	low, high := stream.CachedInfo().State.FirstSeq, end
	for low < high {
		middle := low + (high-low)/2
		m, err := stream.GetMsg(ctx, middle, jetstream.WithGetMsgSubject(">")) // that one or the next
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
			high = middle
		case err != nil:
			return 0, err
		case m.Time.Before(at):
			low = m.Sequence + 1
		default:
			high = middle
		}
	}
	return min(low, end), nil
}

// Purge ends what the law does not allow to be kept any longer: messages that were laid aside before an instant, each with a mark that
// says so and holds nothing of it; what was sent to carriers before it; and what the database has. What waits for the database stays.
func (d *Door) Purge(ctx context.Context, before time.Time) (done Purged, err error) {
	if done.Parked, err = d.purgeParked(ctx, before); err != nil {
		return done, err
	}
	if later := d.Now().Add(-dedupWindow); later.After(before) {
		err = d.sweep(ctx, later)
	} else {
		err = d.sweep(ctx, before)
	}
	if err != nil {
		return done, err
	}
	names := d.js.StreamNames(ctx)
	var outs []string
	for name := range names.Name() {
		if strings.HasPrefix(name, gate.OutStream("")) {
			outs = append(outs, name)
		}
	}
	if err := names.Err(); err != nil {
		return done, fmt.Errorf("streams: %w", err)
	}
	for _, name := range outs {
		n, err := d.purgeOut(ctx, name, before)
		if done.Sent += n; err != nil {
			return done, err
		}
	}
	return done, nil
}

func (d *Door) purgeOut(ctx context.Context, name string, before time.Time) (int, error) {
	stream, err := d.js.Stream(ctx, name)
	if err != nil {
		return 0, fmt.Errorf("stream %s: %w", name, err)
	}
	was := stream.CachedInfo().State
	if err := cut(ctx, stream, before, was.LastSeq+1); err != nil {
		return 0, err
	}
	now, err := stream.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("stream %s: %w", name, err)
	}
	gone := min(max(now.State.FirstSeq, was.FirstSeq)-was.FirstSeq, was.Msgs)
	return int(min(gone, 1<<30)), nil
}

// purgeParked marks each message as ended before it goes. The marks of earlier ones go after as long again.
func (d *Door) purgeParked(ctx context.Context, before time.Time) (ended int, err error) {
	stream, err := d.js.Stream(ctx, Parked)
	if err != nil {
		return 0, fmt.Errorf("stream %s: %w", Parked, err)
	}
	end := stream.CachedInfo().State.LastSeq + 1
	if end, err = firstSince(ctx, stream, before, end); err != nil {
		return 0, fmt.Errorf("stream %s: %w", Parked, err)
	}
	for next := stream.CachedInfo().State.FirstSeq; next < end; {
		m, err := stream.GetMsg(ctx, next, jetstream.WithGetMsgSubject(parkedPrefix+"*"))
		if errors.Is(err, jetstream.ErrMsgNotFound) || err == nil && m.Sequence >= end {
			break
		}
		if err == nil {
			err = d.markEnded(ctx, m)
		}
		if err == nil {
			err = stream.DeleteMsg(ctx, m.Sequence)
		}
		if err != nil {
			return ended, fmt.Errorf("stream %s: %w", Parked, err)
		}
		ended, next = ended+1, m.Sequence+1
	}
	return ended, cut(ctx, stream, before, end)
}

// markEnded says who sent something, when, why it was laid aside, and when it was; nothing that the sender wrote.
func (d *Door) markEnded(ctx context.Context, m *jetstream.RawStreamMsg) error {
	mark := nats.NewMsg(endedPrefix + strings.TrimPrefix(m.Subject, parkedPrefix))
	for _, name := range []string{HeaderID, headerReceived, headerReason} {
		mark.Header.Set(name, m.Header.Get(name))
	}
	mark.Header.Set(headerParked, m.Time.UTC().Format(time.RFC3339Nano))
	_, err := d.js.PublishMsg(ctx, mark, jetstream.WithExpectStream(Parked), jetstream.WithMsgID(fmt.Sprintf("ended.%d", m.Sequence)))
	return err
}
