package signin

import (
	"context"
	"errors"
	"net"
	"net/http"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// Door is what these screens ask of the keeper of accounts and sessions; auth.Service is one.
type Door interface {
	SignIn(ctx context.Context, a auth.Attempt) (token string, session auth.Session, err error)
	SignOut(ctx context.Context, session auth.Session) error
	Lock(ctx context.Context, session auth.Session) (auth.Session, error)
	Unlock(ctx context.Context, token, secret string) (fresh string, session auth.Session, err error)
	ChangePassword(ctx context.Context, session auth.Session, current, chosen string) error
	SetPIN(ctx context.Context, session auth.Session, password, pin string) error
	SetPlace(ctx context.Context, session auth.Session, lane, workstation, language string) (auth.Session, error)
}

// Options of the screens.
type Options struct {
	Door Door
	// Lane and Workstation of a browser, from its request; nil where there are none.
	Place func(*web.Context) (lane, workstation string)
	// NeedsPIN asks a person without a PIN to set one before going on.
	NeedsPIN bool
}

type screens struct{ Options }

// Register adds the routes of these screens to the server.
func Register(s *web.Server, o Options) {
	if o.Place == nil {
		o.Place = func(*web.Context) (string, string) { return "", "" }
	}
	x := screens{o}
	s.HandlePublic(http.MethodGet, "/signin", x.page)
	s.HandlePublic(http.MethodPost, "/signin", x.signIn, web.FromBrowser())
	s.HandlePublic(http.MethodPost, "/language", x.language, web.FromBrowser())
	s.Handle(http.MethodPost, "/signout", auth.SessionOwn, x.signOut, web.WhileLocked(), web.DuringSetup())
	s.Handle(http.MethodPost, "/lock", auth.SessionOwn, x.lock, web.WhileLocked(), web.DuringSetup())
	s.Handle(http.MethodPost, "/unlock", auth.SessionOwn, x.unlock, web.WhileLocked(), web.DuringSetup())
	s.Handle(http.MethodGet, "/session", auth.SessionOwn, x.session, web.Background(), web.DuringSetup())
	s.Handle(http.MethodGet, "/account", auth.SessionOwn, x.account, web.DuringSetup())
	s.Handle(http.MethodPost, "/account/password", auth.SessionOwn, x.changePassword, web.DuringSetup())
	s.Handle(http.MethodPost, "/account/pin", auth.SessionOwn, x.setPIN, web.DuringSetup())
}

// page asks who it is. Somebody who is signed in already goes on.
func (x screens) page(c *web.Context) error {
	next := web.Next(c.QueryParam("next"))
	if c.SignedIn() && !c.Session().Locked {
		return c.SeeOther(next)
	}
	return c.Render(http.StatusOK, signInPage(signInForm{Next: next, SignedOut: c.QueryParam("out") != ""}))
}

func (x screens) signIn(c *web.Context) error {
	lane, workstation := x.Place(c)
	next, login := web.Next(c.FormValue("next")), c.FormValue("login")
	token, session, err := x.Door.SignIn(c.Ctx(), auth.Attempt{
		Login: login, Password: c.FormValue("password"), Source: source(c),
		Lane: lane, Workstation: workstation, Language: c.ChosenLanguage(), Previous: c.Token(),
	})
	if refused(err) {
		return c.Render(http.StatusForbidden, signInPage(signInForm{Next: next, Login: login, Fault: c.Text().Problem(err)}))
	}
	if err != nil {
		return err
	}
	c.SetToken(token)
	if session.User.MustChangePassword || x.NeedsPIN && !session.User.HasPIN {
		return c.SeeOther("/account?next=" + queryEscape(next))
	}
	return c.SeeOther(next)
}

// source is the address of the browser, without the port.
func source(c *web.Context) string {
	host, _, err := net.SplitHostPort(c.Request().RemoteAddr)
	if err != nil {
		return c.Request().RemoteAddr
	}
	return host
}

// refused: the person can do something about it on this page; everything else is a failure of ours.
func refused(err error) bool {
	var p *problem.Error
	return errors.As(err, &p) && p.Kind != problem.Internal && p.Kind != problem.Unavailable
}

func (x screens) signOut(c *web.Context) error {
	if err := x.Door.SignOut(c.Ctx(), c.Session()); err != nil && !errors.Is(err, auth.ErrNoSession) {
		return err
	}
	c.SetToken("")
	return c.SeeOther("/signin?out=1")
}

// lock closes the gate before the page. Without scripts the browser stays at its address, where it now finds the lock.
func (x screens) lock(c *web.Context) error {
	if _, err := x.Door.Lock(c.Ctx(), c.Session()); err != nil && !errors.Is(err, auth.ErrNoSession) {
		return err
	}
	if c.Partial() {
		return c.Render(http.StatusOK, view.LockedNotice("/", ""))
	}
	return c.SeeOther(web.Next(c.FormValue("next")))
}

// session tells a page that asks whether its session is open; when it is not, the server has answered already.
func (x screens) session(c *web.Context) error { return c.Render(http.StatusOK, view.UnlockedNotice()) }

func (x screens) unlock(c *web.Context) error {
	next := web.Next(c.FormValue("next"))
	if !c.Session().Locked {
		return x.unlocked(c, next)
	}
	token, _, err := x.Door.Unlock(c.Ctx(), c.Token(), c.FormValue("pin"))
	switch {
	case errors.Is(err, auth.ErrNoSession):
		return web.ErrSignIn
	case refused(err) && c.Partial():
		return c.Render(http.StatusForbidden, view.LockedNotice(next, c.Text().Problem(err)))
	case refused(err):
		return c.Render(http.StatusForbidden, view.Unlock(next, c.Text().Problem(err)))
	case err != nil:
		return err
	}
	c.SetToken(token)
	return x.unlocked(c, next)
}

// unlocked goes back to where the person was; a page that stands behind the lock just loses the lock.
func (x screens) unlocked(c *web.Context, next string) error {
	if c.Partial() {
		return c.Render(http.StatusOK, view.UnlockedNotice())
	}
	return c.SeeOther(next)
}

// language changes the language of the session, or of the browser when nobody is signed in.
func (x screens) language(c *web.Context) error {
	chosen := text.Match(c.FormValue("language"))
	c.SetLanguage(chosen)
	if c.SignedIn() && !c.Session().Locked {
		if _, err := x.Door.SetPlace(c.Ctx(), c.Session(), "", "", string(chosen)); err != nil {
			return err
		}
	}
	return c.SeeOther(web.Next(c.FormValue("next")))
}
