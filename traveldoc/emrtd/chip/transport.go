package chip

import (
	"context"
	"errors"
	"fmt"

	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
)

// Transport passes a command APDU to the card and gives its response APDU, status included.
type Transport interface {
	Transmit(ctx context.Context, command []byte) (response []byte, err error)
}

// StatusError is a status word by which the chip did not do what it was asked (ISO/IEC 7816-4, 5.1.3).
type StatusError struct {
	Doing string
	SW    uint16
}

// Error names what was being done and the status word.
func (e *StatusError) Error() string { return fmt.Sprintf("%s: the chip answers %04X", e.Doing, e.SW) }

// Errors of opening a chip.
var (
	// ErrDenied says that the chip did not accept the password: the zone was misread, or it is another document's.
	ErrDenied = errors.New("the chip does not accept the password")
	// ErrNoAccess says that there is no way to open the chip that both sides know.
	ErrNoAccess = errors.New("no way to open the chip is known to both sides")
	// ErrNoApplication says that there is no travel document's application on the card.
	ErrNoApplication = errors.New("no travel document's application on this card")
)

// ErrGone says that the way to the card is gone: it was taken off the reader, or the reader away.
var ErrGone = errors.New("the chip is gone")

// ErrTooMuch says that the chip kept the reader busy beyond all need: a session is over after MaxCommands commands or MaxBytes of
// responses, which is several times what the largest documents take.
var ErrTooMuch = errors.New("the chip takes more commands than any document needs")

// The most of a session.
const (
	MaxCommands = 16_384
	MaxBytes    = 4 << 20
)

// maxResponse is the longest response that is taken, in bytes.
const maxResponse = 1<<16 + 1024

// link is the way to the card, protected once a session is open.
type link struct {
	transport       Transport
	channel         *sm.Channel
	commands, bytes int // so far
}

func (l *link) send(ctx context.Context, c sm.Command) (sm.Response, error) {
	if l.channel == nil {
		return l.plain(ctx, c)
	}
	wrapped, err := l.channel.Wrap(c)
	if err != nil {
		return sm.Response{}, err
	}
	r, err := l.plain(ctx, wrapped)
	if err != nil {
		return r, err
	}
	if len(r.Data) == 0 && r.SW != sm.OK { // an error in clear: the chip has left secure messaging
		return r, fmt.Errorf("%w: status %04X in clear", sm.ErrChannel, r.SW)
	}
	return l.channel.Unwrap(r)
}

func (l *link) plain(ctx context.Context, c sm.Command) (sm.Response, error) {
	if l.commands >= MaxCommands || l.bytes >= MaxBytes {
		return sm.Response{}, ErrTooMuch
	}
	data, err := l.transport.Transmit(ctx, c.Bytes())
	l.commands++
	l.bytes += len(data)
	if err != nil {
		return sm.Response{}, fmt.Errorf("%w: %w", ErrGone, err)
	}
	if len(data) > maxResponse {
		return sm.Response{}, fmt.Errorf("chip: response of %d bytes: expected at most %d", len(data), maxResponse)
	}
	return sm.ParseResponse(data)
}

// ask sends a command that must be carried out.
func (l *link) ask(ctx context.Context, doing string, c sm.Command) ([]byte, error) {
	r, err := l.send(ctx, c)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", doing, err)
	case r.SW != sm.OK:
		return nil, &StatusError{doing, r.SW}
	}
	return r.Data, nil
}
