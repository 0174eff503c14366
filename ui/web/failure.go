package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// statusOf is the one place where a kind of problem becomes an HTTP status.
func statusOf(err error) int {
	switch problem.KindOf(err) {
	case problem.Invalid:
		return http.StatusUnprocessableEntity
	case problem.NotFound:
		return http.StatusNotFound
	case problem.Forbidden:
		return http.StatusForbidden
	case problem.Conflict:
		return http.StatusConflict
	case problem.Unavailable:
		return http.StatusServiceUnavailable
	case problem.Internal:
	}
	return http.StatusInternalServerError
}

// asProblem gives the errors of echo, of net/http and of the database their words.
func asProblem(err error) (status int, known error) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge, bodyTooLarge(tooLarge.Limit)
	}
	var http4 *echo.HTTPError
	if errors.As(err, &http4) {
		switch http4.Code {
		case http.StatusNotFound:
			return http4.Code, problem.New(problem.NotFound, "route_unknown").Because(err)
		case http.StatusMethodNotAllowed:
			return http4.Code, problem.New(problem.Invalid, "method_not_allowed").Because(err)
		case http.StatusBadRequest, http.StatusUnsupportedMediaType:
			return http4.Code, problem.New(problem.Invalid, "").Because(err)
		}
	}
	if errors.Is(err, bodyTooLarge(0)) {
		return http.StatusRequestEntityTooLarge, err
	}
	err = postgres.Problem(err)
	return statusOf(err), err
}

// statusGone is what the log says of a request whose browser went away before it was answered (as nginx does). Nobody reads it.
const statusGone = 499

// fail answers a request that went wrong: in the person's language, as a page, a fragment or plain text, and never empty.
// What has been answered already is left as it is.
func (s *Server) fail(c *Context, err error) {
	if c.Ctx().Err() != nil && errors.Is(err, context.Canceled) && !c.Response().Committed {
		c.Response().WriteHeader(statusGone)
		return
	}
	status, known := asProblem(err)
	s.logFailure(c, status, known)
	if c.Response().Committed {
		return
	}
	if err := s.answerFailure(c, status, known); err != nil {
		s.Log.Error("failure could not be shown", "id", c.requestID, "error", err)
		http.Error(c.Response(), http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

func (s *Server) logFailure(c *Context, status int, err error) {
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	s.Log.LogAttrs(c.Ctx(), level, "refused", slog.String("id", c.requestID), slog.Int("status", status), slog.String("error", err.Error()))
}

func (s *Server) answerFailure(c *Context, status int, err error) error {
	r, _ := s.routeOf(c)
	switch {
	case r.Machine:
		return c.String(status, s.Texts.Printer(text.English).Problem(err)+"\n")
	case errors.Is(err, ErrSignIn):
		return s.askSignIn(c)
	case errors.Is(err, errLocked):
		return s.askUnlock(c)
	case errors.Is(err, errSetup):
		return c.SeeOther("/account")
	case c.Partial():
		inNotices(c)
		return c.Render(status, view.FaultFragment(c.Text().Problem(err), c.requestID))
	}
	if s.Fault != nil {
		return c.Render(status, s.Fault(titleOf(status), c.Text().Problem(err), c.requestID))
	}
	return c.Render(status, view.Fault(titleOf(status), c.Text().Problem(err), c.requestID))
}

func titleOf(status int) text.Key {
	switch status {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return text.FrameFaultNotFound
	case http.StatusForbidden:
		return text.FrameFaultForbidden
	}
	return text.FrameFaultTitle
}

// inNotices sends a fragment to the page's notices, so that what was on the page, and what was typed, stays.
func inNotices(c *Context) {
	c.Response().Header().Set("HX-Retarget", "#notices")
	c.Response().Header().Set("HX-Reswap", "innerHTML")
}

// askSignIn sends a browser to the sign-in page; a page that htmx asks for a part is told so without losing what it shows.
func (s *Server) askSignIn(c *Context) error {
	if c.Token() != "" {
		c.SetToken("")
	}
	to := "/signin"
	if c.Request().Method == http.MethodGet && !c.Partial() && c.Request().URL.Path != "/" {
		to += "?next=" + url.QueryEscape(c.Request().URL.RequestURI())
	}
	if c.Partial() {
		inNotices(c)
		return c.Render(http.StatusUnauthorized, view.SignedOutNotice("/signin"))
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// askUnlock asks for the PIN where the person is: the address stays, and for a part of a page the page stays behind it.
func (s *Server) askUnlock(c *Context) error {
	if c.Partial() {
		inNotices(c)
		return c.Render(http.StatusLocked, view.LockedNotice("/", ""))
	}
	next := "/"
	if c.Request().Method == http.MethodGet {
		next = c.Request().URL.RequestURI()
	}
	return c.Render(http.StatusLocked, view.Unlock(next, ""))
}
