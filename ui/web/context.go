package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Context is one request with its session and language. It must not outlive the request.
type Context struct {
	echo.Context
	server    *Server
	session   auth.Session
	signedIn  bool
	nonce     string
	requestID string
	now       time.Time
	printer   *text.Printer
}

// carrier takes our context through echo's steps; Context itself is no echo.Context, since its Render is another.
type carrier struct {
	echo.Context
	own *Context
}

// own is our context behind echo's.
func own(ec echo.Context) (*Context, error) {
	c, ok := ec.(*carrier)
	if !ok {
		return nil, errors.New("request did not pass the server's first step")
	}
	return c.own, nil
}

// Ctx is the request's context.Context, for calls below.
func (c *Context) Ctx() context.Context { return c.Request().Context() }

// Session is the open session of the request; the zero session on a public route without one.
func (c *Context) Session() auth.Session { return c.session }

// SignedIn reports whether the request has a session, locked or not.
func (c *Context) SignedIn() bool { return c.signedIn }

// User is the session's person.
func (c *Context) User() auth.User { return c.session.User }

// May reports whether the session's role holds the permission: for what a page shows. Routes are guarded by their own.
func (c *Context) May(p auth.Permission) bool {
	return c.signedIn && auth.Allowed(c.session.User.Role, p)
}

// Actor is the session's person and place for audit entries.
func (c *Context) Actor() audit.Actor { return c.session.Actor(c.server.Post) }

// Now is the instant at which the request came in.
func (c *Context) Now() time.Time { return c.now }

// Nonce is the nonce of this response's content security policy.
func (c *Context) Nonce() string { return c.nonce }

// RequestID names the request in the log.
func (c *Context) RequestID() string { return c.requestID }

// Text is the printer of the request's language, in the post's time zone.
func (c *Context) Text() *text.Printer {
	if c.printer == nil {
		c.printer = c.server.Texts.Printer(c.language()).In(c.server.Zone)
	}
	return c.printer
}

// IsHTMX reports whether htmx asks, and not the browser itself.
func (c *Context) IsHTMX() bool { return c.Request().Header.Get("HX-Request") == "true" }

// Partial reports whether the answer goes into a part of a page: htmx asks, not for the whole page and not to restore one
// of the browser's history, which wants the whole page too.
func (c *Context) Partial() bool {
	h := c.Request().Header
	return c.IsHTMX() && h.Get("HX-Request-Type") != "full" && h.Get("HX-History-Restore-Request") != "true"
}

// Render answers with the component. Pages (view.Layout) leave out what stands round them when the request is partial.
func (c *Context) Render(status int, component templ.Component) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/html; charset=utf-8")
	h.Add(echo.HeaderVary, "HX-Request, HX-Request-Type, HX-History-Restore-Request")
	ctx, err := c.viewContext()
	if err != nil {
		return err
	}
	buffer := templ.GetBuffer()
	defer templ.ReleaseBuffer(buffer)
	if err := component.Render(ctx, buffer); err != nil {
		return err
	}
	c.Response().WriteHeader(status)
	_, _ = c.Response().Write(buffer.Bytes()) // the browser went away: nobody to tell
	return nil
}

// RenderEither answers with the whole page, or with its part when only that was asked for.
func (c *Context) RenderEither(status int, page, part templ.Component) error {
	if c.Partial() {
		return c.Render(status, part)
	}
	return c.Render(status, page)
}

// SeeOther sends the browser on with GET after a change (303). The path is our own: see Next for one that came from outside.
func (c *Context) SeeOther(path string) error {
	if c.IsHTMX() {
		c.Response().Header().Set("HX-Redirect", path)
		return c.Render(http.StatusOK, templ.NopComponent)
	}
	return c.Redirect(http.StatusSeeOther, path)
}

// viewContext carries printer, nonce and frame to the components.
func (c *Context) viewContext() (context.Context, error) {
	frame := view.Frame{
		Program: c.server.Program, Place: c.server.Post, Language: c.Text().Language(),
		Asset: c.server.Assets.URL, Path: c.Request().URL.RequestURI(), Partial: c.Partial(),
		IdleAfter: c.server.IdleAfter, Now: c.now,
	}
	if c.Request().Method != http.MethodGet {
		frame.Path = "/"
	}
	if c.signedIn {
		if err := c.describePerson(&frame); err != nil {
			return nil, err
		}
	}
	ctx := text.NewContext(c.Ctx(), c.Text())
	return view.WithFrame(templ.WithNonce(ctx, c.nonce), frame), nil
}

func (c *Context) describePerson(frame *view.Frame) error {
	frame.User, frame.Locked = c.session.User, c.session.Locked
	if c.session.Lane != "" {
		frame.Place += " · " + c.session.Lane
	}
	for _, item := range c.server.Nav {
		if auth.Allowed(c.session.User.Role, item.Need) {
			frame.Nav = append(frame.Nav, item)
		}
	}
	if c.server.Status == nil || c.session.Locked || frame.Partial {
		return nil
	}
	var err error
	frame.Status, err = c.server.Status(c)
	return err
}
