package door

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openbmis/openbmis/internal/problem"
)

// Aside is a message that could not be kept and waits for people.
type Aside struct {
	Sequence   uint64
	ID         string
	Carrier    string
	Subject    string
	ReceivedAt time.Time // zero when even that is unreadable
	ParkedAt   time.Time
	EndedAt    time.Time // not zero: the law's time is over and the message is gone; only this is left
	Reason     string    // a problem's code, or its kind; nothing of the message
}

const maxAsides = 200

// reasonOf says why without quoting anything that was sent.
func reasonOf(err error) string {
	var p *problem.Error
	var unreadable unreadableError
	switch {
	case errors.As(err, &p):
		return p.Code
	case errors.As(err, &unreadable):
		return "unreadable"
	}
	return "internal"
}

// isPassing says that waiting may help: it is not the message that is found fault with.
func isPassing(err error) bool {
	var p *problem.Error
	return !errors.As(err, &p) || p.Kind == problem.Unavailable || p.Kind == problem.Internal
}

// Asides lists what is parked, the oldest first, then what was and has ended, at most 200 of each, and says how many are parked.
func (d *Door) Asides(ctx context.Context) (list []Aside, total int, err error) {
	stream, err := d.js.Stream(ctx, Parked)
	if err != nil {
		return nil, 0, fmt.Errorf("stream %s: %w", Parked, err)
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(parkedPrefix+"*"))
	if err != nil {
		return nil, 0, fmt.Errorf("stream %s: %w", Parked, err)
	}
	for _, n := range info.State.Subjects {
		total += int(min(n, 1<<30))
	}
	list, err = asides(ctx, stream, parkedPrefix+"*")
	if err != nil {
		return nil, 0, err
	}
	ended, err := asides(ctx, stream, endedPrefix+"*")
	return append(list, ended...), total, err
}

func asides(ctx context.Context, stream jetstream.Stream, subject string) (list []Aside, err error) {
	for next := stream.CachedInfo().State.FirstSeq; len(list) < maxAsides; {
		m, err := stream.GetMsg(ctx, next, jetstream.WithGetMsgSubject(subject))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("stream %s: %w", Parked, err)
		}
		list, next = append(list, asideOf(m)), m.Sequence+1
	}
	return list, nil
}

// asideOf reads a parked message, or the mark of one that has ended. An instant that cannot be read is zero, and shown as such.
func asideOf(m *jetstream.RawStreamMsg) Aside {
	_, carrier, _ := strings.Cut(m.Subject, ".")
	a := Aside{
		Sequence: m.Sequence, ID: m.Header.Get(HeaderID), Carrier: carrier, Subject: m.Header.Get(headerSubject), ParkedAt: m.Time.UTC(),
		Reason: m.Header.Get(headerReason),
	}
	a.ReceivedAt, _ = time.Parse(time.RFC3339Nano, m.Header.Get(headerReceived))
	if strings.HasPrefix(m.Subject, endedPrefix) {
		a.EndedAt = a.ParkedAt
		a.ParkedAt, _ = time.Parse(time.RFC3339Nano, m.Header.Get(headerParked))
	}
	return a
}

// Retry puts a parked message back, for the keeper to try again; it leaves the parking only when it is in the stream.
func (d *Door) Retry(ctx context.Context, sequence uint64) error {
	stream, err := d.js.Stream(ctx, Parked)
	if err != nil {
		return fmt.Errorf("stream %s: %w", Parked, err)
	}
	m, err := stream.GetMsg(ctx, sequence)
	if errors.Is(err, jetstream.ErrMsgNotFound) || err == nil && !strings.HasPrefix(m.Subject, parkedPrefix) {
		return problem.New(problem.NotFound, "parked_gone").At("sequence")
	}
	if err != nil {
		return fmt.Errorf("stream %s: %w", Parked, err)
	}
	back := nats.NewMsg(ingestPrefix + strings.TrimPrefix(m.Subject, parkedPrefix))
	back.Header, back.Data = m.Header, m.Data
	back.Header.Del(headerReason)
	back.Header.Del(nats.ExpectedStreamHdr)
	if _, err := d.js.PublishMsg(ctx, back, jetstream.WithExpectStream(Ingest)); err != nil {
		return fmt.Errorf("store in %s: %w", Ingest, err)
	}
	if err := stream.DeleteMsg(ctx, sequence); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		return fmt.Errorf("stream %s: %w", Parked, err)
	}
	return nil
}
