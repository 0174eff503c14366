package pcsc

import (
	"context"
	"fmt"
	"io"
	"net"

	"github.com/openbmis/openbmis/traveldoc/emrtd/chip"
)

// Share is whether other programs may use a card at the same time.
type Share uint32

// The ways of sharing.
const (
	Exclusive Share = 1
	Shared    Share = 2
)

// Protocol is how commands are passed to a card (ISO/IEC 7816-3).
type Protocol uint32

// The protocols of cards. Contactless chips are T1.
const (
	T0 Protocol = 1
	T1 Protocol = 2
)

// Disposition is what becomes of a card that is left.
type Disposition uint32

// The dispositions.
const (
	Leave   Disposition = 0
	Reset   Disposition = 1 // ends the session: nobody reads on with it
	Unpower Disposition = 2
)

// Card is a card on a reader; it passes commands of package chip.
type Card struct {
	client   *Client
	handle   uint32
	protocol Protocol
}

var _ chip.Transport = (*Card)(nil)

// Connect takes the card that lies on a reader.
func (c *Client) Connect(ctx context.Context, reader string, share Share) (*Card, error) {
	name, err := nameField(reader)
	if err != nil {
		return nil, err
	}
	body := append(words(nil, c.context), name...)
	body = words(body, uint32(share), uint32(T0|T1), 0, 0, 0)
	answer := make([]byte, connectSize)
	if err := c.line.exchange(ctx, message(cmdConnect, body), answer); err != nil {
		return nil, fmt.Errorf("PC/SC: connect: %w", err)
	}
	const tail = (4 + nameSize) / 4
	if err := outcome("PC/SC: connect", word(answer, tail+4)); err != nil {
		return nil, err
	}
	card := &Card{client: c, handle: word(answer, tail+2), protocol: Protocol(word(answer, tail+3))}
	if card.protocol != T0 && card.protocol != T1 {
		return nil, fmt.Errorf("%w: the card's protocol is %d, expected T=0 or T=1", ErrProtocol, card.protocol)
	}
	return card, nil
}

// Protocol is how commands reach the card.
func (k *Card) Protocol() Protocol { return k.protocol }

// Transmit passes a command APDU, also of extended length where the card and the reader can, and gives the response. chip.ErrGone says
// that card or reader was taken away, or that another program reset the card.
func (k *Card) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if k.protocol == T0 {
		return k.transmitT0(ctx, command)
	}
	return k.transmit(ctx, command)
}

func (k *Card) transmit(ctx context.Context, command []byte) ([]byte, error) {
	if len(command) < 4 || len(command) > maxExchange {
		return nil, fmt.Errorf("PC/SC: command of %d bytes: expected 4 to %d", len(command), maxExchange)
	}
	body := words(nil, k.handle, uint32(k.protocol), pciSize, uint32(len(command)), uint32(T0|T1), pciSize, maxExchange, 0) //nolint:gosec // bounded above
	var code uint32
	var response []byte
	err := k.client.line.do(ctx, k.client.options.Timeout, func(conn net.Conn) error {
		if _, err := conn.Write(append(message(cmdTransmit, body), command...)); err != nil {
			return err
		}
		answer := make([]byte, transmitSize)
		if _, err := io.ReadFull(conn, answer); err != nil {
			return err
		}
		if code = word(answer, 7); code != codeOK {
			return nil
		}
		length := word(answer, 6)
		if length < 2 || length > maxExchange {
			return fmt.Errorf("%w: response of %d bytes, expected 2 to %d", ErrProtocol, length, maxExchange)
		}
		response = make([]byte, length)
		_, err := io.ReadFull(conn, response)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("PC/SC: transmit: %w", err)
	}
	if err := outcome("PC/SC: transmit", code); err != nil {
		return nil, err
	}
	return response, nil
}

// Disconnect leaves the card.
func (k *Card) Disconnect(ctx context.Context, d Disposition) error {
	answer := make([]byte, endSize)
	if err := k.client.line.exchange(ctx, message(cmdDisconnect, words(nil, k.handle, uint32(d), 0)), answer); err != nil {
		return fmt.Errorf("PC/SC: disconnect: %w", err)
	}
	return outcome("PC/SC: disconnect", word(answer, 2))
}
