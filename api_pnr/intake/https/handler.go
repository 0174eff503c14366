package https

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/semaphore"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
)

// Paths of the carriers' door.
const (
	MessagesPath = "/carrier/v1/messages" // POST: a message, whole; 202 with a receipt once it is safe
	CheckPath    = "/carrier/v1/check"    // POST: an interactive request; 200 with the State's answer
	AcksPath     = "/carrier/v1/acks"     // POST: the acknowledgement of an unsolicited message
	NoticesPath  = "/carrier/v1/notices"  // GET: what the State has sent, after=SEQUENCE
)

// Protocol is offered beside http/1.1 by a carrier's program that will show its certificate (TLS ALPN, RFC 7301). Programs that cannot
// offer it use a host name that begins with HostPrefix.
const (
	Protocol   = "bmis-carrier"
	HostPrefix = "carriers."
)

// Desk takes what carriers send; *door.Door is one.
type Desk interface {
	Take(ctx context.Context, a door.Arrival) (apipnr.Receipt, error)
	Ask(ctx context.Context, a door.Arrival) ([]byte, error)
	Acknowledge(ctx context.Context, a door.Arrival) error
	Outgoings(ctx context.Context, carrier string, after uint64) ([]door.Outgoing, error)
}

// Config is what the door is made of.
type Config struct {
	Desk Desk
	// Identify says which carrier a certificate, whose chain was verified, names, or why it may not come in (any more).
	Identify func(leaf *x509.Certificate) (carrier string, err error)
	// Messages and Others are how many requests are served side by side, of messages and of all else; 32 and 256 when 0. More are refused.
	Messages, Others int64
	Now              func() time.Time
	Log              *slog.Logger
}

// How many requests are served side by side when nothing else is said.
const (
	defaultMessages = 32
	defaultOthers   = 256
)

var errOverload = door.Refuse(http.StatusServiceUnavailable, "overload", "too much at once; send it again")

// Deadlines.
const (
	takeWithin    = 60 * time.Second
	askWithin     = 4 * time.Second
	longestAsk    = 10 * time.Second
	noticesWithin = 10 * time.Second
)

// Handler answers all paths.
func Handler(c Config) http.Handler {
	if c.Messages <= 0 {
		c.Messages = defaultMessages
	}
	if c.Others <= 0 {
		c.Others = defaultOthers
	}
	messages, others := semaphore.NewWeighted(c.Messages), semaphore.NewWeighted(c.Others)
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+MessagesPath, c.as(messages, c.message))
	mux.HandleFunc("POST "+CheckPath, c.as(others, c.check))
	mux.HandleFunc("POST "+AcksPath, c.as(others, c.acknowledge))
	mux.HandleFunc("GET "+NoticesPath, c.as(others, c.notices))
	return mux
}

var errStranger = door.Refuse(http.StatusForbidden, "certificate", "a client certificate of a carrier expected that this State issued and has not taken back")

// as serves a request as the carrier of its certificate, when there is room. A body that does not come in time is not waited for.
func (c Config) as(room *semaphore.Weighted, serve func(w http.ResponseWriter, r *http.Request, carrier string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		carrier, err := c.carrier(r)
		if err == nil {
			err = c.within(room, w, func() error { return serve(w, r, carrier) })
		}
		if err != nil {
			c.refuse(w, r, carrier, err)
		}
	}
}

func (c Config) within(room *semaphore.Weighted, w http.ResponseWriter, serve func() error) error {
	if !room.TryAcquire(1) {
		return errOverload
	}
	defer room.Release(1)
	// Who cannot set it has a deadline of its own, or is a test's recorder. The server's clock, not ours: the connection compares with it.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(takeWithin))
	return serve()
}

func (c Config) carrier(r *http.Request) (string, error) {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 || len(r.TLS.PeerCertificates) == 0 {
		return "", errStranger
	}
	leaf := r.TLS.PeerCertificates[0]
	if now := c.Now(); now.After(leaf.NotAfter) || now.Before(leaf.NotBefore) {
		return "", errStranger
	}
	carrier, err := c.Identify(leaf)
	if err != nil {
		return "", errStranger.Because(err)
	}
	return carrier, nil
}

func (c Config) message(w http.ResponseWriter, r *http.Request, carrier string) error {
	a, err := arrival(w, r, carrier, apipnr.GatewayHTTPS)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), takeWithin)
	defer cancel()
	receipt, err := c.Desk.Take(ctx, a)
	if err != nil {
		return err
	}
	return write(w, http.StatusAccepted, "application/json", receipt)
}

func (c Config) check(w http.ResponseWriter, r *http.Request, carrier string) error {
	a, err := arrival(w, r, carrier, apipnr.GatewayInteractive)
	if err != nil {
		return err
	}
	within, err := timeoutOf(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), within)
	defer cancel()
	answer, err := c.Desk.Ask(ctx, a)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", apipnr.TypeEDIFACT)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(answer) //nolint:gosec // EDIFACT to a program that has shown its certificate; who has gone asks again
	return nil
}

func timeoutOf(r *http.Request) (time.Duration, error) {
	text := r.Header.Get(door.HeaderTimeout)
	if text == "" {
		return askWithin, nil
	}
	ms, err := strconv.Atoi(text)
	if err != nil || ms <= 0 {
		return 0, door.Refuse(http.StatusBadRequest, "timeout", door.HeaderTimeout+": a number of milliseconds above 0 expected")
	}
	return min(time.Duration(min(ms, 3_600_000))*time.Millisecond, longestAsk), nil
}

func (c Config) acknowledge(w http.ResponseWriter, r *http.Request, carrier string) error {
	a, err := arrival(w, r, carrier, apipnr.GatewayInteractive)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), takeWithin)
	defer cancel()
	if err := c.Desk.Acknowledge(ctx, a); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (c Config) notices(w http.ResponseWriter, r *http.Request, carrier string) error {
	var after uint64
	if text := r.URL.Query().Get("after"); text != "" {
		var err error
		if after, err = strconv.ParseUint(text, 10, 62); err != nil {
			return door.Refuse(http.StatusBadRequest, "after", "after: the sequence of the last notice that was read expected")
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), noticesWithin)
	defer cancel()
	list, err := c.Desk.Outgoings(ctx, carrier, after)
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, "application/json", map[string]any{"notices": list})
}

// arrival is what a request brings. The body is bounded here too: what arrives compressed is no larger than what it may be unpacked.
func arrival(w http.ResponseWriter, r *http.Request, carrier string, gateway apipnr.Gateway) (door.Arrival, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil || kind != apipnr.TypeEDIFACT && kind != apipnr.TypeXML && kind != "application/xml":
		return door.Arrival{}, door.Refuse(http.StatusUnsupportedMediaType, "content_type", "Content-Type application/edifact, text/xml or application/xml expected")
	case kind == "application/xml":
		kind = apipnr.TypeXML
	}
	limit := int64(apipnr.MaxBody)
	if gateway == apipnr.GatewayInteractive {
		limit = door.MaxInteractive
	}
	return door.Arrival{
		Carrier: carrier, Gateway: gateway, Subject: r.URL.Path, ContentType: kind, Encoding: r.Header.Get("Content-Encoding"),
		Key: r.Header.Get(door.HeaderKey), Body: http.MaxBytesReader(w, r.Body, limit),
	}, nil
}

// problemJSON is a refusal as RFC 9457 has it.
type problemJSON struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   string `json:"code"`
}

func (c Config) refuse(w http.ResponseWriter, r *http.Request, carrier string, err error) {
	refusal := door.RefusalOf(err)
	if refusal.Status >= http.StatusInternalServerError || refusal.Status == http.StatusForbidden {
		c.Log.WarnContext(r.Context(), "carriers' door: not taken", "carrier", carrier, "path", r.URL.Path, "error", err)
	}
	switch refusal.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
	}
	p := problemJSON{
		Type: "about:blank", Title: http.StatusText(refusal.Status), Status: refusal.Status, Detail: refusal.Detail, Code: refusal.Code,
	}
	if err := write(w, refusal.Status, "application/problem+json", p); err != nil && !errors.Is(err, context.Canceled) {
		c.Log.WarnContext(r.Context(), "carriers' door: answer not given", "carrier", carrier, "error", err)
	}
}

func write(w http.ResponseWriter, status int, kind string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // a carrier that has gone asks again, with the same key
	return nil
}
