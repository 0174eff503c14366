package door

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/internal/bus/gate"
)

// HeaderID names a message of the State to a carrier, and an envelope within the gate.
const HeaderID = "Bmis-Id"

// Headers of messages in the streams of the gate: the envelope but for its body.
const (
	headerCarrier  = "Bmis-Carrier"
	headerGateway  = "Bmis-Gateway"
	headerSubject  = "Bmis-Subject"
	headerKey      = "Bmis-Key"
	headerReceived = "Bmis-Received"
	headerDigest   = "Bmis-Digest"
	headerDropped  = "Bmis-Dropped"
	headerReason   = "Bmis-Reason"
	headerParked   = "Bmis-Parked"
	headerType     = "Content-Type"
	headerEncoding = "Content-Encoding"
)

const (
	packFrom   = 16 << 10                // smaller bodies are stored as they are
	maxIngest  = gate.MaxPayload - 8<<10 // room for the headers
	keepWithin = 15 * time.Second
)

// keep makes an envelope durable: in JetStream, from which the consumer brings it to the keeper; what is too large for a message, and
// what was sent before (so that the keeper can count it, or look at it again), at the keeper itself.
func (d *Door) keep(ctx context.Context, e apipnr.Envelope) (apipnr.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, keepWithin)
	defer cancel()
	m := d.pack(e)
	if len(m.Data) > maxIngest {
		return d.keepDirectly(ctx, e)
	}
	ack, err := d.js.PublishMsg(ctx, m, jetstream.WithMsgID(e.Carrier+"."+hex.EncodeToString(e.Digest[:])), jetstream.WithExpectStream(Ingest))
	if err != nil {
		return apipnr.Receipt{}, fmt.Errorf("store in %s: %w", Ingest, err)
	}
	if !ack.Duplicate {
		return receiptOf(e), nil
	}
	return d.keepAgain(ctx, e), nil
}

// keepAgain tells the keeper of bytes that came before: of the first, should it not have it yet, and then of this copy, for it to count, or
// to read what failed once more. The first is safe, whatever the keeper's trouble is.
func (d *Door) keepAgain(ctx context.Context, e apipnr.Envelope) apipnr.Receipt {
	if _, err := d.Keeper.Keep(ctx, e); err == nil {
		another := e
		another.ID = d.NewID()
		if told, err := d.Keeper.Keep(ctx, another); err == nil {
			return told
		}
	}
	again := receiptOf(e)
	again.Duplicate = true
	return again
}

// keepDirectly brings an envelope to the keeper, who knows by the digest whether it came before.
func (d *Door) keepDirectly(ctx context.Context, e apipnr.Envelope) (apipnr.Receipt, error) {
	e.ID = d.NewID()
	told, err := d.Keeper.Keep(ctx, e)
	if err != nil {
		return apipnr.Receipt{}, fmt.Errorf("keep: %w", err)
	}
	if d.Kept != nil {
		d.Kept(e)
	}
	return told, nil
}

func (d *Door) pack(e apipnr.Envelope) *nats.Msg {
	m := nats.NewMsg(ingestPrefix + e.Carrier)
	m.Header.Set(HeaderID, e.ID.String())
	m.Header.Set(headerCarrier, e.Carrier)
	m.Header.Set(headerGateway, string(e.Gateway))
	m.Header.Set(headerSubject, e.Subject)
	m.Header.Set(headerType, e.ContentType)
	m.Header.Set(headerKey, e.Key)
	m.Header.Set(headerReceived, e.ReceivedAt.UTC().Format(time.RFC3339Nano))
	m.Header.Set(headerDigest, hex.EncodeToString(e.Digest[:]))
	m.Header.Set(headerDropped, strconv.Itoa(e.Dropped))
	m.Data = e.Body
	if len(e.Body) >= packFrom {
		m.Data = d.packer.EncodeAll(e.Body, nil)
		m.Header.Set(headerEncoding, Zstd)
	}
	return m
}

// unpack is pack's inverse.
func unpack(header nats.Header, data []byte) (e apipnr.Envelope, err error) {
	if e.ID, err = uuid.Parse(header.Get(HeaderID)); err != nil {
		return e, fmt.Errorf("%s: %w", HeaderID, err)
	}
	e.Carrier, e.Gateway, e.Subject = header.Get(headerCarrier), apipnr.Gateway(header.Get(headerGateway)), header.Get(headerSubject)
	e.ContentType, e.Key = header.Get(headerType), header.Get(headerKey)
	if e.ReceivedAt, err = time.Parse(time.RFC3339Nano, header.Get(headerReceived)); err != nil {
		return e, fmt.Errorf("%s: %w", headerReceived, err)
	}
	digest, err := hex.DecodeString(header.Get(headerDigest))
	if err != nil || len(digest) != len(e.Digest) {
		return e, errors.New(headerDigest + ": SHA-256 in hexadecimal expected")
	}
	copy(e.Digest[:], digest)
	if e.Dropped, err = strconv.Atoi(header.Get(headerDropped)); err != nil {
		return e, fmt.Errorf("%s: %w", headerDropped, err)
	}
	e.Body, err = Decode(header.Get(headerEncoding), bytes.NewReader(data), apipnr.MaxBody)
	return e, err
}
