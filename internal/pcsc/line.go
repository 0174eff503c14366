package pcsc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// line is one connection to the daemon. An exchange that is broken off leaves the two ends out of step: the line is then closed.
type line struct {
	mu      sync.Mutex
	conn    net.Conn
	closed  bool
	timeout time.Duration
}

// dial opens a line and agrees on the version of the protocol.
func dial(ctx context.Context, o Options) (*line, error) {
	for minor := versionOldest; ; {
		l, theirs, err := dialAs(ctx, o, minor)
		if err != nil || l != nil {
			return l, err
		}
		if theirs == minor || theirs < versionOldest || theirs > versionNewest {
			return nil, fmt.Errorf("%w: it speaks %d:%d, expected %d:%d to %d:%d", ErrProtocol,
				versionMajor, theirs, versionMajor, versionOldest, versionMajor, versionNewest)
		}
		minor = theirs
		if o.retried {
			return nil, fmt.Errorf("%w: it refuses its own version %d:%d", ErrProtocol, versionMajor, theirs)
		}
		o.retried = true
	}
}

// dialAs offers one version. No line and no error: the daemon wants the other version that it named.
func dialAs(ctx context.Context, o Options, minor uint32) (*line, uint32, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, o.Timeout, ErrTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", o.Socket)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrNoService, err)
	}
	l := &line{conn: conn, timeout: o.Timeout}
	answer := make([]byte, versionSize)
	if err := l.exchange(ctx, message(cmdVersion, words(nil, versionMajor, minor, 0)), answer); err != nil {
		return nil, 0, errors.Join(fmt.Errorf("PC/SC: version: %w", err), l.close())
	}
	if word(answer, 0) != versionMajor {
		return nil, 0, errors.Join(fmt.Errorf("%w: it speaks %d:%d, expected %d:%d", ErrProtocol,
			word(answer, 0), word(answer, 1), versionMajor, versionOldest), l.close())
	}
	switch code := word(answer, 2); code {
	case codeOK:
		return l, minor, nil
	case codeServiceStopped:
		return nil, word(answer, 1), l.close()
	default:
		return nil, 0, errors.Join(outcome("PC/SC: version", code), l.close())
	}
}

// exchange sends a message and reads an answer of fixed size.
func (l *line) exchange(ctx context.Context, send, answer []byte) error {
	return l.do(ctx, l.timeout, func(conn net.Conn) error {
		if _, err := conn.Write(send); err != nil {
			return err
		}
		_, err := io.ReadFull(conn, answer)
		return err
	})
}

// do lets talk have the connection until the context ends or, when it is not zero, the time is up.
func (l *line) do(ctx context.Context, timeout time.Duration, talk func(net.Conn) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, ErrTimeout)
		defer cancel()
	}
	stop := context.AfterFunc(ctx, func() { _ = l.conn.SetDeadline(time.Unix(1, 0)) }) // ends what is being read or written
	err := talk(l.conn)
	inTime := stop()
	if err == nil && inTime {
		return nil
	}
	l.closed = true
	closing := l.conn.Close()
	switch {
	case !inTime:
		return fmt.Errorf("PC/SC: %w", context.Cause(ctx))
	case errors.Is(err, ErrProtocol):
		return err
	}
	return errors.Join(fmt.Errorf("%w: %w", ErrNoService, err), closing)
}

// close gives the connection up.
func (l *line) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	return l.conn.Close()
}
