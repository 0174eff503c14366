package client

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/klauspost/compress/zstd"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/internal/bus/gate"
)

// Kind is what a message is, which decides where it goes.
type Kind string

// The kinds.
const (
	PAXLST        Kind = "paxlst"
	PNRGOV        Kind = "pnrgov"
	PNRGOVXML     Kind = "pnrgov-xml"
	packFrom           = 8 << 10
	sniffed            = 4096
	resendPause        = 500 * time.Millisecond
	maxMessage         = gate.MaxPayload - 4<<10
	attemptWithin      = 4 * time.Second // and a second for each MiB: sending again is safe, waiting for a dead peer is not
)

// KindOf guesses what a body is from its beginning.
func KindOf(body []byte) Kind {
	head := body[:min(len(body), sniffed)]
	switch {
	case bytes.HasPrefix(bytes.TrimLeft(head, "\ufeff \t\r\n"), []byte("<")):
		return PNRGOVXML
	case bytes.Contains(head, []byte("PNRGOV")):
		return PNRGOV
	}
	return PAXLST
}

func (k Kind) subject(carrier string) string {
	switch k {
	case PNRGOV:
		return gate.PushSubject(carrier, "edifact")
	case PNRGOVXML:
		return gate.PushSubject(carrier, "xml")
	case PAXLST:
	}
	return gate.BatchSubject(carrier)
}

func (k Kind) contentType() string {
	if k == PNRGOVXML {
		return apipnr.TypeXML
	}
	return apipnr.TypeEDIFACT
}

// Sender sends for one carrier.
type Sender interface {
	// Send gives the receipt of a message that is safe at the State. key may be ""; the same key means the same message.
	Send(ctx context.Context, kind Kind, key string, body []byte) (apipnr.Receipt, error)
	// Check asks whether travellers may board, and gives the State's message (CUSRES).
	Check(ctx context.Context, body []byte, within time.Duration) ([]byte, error)
	// Acknowledge sends the acknowledgement of an unsolicited message (CUSRES 312).
	Acknowledge(ctx context.Context, body []byte) error
	// Listen hands over what the State has sent, one after the other, until ctx ends. What take returns an error for comes again.
	Listen(ctx context.Context, take func(Incoming) error) error
	Close()
}

// Incoming is a message of the State.
type Incoming struct {
	ID          string
	Unsolicited bool // a CUSRES message; else a notice in JSON
	At          time.Time
	Body        []byte
}

// KeyOf is a key for a body that has none: of the same bytes it is always the same.
func KeyOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// pack compresses a body where that is worth it.
func pack(body []byte, always bool) (packed []byte, encoding string, err error) {
	if len(body) < packFrom && !always {
		return body, "", nil
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(4<<20))
	if err != nil {
		return nil, "", fmt.Errorf("compress: %w", err)
	}
	packed = w.EncodeAll(body, nil)
	return packed, "zstd", w.Close()
}

var errTooLarge = errors.New("the message is larger than the State takes")

// again tries until it is done, refused, or ctx ends: with the same key that is safe.
func again(ctx context.Context, size int, try func(context.Context) error, final func(error) bool) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, attemptWithin+time.Duration(size>>20)*time.Second)
		err := try(attempt)
		cancel()
		if err == nil || final(err) {
			return err
		}
		timer := time.NewTimer(resendPause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("given up: %w", errors.Join(ctx.Err(), err))
		case <-timer.C:
		}
	}
}
