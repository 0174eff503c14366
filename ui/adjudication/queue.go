package adjudication

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/adjudicationview"
	"github.com/openbmis/openbmis/ui/web"
)

func (h *handlers) queue(c *web.Context) error {
	shown, err := h.mark(c.Ctx()) // before the rows: what changes in between is told once more, never missed
	if err != nil {
		return err
	}
	q, err := h.page(c)
	if err != nil {
		return err
	}
	q.Version = shown
	return c.Render(http.StatusOK, adjudicationview.QueuePage(q))
}

func (h *handlers) rows(c *web.Context) error {
	q, err := h.page(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, adjudicationview.QueueRows(q))
}

var errQuery = problem.New(problem.NotFound, "adjudication.query")

// page is the page of the queue that the address asks for.
func (h *handlers) page(c *web.Context) (adjudicationview.Queue, error) {
	q := adjudicationview.Queue{
		Filter: fingers.TaskFilter(c.QueryParam("filter")), After: c.QueryParam("after"), Me: c.User().Login, Now: c.Now(),
	}
	if !slices.Contains(fingers.TaskFilters(), q.Filter) {
		return q, errQuery
	}
	after, err := parseCursor(q.After)
	if err != nil {
		return q, err
	}
	if q.TaskPage, err = h.Desk.Queue(c.Ctx(), c.Actor(), fingers.TaskQuery{Filter: q.Filter, After: after}); err != nil {
		return q, err
	}
	if h.Told != nil && c.May(auth.OverrideApprove) {
		if q.Stuck, err = h.Told.Stuck(c.Ctx()); err != nil {
			return q, err
		}
	}
	q.Next = writeCursor(q.TaskPage.Next)
	return q, nil
}

// A cursor tells a time and a random id, of nobody.
func writeCursor(c fingers.TaskCursor) string {
	if c == (fingers.TaskCursor{}) {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%s", c.At.UnixMicro(), c.ID))
}

const endOfTime = 253402300799999999 // the year 9999, in microseconds

func parseCursor(s string) (c fingers.TaskCursor, err error) {
	if s == "" {
		return c, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) > 100 {
		return c, errQuery
	}
	at, id, _ := strings.Cut(string(raw), ".")
	micros, err := strconv.ParseInt(at, 10, 64)
	if err != nil || micros < 0 || micros > endOfTime {
		return c, errQuery
	}
	if c.ID, err = uuid.Parse(id); err != nil {
		return fingers.TaskCursor{}, errQuery
	}
	c.At = time.UnixMicro(micros).UTC()
	return c, nil
}

// mark tells two states of the queue apart in an address. It tells of nobody.
func (h *handlers) mark(ctx context.Context) (string, error) {
	v, err := h.Desk.Version(ctx)
	return strconv.Itoa(v.Open) + "." + strconv.FormatInt(v.ChangedAt.UnixMicro(), 10), err
}

// stream nudges the page when the queue is not what it shows any more.
func (h *handlers) stream(c *web.Context) error {
	return c.StreamChanges(web.Changes{Event: "adjudication", Watch: h.Watcher.Watch, Every: h.Every, Mark: h.mark})
}

// count is the number in the navigation: of nobody in particular, and so not audited.
func (h *handlers) count(c *web.Context) error {
	v, err := h.Desk.Version(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, adjudicationview.NavCount(v, false))
}
