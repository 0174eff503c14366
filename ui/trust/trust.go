package trust

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/traveldoc/trust"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/trustview"
	"github.com/openbmis/openbmis/ui/web"
)

// Material is what is published: trustdb.Centre and trustdb.Shelf are such.
type Material interface {
	Overview(ctx context.Context) (trustdb.Overview, error)
	Find(ctx context.Context, q trustdb.Query) (page []trustdb.Listed, total int, err error)
	Entry(ctx context.Context, id string) (trustdb.Entry, error)
}

// Centre is the material with its one writer; trustdb.Centre is one.
type Centre interface {
	Material
	Propose(ctx context.Context, actor audit.Actor, s trustdb.Submission) (trustdb.Proposal, error)
	ProposeWithdrawal(ctx context.Context, actor audit.Actor, ids []string, why string) (trustdb.Proposal, error)
	Review(ctx context.Context, actor audit.Actor, id uuid.UUID, from int) (trustdb.Review, error)
	Approve(ctx context.Context, actor audit.Actor, id uuid.UUID) (trustdb.Proposal, error)
	Reject(ctx context.Context, actor audit.Actor, id uuid.UUID, why string) (trustdb.Proposal, error)
	Proposals(ctx context.Context, before time.Time, id uuid.UUID, limit int) ([]trustdb.Proposal, error)
	Pending(ctx context.Context) ([]trustdb.Proposal, error)
}

// pageSize is how many items and proposals a page lists.
const pageSize = 100

// Nav is the place in the navigation.
func Nav() view.NavItem {
	return view.NavItem{Href: "/trust", Label: text.TrustTitle, Need: auth.TrustView, Seldom: true}
}

// reading are the screens that only read.
type reading struct {
	open    func(*web.Context) (Material, error)
	station bool
}

func (x reading) register(s *web.Server) {
	s.Handle(http.MethodGet, "/trust/items", auth.TrustView, x.find)
	s.Handle(http.MethodGet, "/trust/items/:id", auth.TrustView, x.item)
	s.Handle(http.MethodGet, "/trust/items/:id/file", auth.TrustView, x.file)
}

func (x reading) find(c *web.Context) error {
	m, err := x.open(c)
	if err != nil {
		return err
	}
	f := trustview.Found{Query: trustdb.Query{
		Country: strings.ToUpper(strings.TrimSpace(c.QueryParam("country"))), Kind: trust.Kind(c.QueryParam("kind")),
		Words: c.QueryParam("words"), Limit: pageSize,
	}}
	if after := c.QueryParam("after"); trustdb.IsID(after) {
		f.After = after
	}
	if f.Page, f.Total, err = m.Find(c.Ctx(), f.Query); err != nil {
		return err
	}
	return c.Render(http.StatusOK, trustview.FoundPage(f))
}

func (x reading) item(c *web.Context) error { return x.showItem(c, http.StatusOK, "") }

func (x reading) showItem(c *web.Context, status int, fault string) error {
	m, err := x.open(c)
	if err != nil {
		return err
	}
	entry, err := m.Entry(c.Ctx(), c.Param("id"))
	if err != nil {
		return err
	}
	return c.Render(status, trustview.ItemPage(trustview.Item{Entry: entry, May: !x.station && c.May(auth.TrustImport), Fault: fault}))
}

// file gives a certificate or revocation list as it is.
func (x reading) file(c *web.Context) error {
	m, err := x.open(c)
	if err != nil {
		return err
	}
	entry, err := m.Entry(c.Ctx(), c.Param("id"))
	if err != nil {
		return err
	}
	if entry.DER == nil {
		return trustdb.ErrUnknown
	}
	kind, ending := "application/pkix-cert", ".cer"
	if entry.Kind == trust.CRL {
		kind, ending = "application/pkix-crl", ".crl"
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+entry.ID[:16]+ending+`"`)
	return c.Blob(http.StatusOK, kind, entry.DER)
}

// RegisterStation adds the read-only screens of a station to the server.
func RegisterStation(s *web.Server, shelf func(ctx context.Context) (*trustdb.Shelf, error)) {
	x := reading{station: true, open: func(c *web.Context) (Material, error) { return shelf(c.Ctx()) }}
	s.Handle(http.MethodGet, "/trust", auth.TrustView, func(c *web.Context) error {
		held, err := shelf(c.Ctx())
		if err != nil {
			return err
		}
		o := trustview.Overview{Station: true, Withheld: held.Withheld, Broken: held.Broken}
		if o.Overview, err = held.Overview(c.Ctx()); err != nil {
			return err
		}
		return c.Render(http.StatusOK, trustview.OverviewPage(o))
	})
	x.register(s)
}

// from is the number of items before the page asked for.
func from(c *web.Context) int {
	n, err := strconv.Atoi(c.QueryParam("from"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}
