package pcsc

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// DefaultSocket is where the daemon listens.
const DefaultSocket = "/run/pcscd/pcscd.comm"

// DefaultTimeout is longer than a chip takes for any single command.
const DefaultTimeout = 30 * time.Second

// Options are how the daemon is found. The zero value is the usual.
type Options struct {
	// Socket is the path of the daemon's socket; empty: DefaultSocket.
	Socket string
	// Timeout bounds a single exchange with the daemon; 0: DefaultTimeout. Waiting for a card is bounded by its context alone.
	Timeout time.Duration

	retried bool
}

// Client is a context of the daemon: the card that was connected under it goes with it. It is safe for concurrent use; exchanges are
// carried out one after the other.
type Client struct {
	line    *line
	options Options
	context uint32
}

// Dial connects to the daemon. ErrNotBuilt says that this program was built without PC/SC.
func Dial(ctx context.Context, o Options) (*Client, error) {
	if !Built {
		return nil, ErrNotBuilt
	}
	return connect(ctx, o)
}

func connect(ctx context.Context, o Options) (*Client, error) {
	if o.Socket == "" {
		o.Socket = DefaultSocket
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	l, err := dial(ctx, o)
	if err != nil {
		return nil, err
	}
	const system = 2
	answer := make([]byte, contextSize)
	if err := l.exchange(ctx, message(cmdEstablish, words(nil, system, 0, 0)), answer); err != nil {
		return nil, fmt.Errorf("PC/SC: establish context: %w", err)
	}
	if err := outcome("PC/SC: establish context", word(answer, 2)); err != nil {
		return nil, errors.Join(err, l.close())
	}
	return &Client{line: l, options: o, context: word(answer, 1)}, nil
}

// Close releases the context; the daemon disconnects its card.
func (c *Client) Close() error {
	answer := make([]byte, releaseSize)
	err := c.line.exchange(context.Background(), message(cmdRelease, words(nil, c.context, 0)), answer) // bounded by the timeout
	switch {
	case errors.Is(err, ErrClosed):
		return nil
	case err != nil:
		return fmt.Errorf("PC/SC: release context: %w", err)
	}
	return errors.Join(outcome("PC/SC: release context", word(answer, 1)), c.line.close())
}
