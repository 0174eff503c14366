package readers_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
)

func TestATokenIsShownOnce(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			p := browsertest.Open(t, language)
			s.SignIn(p, s.Person(t, auth.RoleAdministrator, "adila", language))
			p.AllowConsole("422")
			p.AllowConsole("409")
			p.Goto(s.URL + "/readers")
			p.Screenshot("readers-none-" + language)
			p.CheckAccessible()
			p.Press("F8")
			p.WaitFor(".fault")
			p.Wait("document.readyState === 'complete' && document.activeElement?.matches('input')") // the field at fault has the focus
			p.Type("Desk 3")
			p.Press("F8")
			p.WaitFor("#token")
			token := p.Text("#token")
			require.True(t, strings.HasPrefix(token, "bmr_"))
			p.Screenshot("readers-issued-" + language)
			p.CheckAccessible()
			require.Equal(t, "kept", s.post(t, token, []byte(`{"id": "a"}`)).State)
			p.Goto(s.URL + "/readers")
			require.NotContains(t, p.Text("main"), token)
			p.Screenshot("readers-waiting-" + language)
			p.CheckAccessible()
			p.TabTo("form[action$=revocation] button")
			p.Press("Enter")
			p.WaitGone("form[action$=revocation]")
			p.Screenshot("readers-revoked-" + language)
			require.Equal(t, 401, s.post(t, token, []byte(`{"id": "b"}`)).Status)
		})
	}
}
