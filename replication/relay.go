package replication

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"github.com/openbmis/openbmis/internal/bus"
)

// Timing of the relay; NewRelay fills what is zero with what was measured to be good.
type Timing struct {
	Poll    time.Duration // looks for events that nobody announced; 100 ms
	Pause   time.Duration // after an error; 100 ms
	Barred  time.Duration // after a refusal that a person must look at; 5 s
	Request time.Duration // how long an answer is waited for; 5 s
}

func (t Timing) orDefaults() Timing {
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&t.Poll, 100*time.Millisecond)
	set(&t.Pause, 100*time.Millisecond)
	set(&t.Barred, 5*time.Second)
	set(&t.Request, 5*time.Second)
	return t
}

const (
	// window is how many batches are on their way at once: one being committed at the centre while the next travels.
	window = 2
	// readBytes bounds what is read from the outbox for one batch; it is packed to fit the bus after that.
	readBytes = 3 << 20
)

// Relay sends a station's events to the centre until the centre has committed them. There is one per station; it may be
// killed at any moment. It holds nothing that the outbox and the centre do not know.
type Relay struct {
	station string
	outbox  Outbox
	conn    *nats.Conn
	alerts  Alerts
	log     *slog.Logger
	timing  Timing
	wake    chan struct{}
}

// NewRelay makes the relay of a station. alerts takes what the station must tell (it reaches the centre by heartbeat).
func NewRelay(station string, outbox Outbox, conn *nats.Conn, alerts Alerts, timing Timing, log *slog.Logger) *Relay {
	return &Relay{station: station, outbox: outbox, conn: conn, alerts: alerts, log: log, timing: timing.orDefaults(), wake: make(chan struct{}, 1)}
}

// Wake says that an event was committed. It never blocks; without it the event leaves at the next poll.
func (r *Relay) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run relays until ctx ends, and returns ctx's error. Whatever fails is tried again for ever: the centre may be away for days.
func (r *Relay) Run(ctx context.Context) error {
	for {
		err := r.session(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		pause := r.timing.Pause
		if errors.Is(err, errBarred) {
			pause = r.timing.Barred
		}
		r.log.Debug("replication: going back to the centre's cursor", "station", r.station, "error", err)
		if err := r.rest(ctx, pause); err != nil {
			return err
		}
	}
}

// rest waits, and numbers what is committed meanwhile, so that the backlog is numbered and counted also while the centre is away.
func (r *Relay) rest(ctx context.Context, pause time.Duration) error {
	if _, err := r.outbox.Sequence(ctx); err != nil && ctx.Err() == nil {
		r.log.Error("replication: events not numbered", "station", r.station, "error", err)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
		return nil
	}
}

var (
	errRewind = errors.New("going back")
	// errBarred: the centre refuses what only a person can put right.
	errBarred = errors.New("refused by the centre")
)

// session asks the centre for its cursor and sends from there, until something is not as it should be. Then it begins again:
// that is go-back-N.
func (r *Relay) session(ctx context.Context) error {
	s := &sending{Relay: r, inbox: r.conn.NewInbox(), replies: make(chan *nats.Msg, 4*window)}
	sub, err := r.conn.ChanSubscribe(s.inbox+".*", s.replies)
	if err != nil {
		return fmt.Errorf("subscribe to replies: %w", err)
	}
	defer func() { _ = sub.Unsubscribe() }() // a closed connection has no subscriptions left
	if err := s.begin(ctx); err != nil {
		return err
	}
	return s.run(ctx)
}

// agree compares the centre's position with the outbox, and begins a new epoch when they contradict each other.
func (r *Relay) agree(ctx context.Context, epoch uuid.UUID, at Position) error {
	err := r.outbox.Confirm(ctx, epoch, at)
	code := AlertEpochChanged
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrCentreBehind):
		code = AlertCentreBehind
	case !errors.Is(err, ErrDiverged):
		return fmt.Errorf("confirm up to %d: %w", at.Seq, err)
	}
	before, stateErr := r.outbox.State(ctx)
	if stateErr != nil {
		return stateErr
	}
	after, epochErr := r.outbox.NewEpoch(ctx, err.Error())
	if epochErr != nil {
		return fmt.Errorf("new epoch: %w", epochErr)
	}
	r.alerts.Raise(ctx, Alert{r.station, code, fmt.Sprintf("%v: centre at %d, station numbered %d and held %d as confirmed in epoch %s; %d events carried into epoch %s",
		err, at.Seq, before.Last.Seq, before.Confirmed.Seq, before.Epoch, after.Backlog, after.Epoch)})
	return fmt.Errorf("%w: %w", errRewind, err)
}

// ask is one request with an answer in JSON.
func ask(ctx context.Context, conn *nats.Conn, subject string, question, answer any, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	data, err := json.Marshal(question)
	if err != nil {
		return err
	}
	m, err := conn.RequestWithContext(ctx, subject, data)
	if err != nil {
		return fmt.Errorf("request %s: %w", subject, err)
	}
	if err := json.Unmarshal(m.Data, answer); err != nil {
		return fmt.Errorf("request %s: answer: %w", subject, err)
	}
	return nil
}

func (r *Relay) centrePosition(ctx context.Context, epoch uuid.UUID) (Position, error) {
	var reply Reply
	if err := ask(ctx, r.conn, bus.CursorSubject(r.station), cursorRequest{epoch}, &reply, r.timing.Request); err != nil {
		return Position{}, err
	}
	if reply.Code != CodeNone {
		return Position{}, fmt.Errorf("centre's cursor: %s %s", reply.Code, reply.Detail)
	}
	return Position{reply.Cursor, reply.Head}, nil
}
