package analyst

import (
	"net/http"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/analystview"
	"github.com/openbmis/openbmis/ui/web"
)

func (x *console) users(c *web.Context) error {
	return x.showUsers(c, http.StatusOK, analystview.Users{})
}

func (x *console) showUsers(c *web.Context, status int, p analystview.Users) (err error) {
	if p.Users, err = x.Accounts.Users(c.Ctx()); err != nil {
		return err
	}
	p.Self = c.User().Login
	return c.Render(status, analystview.UsersPage(p))
}

// addUser makes an account; its first password is shown once.
func (x *console) addUser(c *web.Context) error {
	f := form(c, []string{"login", "display_name", "role", "agency"})
	user, password, err := x.Accounts.CreateUser(c.Ctx(), c.Actor(), auth.NewUser{
		Login: f.Value("login"), DisplayName: f.Value("display_name"), Role: auth.Role(f.Value("role")), Agency: f.Value("agency"),
	})
	if err == nil {
		return x.showUsers(c, http.StatusOK, analystview.Users{Password: password, PasswordFor: user.Login})
	}
	words, own := blame(c, f, err)
	if !own {
		return err
	}
	return x.showUsers(c, web.StatusOf(err), analystview.Users{Form: f, Failed: words})
}

// changeUser disables, enables or gives a new password.
func (x *console) changeUser(c *web.Context) error {
	id, err := idOf(c, problem.New(problem.NotFound, "user_unknown"))
	if err != nil {
		return err
	}
	var p analystview.Users
	switch c.Param("act") {
	case "disable":
		p.Done, err = c.Text().T(text.AnalystUserDisabled), x.Accounts.Disable(c.Ctx(), c.Actor(), id)
	case "enable":
		p.Done, err = c.Text().T(text.AnalystUserEnabled), x.Accounts.Enable(c.Ctx(), c.Actor(), id)
	case "agency":
		p.Done, err = c.Text().T(text.AnalystUserAgency), x.Accounts.SetAgency(c.Ctx(), c.Actor(), id, c.FormValue("agency"))
	case "password":
		p.Password, err = x.Accounts.ResetPassword(c.Ctx(), c.Actor(), id, "")
	default:
		return problem.New(problem.NotFound, "user_unknown")
	}
	if err != nil {
		return err
	}
	if p.Password != "" {
		if p.PasswordFor, err = x.loginOf(c, id.String()); err != nil {
			return err
		}
	}
	return x.showUsers(c, http.StatusOK, p)
}

func (x *console) loginOf(c *web.Context, id string) (string, error) {
	users, err := x.Accounts.Users(c.Ctx())
	if err != nil {
		return "", err
	}
	for _, u := range users {
		if u.ID.String() == id {
			return u.Login, nil
		}
	}
	return "", problem.New(problem.NotFound, "user_unknown")
}
