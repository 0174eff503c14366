package door

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/problem"
)

var _ apipnr.Courier = (*Door)(nil)

// Send lays an unsolicited message on the carrier's stream. It implements apipnr.Courier.
func (d *Door) Send(ctx context.Context, carrier, id string, body []byte) error {
	return d.lay(ctx, carrier, gate.UnsolicitedSubject(carrier), id, apipnr.TypeEDIFACT, body)
}

// Notify lays a notice on the carrier's stream. It implements apipnr.Courier.
func (d *Door) Notify(ctx context.Context, carrier, id string, body []byte) error {
	return d.lay(ctx, carrier, gate.NoticeSubject(carrier), id, "application/json", body)
}

func (d *Door) lay(ctx context.Context, carrier, subject, id, contentType string, body []byte) error {
	if gate.CheckCarrier(carrier) != nil {
		return problem.New(problem.NotFound, "carrier_unknown").At("carrier")
	}
	m := nats.NewMsg(subject)
	m.Header.Set(headerType, contentType)
	m.Header.Set(HeaderID, id)
	m.Data = body
	_, err := d.js.PublishMsg(ctx, m, jetstream.WithMsgID(subject+"."+id), jetstream.WithExpectStream(gate.OutStream(carrier)))
	if errors.Is(err, jetstream.ErrNoStreamResponse) {
		return problem.New(problem.NotFound, "carrier_unknown").At("carrier").Because(err)
	}
	if err != nil {
		return fmt.Errorf("stream of %s: %w", carrier, err)
	}
	return nil
}

// Outgoing is a message of the State to a carrier, as it lies on his stream.
type Outgoing struct {
	Sequence    uint64    `json:"sequence"`
	ID          string    `json:"id"`
	Kind        string    `json:"kind"` // "unsolicited" or "notice"
	ContentType string    `json:"content_type"`
	At          time.Time `json:"at"`
	Body        string    `json:"body"`
}

const maxOutgoing = 100

// Outgoings reads what lies for a carrier after a sequence, for carriers that ask over HTTPS; they keep their place themselves.
func (d *Door) Outgoings(ctx context.Context, carrier string, after uint64) ([]Outgoing, error) {
	if err := gate.CheckCarrier(carrier); err != nil {
		return nil, Refuse(403, "carrier_unknown", "a known carrier expected").Because(err)
	}
	stream, err := d.js.Stream(ctx, gate.OutStream(carrier))
	if err != nil {
		return nil, fmt.Errorf("stream of %s: %w", carrier, err)
	}
	list := []Outgoing{}
	for next := after + 1; len(list) < maxOutgoing; {
		m, err := stream.GetMsg(ctx, next, jetstream.WithGetMsgSubject(">"))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("stream of %s: %w", carrier, err)
		}
		list, next = append(list, outgoingOf(m)), m.Sequence+1
	}
	return list, nil
}

func outgoingOf(m *jetstream.RawStreamMsg) Outgoing {
	kind := "notice"
	if strings.HasSuffix(m.Subject, ".unsolicited") {
		kind = "unsolicited"
	}
	return Outgoing{m.Sequence, m.Header.Get(HeaderID), kind, m.Header.Get(headerType), m.Time.UTC(), string(m.Data)}
}
