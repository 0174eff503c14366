package hits

import (
	"context"
	"encoding/base64"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/hitsview"
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
	return c.Render(http.StatusOK, hitsview.QueuePage(q))
}

func (h *handlers) rows(c *web.Context) error {
	q, err := h.page(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, hitsview.QueueRows(q))
}

var errQuery = problem.New(problem.NotFound, "hit.query")

// page is the page of the queue that the address asks for.
func (h *handlers) page(c *web.Context) (hitsview.Queue, error) {
	q := hitsview.Queue{Filter: hit.Filter(c.QueryParam("filter")), After: c.QueryParam("after"), Me: c.User().Login, Now: c.Now()}
	if !slices.Contains(hit.Filters(), q.Filter) {
		return q, errQuery
	}
	after, err := parseCursor(q.After)
	if err != nil {
		return q, err
	}
	if q.Page, err = h.Desk.Queue(c.Ctx(), c.Actor(), hit.Query{Filter: q.Filter, After: after}); err != nil {
		return q, err
	}
	if h.Told != nil && c.May(auth.OverrideApprove) {
		if q.Stuck, err = h.Told.Stuck(c.Ctx()); err != nil {
			return q, err
		}
	}
	q.Next = writeCursor(q.Page.Next)
	return q, nil
}

// A cursor tells an urgency, a time and a random id, of nobody.
func writeCursor(c hit.Cursor) string {
	if c == (hit.Cursor{}) {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d.%d.%s", c.Place, c.Rank, c.At.UnixMicro(), c.ID))
}

const endOfTime = 253402300799999999 // the year 9999, in microseconds

func parseCursor(s string) (c hit.Cursor, err error) {
	if s == "" {
		return c, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) > 100 {
		return c, errQuery
	}
	parts := strings.Split(string(raw), ".")
	if len(parts) != 4 {
		return c, errQuery
	}
	var micros int64
	var faults [4]error
	c.Place, faults[0] = strconv.Atoi(parts[0])
	c.Rank, faults[1] = strconv.Atoi(parts[1])
	micros, faults[2] = strconv.ParseInt(parts[2], 10, 64)
	c.ID, faults[3] = uuid.Parse(parts[3])
	if slices.ContainsFunc(faults[:], func(err error) bool { return err != nil }) || c.Place < 0 || c.Place > 1 || c.Rank < 0 || c.Rank > math.MaxInt32 || micros < 0 || micros > endOfTime {
		return hit.Cursor{}, errQuery
	}
	c.At = time.UnixMicro(micros).UTC()
	return c, nil
}

// mark tells two states of the queue apart in an address. It tells of nobody.
func (h *handlers) mark(ctx context.Context) (string, error) {
	v, err := h.Desk.Version(ctx)
	return strconv.Itoa(v.Open) + "." + strconv.Itoa(v.Escalated) + "." + strconv.FormatInt(v.ChangedAt.UnixMicro(), 10), err
}

// stream nudges the page when the queue is not what it shows any more. What happens in this program is told at once; the tick is for what
// does not.
func (h *handlers) stream(c *web.Context) error {
	return c.StreamChanges(web.Changes{Event: "hits", Watch: h.Watcher.Watch, Every: h.Every, Mark: h.mark})
}

// count is the number in the navigation: of nobody in particular, and so not audited.
func (h *handlers) count(c *web.Context) error {
	v, err := h.Desk.Version(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, hitsview.NavCount(v, false))
}
