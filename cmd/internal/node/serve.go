package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// stopTimeout is how long open requests may take to end when the program stops.
const stopTimeout = 10 * time.Second

// Serve answers on the listener until ctx ends, then lets open requests end. before, which may be nil, is called first when it
// stops: it ends streams, for which Shutdown would wait. A nil config serves plain http.
func Serve(ctx context.Context, l net.Listener, config *tls.Config, h http.Handler, log *slog.Logger, before func(context.Context) error) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug), TLSConfig: config,
	}
	failed := make(chan error, 1)
	go func() {
		if config == nil {
			failed <- server.Serve(l)
			return
		}
		failed <- server.ServeTLS(l, "", "")
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	var err error
	if before != nil {
		err = before(stopping)
	}
	return errors.Join(err, server.Shutdown(stopping))
}

// Listen opens a TCP listener with an error that says which address.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return l, nil
}

// ListenOptional is Listen, or no listener for an empty address.
func ListenOptional(ctx context.Context, address string) (net.Listener, error) {
	if address == "" {
		return nil, nil //nolint:nilnil // no address, no listener: both are as asked
	}
	return Listen(ctx, address)
}
