package web

import (
	"errors"
	"net/http"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
)

// Why a request does not reach its handler, beside missing permission. fail knows what to show for each.
var (
	// ErrSignIn sends the person to the sign-in page; a handler returns it when the session ended under it.
	ErrSignIn    = problem.New(problem.Forbidden, "session_over")
	errLocked    = problem.New(problem.Forbidden, "session_locked")
	errSetup     = problem.New(problem.Conflict, "setup_needed")
	errForbidden = problem.New(problem.Forbidden, "permission_missing")
)

// admit decides whether the request may reach the handler of the route: an open session, whose person has chosen a password,
// and whose role holds the permission. A public route gets the session too when there is one.
func (s *Server) admit(c *Context, r Route) error {
	if r.Machine {
		return nil
	}
	err := s.recognise(c, r)
	if r.Public {
		return ignore(err, ErrSignIn)
	}
	switch {
	case err != nil:
		return err
	case c.session.Locked && !r.WhileLocked:
		return errLocked
	case !auth.Allowed(c.session.User.Role, r.Permission):
		return errForbidden
	case c.mustSetUp() && !r.DuringSetup && !r.WhileLocked:
		return errSetup
	}
	return nil
}

func ignore(err, ignored error) error {
	if errors.Is(err, ignored) {
		return nil
	}
	return err
}

// mustSetUp: a generated password is known to whoever generated it, so nothing is done with it but choosing another.
func (c *Context) mustSetUp() bool { return c.session.User.MustChangePassword }

// recognise finds the session of the cookie.
func (s *Server) recognise(c *Context, r Route) error {
	token := c.Token()
	if token == "" {
		return ErrSignIn
	}
	find := s.Sessions.Authenticate
	if r.Background {
		find = s.Sessions.Inspect
	}
	session, err := find(c.Ctx(), token)
	if errors.Is(err, auth.ErrNoSession) {
		return ErrSignIn
	}
	if err != nil {
		return err
	}
	c.session, c.signedIn, c.printer = session, true, nil
	return nil
}

// cookieName carries the __Host- prefix, which browsers accept only with Secure, without Domain and for the path /.
const cookieName = "__Host-session"

// Token is the session token that the browser sent; empty when it sent none.
func (c *Context) Token() string {
	cookie, err := c.Request().Cookie(cookieName)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// SetToken gives the browser the token of a new or rotated session; the empty token takes it away.
func (c *Context) SetToken(token string) {
	cookie := &http.Cookie{
		Name: cookieName, Value: token, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
	if token == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(c.Response(), cookie)
}
