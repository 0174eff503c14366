package pcsc

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"unicode/utf8"
)

// Reader is a device that the daemon knows.
type Reader struct {
	Name string
	// Present: a card lies on it. Exclusive: another program has that card for itself.
	Present, Exclusive bool
	// ATR is the card's answer to reset; empty without a card.
	ATR []byte
	// Events counts the cards that came and went.
	Events uint32
}

// Readers are the devices that the daemon knows now, in its order.
func (c *Client) Readers(ctx context.Context) ([]Reader, error) {
	states := make([]byte, stateCount*stateSize)
	if err := c.line.exchange(ctx, message(cmdReaders, nil), states); err != nil {
		return nil, fmt.Errorf("PC/SC: readers: %w", err)
	}
	return readersOf(states)
}

// Wait gives the readers as soon as enough says that they will do: now, or after cards or readers came or went. Only the context bounds
// how long that takes.
func (c *Client) Wait(ctx context.Context, enough func([]Reader) bool) ([]Reader, error) {
	l, err := dial(ctx, c.options) // its own line: breaking it off ends the waiting and leaves the card alone
	if err != nil {
		return nil, err
	}
	var found []Reader
	err = l.do(ctx, 0, func(conn net.Conn) error {
		for {
			if found, err = awaited(conn); err != nil || enough(found) {
				return err
			}
			change := make([]byte, changeSize)
			if _, err := io.ReadFull(conn, change); err != nil {
				return err
			}
			if code := word(change, 1); code != codeOK {
				return fmt.Errorf("%w: waiting ends with %08X", ErrProtocol, code)
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("PC/SC: wait for a card: %w", err)
	}
	return found, l.close()
}

// awaited asks to be told of the next change; the daemon gives the states as they are at that instant, so that none is missed.
func awaited(conn net.Conn) ([]Reader, error) {
	if _, err := conn.Write(message(cmdAwaitChange, nil)); err != nil {
		return nil, err
	}
	states := make([]byte, stateCount*stateSize)
	if _, err := io.ReadFull(conn, states); err != nil {
		return nil, err
	}
	return readersOf(states)
}

// Where things stand in the state of a reader.
const (
	stateEvents    = nameSize / 4
	stateBits      = stateEvents + 1
	stateSharing   = stateBits + 1
	stateATR       = nameSize + 3*4
	stateATRLength = (stateATR + atrSize + 3) / 4

	bitPresent    uint32 = 0x04
	exclusiveCard uint32 = 0xFFFFFFFF
)

func readersOf(states []byte) ([]Reader, error) {
	var readers []Reader
	for state := range slices.Chunk(states, stateSize) {
		end := bytes.IndexByte(state[:nameSize], 0)
		switch {
		case end == 0: // an empty place
			continue
		case end < 0, !utf8.Valid(state[:end]):
			return nil, fmt.Errorf("%w: the name of a reader has no end, or is no text", ErrProtocol)
		case word(state, stateATRLength) > atrSize:
			return nil, fmt.Errorf("%w: answer to reset of %d bytes, expected at most %d", ErrProtocol, word(state, stateATRLength), atrSize)
		}
		readers = append(readers, Reader{
			Name: string(state[:end]), Present: word(state, stateBits)&bitPresent != 0, Exclusive: word(state, stateSharing) == exclusiveCard,
			ATR: bytes.Clone(state[stateATR:][:word(state, stateATRLength)]), Events: word(state, stateEvents),
		})
	}
	return readers, nil
}
