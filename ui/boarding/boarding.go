// Package boarding is the centre's page of the dialogue with carriers: what they are told unasked and whether they acknowledged it, which
// requests were late or not answered, and who is on board against the answer. It names references and flights, never a person.
package boarding

import (
	"context"
	"net/http"
	"slices"

	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/boarddb"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/boardingview"
	"github.com/openbmis/openbmis/ui/web"
)

// Store is the dialogue; boarddb.Store is one.
type Store interface {
	Notices(ctx context.Context, p paging.Page) (paging.Listed[board.Notice], error)
	AgainstTheAnswer(ctx context.Context, p paging.Page) (paging.Listed[boarddb.OnBoard], error)
	Dialogues(ctx context.Context, late bool, p paging.Page) (paging.Listed[boarddb.Dialogue], error)
}

// shown is how many rows a page of a list has. What is beyond is a page further.
const shown = 50

var errList = problem.New(problem.NotFound, "passengers.page").At("list")

type screens struct{ store Store }

// Register adds the page to the server.
func Register(s *web.Server, store Store) {
	x := &screens{store}
	s.Handle(http.MethodGet, "/boarding", auth.PassengersView, x.page)
	s.Handle(http.MethodGet, "/boarding/rows", auth.PassengersView, x.rows, web.Background())
}

// Nav is the page's place in the navigation.
func Nav() []view.NavItem {
	return []view.NavItem{{Href: "/boarding", Label: text.BoardingNav, Need: auth.PassengersView, Seldom: true}}
}

func (x *screens) page(c *web.Context) error {
	p, err := x.read(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, boardingview.BoardingPage(p))
}

func (x *screens) rows(c *web.Context) error {
	p, err := x.read(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, boardingview.Rows(p))
}

// read reads all lists from their beginning, or the page of one that the address asks for. It holds nobody's data, so that no read of a
// person is to be recorded.
func (x *screens) read(c *web.Context) (p boardingview.Boarding, err error) {
	p.Now, p.List, p.After = c.Now(), c.QueryParam("list"), c.QueryParam("after")
	if p.List != "" && !slices.Contains(boardingview.Lists(), p.List) || p.List == "" && p.After != "" {
		return p, errList
	}
	page := paging.Page{After: p.After, Limit: shown}
	if p.Shows(boardingview.Told) {
		if p.Notices, err = x.store.Notices(c.Ctx(), page); err != nil {
			return p, err
		}
	}
	if p.Shows(boardingview.Against) {
		if p.Against, err = x.store.AgainstTheAnswer(c.Ctx(), page); err != nil {
			return p, err
		}
	}
	if p.Shows(boardingview.Late) {
		if p.Late, err = x.store.Dialogues(c.Ctx(), true, page); err != nil {
			return p, err
		}
	}
	if p.Shows(boardingview.Newest) {
		p.Newest, err = x.store.Dialogues(c.Ctx(), false, page)
	}
	return p, err
}
