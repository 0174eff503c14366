package lists

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/listsview"
	"github.com/openbmis/openbmis/ui/web"
)

func (x *screens) history(c *web.Context) error {
	before, id := cursor(c)
	list, more, err := x.lists.Proposals(c.Ctx(), by(c), false, before, id)
	if err != nil {
		return err
	}
	h := listsview.History{List: list}
	if more {
		last := list[len(list)-1]
		at := strconv.FormatInt(last.ProposedAt.UnixMicro(), 10)
		h.Next = "/alerts/proposals?" + url.Values{"before": {at}, "id": {last.ID.String()}}.Encode()
	}
	return c.Render(http.StatusOK, listsview.HistoryPage(h))
}

// cursor is where the page asked for begins; the newest when the address says nothing of use.
func cursor(c *web.Context) (time.Time, uuid.UUID) {
	micro, err := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	id, errID := uuid.Parse(c.QueryParam("id"))
	if err != nil || errID != nil {
		return time.Time{}, uuid.Nil
	}
	return time.UnixMicro(micro), id
}

func proposalID(c *web.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return id, listdb.ErrUnknown
	}
	return id, nil
}

// lookOf is which part of the proposal is asked for.
func lookOf(c *web.Context) (look listdb.Look) {
	after := c.QueryParam("after")
	switch show := c.QueryParam("show"); show {
	case "refused", "notes":
		look.Refuse, look.Notes = show == "refused", show == "notes"
		look.AfterN, _ = strconv.ParseInt(after, 10, 64) // the first page when it says nothing of use
	default:
		look.Effect, look.After = listdb.Effect(show), after
	}
	return look
}

func (x *screens) review(c *web.Context) error { return x.showReview(c, http.StatusOK, "", "") }

func (x *screens) showReview(c *web.Context, status int, fault, done string) error {
	id, err := proposalID(c)
	if err != nil {
		return err
	}
	r, err := x.lists.Review(c.Ctx(), by(c), id, lookOf(c))
	if err != nil {
		return err
	}
	return c.Render(status, listsview.ReviewPage(listsview.Review{Review: r, May: may(c, listdb.List{}), Fault: fault, Done: done}))
}

func (x *screens) approve(c *web.Context) error {
	id, err := proposalID(c)
	if err != nil {
		return err
	}
	p, err := x.lists.Approve(c.Ctx(), by(c), id)
	switch {
	case err != nil:
		return x.refused(c, err)
	case p.State == listdb.Publishing:
		return c.SeeOther("/alerts/proposals/" + id.String())
	case p.Agency != "":
		return x.showReview(c, http.StatusOK, "", c.Text().T(text.ListsApprovedDiscreet))
	}
	return x.showReview(c, http.StatusOK, "", c.Text().T(text.ListsApproved, "version", c.Text().Number(p.ListVersion)))
}

func (x *screens) reject(c *web.Context) error {
	id, err := proposalID(c)
	if err != nil {
		return err
	}
	if _, err = x.lists.Reject(c.Ctx(), by(c), id, c.FormValue("why")); err != nil {
		return x.refused(c, err)
	}
	return x.showReview(c, http.StatusOK, "", c.Text().T(text.ListsRejected))
}

// refused shows the proposal as it is now with why the decision was not taken.
func (x *screens) refused(c *web.Context, err error) error {
	form, own := blamed(c, nil, err)
	if !own {
		return err
	}
	return x.showReview(c, web.StatusOf(err), form.Fault, "")
}
