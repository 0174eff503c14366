package refusals

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/postgres/refusaldb"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/refusalview"
	"github.com/openbmis/openbmis/ui/web"
)

// list shows a day's refusals; today's when no day is named.
func (h *Handlers) list(c *web.Context) error {
	q, err := query(c)
	if err != nil {
		return c.Render(web.StatusOf(err), refusalview.ListPage(refusalview.List{
			Day: today(c).String(), Wrong: c.Text().Problem(err), All: refusalview.Count{Title: c.Text().T(text.RefusalAll), Href: "/refusals"},
			Annulled: refusalview.Count{Title: c.Text().T(text.RefusalAnnulledList), Href: "/refusals?annulled=1"},
		}))
	}
	found, err := h.Store.List(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, refusalview.ListPage(h.screen(c, q, found)))
}

// query reads the address: the day, at most one narrowing, and the row behind which the page begins.
func query(c *web.Context) (refusaldb.Query, error) {
	q := refusaldb.Query{Day: today(c)}
	if given := c.QueryParam("day"); given != "" {
		day, err := traveldoc.ParseDate(given)
		if err != nil || day.Precision() != traveldoc.PrecisionDay {
			return q, errDay
		}
		q.Day = day
	}
	switch {
	case c.QueryParam("annulled") != "":
		q.Annulled = true
	case c.QueryParam("reason") != "":
		q.Reason = c.QueryParam("reason")
	default:
		q.Nationality = c.QueryParam("nationality")
	}
	at, id, found := strings.Cut(c.QueryParam("after"), ",")
	if !found {
		return q, nil
	}
	place := refusaldb.Place{}
	var errAt, errID error
	place.At, errAt = time.Parse(time.RFC3339Nano, at)
	place.ID, errID = uuid.Parse(id)
	if errAt != nil || errID != nil {
		return q, refusaldb.ErrNone
	}
	q.After = &place
	return q, nil
}

func (h *Handlers) screen(c *web.Context, q refusaldb.Query, found refusaldb.List) refusalview.List {
	all := q.Reason == "" && q.Nationality == "" && !q.Annulled
	l := refusalview.List{
		Day:      q.Day.String(),
		All:      refusalview.Count{Title: c.Text().T(text.RefusalAll), N: found.Total, Href: address(q, "", ""), Chosen: all},
		Annulled: refusalview.Count{Title: c.Text().T(text.RefusalAnnulledList), N: found.Annulled, Href: address(q, "annulled", "1"), Chosen: q.Annulled},
	}
	for _, n := range found.ByReason {
		count := refusalview.Count{Code: n.Code, N: n.N, Href: address(q, "reason", n.Code), Chosen: q.Reason == n.Code}
		if r, ok := h.Reasons.Reason(n.Code, q.Day); ok {
			count.Title = r.Title.In(string(c.Text().Language()))
		}
		l.ByReason = append(l.ByReason, count)
	}
	for _, n := range found.ByNationality {
		l.ByNationality = append(l.ByNationality, refusalview.Count{Code: n.Code, N: n.N, Href: address(q, "nationality", n.Code), Chosen: q.Nationality == n.Code})
	}
	for _, r := range found.Rows {
		l.Rows = append(l.Rows, refusalview.Row{
			Crossing: r.ID, At: r.At, Identity: r.Identity, Document: r.Document, Refusal: r.Refusal, Officer: r.Officer,
			Provisional: r.Provisional, Copies: r.Copies,
		})
	}
	if found.Next != nil {
		l.Next = next(q, *found.Next)
	}
	return l
}

// address is the list of the query's day, narrowed by one thing; no narrowing when its name is empty.
func address(q refusaldb.Query, name, value string) string {
	v := url.Values{"day": {q.Day.String()}}
	if name != "" {
		v.Set(name, value)
	}
	return "/refusals?" + v.Encode()
}

func next(q refusaldb.Query, after refusaldb.Place) string {
	v := url.Values{"day": {q.Day.String()}, "after": {after.At.UTC().Format(time.RFC3339Nano) + "," + after.ID.String()}}
	switch {
	case q.Annulled:
		v.Set("annulled", "1")
	case q.Reason != "":
		v.Set("reason", q.Reason)
	case q.Nationality != "":
		v.Set("nationality", q.Nationality)
	}
	return "/refusals?" + v.Encode()
}
