package replication

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"github.com/openbmis/openbmis/internal/bus"
)

const (
	// daysPerBeat bounds one heartbeat; more days follow with the next.
	daysPerBeat = 500
	// alertsKept bounds what a station remembers to tell; what it cannot keep is in its log.
	alertsKept    = 100
	alertsPerBeat = 20
)

// LinkState is what a station knows of its line to the centre.
type LinkState struct {
	Online      bool          // the last heartbeat was answered
	LastContact time.Time     // station's clock at the last answer; zero: never since the start
	ClockOffset time.Duration // station's clock minus centre's, to half the round trip
	RoundTrip   time.Duration
}

// Heart tells the centre every few seconds how the station is, and learns from the answer that it is online, what the centre's
// clock says and which reference data is new. It takes the station's own alerts (it is an Alerts) and delivers them.
type Heart struct {
	config HeartConfig

	mu     sync.Mutex
	link   LinkState
	alerts []Alert
	agreed map[dayKey]DaySummary // the claims the centre has stored
}

// HeartConfig is what a Heart needs. OnVersions (may be nil) is told the newest dataset versions at every answer.
type HeartConfig struct {
	Station    string
	Software   string
	Conn       *nats.Conn
	Outbox     Outbox
	References ReferenceStore // nil: the station takes no reference data
	Blobs      BlobOutbox     // nil: the station keeps no evidence
	OnVersions func(map[string]int64)
	Every      time.Duration // 0: 3 s
	Now        func() time.Time
	Log        *slog.Logger
}

type dayKey struct {
	epoch uuid.UUID
	day   int64
}

func keyOf(d DaySummary) dayKey { return dayKey{d.Epoch, d.Day.Unix()} }

// NewHeart makes a Heart; Run lets it beat.
func NewHeart(config HeartConfig) *Heart {
	if config.Every == 0 {
		config.Every = 3 * time.Second
	}
	return &Heart{config: config, agreed: map[dayKey]DaySummary{}}
}

// Raise keeps an alert until the centre has it.
func (h *Heart) Raise(_ context.Context, a Alert) {
	h.config.Log.Error("replication: alert", "station", a.Station, "code", a.Code, "detail", a.Detail)
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.alerts) < alertsKept {
		h.alerts = append(h.alerts, a)
	}
}

// Link is the state of the line as of the last heartbeat.
func (h *Heart) Link() LinkState {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.link
}

// Run beats until ctx ends, and returns ctx's error.
func (h *Heart) Run(ctx context.Context) error {
	tick := time.NewTicker(h.config.Every)
	defer tick.Stop()
	for {
		if err := h.Beat(ctx); err != nil && ctx.Err() == nil {
			h.config.Log.Debug("replication: heartbeat not answered", "station", h.config.Station, "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Beat sends one heartbeat and takes its answer.
func (h *Heart) Beat(ctx context.Context) error {
	if !h.config.Conn.IsConnected() {
		h.silent()
		return errors.New("heartbeat: no connection to the centre")
	}
	beat, err := h.compose(ctx)
	if err != nil {
		return err
	}
	var reply HeartbeatReply
	err = ask(ctx, h.config.Conn, bus.StatusSubject(h.config.Station), beat, &reply, h.config.Every)
	if err == nil && reply.Code != CodeNone && reply.Code != CodeUnavailable {
		err = fmt.Errorf("heartbeat: %s", reply.Code)
	}
	if err != nil {
		h.silent()
		return err
	}
	h.heard(beat, reply)
	if reply.Code == CodeUnavailable {
		return errors.New("heartbeat: the centre could not store it")
	}
	if h.config.OnVersions != nil {
		h.config.OnVersions(reply.Datasets)
	}
	return nil
}

func (h *Heart) compose(ctx context.Context) (Heartbeat, error) {
	state, err := h.config.Outbox.State(ctx)
	if err != nil {
		return Heartbeat{}, fmt.Errorf("heartbeat: outbox: %w", err)
	}
	beat := Heartbeat{
		Software: h.config.Software, Epoch: state.Epoch, LastSeq: state.Last.Seq, ConfirmedSeq: state.Confirmed.Seq,
		Backlog: state.Backlog, OldestAt: state.OldestAt,
	}
	if h.config.References != nil {
		if beat.Datasets, err = h.config.References.Status(ctx); err != nil {
			return Heartbeat{}, fmt.Errorf("heartbeat: reference data: %w", err)
		}
	}
	if h.config.Blobs != nil {
		if beat.Blobs, err = h.config.Blobs.Progress(ctx); err != nil {
			return Heartbeat{}, fmt.Errorf("heartbeat: evidence: %w", err)
		}
	}
	days, err := h.config.Outbox.Days(ctx, uuid.Nil, time.Time{})
	if err != nil {
		return Heartbeat{}, fmt.Errorf("heartbeat: %w", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range days {
		if !equalDays(h.agreed[keyOf(d)], d) && len(beat.Days) < daysPerBeat {
			beat.Days = append(beat.Days, d)
		}
	}
	beat.Alerts = append(beat.Alerts, h.alerts[:min(len(h.alerts), alertsPerBeat)]...)
	beat.ClockOffset, beat.RoundTrip = h.link.ClockOffset, h.link.RoundTrip
	beat.SentAt = h.config.Now()
	return beat, nil
}

func equalDays(a, b DaySummary) bool {
	return a.Epoch == b.Epoch && sameDay(a, b)
}

func (h *Heart) silent() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.link.Online = false
}

func (h *Heart) heard(beat Heartbeat, reply HeartbeatReply) {
	now := h.config.Now()
	roundTrip := now.Sub(beat.SentAt)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.link = LinkState{Online: true, LastContact: now, RoundTrip: roundTrip, ClockOffset: beat.SentAt.Add(roundTrip / 2).Sub(reply.At)}
	if reply.Code != CodeNone {
		return
	}
	h.alerts = h.alerts[len(beat.Alerts):]
	for _, d := range beat.Days {
		h.agreed[keyOf(d)] = d
	}
}
