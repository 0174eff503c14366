package web

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"

	"github.com/labstack/echo/v4"
)

// begin gives the request its number, its nonce and its time, and turns what goes wrong further in into an answer.
func (s *Server) begin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		c := &Context{Context: ec, server: s, now: s.Now(), requestID: s.NewID().String()}
		var raw [16]byte
		if _, err := io.ReadFull(s.Random, raw[:]); err != nil {
			return fmt.Errorf("drawing a nonce: %w", err)
		}
		c.nonce = base64.RawURLEncoding.EncodeToString(raw[:])
		return next(&carrier{Context: ec, own: c})
	}
}

// logged writes one line a request: the path of the table, never the one that was asked, which may hold a person's data.
func (s *Server) logged(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		c, err := own(ec)
		if err != nil {
			return err
		}
		if err := next(ec); err != nil {
			s.fail(c, err)
		}
		route := "unmatched"
		if r, ok := s.routeOf(c); ok {
			route = r.Path
		}
		s.Log.LogAttrs(c.Ctx(), slog.LevelInfo, "request",
			slog.String("id", c.requestID), slog.String("method", knownMethod(c.Request().Method)), slog.String("route", route),
			slog.Int("status", c.Response().Status), slog.Int64("bytes", c.Response().Size),
			slog.Duration("took", s.Now().Sub(c.now)), slog.String("role", string(c.session.User.Role)))
		return nil
	}
}

// knownMethod keeps a made-up method, which anybody may send, out of the log.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// errPanic stands for a panic further in; what it said stays in the log.
var errPanic = errors.New("a handler panicked")

// recovered turns a panic into a failure. The log gets the kind of the panic and the stack; the panic's value only when the
// runtime made it, since another may hold a person's data.
func (s *Server) recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) (err error) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler { //nolint:errorlint // net/http compares it the same way
				panic(cause) //nolint:forbidigo // not ours: net/http asks for it
			}
			said := fmt.Sprintf("%T", cause)
			if fault, ok := cause.(runtime.Error); ok {
				said = fault.Error()
			}
			s.Log.Error("panic", "panic", said, "stack", string(debug.Stack()))
			err = errPanic
		}()
		return next(ec)
	}
}
