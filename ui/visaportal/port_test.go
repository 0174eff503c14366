package visaportal_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/browsertest"
)

// told makes the centre tell the portal of so many posts beside Lanet airport.
func (w *world) told(t testing.TB, more int) {
	t.Helper()
	named := book()
	named.Version = fmt.Sprintf("posts %d", more)
	named.Posts = map[string]string{"XAA-APT": "Lanet airport"}
	for n := range more {
		named.Posts[fmt.Sprintf("XAA-%d", n)] = fmt.Sprintf("Bridge %d, at the river", n)
	}
	require.NoError(t, w.centre.TellRules(t.Context(), named))
}

// journeyTo is the journey's page with a port.
func journeyTo(port, other string) url.Values {
	form := url.Values{}
	for name, values := range answers()["journey"] {
		form[name] = values
	}
	form["port"], form["port_other"] = []string{port}, []string{other}
	return form
}

// Where the centre has told of posts, one of them is chosen; what was typed before that stays, as another place.
func TestThePortIsOneOfThePosts(t *testing.T) {
	w := open(t)
	v := w.begun(t, "en")
	typed := v.get("/apply/journey").body
	require.Regexp(t, `<input[^>]*name="port"[^>]*type="text"`, typed)
	require.NotContains(t, typed, `name="port_other"`)
	v.answer("journey")
	require.Contains(t, v.get("/apply/check").body, "Lanet")

	w.told(t, 1)
	shown := v.get("/apply/journey").body
	require.Regexp(t, `name="port" value="-other" checked`, shown, "a draft that holds a free text keeps it")
	require.Regexp(t, `name="port_other"[^>]*value="Lanet"`, shown)
	require.Regexp(t, `(?s)Bridge 0.*Lanet airport.*Another place.*I do not know yet`, shown)

	require.Equal(t, http.StatusSeeOther, v.post("/apply/journey", journeyTo("XAA-APT", "")).status)
	require.Regexp(t, `name="port" value="XAA-APT" checked`, v.get("/apply/journey").body)
	check := v.get("/apply/check").body
	require.Contains(t, check, "Lanet airport")
	require.NotContains(t, check, "XAA-APT")

	nowhere := v.post("/apply/journey", journeyTo("-other", ""))
	require.Equal(t, http.StatusUnprocessableEntity, nowhere.status)
	require.Contains(t, nowhere.body, `href="#f-port_other"`)
	require.Regexp(t, `name="port" value="-other" checked`, nowhere.body, "what was chosen is shown again")

	require.Equal(t, http.StatusSeeOther, v.post("/apply/journey", journeyTo("-other", "Harbour of Zenith")).status)
	require.Contains(t, v.get("/apply/check").body, "Harbour of Zenith")
	require.Equal(t, http.StatusSeeOther, v.post("/apply/journey", journeyTo("-unknown", "")).status)
	require.NotContains(t, v.get("/apply/check").body, "Where will you arrive?")
	require.Regexp(t, `name="port" value="-unknown" checked`, v.get("/apply/journey").body)
	require.Equal(t, http.StatusSeeOther, v.post("/apply/journey", journeyTo("", "")).status, "it need not be answered")
}

// The choice on a telephone, by the keyboard, with and without the script, in both directions of writing; many posts are a list.
func TestThePortOnATelephone(t *testing.T) {
	for _, how := range []struct {
		language string
		script   bool
	}{{"en", true}, {"ar", true}, {"fr", false}} {
		t.Run(fmt.Sprint(how.language, how.script), func(t *testing.T) {
			w := open(t)
			w.told(t, 3)
			p := w.phone(t, how.language, how.script)
			p.begin()
			p.open("/apply/journey")
			p.look("journey-ports")
			p.date("arrival", "10", "1", "2027")
			p.date("departure", "20", "1", "2027")
			p.pick("entries", "1")
			p.pick("port", "-other")
			p.send(mainButton)
			p.look("journey-ports-fault")
			p.write("port_other", "Zenith")
			p.send(mainButton)
			p.open("/apply/journey")
			require.Equal(t, "Zenith", browsertest.Eval[string](p.Page, `document.querySelector('[name="port_other"]').value`))
			p.pick("port", "XAA-APT")
			p.send(mainButton)
			p.open("/apply/check")
			require.Contains(t, browsertest.Eval[string](p.Page, `document.querySelector("main").innerText`), "Lanet airport")

			w.told(t, 20)
			p.open("/apply/journey")
			p.look("journey-many-ports")
			p.selected("port", "XAA-7")
			p.send(mainButton)
			p.open("/apply/check")
			require.Contains(t, browsertest.Eval[string](p.Page, `document.querySelector("main").innerText`), "Bridge 7")
		})
	}
}
