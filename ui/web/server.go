package web

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

// Server keeps the table of routes and answers requests by it. Register all routes, then serve Handler.
type Server struct {
	Options
	echo   *echo.Echo
	origin *http.CrossOriginProtection
	routes []Route
	faults []error

	writeWithin time.Duration // streamWriteTimeout; shorter in a test

	closing context.Context //nolint:containedctx // ends every open stream, whatever request it came with
	end     context.CancelFunc
	streams sync.WaitGroup
}

// NewServer makes a server without routes, save for the built-in files.
func NewServer(o Options) (*Server, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Heartbeat <= 0 {
		o.Heartbeat = defaultHeartbeat
	}
	s := &Server{Options: o, echo: echo.New(), origin: http.NewCrossOriginProtection(), writeWithin: streamWriteTimeout}
	s.closing, s.end = context.WithCancel(context.Background())
	s.echo.Use(s.begin, s.logged, s.recovered, s.hardened, s.limited, s.sameOrigin)
	s.HandlePublic(http.MethodGet, "/static/:file", s.serveAsset, KeepCache())
	return s, nil
}

// Handler is the server as net/http wants it. It fails when a route was registered wrongly; the error names each.
func (s *Server) Handler() (http.Handler, error) {
	if err := errors.Join(s.faults...); err != nil {
		return nil, err
	}
	return s.echo, nil
}

// Close ends all event streams and waits until they have ended or ctx does. Call it before http.Server.Shutdown, which
// would otherwise wait for them.
func (s *Server) Close(ctx context.Context) error {
	s.end()
	done := make(chan struct{})
	go func() {
		s.streams.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Server) serveAsset(c *Context) error {
	s.Assets.ServeHTTP(c.Response(), c.Request())
	return nil
}
