package exhibits

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/exhibit"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/exhibitview"
	"github.com/openbmis/openbmis/ui/web"
)

// Keeper keeps evidence; evidencedb.Store is one.
type Keeper interface {
	Evidence(ctx context.Context, crossing uuid.UUID, entry audit.Entry) (exhibit.Evidence, error)
	Open(ctx context.Context, crossing, id uuid.UUID, entry audit.Entry) (exhibit.Kept, []byte, error)
	Counts(ctx context.Context) (exhibit.Counts, error)
	Stuck(ctx context.Context, limit int) ([]exhibit.Stuck, error)
	Retry(ctx context.Context, entry audit.Entry) error
}

// Options are what the screens are made of; all are needed.
type Options struct {
	Keeper   Keeper
	Verifier exhibit.Verifier
	// Trust is the trust material held now; nil when there is none.
	Trust func() emrtd.Trust
}

type screens struct{ Options }

// stuckOnPage is how many parked exhibits a page shows.
const stuckOnPage = 50

// Register adds the routes to the server.
func Register(s *web.Server, o Options) {
	x := &screens{o}
	s.Handle(http.MethodGet, "/exhibits", auth.ExhibitView, x.overview)
	s.Handle(http.MethodGet, "/exhibits/progress", auth.ExhibitView, x.progress, web.Background())
	s.Handle(http.MethodPost, "/exhibits/retry", auth.ExhibitView, x.retry)
	s.Handle(http.MethodGet, "/exhibits/:crossing", auth.ExhibitView, x.evidence)
	s.Handle(http.MethodPost, "/exhibits/:crossing/verification", auth.ExhibitView, x.verify)
	s.Handle(http.MethodGet, "/exhibits/:crossing/:exhibit", auth.ExhibitView, x.open)
}

// Nav is the place in the navigation.
func Nav() view.NavItem {
	return view.NavItem{Href: "/exhibits", Label: text.ExhibitsTitle, Need: auth.ExhibitView}
}

func (x *screens) load(c *web.Context) (o exhibitview.Overview, err error) {
	o.MayRetry, o.Done = true, c.QueryParam("done") == "retry"
	if o.Counts, err = x.Keeper.Counts(c.Ctx()); err != nil {
		return o, err
	}
	o.Stuck, err = x.Keeper.Stuck(c.Ctx(), stuckOnPage)
	return o, err
}

func (x *screens) overview(c *web.Context) error {
	o, err := x.load(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, exhibitview.OverviewPage(o))
}

func (x *screens) progress(c *web.Context) error {
	o, err := x.load(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, exhibitview.Progress(o))
}

func (x *screens) retry(c *web.Context) error {
	entry := c.Actor().Entry(c.Now(), audit.Administration, "exhibit", "parked")
	entry.Decision = "retry"
	if err := x.Keeper.Retry(c.Ctx(), entry); err != nil {
		return err
	}
	return c.SeeOther("/exhibits?done=retry")
}

// idOf reads an id from the address; anything else is not found.
func idOf(c *web.Context, name string) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param(name))
	if err != nil {
		return uuid.Nil, problem.New(problem.NotFound, "exhibit.none")
	}
	return id, nil
}

// see reads what was kept with the decision of the address, for the purpose of the address.
func (x *screens) see(c *web.Context) (e exhibitview.Evidence, err error) {
	if e.ID, err = idOf(c, "crossing"); err != nil {
		return e, err
	}
	e.Purpose = c.QueryParam("purpose")
	entry := c.Actor().Entry(c.Now(), audit.Consultation, "crossing", e.ID.String())
	entry.Purpose, entry.Decision = e.Purpose, "evidence"
	e.Evidence, err = x.Keeper.Evidence(c.Ctx(), e.ID, entry)
	return e, err
}

func (x *screens) evidence(c *web.Context) error {
	e, err := x.see(c)
	if err != nil {
		return x.askPurpose(c, err)
	}
	return c.Render(http.StatusOK, exhibitview.EvidencePage(e))
}

// askPurpose answers a look without a purpose with the question for it. Anything else is the server's to answer.
func (x *screens) askPurpose(c *web.Context, err error) error {
	var p *problem.Error
	if !errors.As(err, &p) || p.Field != file.ErrPurposeMissing.Field {
		return err
	}
	id, idErr := idOf(c, "crossing")
	if idErr != nil {
		return idErr
	}
	ask := exhibitview.Purpose{ID: id, Value: c.QueryParam("purpose")}
	if !errors.Is(err, file.ErrPurposeMissing) {
		ask.Fault = c.Text().Problem(err)
	}
	return c.Render(http.StatusOK, exhibitview.PurposePage(ask))
}

// verify holds the chip against the trust material of now.
func (x *screens) verify(c *web.Context) error {
	id, err := idOf(c, "crossing")
	if err != nil {
		return err
	}
	purpose := c.QueryParam("purpose")
	if err = file.CheckPurpose(purpose); err == nil {
		err = x.again(c, id, purpose)
	}
	if err == nil {
		return c.SeeOther("/exhibits/" + id.String() + "?purpose=" + purpose)
	}
	var p *problem.Error
	if !errors.As(err, &p) || p.Field != "" {
		return x.askPurpose(c, err)
	}
	e, seeErr := x.see(c)
	if seeErr != nil {
		return seeErr
	}
	e.Failed = c.Text().Problem(err)
	return c.Render(web.StatusOf(err), exhibitview.EvidencePage(e))
}

func (x *screens) again(c *web.Context, id uuid.UUID, purpose string) error {
	held := x.Trust()
	if held == nil {
		return problem.New(problem.Conflict, "exhibit.no_trust")
	}
	_, err := x.Verifier.Verify(c.Ctx(), c.Actor(), purpose, id, held)
	return err
}
