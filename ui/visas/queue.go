package visas

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

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/visasview"
	"github.com/openbmis/openbmis/ui/web"
)

var errQuery = problem.New(problem.NotFound, "visas.query")

func (x *screens) queue(c *web.Context) error {
	q, err := x.page(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, visasview.QueuePage(q))
}

func (x *screens) rows(c *web.Context) error {
	q, err := x.page(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, visasview.QueueRows(q))
}

// page is the page of the queue that the address asks for.
func (x *screens) page(c *web.Context) (q visasview.Queue, err error) {
	if q.Query, err = x.query(c); err != nil {
		return q, err
	}
	q.After = c.QueryParam("after")
	if q.Query.After, err = parseCursor(q.After); err != nil {
		return q, err
	}
	if q.Cases, err = x.Cases.Open(c.Ctx()); err != nil {
		return q, err
	}
	if q.Unusable, err = x.unusable(c.Ctx()); err != nil {
		return q, err
	}
	return x.fill(c, q)
}

func (x *screens) fill(c *web.Context, q visasview.Queue) (visasview.Queue, error) {
	q.Policy, q.Me, q.Now = x.Desk.Policy(), c.Actor().ID, c.Now()
	var err error
	if q.Page, err = x.Desk.Queue(c.Ctx(), c.Actor(), q.Query); err != nil {
		return q, err
	}
	q.Next = writeCursor(q.Page.Next)
	return q, nil
}

// query reads what the address asks for. Nothing of a person stands in it.
func (x *screens) query(c *web.Context) (desk.Query, error) {
	q := desk.Query{
		State: evisa.State(c.QueryParam("state")), Type: c.QueryParam("type"), Owner: desk.OwnerFilter(c.QueryParam("owner")),
		Risk: desk.Level(c.QueryParam("risk")), Overdue: c.QueryParam("overdue") == "1", Humanitarian: c.QueryParam("humanitarian") == "1",
		ToSecond: c.QueryParam("second") == "1",
	}
	known := q.Owner == desk.Anybodys || q.Owner == desk.Mine || q.Owner == desk.Nobodys
	if q.State != "" && !slices.Contains(evisa.States(), q.State) || q.Risk != "" && !slices.Contains(desk.Levels(), q.Risk) || !known {
		return q, errQuery
	}
	if _, known := x.Desk.Policy().Type(q.Type); q.Type != "" && !known {
		return q, errQuery
	}
	return q, nil
}

// find looks for one application by its reference, or for those on a travel document. What was typed goes into no address.
func (x *screens) find(c *web.Context) error {
	q := visasview.Queue{Found: true, Form: form(c, []string{"q"})}
	typed := q.Form.Value("q")
	status := http.StatusOK
	if typed == "" || len(typed) > 40 {
		q.Form.Field, q.Form.Fault = "q", c.Text().Problem(invalid("visas.find", "q"))
		q.Policy, q.Now = x.Desk.Policy(), c.Now()
		return c.Render(http.StatusUnprocessableEntity, visasview.QueuePage(q))
	}
	if reference, err := evisa.ParseReference(typed); err == nil {
		q.Query.Reference = string(reference)
	} else {
		q.Query.Document = typed
	}
	q, err := x.fill(c, q)
	if err != nil {
		f, words, is := own(c, q.Form, err)
		if !is {
			return err
		}
		q.Form, q.Failed, status = f, words, web.StatusOf(err)
	}
	return c.Render(status, visasview.QueuePage(q))
}

// A cursor tells a rank, a time and a random id, of nobody.
func writeCursor(c desk.Cursor) string {
	if c.Zero() {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d.%s", c.Rank, c.Due.UnixMicro(), c.ID))
}

const endOfTime = 253402300799999999 // the year 9999, in microseconds

func parseCursor(s string) (c desk.Cursor, err error) {
	if s == "" {
		return c, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) > 100 {
		return c, errQuery
	}
	parts := strings.Split(string(raw), ".")
	if len(parts) != 3 {
		return c, errQuery
	}
	rank, err1 := strconv.Atoi(parts[0])
	micros, err2 := strconv.ParseInt(parts[1], 10, 64)
	id, err3 := uuid.Parse(parts[2])
	if err1 != nil || err2 != nil || err3 != nil || rank < -1000 || rank > 1000 || micros < -endOfTime || micros > endOfTime {
		return c, errQuery
	}
	return desk.Cursor{Rank: rank, Due: time.UnixMicro(micros).UTC(), ID: id}, nil
}

// stream nudges the page when something was done; the page then asks for the queue by an ordinary GET, which is audited.
func (x *screens) stream(c *web.Context) error {
	return c.Stream(func(ctx context.Context, send func(web.Event) error) error {
		nudges, end := x.watch()
		defer end()
		for {
			select {
			case <-ctx.Done():
				return nil
			case _, open := <-nudges:
				if !open {
					return nil
				}
				if err := send(web.Event{Name: "visas", Data: "changed"}); err != nil {
					return err
				}
			}
		}
	})
}

// watch gives the nudges; where nobody tells, the page renews itself by its own clock alone.
func (x *screens) watch() (<-chan struct{}, func()) {
	if x.Watcher == nil {
		return make(chan struct{}), func() {}
	}
	return x.Watcher.Watch()
}
