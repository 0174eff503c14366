// Package rechecks answers the pages on decisions that were checked again over HTTP. It decides nothing itself; the checks run by
// themselves, whether or not anybody looks.
package rechecks

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/recheck"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/recheckview"
	"github.com/openbmis/openbmis/ui/web"
)

// Watcher tells that something was checked again; central.Hub is one.
type Watcher interface {
	Watch() (nudges <-chan struct{}, end func())
}

type handlers struct {
	desk    *recheck.Desk
	watcher Watcher
}

// Register registers the routes.
func Register(s *web.Server, desk *recheck.Desk, watcher Watcher) {
	h := handlers{desk, watcher}
	s.Handle(http.MethodGet, "/rechecks", auth.RecheckView, h.list)
	s.Handle(http.MethodGet, "/rechecks/list", auth.RecheckView, h.part, web.Background())
	s.Handle(http.MethodGet, "/rechecks/stream", auth.RecheckView, h.stream, web.Background())
	s.Handle(http.MethodGet, "/rechecks/count", auth.RecheckView, h.count, web.Background())
	s.Handle(http.MethodGet, "/rechecks/:crossing", auth.RecheckView, h.detail)
	s.Handle(http.MethodPost, "/rechecks/:crossing/acknowledgement", auth.RecheckView, h.acknowledge)
}

// Nav is the place in the navigation, with the number of changes that nobody has acknowledged beside it.
func Nav() view.NavItem {
	return view.NavItem{Href: "/rechecks", Label: text.RecheckNav, Need: auth.RecheckView, Beside: recheckview.NavCount(0, true)}
}

const shown = 25

func (h handlers) load(c *web.Context) (l recheckview.List, err error) {
	l = recheckview.List{View: c.QueryParam("view"), After: c.QueryParam("after"), ShowReasons: c.May(auth.HitReasonView)}
	if l.View == "" {
		l.View = recheck.ViewOpen
	}
	after, err := parseCursor(l.After)
	if err != nil {
		return l, err
	}
	l.Page, err = h.desk.Page(c.Ctx(), c.Actor(), l.View, after, shown)
	return l, err
}

// parseCursor reads what recheckview.CursorText writes.
func parseCursor(s string) (recheck.Cursor, error) {
	if s == "" {
		return recheck.Cursor{}, nil
	}
	at, id, _ := strings.Cut(s, ".")
	micro, err := strconv.ParseInt(at, 10, 64)
	parsed, idErr := uuid.Parse(id)
	if err != nil || idErr != nil || micro < 0 || micro > maxMicro {
		return recheck.Cursor{}, problem.New(problem.Invalid, "recheck.view").At("after")
	}
	return recheck.Cursor{At: time.UnixMicro(micro).UTC(), ID: parsed}, nil
}

// maxMicro is the end of the year 9999, which is as far as the database's calendar is asked to go.
const maxMicro = 253402300799_999999

func (h handlers) list(c *web.Context) error {
	l, err := h.load(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, recheckview.ListPage(l))
}

func (h handlers) part(c *web.Context) error {
	l, err := h.load(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, recheckview.ListPart(l))
}

// count is the number in the navigation: of nobody in particular, and so not audited.
func (h handlers) count(c *web.Context) error {
	counts, err := h.desk.Counts(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, recheckview.NavCount(counts.Open, false))
}

// pause is the least time between two nudges of one page: each look is audited.
const pause = time.Second

// stream nudges the page whenever something was checked again. The first nudge comes at once: something may have happened between the
// page and its stream, or while the stream was broken.
func (h handlers) stream(c *web.Context) error {
	nudges, end := h.watcher.Watch()
	defer end()
	return c.Stream(func(ctx context.Context, send func(web.Event) error) error {
		for {
			if err := send(web.Event{Name: "rechecks", Data: "new"}); err != nil {
				return err
			}
			if !rest(ctx) {
				return nil
			}
			select {
			case <-ctx.Done():
				return nil
			case _, open := <-nudges:
				if !open {
					return nil
				}
			}
		}
	})
}

// rest waits; false when ctx ended first.
func rest(ctx context.Context) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func crossingOf(c *web.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("crossing"))
	if err != nil {
		return id, recheck.ErrUnknown
	}
	return id, nil
}

func (h handlers) detail(c *web.Context) error {
	id, err := crossingOf(c)
	if err != nil {
		return err
	}
	return h.showDetail(c, id, http.StatusOK, "", "")
}

func (h handlers) showDetail(c *web.Context, id uuid.UUID, status int, note, fault string) error {
	item, err := h.desk.Item(c.Ctx(), c.Actor(), id)
	if err != nil {
		return err
	}
	return c.Render(status, recheckview.DetailPage(recheckview.Detail{Item: item, ShowReasons: c.May(auth.HitReasonView), Note: note, Fault: fault}))
}

func (h handlers) acknowledge(c *web.Context) error {
	id, err := crossingOf(c)
	if err != nil {
		return err
	}
	note := c.FormValue("note")
	err = h.desk.Acknowledge(c.Ctx(), c.Actor(), id, note)
	if problem.KindOf(err) == problem.Invalid {
		return h.showDetail(c, id, http.StatusUnprocessableEntity, note, c.Text().Problem(err))
	}
	if err != nil {
		return err
	}
	return c.SeeOther("/rechecks")
}
