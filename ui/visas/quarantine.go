package visas

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/visasview"
	"github.com/openbmis/openbmis/ui/web"
)

// Quarantine is the parcels of the portal that cannot be used; applydb.Quarantine is one. It audits every look and every act.
type Quarantine interface {
	// Waiting is how many wait for somebody: of nobody, and so not audited.
	Waiting(ctx context.Context) (int, error)
	List(ctx context.Context, actor audit.Actor, p paging.Page) (paging.Listed[desk.Quarantined], error)
	// Again tries a parcel again, now; it reports whether it could be used.
	Again(ctx context.Context, actor audit.Actor, id uuid.UUID) (used bool, err error)
	SetAside(ctx context.Context, actor audit.Actor, id uuid.UUID, why string) error
}

func (x *screens) registerQuarantine(s *web.Server) {
	s.Handle(http.MethodGet, "/visa-quarantine", auth.VisasWork, x.quarantine)
	s.Handle(http.MethodPost, "/visa-quarantine/:id/again", auth.VisasWork, x.quarantineAgain)
	s.Handle(http.MethodPost, "/visa-quarantine/:id/aside", auth.VisasManage, x.quarantineAside)
}

// unusable is how many parcels wait in quarantine.
func (x *screens) unusable(ctx context.Context) (int, error) {
	if x.Quarantine == nil {
		return 0, nil
	}
	return x.Quarantine.Waiting(ctx)
}

// quarantineSaid are what the page says after an act.
func quarantineSaid(c *web.Context) (said string, tone view.Tone) {
	switch c.QueryParam("done") {
	case "used":
		return c.Text().T(text.VisaquarantineDoneUsed), view.ToneSuccess
	case "not":
		return c.Text().T(text.VisaquarantineDoneNot), view.ToneWarning
	case "aside":
		return c.Text().T(text.VisaquarantineDoneAside), view.ToneSuccess
	}
	return "", ""
}

func (x *screens) quarantine(c *web.Context) error {
	aside, err := uuid.Parse(c.QueryParam("aside"))
	if err != nil && c.QueryParam("aside") != "" {
		return desk.ErrNotQuarantined
	}
	p := visasview.Quarantine{Aside: aside, After: c.QueryParam("after")}
	p.Done, p.DoneTone = quarantineSaid(c)
	return x.showQuarantine(c, http.StatusOK, p)
}

func (x *screens) showQuarantine(c *web.Context, status int, p visasview.Quarantine) (err error) {
	p.Manage, p.Now = c.May(auth.VisasManage), c.Now()
	if x.Quarantine != nil {
		if p.Listed, err = x.Quarantine.List(c.Ctx(), c.Actor(), paging.Page{After: p.After, Limit: desk.PageSize}); err != nil {
			return err
		}
	}
	return c.Render(status, visasview.QuarantinePage(p))
}

func (x *screens) quarantineAgain(c *web.Context) error {
	id, err := idOf(c, desk.ErrNotQuarantined)
	if err != nil {
		return err
	}
	used, err := x.Quarantine.Again(c.Ctx(), c.Actor(), id)
	if err != nil {
		return err
	}
	x.changed()
	if used {
		return c.SeeOther("/visa-quarantine?done=used")
	}
	return c.SeeOther("/visa-quarantine?done=not")
}

func (x *screens) quarantineAside(c *web.Context) error {
	id, err := idOf(c, desk.ErrNotQuarantined)
	if err != nil {
		return err
	}
	f := form(c, []string{"reason", "after"})
	if err = x.Quarantine.SetAside(c.Ctx(), c.Actor(), id, f.Value("reason")); err == nil {
		x.changed()
		return c.SeeOther("/visa-quarantine?done=aside")
	}
	f, words, is := own(c, f, err)
	if !is {
		return err
	}
	return x.showQuarantine(c, web.StatusOf(err), visasview.Quarantine{Aside: id, After: f.Value("after"), Form: f, Failed: words})
}
