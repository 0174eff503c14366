package door

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/internal/bus/gate"
)

// Headers of requests.
const (
	HeaderKey      = "Idempotency-Key"
	HeaderDeadline = "Deadline"   // instant by which an interactive answer is of use, RFC 3339
	HeaderTimeout  = "Timeout-Ms" // the same as a span in milliseconds, for senders whose clock is not ours
)

// How much is worked on at once, and how much may wait; more is refused, saying so.
const (
	DefaultWorkers = 64
	checkQueue     = 512
	takers         = 16
	takeQueue      = 48
	queueGroup     = "door"
)

// Deadlines of interactive requests.
const (
	defaultDeadline = 4 * time.Second
	longestDeadline = 10 * time.Second
	takeWithin      = 30 * time.Second
)

var errOverload = Refuse(http.StatusServiceUnavailable, "overload", "too much at once; send it again")

// listen subscribes to what carriers ask.
func (d *Door) listen() error {
	workers := d.Workers
	if workers <= 0 {
		workers = DefaultWorkers
	}
	take, check := d.pool(takers, takeQueue, d.serveTake), d.pool(workers, checkQueue, d.serveCheck)
	ack := d.pool(takers, checkQueue, d.serveAck)
	for subject, work := range map[string]chan<- request{
		gate.BatchSubjects: take, gate.PushSubjects: take, gate.CheckSubjects: check, gate.AckSubjects: ack,
	} {
		sub, err := d.Conn.QueueSubscribe(subject, queueGroup, d.enqueue(work))
		if err != nil {
			return fmt.Errorf("subscribe %s: %w", subject, err)
		}
		d.subs = append(d.subs, sub)
	}
	return d.Conn.Flush()
}

type request struct {
	*nats.Msg
	carrier string
	at      time.Time
}

// pool starts workers that serve what is in the channel until the door closes.
func (d *Door) pool(workers, queue int, serve func(context.Context, request)) chan<- request {
	waiting := make(chan request, queue)
	for range workers {
		d.work.Go(func() {
			for {
				select {
				case r := <-waiting:
					serve(d.ctx, r)
				case <-d.ctx.Done():
					return
				}
			}
		})
	}
	return waiting
}

// enqueue hands a request to the workers, or says at once that there are too many.
func (d *Door) enqueue(work chan<- request) nats.MsgHandler {
	return func(m *nats.Msg) {
		r := request{m, gate.CarrierOf(m.Subject), d.Now()}
		if r.carrier == "" || m.Reply == "" {
			d.Log.Warn("carriers' door: a message that nobody waits for is not taken", "subject", m.Subject)
			return
		}
		select {
		case work <- r:
		default:
			d.refuse(r, errOverload)
		}
	}
}

// drained waits until a subscription has handed on what had come.
func (d *Door) drained(sub *nats.Subscription) {
	for deadline := time.Now().Add(time.Second); sub.IsValid() && time.Now().Before(deadline); {
		if pending, _, err := sub.Pending(); err != nil || pending == 0 {
			return
		}
		<-time.After(time.Millisecond)
	}
}

func (d *Door) refuse(r request, err error) {
	refusal := RefusalOf(err)
	if refusal.Status >= http.StatusInternalServerError {
		d.Log.Warn("carriers' door: not taken", "carrier", r.carrier, "subject", r.Subject, "error", err)
	}
	if err := tell(r.Msg, refusal); err != nil {
		d.Log.Warn("carriers' door: answer not given", "carrier", r.carrier, "error", err)
	}
}

func (d *Door) serveTake(ctx context.Context, r request) {
	ctx, cancel := context.WithTimeout(ctx, takeWithin)
	defer cancel()
	a := Arrival{
		Carrier: r.carrier, Gateway: apipnr.GatewayNATS, Subject: r.Subject, ContentType: contentType(r.Msg),
		Encoding: r.Header.Get(headerEncoding), Key: r.Header.Get(HeaderKey), Body: bytes.NewReader(r.Data),
	}
	receipt, err := d.takeOrFetch(ctx, r, a)
	if err != nil {
		d.refuse(r, err)
		return
	}
	text, err := json.Marshal(receipt)
	if err == nil {
		err = r.Respond(text)
	}
	if err != nil {
		d.Log.Warn("carriers' door: receipt not given", "carrier", r.carrier, "error", err)
	}
}

func (d *Door) takeOrFetch(ctx context.Context, r request, a Arrival) (apipnr.Receipt, error) {
	if r.Header.Get(headerType) == TypePointer {
		return d.takeObject(ctx, r.Data, a)
	}
	return d.Take(ctx, a)
}

// contentType is what the sender says, or what the subject does.
func contentType(m *nats.Msg) string {
	said, _, _ := strings.Cut(m.Header.Get(headerType), ";")
	switch said = strings.TrimSpace(said); {
	case said == "application/xml":
		return apipnr.TypeXML
	case said != "" && said != TypePointer:
		return said
	case strings.HasSuffix(m.Subject, ".xml"):
		return apipnr.TypeXML
	}
	return apipnr.TypeEDIFACT
}

func (d *Door) serveCheck(ctx context.Context, r request) {
	deadline, err := deadlineOf(r)
	if err != nil {
		d.refuse(r, err)
		return
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	answer, err := d.Ask(ctx, d.interactive(r))
	if err != nil {
		d.refuse(r, err)
		return
	}
	if err := r.Respond(answer); err != nil {
		d.Log.Warn("carriers' door: answer not given", "carrier", r.carrier, "error", err)
	}
}

func (d *Door) serveAck(ctx context.Context, r request) {
	ctx, cancel := context.WithTimeout(ctx, defaultDeadline)
	defer cancel()
	if err := d.Acknowledge(ctx, d.interactive(r)); err != nil {
		d.refuse(r, err)
		return
	}
	if err := r.Respond([]byte(`{"acknowledged":true}`)); err != nil {
		d.Log.Warn("carriers' door: answer not given", "carrier", r.carrier, "error", err)
	}
}

func (d *Door) interactive(r request) Arrival {
	return Arrival{
		Carrier: r.carrier, Gateway: apipnr.GatewayInteractive, Subject: r.Subject, ContentType: contentType(r.Msg),
		Encoding: r.Header.Get(headerEncoding), Key: r.Header.Get(HeaderKey), Body: bytes.NewReader(r.Data),
	}
}

// deadlineOf is when an answer is of no use any more: as the sender says, and never later than we wait at most. Time in our own queue
// counts.
func deadlineOf(r request) (time.Time, error) {
	latest := r.at.Add(longestDeadline)
	deadline := r.at.Add(defaultDeadline)
	if text := r.Header.Get(HeaderTimeout); text != "" {
		ms, err := strconv.Atoi(text)
		if err != nil || ms <= 0 {
			return latest, Refuse(http.StatusBadRequest, "timeout", HeaderTimeout+": a number of milliseconds above 0 expected")
		}
		deadline = r.at.Add(min(time.Duration(min(ms, 3_600_000))*time.Millisecond, longestDeadline))
	}
	if text := r.Header.Get(HeaderDeadline); text != "" {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return latest, Refuse(http.StatusBadRequest, "deadline", HeaderDeadline+": an instant as in RFC 3339 expected")
		}
		if deadline = at; deadline.After(latest) {
			deadline = latest
		}
	}
	return deadline, nil
}
