package signin_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/ui/web"
)

func TestLockAndUnlockWhereThePersonWas(t *testing.T) {
	s := site(t)
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			who := s.Person(t, auth.RoleOfficer, "amira-"+language, language)
			p := browsertest.Open(t, language)
			p.AllowConsole("status of 423")
			p.AllowConsole("SSE reconnect failed with status 423")
			p.AllowConsole("status of 403")
			s.SignIn(p, who)
			p.Goto(s.URL + "/work?shift=2")
			p.WaitFor("#note")
			browsertest.Eval[bool](p, "document.getElementById('note').focus(), true")
			p.Press("Control+l")
			p.WaitFocus("[name=pin]")
			require.Equal(t, "/work?shift=2", p.Path(), "the address stays")
			require.NotContains(t, p.Text("body"), "Note", "nothing of the page is in sight")
			p.Screenshot("lock-" + language)
			p.CheckAccessible()
			p.Type("000000")
			p.Press("Enter")
			p.WaitFor(".fault")
			p.Screenshot("lock-refused-" + language)
			p.CheckAccessible()
			p.WaitFocus("[name=pin]")
			p.Type(who.PIN)
			p.Press("Enter")
			p.WaitFor("#note")
			require.Equal(t, "/work?shift=2", p.Path())
			require.Equal(t, "#note", p.Focus(), "the person goes on where he was")

			browsertest.Eval[bool](p, "fetch('/lock', {method: 'POST'}).then(r => true)")
			p.Goto(s.URL + "/work?shift=2")
			p.WaitFocus("[name=pin]")
			require.Empty(t, browsertest.Eval[string](p, "document.getElementById('note')?.id ?? ''"), "a fresh load has only the lock")
			p.Screenshot("lock-page-" + language)
			p.CheckAccessible()
			p.Type(who.PIN)
			p.Press("Enter")
			p.WaitFor("#note")
		})
	}
}

// A session that was locked elsewhere: the stream ends, and the page gives way to the lock by itself.
func TestPageGivesWayWhenItsSessionIsLockedElsewhere(t *testing.T) {
	s := site(t)
	who := s.Person(t, auth.RoleOfficer, "amira")
	p := browsertest.Open(t, "en")
	p.AllowConsole("status of 423")
	p.AllowConsole("SSE reconnect failed with status 423")
	s.SignIn(p, who)
	p.Goto(s.URL + "/work")
	p.Wait("document.getElementById('events')._htmx?.sse")
	require.Equal(t, http.StatusLocked, browsertest.Eval[int](p, `fetch('/lock', {method: 'POST'}).then(r => r.status)`))
	p.WaitFocus("[name=pin]")
	browsertest.Eval[bool](p, "document.addEventListener('hello', () => { window.heard = true; }), true")
	p.Type(who.PIN)
	p.Press("Enter")
	p.WaitGone("dialog")
	p.Wait("window.heard") // the stream goes on by itself
}

func TestPageGoesWhenItsSessionEndsElsewhere(t *testing.T) {
	s := site(t)
	who := s.Person(t, auth.RoleOfficer, "amira")
	p := browsertest.Open(t, "en")
	s.SignIn(p, who)
	p.Goto(s.URL + "/work")
	p.Wait("document.getElementById('events')._htmx?.sse")
	browsertest.Eval[bool](p, `(fetch('/signout', {method: 'POST'}), true)`) // not awaited: the page may be gone before the answer
	p.Wait("location.pathname === '/signin'")
}

func TestIdlePageLocksItself(t *testing.T) {
	s := siteWith(t, func(o *web.Options) { o.IdleAfter = 2 * time.Second })
	p := browsertest.Open(t, "en")
	p.AllowConsole("status of 423")
	p.AllowConsole("SSE reconnect failed with status 423")
	s.SignIn(p, s.Person(t, auth.RoleOfficer, "amira"))
	p.Goto(s.URL + "/work?events=none")
	p.WaitFor("dialog.session-gate:modal")
	p.WaitFocus("[name=pin]")
}

// What htmx sends while locked brings the lock as a dialog over the page; nothing typed is lost.
func TestUnlockInFrontOfAPageKeepsWhatWasTyped(t *testing.T) {
	s := site(t)
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			who := s.Person(t, auth.RoleOfficer, "amira-"+language, language)
			p := browsertest.Open(t, language)
			p.AllowConsole("status of 423")
			p.AllowConsole("SSE reconnect failed with status 423")
			p.AllowConsole("status of 403")
			s.SignIn(p, who)
			p.Goto(s.URL + "/work?events=none")
			p.WaitFor("#note")
			browsertest.Eval[bool](p, `document.getElementById('events')?.remove(), document.getElementById('note').focus(), true`)
			p.Type("half a sentence")
			browsertest.Eval[int](p, `fetch('/lock', {method: 'POST'}).then(r => r.status)`)
			p.Press("F2")
			p.WaitFor("dialog.session-gate:modal")
			p.WaitFocus("dialog [name=pin]")
			p.Screenshot("gate-" + language)
			p.CheckAccessible()
			p.Press("Escape")
			p.WaitFor("dialog.session-gate:modal")
			p.Type("000000")
			p.Press("Enter")
			p.WaitFor("dialog .fault")
			p.WaitFocus("dialog [name=pin]")
			p.Type(who.PIN)
			p.Press("Enter")
			p.WaitGone("dialog")
			require.Equal(t, "half a sentence", p.Value("#note"))
			p.Press("F2")
			p.WaitText("#answer", "received half a sentence")
		})
	}
}

func TestWithoutJavaScript(t *testing.T) {
	s := site(t)
	who := s.Person(t, auth.RoleOfficer, "amira")
	client := s.SignedIn(t, who)
	require.Equal(t, "/work", s.Post(t, client, "/lock", url.Values{"next": {"/work"}}).Header.Get("Location"))
	locked := s.Get(t, client, "/work")
	require.Equal(t, http.StatusLocked, locked.Status)
	require.Contains(t, locked.Body, `action="/unlock"`)
	wrong := s.Post(t, client, "/unlock", url.Values{"pin": {"000000"}, "next": {"/work"}})
	require.Equal(t, http.StatusForbidden, wrong.Status)
	require.Contains(t, wrong.Body, "attempts are left")
	right := s.Post(t, client, "/unlock", url.Values{"pin": {who.PIN}, "next": {"//elsewhere.example"}})
	require.Equal(t, http.StatusSeeOther, right.Status)
	require.Equal(t, "/", right.Header.Get("Location"))
	require.Equal(t, http.StatusOK, s.Get(t, client, "/work").Status)
	out := s.Post(t, client, "/signout", url.Values{})
	require.Equal(t, "/signin?out=1", out.Header.Get("Location"))
	require.Contains(t, s.Get(t, client, "/signin?out=1").Body, "You have signed out")
	require.Equal(t, http.StatusSeeOther, s.Get(t, client, "/work").Status)
	require.NotContains(t, s.Logs.String(), who.Password)
	require.NotContains(t, s.Logs.String(), "amira")
}

func TestFiveWrongPINsEndTheSession(t *testing.T) {
	s := site(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "amira"))
	s.Post(t, client, "/lock", url.Values{})
	for range auth.MaxUnlockAttempts - 1 {
		require.Equal(t, http.StatusForbidden, s.Post(t, client, "/unlock", url.Values{"pin": {"000000"}}).Status)
	}
	last := s.Post(t, client, "/unlock", url.Values{"pin": {"000000"}})
	require.Equal(t, http.StatusSeeOther, last.Status)
	require.Equal(t, "/signin", last.Header.Get("Location"))
}

func TestLanguageSwitch(t *testing.T) {
	s := site(t)
	client := s.Client(t)
	answer := s.Post(t, client, "/language", url.Values{"language": {"ar"}, "next": {"/signin?next=/work"}})
	require.Equal(t, "/signin?next=/work", answer.Header.Get("Location"))
	require.Contains(t, s.Get(t, client, "/signin").Body, `dir="rtl"`)
	who := s.Person(t, auth.RoleOfficer, "amira")
	s.Post(t, client, "/signin", url.Values{"login": {who.Login}, "password": {who.Password}})
	require.Contains(t, s.Get(t, client, "/work").Body, `lang="ar"`, "what was chosen before signing in stays")
	s.Post(t, client, "/language", url.Values{"language": {"fr"}})
	require.Contains(t, s.Get(t, client, "/work").Body, `lang="fr"`)
}
