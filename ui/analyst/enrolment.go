package analyst

import (
	"net/http"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres/enrolment"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/analystview"
	"github.com/openbmis/openbmis/ui/web"
)

func (x *console) enrolment(c *web.Context) error {
	return x.showEnrolment(c, http.StatusOK, analystview.Enrolment{})
}

func (x *console) showEnrolment(c *web.Context, status int, p analystview.Enrolment) error {
	stations, err := x.Enrolment.Stations(c.Ctx())
	if err != nil {
		return err
	}
	for _, s := range stations {
		p.Posts = append(p.Posts, analystview.Post{ID: s.ID, Name: s.Name, Zone: s.Zone, Transport: s.Transport, CreatedAt: s.CreatedAt})
	}
	return c.Render(status, analystview.EnrolmentPage(p))
}

func (x *console) addStation(c *web.Context) error {
	f := form(c, []string{"id", "name", "transport", "zone"})
	err := x.Enrolment.AddStation(c.Ctx(), c.Actor(), enrolment.Station{
		ID: f.Value("id"), Name: f.Value("name"), Transport: border.Mode(f.Value("transport")), Zone: f.Value("zone"),
	})
	if err == nil {
		return x.showEnrolment(c, http.StatusOK, analystview.Enrolment{Done: c.Text().T(text.AnalystPostAdded)})
	}
	words, own := blame(c, f, err)
	if !own {
		return err
	}
	return x.showEnrolment(c, web.StatusOf(err), analystview.Enrolment{Form: f, Failed: words})
}

// makeToken shows a new enrolment token, this once.
func (x *console) makeToken(c *web.Context) error {
	token, err := x.Enrolment.CreateToken(c.Ctx(), c.Actor(), c.Param("station"), 0)
	if err != nil {
		return err
	}
	return x.showEnrolment(c, http.StatusOK, analystview.Enrolment{Token: token.String(), TokenFor: token.Station})
}

func (x *console) denyStation(c *web.Context) error {
	why := c.FormValue("why")
	if why == "" {
		return problem.New(problem.Invalid, "deny_reason").At("why")
	}
	if err := x.Enrolment.Deny(c.Ctx(), c.Actor(), c.Param("station"), why); err != nil {
		return err
	}
	return x.showEnrolment(c, http.StatusOK, analystview.Enrolment{Done: c.Text().T(text.AnalystDenied)})
}
