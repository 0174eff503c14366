package replication

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"github.com/openbmis/openbmis/internal/bus"
)

// sending is one session of a relay: batches sent one after the other from the centre's cursor, answers taken in order.
type sending struct {
	*Relay
	inbox   string
	replies chan *nats.Msg

	epoch  uuid.UUID
	sent   int64 // last number on its way
	number int   // of the last batch sent in this session: its reply comes to inbox.number
	flight []flight
	dry    bool   // the outbox had nothing to send
	lines  uint64 // reconnects when the session began

	committed Position // by the centre, as it answered
	confirmed int64    // number up to which the outbox knows it
	due       bool     // what is committed waits long enough to be confirmed
}

// flight is a batch that waits for its answer.
type flight struct {
	number int
	last   int64
	due    time.Time
}

func (s *sending) begin(ctx context.Context) error {
	state, err := s.outbox.State(ctx)
	if err != nil {
		return err
	}
	at, err := s.centrePosition(ctx, state.Epoch)
	if err != nil {
		return err
	}
	if err := s.agree(ctx, state.Epoch, at); err != nil {
		return err
	}
	s.epoch, s.sent, s.lines = state.Epoch, at.Seq, s.conn.Stats().Reconnects
	s.committed, s.confirmed = at, at.Seq
	return nil
}

func (s *sending) run(ctx context.Context) error {
	poll := time.NewTicker(s.timing.Poll)
	defer poll.Stop()
	for {
		if err := s.fill(ctx); err != nil {
			return err
		}
		if err := s.confirm(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m := <-s.replies:
			if err := s.answered(m); err != nil {
				return err
			}
		case <-s.wake:
			s.dry = false
		case <-poll.C:
			s.dry, s.due = false, true
			if err := s.lost(); err != nil {
				return err
			}
		}
	}
}

// fill sends batches while there is something to send and room in the window.
func (s *sending) fill(ctx context.Context) error {
	for !s.dry && len(s.flight) < window {
		if _, err := s.outbox.Sequence(ctx); err != nil {
			return fmt.Errorf("number events: %w", err)
		}
		events, err := s.outbox.Pending(ctx, s.epoch, s.sent, MaxBatchEvents, readBytes)
		if err != nil {
			return fmt.Errorf("read outbox: %w", err)
		}
		if len(events) == 0 {
			s.dry = true
			return nil
		}
		if err := s.send(events); err != nil {
			return err
		}
	}
	return nil
}

func (s *sending) send(events []Event) error {
	data, n, err := EncodeBatch(s.epoch, events, int(s.conn.MaxPayload()))
	if err != nil {
		return err
	}
	s.number++
	if err := s.conn.PublishRequest(bus.PushSubject(s.station), s.inbox+"."+strconv.Itoa(s.number), data); err != nil {
		return fmt.Errorf("send %d events: %w", n, err)
	}
	s.sent = events[n-1].Seq
	s.flight = append(s.flight, flight{s.number, s.sent, time.Now().Add(s.timing.Request)})
	return nil
}

// answered takes the answer to the oldest batch. Any other answer than "committed" ends the session.
func (s *sending) answered(m *nats.Msg) error {
	number, _ := strconv.Atoi(bus.LastToken(m.Subject)) // 0 is no batch's number
	if len(s.flight) == 0 || number < s.flight[0].number {
		return nil // the echo of a batch answered already
	}
	if m.Header.Get("Status") != "" {
		return fmt.Errorf("%w: nobody serves the centre's end (status %s)", errRewind, m.Header.Get("Status"))
	}
	var reply Reply
	if err := json.Unmarshal(m.Data, &reply); err != nil {
		return fmt.Errorf("%w: answer to a batch: %w", errRewind, err)
	}
	if err := s.judge(reply); err != nil {
		return err
	}
	first := s.flight[0]
	if number != first.number || reply.Cursor < first.last {
		return fmt.Errorf("%w: centre at %d, batch ended at %d", errRewind, reply.Cursor, first.last)
	}
	s.flight = s.flight[1:]
	s.committed = Position{reply.Cursor, reply.Head}
	return nil
}

// together is how many events of a backlog are confirmed at once while more are on their way: pruning is the larger part of the
// station's work on them, and the centre would wait for it.
const together = 4 * MaxBatchEvents

// confirm tells the outbox what the centre has committed. Single events wait for the next poll: the one that is written meanwhile
// must not wait for those before it to be pruned.
func (s *sending) confirm(ctx context.Context) error {
	n := s.committed.Seq - s.confirmed
	if n == 0 || n < together && !s.due && (n < MaxBatchEvents || len(s.flight) > 0) {
		return nil
	}
	s.confirmed, s.due = s.committed.Seq, false
	return s.agree(ctx, s.epoch, s.committed)
}

func (s *sending) judge(reply Reply) error {
	switch reply.Code {
	case CodeNone:
		return nil
	case CodeGap, CodeUnavailable:
		return fmt.Errorf("%w: %s at %d %s", errRewind, reply.Code, reply.Cursor, reply.Detail)
	case CodeChainBroken, CodeMalformed, CodeRefused:
	default:
	}
	s.log.Error("replication: the centre refuses our events", "station", s.station, "code", reply.Code, "cursor", reply.Cursor, "detail", reply.Detail)
	return fmt.Errorf("%w: %s at %d %s", errBarred, reply.Code, reply.Cursor, reply.Detail)
}

// lost says that the answers waited for will not come: they are late, or the line they would have come by is gone.
func (s *sending) lost() error {
	switch {
	case len(s.flight) == 0:
		return nil
	case time.Now().After(s.flight[0].due):
		return fmt.Errorf("%w: no answer in %s", errRewind, s.timing.Request)
	case s.conn.Stats().Reconnects != s.lines || !s.conn.IsConnected():
		return fmt.Errorf("%w: the line was cut", errRewind)
	}
	return nil
}
