package station

import (
	"net/http"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/assets"
	"github.com/openbmis/openbmis/ui/counter"
	"github.com/openbmis/openbmis/ui/signin"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

// web makes the station's server with every route that it has.
func (a *app) web() (*web.Server, error) {
	texts, err := text.Load()
	if err != nil {
		return nil, err
	}
	files, err := assets.New()
	if err != nil {
		return nil, err
	}
	a.shifts = a.newShifts()
	bar := counter.StatusBar{Link: a.link, Lists: a.list, Amber: a.cfg.Counter.ListAmber, Red: a.cfg.Counter.ListRed, Trust: a.trustStanding,
		Training: a.training(), Outside: a.outsideStanding, Reader: a.readerStanding,
	}
	s, err := web.NewServer(web.Options{
		Sessions: a.auth, Texts: texts, Assets: files, Log: a.tools.Log, Now: a.tools.Now, Random: a.tools.Random, NewID: a.tools.NewID,
		Program: text.FrameStation, Post: a.cfg.ID, Zone: a.cfg.Zone, IdleAfter: a.cfg.Session.IdleLock,
		Nav:    append([]view.NavItem{{Href: "/counter", Label: text.CounterTitle, Need: auth.CrossingRecord}}, a.nav()...),
		Status: a.withShifts(bar.Badge),
	})
	if err != nil {
		return nil, err
	}
	signin.Register(s, signin.Options{Door: a.auth})
	if err := a.registerCounter(s, counter.New(a.desk, a.lanes(), a.shifts)); err != nil {
		return nil, err
	}
	if err := a.register(s); err != nil {
		return nil, err
	}
	s.Handle(http.MethodGet, "/", auth.SessionOwn, home)
	s.Handle(http.MethodGet, "/status", auth.SessionOwn, bar.Show, web.Background())
	s.Handle(http.MethodGet, "/status/lists", auth.SessionOwn, bar.ShowLists, web.Background())
	s.HandlePublic(http.MethodGet, "/healthz", func(c *web.Context) error { return c.NoContent(http.StatusNoContent) }, web.Machine())
	s.HandlePublic(http.MethodGet, "/readyz", a.ready, web.Machine())
	return s, nil
}

// lanes are the lanes of the station as screens know them.
func (a *app) lanes() []counterview.Lane {
	lanes := make([]counterview.Lane, len(a.cfg.Lanes))
	for n, l := range a.cfg.Lanes {
		lanes[n] = counterview.Lane{Name: l.Name, Direction: border.Direction(l.Direction)}
	}
	return lanes
}

// home sends everybody to the page of their role.
func home(c *web.Context) error {
	if c.May(auth.ShiftLead) && c.Session().Lane == "" {
		return c.SeeOther("/shifts")
	}
	if c.May(auth.SecondLineWork) && c.Session().Lane == "" {
		return c.SeeOther("/secondline")
	}
	if c.May(auth.CrossingRecord) {
		return c.SeeOther("/counter")
	}
	if c.May(auth.ProtectionWork) {
		return c.SeeOther("/protection")
	}
	return c.SeeOther("/account")
}

func (a *app) ready(c *web.Context) error {
	if ready, _ := a.health.Ready(c.Ctx()); !ready {
		return c.NoContent(http.StatusServiceUnavailable)
	}
	return c.NoContent(http.StatusNoContent)
}
