package secondline

import (
	"context"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/secondlineview"
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
	return c.Render(http.StatusOK, secondlineview.QueuePage(q))
}

func (h *handlers) rows(c *web.Context) error {
	q, err := h.page(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, secondlineview.QueueRows(q))
}

var errQuery = problem.New(problem.NotFound, "referral.query")

// page is the page of the queue that the address asks for.
func (h *handlers) page(c *web.Context) (secondlineview.Queue, error) {
	q := secondlineview.Queue{
		Filter: secondline.Filter(c.QueryParam("filter")), After: c.QueryParam("after"), Me: c.User().Login, Now: c.Now(), Limits: h.Limits,
	}
	if !slices.Contains(secondline.Filters(), q.Filter) {
		return q, errQuery
	}
	after, err := parseCursor(q.After)
	if err != nil {
		return q, err
	}
	if q.Page, err = h.Line.Queue(c.Ctx(), c.Actor(), secondline.Query{Filter: q.Filter, After: after}); err != nil {
		return q, err
	}
	q.Next = writeCursor(q.Page.Next)
	return q, nil
}

// A cursor tells a time and a random id, of nobody.
func writeCursor(c secondline.Cursor) string {
	if c == (secondline.Cursor{}) {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(c.At.UnixMicro(), 10) + "." + c.ID.String()))
}

func parseCursor(s string) (secondline.Cursor, error) {
	if s == "" {
		return secondline.Cursor{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) > 80 {
		return secondline.Cursor{}, errQuery
	}
	at, id, _ := strings.Cut(string(raw), ".")
	micros, err := strconv.ParseInt(at, 10, 64)
	if err != nil || micros < 0 || micros > 253402300799999999 { // the year 9999
		return secondline.Cursor{}, errQuery
	}
	parsed, err := uuid.Parse(id)
	if err != nil {
		return secondline.Cursor{}, errQuery
	}
	return secondline.Cursor{At: time.UnixMicro(micros).UTC(), ID: parsed}, nil
}

// mark tells two states of the queue apart in an address. It tells of nobody.
func (h *handlers) mark(ctx context.Context) (string, error) {
	v, err := h.Line.Version(ctx)
	return strconv.Itoa(v.Open) + "." + strconv.FormatInt(v.ChangedAt.UnixMicro(), 10), err
}

// stream nudges the page when the queue is not what it shows any more.
func (h *handlers) stream(c *web.Context) error {
	return c.StreamChanges(web.Changes{Event: "queue", Every: h.Every, Mark: h.mark})
}

// count is the number in the navigation: of nobody in particular, and so not audited.
func (h *handlers) count(c *web.Context) error {
	v, err := h.Line.Version(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, secondlineview.NavCount(v.Open, false))
}
