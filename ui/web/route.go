package web

import (
	"fmt"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/openbmis/openbmis/internal/auth"
)

// Handler answers a request whose session and permission have been checked. The error it gives becomes a page or a fragment
// in the person's language; see Server.fail.
type Handler func(*Context) error

// Route is one line of the table of routes.
type Route struct {
	Method, Path string
	// Permission is what the session's role must hold; empty for a public route.
	Permission auth.Permission
	Public     bool
	// Machine routes answer programs: faults are plain text, and no origin is asked for, since no cookie is looked at.
	Machine bool
	// WhileLocked routes answer a locked session too; DuringSetup ones a person who must choose a password first.
	WhileLocked bool
	DuringSetup bool
	// Background routes are asked by the page by itself and do not keep a session awake.
	Background bool
	// FromBrowser routes are public forms: like those behind a session they want to know the origin of a change.
	FromBrowser bool
	// Cacheable routes set their own Cache-Control; all others are never stored.
	Cacheable bool
	// MaxBody bounds the request's body, in bytes.
	MaxBody int64
	// Files routes take files: a form without any is bounded like all others, for it is read before the route's handler is asked.
	Files bool
}

// RouteOption marks a route that differs from the rest.
type RouteOption func(*Route)

// WhileLocked lets a locked session through: for unlocking and signing out only.
func WhileLocked() RouteOption { return func(r *Route) { r.WhileLocked = true } }

// DuringSetup lets a person through who must choose a password first.
func DuringSetup() RouteOption { return func(r *Route) { r.DuringSetup = true } }

// Background marks a route that pages ask by themselves, such as an event stream: it does not keep the session awake.
func Background() RouteOption { return func(r *Route) { r.Background = true } }

// FromBrowser marks a public form, such as sign-in: a change is refused when the browser does not say where it came from.
func FromBrowser() RouteOption { return func(r *Route) { r.FromBrowser = true } }

// Machine marks a public route for programs (health, metrics, enrolment): faults are plain text.
func Machine() RouteOption { return func(r *Route) { r.Machine = true } }

// KeepCache leaves Cache-Control to the handler.
func KeepCache() RouteOption { return func(r *Route) { r.Cacheable = true } }

// Files lets forms with files be as large as the route says, and those without only as large as on any route.
func Files() RouteOption { return func(r *Route) { r.Files = true } }

// MaxBody bounds the request's body at n bytes instead of DefaultMaxBody.
func MaxBody(n int64) RouteOption { return func(r *Route) { r.MaxBody = n } }

// Handle registers a route behind a session whose role holds the permission. It is, with HandlePublic, the only way to
// register one. A faulty registration is kept and told by Handler.
func (s *Server) Handle(method, path string, permission auth.Permission, h Handler, options ...RouteOption) {
	if !permission.Valid() {
		s.faults = append(s.faults, fmt.Errorf("route %s %s: unknown permission %q", method, path, permission))
		return
	}
	s.register(Route{Method: method, Path: path, Permission: permission}, h, options)
}

// HandlePublic registers a route that anybody may ask: sign-in, health, built-in files, enrolment.
func (s *Server) HandlePublic(method, path string, h Handler, options ...RouteOption) {
	s.register(Route{Method: method, Path: path, Public: true}, h, options)
}

func (s *Server) register(r Route, h Handler, options []RouteOption) {
	r.MaxBody = DefaultMaxBody
	for _, option := range options {
		option(&r)
	}
	same := func(other Route) bool { return other.Method == r.Method && other.Path == r.Path }
	switch {
	case h == nil || !strings.HasPrefix(r.Path, "/") || r.Method == "":
		s.faults = append(s.faults, fmt.Errorf("route %q %q: expected a method, a path from / and a handler", r.Method, r.Path))
		return
	case slices.ContainsFunc(s.routes, same):
		s.faults = append(s.faults, fmt.Errorf("route %s %s: registered twice", r.Method, r.Path))
		return
	}
	s.routes = append(s.routes, r)
	s.echo.Add(r.Method, r.Path, func(ec echo.Context) error {
		c, err := own(ec)
		if err != nil {
			return err
		}
		if err := s.admit(c, r); err != nil {
			return err
		}
		if err := legible(c); err != nil {
			return err
		}
		return h(c)
	})
}

// Routes is the table of routes, in the order of registration. The caller owns the slice.
func (s *Server) Routes() []Route { return slices.Clone(s.routes) }

// routeOf is the route that the request found; false when there is none.
func (s *Server) routeOf(c *Context) (Route, bool) {
	for _, r := range s.routes {
		if r.Method == c.Request().Method && r.Path == c.Path() {
			return r, true
		}
	}
	return Route{}, false
}
