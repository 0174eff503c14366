package signin_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

// A person with a generated password comes in for the first time: nothing opens before password and PIN are their own.
func TestFirstSignInByKeyboard(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := site(t)
			user, generated, err := s.Door.CreateUser(t.Context(), audit.Actor{ID: "test", Post: webtest.Post},
				auth.NewUser{Login: "nadia", DisplayName: "Nadia Testperson", Role: auth.RoleSupervisor, Language: language})
			require.NoError(t, err)
			require.True(t, user.MustChangePassword)
			p := browsertest.Open(t, language)
			p.AllowConsole("status of 422")
			s.SignIn(p, webtest.Person{User: user, Password: generated})
			p.WaitFor("[action='/account/password']")
			p.Screenshot("first-password-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			p.Goto(s.URL + "/work")
			require.Equal(t, "/account", p.Path(), "nothing else opens yet")

			choose := func(values ...string) {
				p.WaitFor("#main form")
				browsertest.Eval[bool](p, "document.querySelector('#main form input:not([type=hidden])').focus(), true")
				for _, v := range values {
					p.Type(v)
					p.Press("Tab")
				}
				p.Press("Enter")
			}
			choose(generated, "short", "short")
			p.WaitFor(".fault")
			p.Screenshot("first-password-refused-" + language)
			p.CheckAccessible()
			choose(generated, "copper meadow violin nine", "copper meadow violin ten")
			p.WaitFor("#field-again-fault")
			choose(generated, "copper meadow violin nine", "copper meadow violin nine")
			p.WaitFor("[action='/account/pin']")
			p.Screenshot("first-pin-" + language)
			p.CheckAccessible()
			choose("copper meadow violin nine", "271828", "271828")
			p.WaitFor("a.button.main")
			p.Screenshot("first-done-" + language)
			p.CheckAccessible()
			p.Goto(s.URL + "/work")
			p.WaitFor("#note")
		})
	}
}

func TestFaultsOfTheAccountForms(t *testing.T) {
	s := site(t)
	who := s.Person(t, auth.RoleOfficer, "amira")
	client := s.SignedIn(t, who)
	for name, c := range map[string]struct {
		path  string
		form  url.Values
		field string
		says  string
	}{
		"wrong password": {"/account/password", url.Values{"current": {"nonsense it is"}, "password": {"copper meadow violin"}, "again": {"copper meadow violin"}},
			"field-current-fault", "present password is wrong"},
		"two differ": {"/account/password", url.Values{"current": {who.Password}, "password": {"copper meadow violin"}, "again": {"copper"}},
			"field-again-fault", "differ"},
		"short": {"/account/password", url.Values{"current": {who.Password}, "password": {"short"}, "again": {"short"}},
			"field-password-fault", "at least"},
		"simple PIN": {"/account/pin", url.Values{"current": {who.Password}, "pin": {"123456"}, "again": {"123456"}},
			"field-pin-fault", "easy to guess"},
		"PIN of letters": {"/account/pin", url.Values{"current": {who.Password}, "pin": {"abcdef"}, "again": {"abcdef"}},
			"field-pin-fault", "6 to 12 digits"},
		"PIN, wrong password": {"/account/pin", url.Values{"current": {"nonsense it is"}, "pin": {"271829"}, "again": {"271829"}},
			"pin-current-fault", "present password is wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			answer := s.Post(t, client, c.path, c.form)
			require.Equal(t, http.StatusUnprocessableEntity, answer.Status)
			require.Contains(t, answer.Body, `id="`+c.field+`"`)
			require.Contains(t, answer.Body, c.says)
			for _, secret := range []string{"copper meadow", "nonsense", who.Password} {
				require.NotContains(t, answer.Body, secret, "nothing typed into a secret field comes back")
			}
		})
	}
}

func TestMatrix(t *testing.T) {
	webtest.Matrix(t, site(t).Server, "testdata/matrix.txt")
}
