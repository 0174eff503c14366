package lists_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
)

// Two people, by keyboard: the first enters an alert, the second sees it and approves.
func TestEnterAndApproveByKeyboard(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			first, second := s.Person(t, auth.RoleSupervisor, "ana", language), s.Person(t, auth.RoleSupervisor, "ben", language)
			p := browsertest.Open(t, language)
			s.SignIn(p, first)
			p.Wait("location.pathname === '/alerts' && document.readyState === 'complete'")
			p.Screenshot("lists-empty-" + language)
			p.CheckAccessible()
			s.fill(t, wanted("1", "Otto", "Other"), wanted("2", "Olga", "Other"))
			p.Goto(s.URL + "/alerts")
			p.Press("F2")
			p.Wait("location.pathname === '/alerts/lists/national/alert/new' && document.readyState === 'complete'")
			p.Screenshot("lists-form-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			for selector, words := range map[string]string{
				"#name-family-0": "Muster", "#name-given-0": "Anna", "#birth-from-0": "1979-03", "#document-number-0": "B0001", "#document-issuer-0": "UTO",
			} {
				browsertest.Eval[bool](p, "document.querySelector('"+selector+"').focus(), true")
				p.Type(words)
			}
			browsertest.Eval[bool](p, "document.querySelector('#category').value = 'arrest', document.querySelector('#action').value = 'detain', true")
			browsertest.Eval[bool](p, "document.querySelector('#reason').focus(), true")
			p.Type("Warrant 12/26")
			p.TabTo("form.lists-form button.admit")
			p.Press("Enter")
			p.Wait("location.pathname.startsWith('/alerts/proposals/') && document.readyState === 'complete'")
			require.False(t, browsertest.Eval[bool](p, "!!document.querySelector('#approve')"), "not by the proposer")
			p.Screenshot("lists-own-" + language)
			p.CheckAccessible()
			at := p.Path()

			other := browsertest.Open(t, language)
			s.SignIn(other, second)
			other.Goto(s.URL + at)
			other.WaitFor("#approve")
			other.Screenshot("lists-review-" + language)
			other.CheckAccessible()
			other.CheckNoSidewaysScroll()
			other.TabTo("#approve")
			other.Press("Enter")
			other.WaitFor(".message.success")
			for name, path := range map[string]string{
				"overview": "/alerts", "list": "/alerts/lists/national", "alert": "/alerts/lists/national/alert?id=1", "settings": "/alerts/lists/national/settings",
				"edit": "/alerts/lists/national/alert/edit?id=1", "versions": "/alerts/lists/national/versions", "history": "/alerts/proposals", "new": "/alerts/lists/new",
			} {
				other.Goto(s.URL + path)
				other.WaitFor("main h1")
				other.Screenshot("lists-" + name + "-" + language)
				other.CheckAccessible()
				other.CheckNoSidewaysScroll()
				require.NotContains(t, other.Text("body"), "⟦", "a text is missing on %s", path)
			}
		})
	}
}

// A file is chosen, read, shown with what it changes and refuses, and approved by another.
func TestImportInTheBrowser(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			changed, gone := wanted("1", "Otto", "Other"), wanted("2", "Olga", "Other")
			s.fill(t, changed, gone)
			changed.Reason = "another reason"
			broken := wanted("9", "B", "Broken")
			broken.Subject.Documents[0].Issuer = "nowhere"
			raw, err := json.Marshal(map[string]any{"alerts": []alerts.Alert{changed, wanted("3", "Nina", "New"), broken}})
			require.NoError(t, err)
			file := t.TempDir() + "/list.json"
			require.NoError(t, os.WriteFile(file, raw, 0o600))

			p := browsertest.Open(t, language)
			s.SignIn(p, s.Person(t, auth.RoleSupervisor, "ana", language))
			p.Goto(s.URL + "/alerts/lists/national")
			p.Press("F8")
			p.WaitFor("#import[open]")
			p.Screenshot("lists-import-" + language)
			p.CheckAccessible()
			p.Do(chromedp.SetUploadFiles("#import-file", []string{file}))
			p.TabTo("#import button.admit")
			p.Press("Enter")
			p.Wait("location.pathname.startsWith('/alerts/proposals/') && document.readyState === 'complete'")
			p.Screenshot("lists-reading-" + language)
			p.CheckAccessible()
			require.NoError(t, s.lists.Work(t.Context()))
			p.WaitFor(".lists-diff") // the page looks again by itself
			p.Screenshot("lists-preview-" + language)
			p.CheckAccessible()
			at := p.Path()
			p.Goto(s.URL + at + "?show=refused")
			p.WaitFor("tbody tr")
			p.Screenshot("lists-refused-" + language)
			p.CheckAccessible()

			two := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "ben"))
			s.agree(t, two, at)
			require.Contains(t, s.Post(t, two, "/alerts/search", url.Values{"words": {"nina"}}).Body, "1 found")
		})
	}
}

// A discreet alert is proposed by form by its agency, and to others it is not there.
func TestADiscreetAlertByForm(t *testing.T) {
	s := open(t)
	s.fill(t, wanted("1", "Otto", "Other"))
	cleo, dan := s.Person(t, auth.RoleListOwner, "cleo"), s.Person(t, auth.RoleListOwner, "dan")
	_, err := s.DB.Pool.Exec(t.Context(), `update account set agency = 'UTO-INTEL' where login in ('cleo', 'dan')`)
	require.NoError(t, err)
	one, two := s.SignedIn(t, cleo), s.SignedIn(t, dan)
	other := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "ana"))
	before := s.Get(t, other, "/alerts/lists/national").Body
	require.Contains(t, s.Get(t, one, "/alerts/lists/national/alert/new").Body, `value="discreet"`)
	require.NotContains(t, s.Get(t, other, "/alerts/lists/national/alert/new").Body, `value="discreet"`)
	form := entered()
	form.Set("secrecy", "discreet")
	form.Set("action", "observe")
	require.Equal(t, http.StatusForbidden, s.send(t, other, "/alerts/lists/national/alert", form, "picture", "", nil).Status)
	sent := s.send(t, one, "/alerts/lists/national/alert", form, "picture", "", nil)
	require.Equal(t, http.StatusSeeOther, sent.Status, sent.Body)
	at := sent.Header.Get("Location")
	require.Equal(t, http.StatusNotFound, s.Get(t, other, at).Status)
	require.Contains(t, s.agree(t, two, at), "in force at the centre")
	require.Contains(t, s.Get(t, one, "/alerts/lists/national").Body, "Anna Muster")
	require.Len(t, s.Get(t, other, "/alerts/lists/national").Body, len(before), "the page of the others is the same")
	require.NotContains(t, s.Get(t, other, "/alerts").Body+s.Get(t, other, "/alerts/proposals").Body, "iscreet")
}

// The routes and who may use them.
func TestPictureIsASmallJPEG(t *testing.T) {
	s := open(t)
	s.fill(t)
	one := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "ana"))
	refused := s.send(t, one, "/alerts/lists/national/alert", entered(), "picture", "face.jpg", []byte("no picture"))
	require.Equal(t, http.StatusUnprocessableEntity, refused.Status)
	require.Contains(t, refused.Body, fmt.Sprintf("up to %d KB", listdb.MaxPicture>>10))
}
