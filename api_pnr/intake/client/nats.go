package client

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/internal/bus/gate"
)

// NATS sends over the carriers' NATS.
type NATS struct {
	carrier string
	conn    *nats.Conn
	js      jetstream.JetStream
	verdict *verdict
}

var _ Sender = (*NATS)(nil)

// Dial connects a carrier.
func Dial(config gate.ClientConfig) (*NATS, error) {
	conn, err := gate.Dial(config)
	if err != nil {
		return nil, denied(err)
	}
	return Over(conn, config.Carrier)
}

// Over sends over a connection that is there; Close closes it.
func Over(conn *nats.Conn, carrier string) (*NATS, error) {
	js, err := jetstream.NewWithAPIPrefix(conn, gate.APIPrefix)
	if err != nil {
		return nil, fmt.Errorf("streams: %w", err)
	}
	return &NATS{carrier, conn, js, watch(conn)}, nil
}

// Close ends the connection.
func (n *NATS) Close() { n.conn.Close() }

// Send implements Sender. It tries again while the State cannot be reached or asks for it, until ctx ends.
func (n *NATS) Send(ctx context.Context, kind Kind, key string, body []byte) (r apipnr.Receipt, err error) {
	if len(body) > apipnr.MaxBody {
		return r, errTooLarge
	}
	packed, encoding, err := pack(body, false)
	if err != nil {
		return r, err
	}
	err = again(ctx, len(packed), func(ctx context.Context) error {
		m := nats.NewMsg(kind.subject(n.carrier))
		m.Header.Set("Content-Type", kind.contentType())
		m.Header.Set(door.HeaderKey, key)
		m.Data = packed
		if encoding != "" {
			m.Header.Set("Content-Encoding", encoding)
		}
		if len(packed) > maxMessage {
			within, cancel := n.verdict.within(ctx)
			err := n.lay(within, m, packed, kind, encoding)
			cancel()
			if err != nil {
				return n.verdict.of(err)
			}
		}
		answer, err := n.ask(ctx, m)
		if err != nil {
			return err
		}
		return json.Unmarshal(answer.Data, &r)
	}, final)
	return r, err
}

// lay puts what is larger than a message into the carrier's bucket, and makes m the pointer to it. The object's name is its digest: laid
// again it replaces itself.
func (n *NATS) lay(ctx context.Context, m *nats.Msg, packed []byte, kind Kind, encoding string) error {
	sum := sha256.Sum256(packed)
	p := door.Pointer{
		Bucket: gate.Bucket(n.carrier), Key: hex.EncodeToString(sum[:]), Size: uint64(len(packed)), SHA256: hex.EncodeToString(sum[:]),
		ContentType: kind.contentType(), Encoding: encoding,
	}
	store, err := n.js.ObjectStore(ctx, p.Bucket)
	if err != nil {
		return fmt.Errorf("bucket: %w", err)
	}
	if _, err := store.Put(ctx, jetstream.ObjectMeta{Name: p.Key}, bytes.NewReader(packed)); err != nil {
		return fmt.Errorf("bucket: %w", err)
	}
	if m.Data, err = json.Marshal(p); err != nil {
		return err
	}
	m.Header.Set("Content-Type", door.TypePointer)
	m.Header.Del("Content-Encoding")
	return nil
}

// ErrNobodyListens says that the State's door is open and behind it nobody takes the carrier's messages now.
var ErrNobodyListens = errors.New("nobody of the State listens now")

func (n *NATS) ask(ctx context.Context, m *nats.Msg) (*nats.Msg, error) {
	ctx, cancel := n.verdict.within(ctx)
	defer cancel()
	answer, err := n.conn.RequestMsgWithContext(ctx, m)
	if errors.Is(err, nats.ErrNoResponders) {
		err = fmt.Errorf("%w: %w", ErrNobodyListens, err)
	}
	if err != nil {
		return nil, n.verdict.of(err)
	}
	if refusal := door.RefusalIn(answer); refusal != nil {
		return nil, denied(refusal)
	}
	return answer, nil
}

// final says that trying again does not help.
func final(err error) bool {
	var refusal *door.Refusal
	var kept *Denied
	if errors.As(err, &kept) {
		return true
	}
	if errors.As(err, &refusal) {
		return refusal.Status < http.StatusInternalServerError && refusal.Status != http.StatusTooManyRequests ||
			refusal.Status == http.StatusNotImplemented
	}
	return errors.Is(err, nats.ErrMaxPayload) || errors.Is(err, nats.ErrConnectionClosed)
}

// Check implements Sender. It asks once: an answer that comes late is of no use.
func (n *NATS) Check(ctx context.Context, body []byte, within time.Duration) ([]byte, error) {
	packed, encoding, err := pack(body, false)
	if err != nil {
		return nil, err
	}
	m := nats.NewMsg(gate.CheckSubject(n.carrier))
	m.Header.Set("Content-Type", apipnr.TypeEDIFACT)
	m.Header.Set(door.HeaderTimeout, strconv.FormatInt(within.Milliseconds(), 10))
	if m.Data = packed; encoding != "" {
		m.Header.Set("Content-Encoding", encoding)
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	answer, err := n.ask(ctx, m)
	if err != nil {
		return nil, err
	}
	return answer.Data, nil
}

// Acknowledge implements Sender.
func (n *NATS) Acknowledge(ctx context.Context, body []byte) error {
	return again(ctx, len(body), func(ctx context.Context) error {
		m := nats.NewMsg(gate.AckSubject(n.carrier))
		m.Header.Set("Content-Type", apipnr.TypeEDIFACT)
		m.Data = body
		_, err := n.ask(ctx, m)
		return err
	}, final)
}

// Listen implements Sender, by the carrier's durable consumer: what was taken does not come again, at whatever machine it is read.
func (n *NATS) Listen(ctx context.Context, take func(Incoming) error) error {
	consumer, err := n.js.Consumer(ctx, gate.OutStream(n.carrier), gate.Reader)
	if err != nil {
		return n.verdict.of(fmt.Errorf("the carrier's stream: %w", err))
	}
	for ctx.Err() == nil {
		// One at a time: what is asked for and then not taken would come again only after a while.
		m, err := consumer.Next(jetstream.FetchContext(ctx))
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // the end that was asked for
		case errors.Is(err, nats.ErrTimeout), errors.Is(err, jetstream.ErrNoHeartbeat), errors.Is(err, jetstream.ErrNoMessages):
			continue
		case err != nil:
			return n.verdict.of(fmt.Errorf("the carrier's stream: %w", err))
		}
		if err := n.hand(ctx, m, take); err != nil {
			return err
		}
	}
	return nil
}

func (n *NATS) hand(ctx context.Context, m jetstream.Msg, take func(Incoming) error) error {
	in := Incoming{ID: m.Headers().Get(door.HeaderID), Unsolicited: strings.HasSuffix(m.Subject(), ".unsolicited"), Body: m.Data()}
	if meta, err := m.Metadata(); err == nil {
		in.At = meta.Timestamp.UTC()
	}
	if err := take(in); err != nil {
		return errors.Join(err, m.Nak())
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptWithin) // it was taken, also when that was the last
	defer cancel()
	if err := m.DoubleAck(ctx); err != nil {
		return fmt.Errorf("acknowledge: %w", err)
	}
	return nil
}
