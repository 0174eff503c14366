package signin

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/web"
)

func queryEscape(s string) string { return url.QueryEscape(s) }

// account shows the two forms; on the way in from sign-in it asks for what is missing, one at a time.
func (x screens) account(c *web.Context) error {
	return c.Render(http.StatusOK, accountPage(x.form(c, c.QueryParam("next"), c.QueryParam("done"))))
}

func (x screens) form(c *web.Context, next, done string) accountForm {
	user := c.User()
	f := accountForm{
		Next: web.Next(next), MustChange: user.MustChangePassword, MustSetPIN: x.NeedsPIN && !user.HasPIN, HasPIN: user.HasPIN,
	}
	switch done {
	case "password":
		f.Done = text.SigninPasswordChanged
	case "pin":
		f.Done = text.SigninPinSet
	}
	return f
}

// twice is what was typed into the field and, the same, into the one below it.
func twice(c *web.Context, field string) (string, error) {
	if c.FormValue(field) != c.FormValue("again") {
		return "", problem.New(problem.Invalid, "again_differs").At("again")
	}
	return c.FormValue(field), nil
}

func (x screens) changePassword(c *web.Context) error {
	chosen, err := twice(c, "password")
	if err == nil {
		err = x.Door.ChangePassword(c.Ctx(), c.Session(), c.FormValue("current"), chosen)
	}
	if err != nil {
		return x.again(c, err, func(f *accountForm, at string, words string) { f.PasswordFaults = map[string]string{at: words} }, "current")
	}
	return x.further(c, "password")
}

func (x screens) setPIN(c *web.Context) error {
	pin, err := twice(c, "pin")
	if err == nil {
		err = x.Door.SetPIN(c.Ctx(), c.Session(), c.FormValue("current"), pin)
	}
	if err != nil {
		return x.again(c, err, func(f *accountForm, at string, words string) { f.PINFaults = map[string]string{at: words} }, "current")
	}
	return x.further(c, "pin")
}

// again shows the forms with the fault at its field; a fault that names no field stands at the one given.
func (x screens) again(c *web.Context, err error, mark func(f *accountForm, at, words string), otherwise string) error {
	if !refused(err) {
		return err
	}
	var p *problem.Error
	at := otherwise
	if errors.As(err, &p) && p.Field != "" {
		at = p.Field
	}
	form := x.form(c, c.FormValue("next"), "")
	mark(&form, at, c.Text().Problem(err))
	return c.Render(http.StatusUnprocessableEntity, accountPage(form))
}

// further comes back to the page, which knows what is still missing; with nothing missing it goes where the person wanted.
func (x screens) further(c *web.Context, done string) error {
	next := web.Next(c.FormValue("next"))
	return c.SeeOther("/account?done=" + done + "&next=" + queryEscape(next))
}
