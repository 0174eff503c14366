package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/openbmis/openbmis/ui/text"
)

const languageCookie = "__Host-language"

// language is the session's choice, else the person's, else the browser's cookie, else what the browser asks for.
func (c *Context) language() text.Language {
	return text.Match(c.session.Language, c.session.User.Language, c.ChosenLanguage(), c.Request().Header.Get("Accept-Language"))
}

// ChosenLanguage is what the person chose in this browser before signing in; empty when nothing was chosen.
func (c *Context) ChosenLanguage() string {
	cookie, err := c.Request().Cookie(languageCookie)
	if err != nil || cookie.Value == "" {
		return ""
	}
	return string(text.Match(cookie.Value))
}

// SetLanguage lets the browser remember the language for pages without a session.
func (c *Context) SetLanguage(l text.Language) {
	http.SetCookie(c.Response(), &http.Cookie{
		Name: languageCookie, Value: string(l), Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		MaxAge: int((365 * 24 * time.Hour).Seconds()),
	})
}

// Next is a path of ours that came from outside (form value "next"), or "/" when it is anything else: a foreign host behind
// "//", a backslash that browsers take for a slash, or no path at all.
func Next(wanted string) string {
	u, err := url.Parse(wanted)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.ContainsAny(wanted, "\\\r\n\t") {
		return "/"
	}
	if !strings.HasPrefix(wanted, "/") || strings.HasPrefix(wanted, "//") {
		return "/"
	}
	return wanted
}
