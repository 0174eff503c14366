package replication

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/bus"
)

const (
	// queueGroup lets several processes of the centre share the work; the Applier's row lock keeps a station's order.
	queueGroup = "centre"
	// laneDepth is how many requests of one station may wait; a relay sends two at a time.
	laneDepth      = 16
	referenceLanes = 8
	serveDeadline  = 30 * time.Second
	closeTimeout   = 5 * time.Second
)

// Receiver is the centre's end of the line: it answers the stations' requests by calling the parts. It holds no state that
// matters: it may be killed at any moment.
type Receiver struct {
	conn  *nats.Conn
	parts Parts

	mu    sync.Mutex
	lanes map[string]chan *nats.Msg
	subs  []*nats.Subscription
	work  sync.WaitGroup
	ctx   context.Context
	stop  context.CancelFunc
}

// Parts is what the centre brings. All are required except Witness, Source, Blobs and Lender (nil: the request is not served).
type Parts struct {
	Applier      Applier
	Completeness Completeness
	Status       StatusSink
	Witness      Witness
	Source       DatasetSource
	Signer       Signer // of what Source gives; without one no station takes it
	Blobs        BlobStore
	Lender       PrintLender
	Alerts       Alerts
	Now          func() time.Time
	Log          *slog.Logger
}

// NewReceiver subscribes at once; Close ends it. conn is the centre's own connection.
func NewReceiver(conn *nats.Conn, parts Parts) (*Receiver, error) {
	ctx, stop := context.WithCancel(context.Background())
	r := &Receiver{conn: conn, parts: parts, lanes: map[string]chan *nats.Msg{}, ctx: ctx, stop: stop}
	if err := r.subscribe(); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (r *Receiver) subscribe() error {
	type route struct {
		subject string
		serve   service
	}
	routes := []route{
		{bus.PushSubjects(), r.push},
		{bus.CursorSubjects(), inTurn(r.cursor)},
		{bus.StatusSubjects(), inTurn(r.status)},
	}
	if r.parts.Witness != nil {
		routes = append(routes, route{bus.AuditSubjects(), inTurn(r.audit)})
	}
	if r.parts.Blobs != nil {
		routes = append(routes, route{bus.BlobSubjects(), inTurn(r.blob)})
	}
	if r.parts.Lender != nil {
		routes = append(routes, route{bus.PrintsSubjects(), inTurn(r.lend)})
	}
	if r.parts.Source != nil {
		routes = append(routes, route{bus.ReferenceSubjects(), inTurn(r.reference)})
	}
	for _, route := range routes {
		sub, err := r.conn.QueueSubscribe(route.subject, queueGroup, func(m *nats.Msg) { r.enqueue(m, route.serve) })
		if err != nil {
			return fmt.Errorf("receiver: subscribe %s: %w", route.subject, err)
		}
		r.subs = append(r.subs, sub)
		if err := sub.SetPendingLimits(-1, -1); err != nil {
			return fmt.Errorf("receiver: %s: %w", route.subject, err)
		}
	}
	return r.conn.Flush()
}

// service answers requests in two steps: it reads a request, which may happen while the one before is still being answered, and
// gives the function that answers it, which is called in turn.
type service func(station string, data []byte) (answer func() any)

// inTurn does all in the second step.
func inTurn(serve func(station string, data []byte) any) service {
	return func(station string, data []byte) func() any { return func() any { return serve(station, data) } }
}

// enqueue puts a request into the lane of its subject: requests of one station about one thing are answered in order, those of
// different stations side by side. A full lane answers "unavailable" instead of holding up the others.
func (r *Receiver) enqueue(m *nats.Msg, serve service) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name, ok := laneOf(m)
	if r.ctx.Err() != nil || !ok {
		return
	}
	lane, open := r.lanes[name]
	if !open {
		lane = make(chan *nats.Msg, laneDepth)
		r.lanes[name] = lane
		r.work.Go(func() { r.runLane(lane, serve) })
	}
	select {
	case lane <- m:
	default:
		r.respond(m, Reply{Code: CodeUnavailable, Detail: "too many requests waiting"})
	}
}

// laneOf names the lane of a request and says whether it may be answered. A reply goes to an inbox, a station's to its own:
// a station that asks for its reply elsewhere would have the centre speak where it may not itself. Datasets, whose names a
// station may invent, share a few lanes by asker.
func laneOf(m *nats.Msg) (name string, ok bool) {
	if strings.HasPrefix(m.Subject, bus.ReferenceSubject("")) {
		inbox, _, _ := strings.Cut(m.Reply, ".")
		return fmt.Sprint("reference ", crc32.ChecksumIEEE([]byte(inbox))%referenceLanes), strings.HasPrefix(inbox, bus.InboxPrefix(""))
	}
	station := bus.LastToken(m.Subject)
	return m.Subject, bus.CheckStation(station) == nil && strings.HasPrefix(m.Reply, bus.InboxPrefix(station)+".")
}

// runLane answers the lane's requests in order. The next one is read meanwhile: a batch takes as long to read as to commit.
func (r *Receiver) runLane(lane chan *nats.Msg, serve service) {
	type request struct {
		m      *nats.Msg
		answer func() any
	}
	next := make(chan request)
	r.work.Go(func() {
		for {
			select {
			case <-r.ctx.Done():
				return
			case q := <-next:
				r.respond(q.m, q.answer())
			}
		}
	})
	for {
		select {
		case <-r.ctx.Done():
			return
		case m := <-lane:
			select {
			case <-r.ctx.Done():
				return
			case next <- request{m, serve(bus.LastToken(m.Subject), m.Data)}:
			}
		}
	}
}

func (r *Receiver) respond(m *nats.Msg, answer any) {
	data, err := encodeAnswer(answer)
	if err == nil {
		err = m.Respond(data)
	}
	if err != nil {
		r.parts.Log.Warn("replication: reply not sent", "subject", m.Subject, "error", err)
	}
}

func encodeAnswer(answer any) ([]byte, error) {
	if data, done := answer.([]byte); done {
		return data, nil
	}
	return json.Marshal(answer)
}

func (r *Receiver) push(station string, data []byte) (answer func() any) {
	epoch, events, err := DecodeBatch(data)
	if err != nil {
		return func() any { return r.refuse(station, err) }
	}
	apply := prepare(r.parts.Applier, station, events)
	return func() any {
		ctx, cancel := context.WithTimeout(r.ctx, serveDeadline)
		defer cancel()
		reply, err := apply(ctx, epoch)
		if err != nil {
			r.parts.Log.Error("replication: batch not applied", "station", station, "first_seq", events[0].Seq, "events", len(events), "error", err)
			return Reply{Code: CodeUnavailable}
		}
		if reply.Code == CodeChainBroken {
			r.alert(ctx, Alert{station, AlertChainBroken, fmt.Sprintf("epoch %s, after number %d: %s", epoch, reply.Cursor, reply.Detail)})
		}
		return reply
	}
}

func (r *Receiver) refuse(station string, err error) Reply {
	ctx, cancel := context.WithTimeout(r.ctx, serveDeadline)
	defer cancel()
	alert, code := AlertMalformed, CodeMalformed
	if errors.Is(err, ErrChain) {
		alert, code = AlertChainBroken, CodeChainBroken
	}
	r.alert(ctx, Alert{station, alert, err.Error()})
	return Reply{Code: code, Detail: err.Error()}
}

func (r *Receiver) alert(ctx context.Context, a Alert) {
	r.parts.Log.Error("replication: alert", "station", a.Station, "code", a.Code, "detail", a.Detail)
	r.parts.Alerts.Raise(ctx, a)
}

// cursorRequest asks for the committed position of one epoch.
type cursorRequest struct {
	Epoch uuid.UUID `json:"epoch"`
}

func (r *Receiver) cursor(station string, data []byte) any {
	ctx, cancel := context.WithTimeout(r.ctx, serveDeadline)
	defer cancel()
	var ask cursorRequest
	if err := json.Unmarshal(data, &ask); err != nil {
		return Reply{Code: CodeMalformed, Detail: "cursor request is not JSON with an epoch"}
	}
	at, err := r.parts.Applier.Position(ctx, station, ask.Epoch)
	if err != nil {
		r.parts.Log.Error("replication: position not read", "station", station, "error", err)
		return Reply{Code: CodeUnavailable}
	}
	return Reply{Cursor: at.Seq, Head: at.Head}
}

func (r *Receiver) audit(station string, data []byte) any {
	ctx, cancel := context.WithTimeout(r.ctx, serveDeadline)
	defer cancel()
	var batch audit.Batch
	if err := json.Unmarshal(data, &batch); err != nil {
		return auditReply{Code: CodeMalformed}
	}
	receipt, err := r.parts.Witness.Append(ctx, station, batch)
	var refusal *audit.Refusal
	switch {
	case errors.As(err, &refusal):
		r.alert(ctx, Alert{station, AlertAudit, refusal.Error()})
	case err != nil:
		r.parts.Log.Error("replication: audit leaves not taken", "station", station, "first", batch.First, "leaves", len(batch.Leaves), "error", err)
		return auditReply{Code: CodeUnavailable}
	}
	return auditReply{Receipt: receipt}
}

func (r *Receiver) status(station string, data []byte) any {
	ctx, cancel := context.WithTimeout(r.ctx, serveDeadline)
	defer cancel()
	now := r.parts.Now()
	var beat Heartbeat
	if err := json.Unmarshal(data, &beat); err != nil {
		return HeartbeatReply{At: now, Code: CodeMalformed}
	}
	for _, a := range beat.Alerts {
		a.Station = station // a station speaks of itself only
		r.alert(ctx, a)
	}
	err := r.parts.Status.Beat(ctx, station, now, beat)
	if err == nil && len(beat.Days) > 0 {
		err = r.parts.Completeness.Claim(ctx, station, beat.Days)
	}
	reply := HeartbeatReply{At: now}
	if err == nil && r.parts.Source != nil {
		reply.Datasets, err = r.versions(ctx)
	}
	if err != nil {
		r.parts.Log.Error("replication: heartbeat not stored", "station", station, "error", err)
		reply.Code = CodeUnavailable
	}
	return reply
}

func (r *Receiver) versions(ctx context.Context) (map[string]int64, error) {
	versions, err := r.parts.Source.Versions(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]int64, len(versions))
	for name, v := range versions {
		out[name] = v.Version
	}
	return out, nil
}

// Close stops taking requests and waits for those being served. When it returns the broker gives the requests of the stations to
// other receivers only: one that it still gave to this one would be answered by nobody.
func (r *Receiver) Close() {
	for _, sub := range r.subs {
		_ = sub.Unsubscribe() // the connection may be closed already: then nothing arrives either
	}
	_ = r.conn.FlushTimeout(closeTimeout) // the same; a broker that does not answer sends nothing
	r.mu.Lock()
	r.stop()
	r.mu.Unlock()
	r.work.Wait()
}
