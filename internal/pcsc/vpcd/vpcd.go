// Package vpcd puts an emulated card on the virtual reader of vsmartcard (vpcd), a driver of the PC/SC daemon. It exists so that reading
// over PC/SC can be tried and tested without hardware. What speaks here is no document: it must never be offered where travellers are.
package vpcd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// DefaultAddress is where the driver waits for its card.
const DefaultAddress = "localhost:35963"

// Card is what lies on the virtual reader.
type Card interface {
	ATR() []byte
	// Reset is power off and on.
	Reset()
	Transmit(command []byte) []byte
}

// The control bytes of the link; anything longer is a command APDU.
const (
	powerOff = 0
	powerOn  = 1
	reset    = 2
	tellATR  = 4
)

// Link is a card on a virtual reader.
type Link struct {
	conn net.Conn
	card Card
}

// Connect puts the card on the reader: the driver takes one card at a time.
func Connect(ctx context.Context, address string, card Card) (*Link, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("virtual reader: %w", err)
	}
	return &Link{conn, card}, nil
}

// Serve answers until the context ends, which takes the card off, or the driver goes away, which is an error.
func (l *Link) Serve(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = l.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	err := l.answer()
	closing := l.conn.Close()
	if ctx.Err() != nil {
		return nil // the card was taken off as asked
	}
	return errors.Join(fmt.Errorf("virtual reader: %w", err), closing)
}

func (l *Link) answer() error {
	for {
		var size [2]byte
		acknowledge(l.conn)
		if _, err := io.ReadFull(l.conn, size[:]); err != nil {
			return err
		}
		message := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(l.conn, message); err != nil {
			return err
		}
		answer := l.respond(message)
		if answer == nil {
			continue
		}
		if len(answer) > 1<<16-1 {
			return fmt.Errorf("response of %d bytes: the link takes at most %d", len(answer), 1<<16-1)
		}
		if _, err := l.conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil { //nolint:gosec // bounded above
			return err
		}
	}
}

// respond is the answer to one message; nil where there is none.
func (l *Link) respond(message []byte) []byte {
	if len(message) != 1 {
		return l.card.Transmit(message)
	}
	switch message[0] {
	case powerOff, powerOn, reset:
		l.card.Reset()
	case tellATR:
		return l.card.ATR()
	}
	return nil
}
