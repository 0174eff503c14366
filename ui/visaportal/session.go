package visaportal

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/web"
)

// Nobody answers for sessions where nobody signs in: there is none, ever. It is the portal's web.Sessions.
type Nobody struct{}

// Authenticate finds no session.
func (Nobody) Authenticate(context.Context, string) (auth.Session, error) {
	return auth.Session{}, auth.ErrNoSession
}

// Inspect finds no session.
func (Nobody) Inspect(context.Context, string) (auth.Session, error) {
	return auth.Session{}, auth.ErrNoSession
}

// Watch gives the context back: there is no session that could end.
func (Nobody) Watch(ctx context.Context, _ auth.Session) context.Context { return ctx }

// The cookies: one names the draft that a browser fills in, one the application that it follows. Lax, since the payment provider and the
// e-mail lead back here.
const (
	draftCookie  = "__Host-draft"
	statusCookie = "__Host-status"
)

func token(c *web.Context, name string) string {
	cookie, err := c.Request().Cookie(name)
	if err != nil || len(cookie.Value) > 256 {
		return ""
	}
	return cookie.Value
}

// setToken gives the browser a token until it is closed; the empty token takes it away.
func setToken(c *web.Context, name, value string) {
	cookie := &http.Cookie{Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if value == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(c.Response(), cookie)
}

// draft is the draft of the browser that still can be answered; apply.ErrSent when it was sent.
func (p *portal) draft(c *web.Context) (apply.Draft, error) {
	d, err := p.opened(c)
	if err == nil && d.Sent != nil {
		return apply.Draft{}, apply.ErrSent
	}
	return d, err
}

// opened is the draft of the browser, sent or not.
func (p *portal) opened(c *web.Context) (apply.Draft, error) {
	if token(c, draftCookie) == "" {
		return apply.Draft{}, apply.ErrNoDraft
	}
	return p.Service.Open(c.Ctx(), token(c, draftCookie))
}

// source is the network address that asks, without its port; of IPv6 the /64, for one customer has all of it.
func source(c *web.Context) string { return sourceOf(c.Request().RemoteAddr) }

func sourceOf(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	address := at.Addr().Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	return netip.PrefixFrom(address, 64).Masked().String()
}

// language keeps what the person chose, for the draft's letters too, and goes back to where he was.
func (p *portal) language(c *web.Context) error {
	form := values(c)
	chosen := text.Match(form.Get("language"))
	c.SetLanguage(chosen)
	if key := token(c, draftCookie); key != "" {
		if err := p.Service.Speak(c.Ctx(), key, string(chosen)); err != nil && !over(err) {
			return err
		}
	}
	return c.SeeOther(web.Next(form.Get("next")))
}
