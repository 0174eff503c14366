package trust

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/trustview"
	"github.com/openbmis/openbmis/ui/web"
)

// screens are those of the centre.
type screens struct {
	reading
	centre Centre
	// reading lets one file at a time be in memory: they may be large.
	uploading chan struct{}
}

// Register adds the centre's screens to the server.
func Register(s *web.Server, centre Centre) {
	x := &screens{centre: centre, uploading: make(chan struct{}, 1)}
	x.open = func(*web.Context) (Material, error) { return centre, nil }
	s.Handle(http.MethodGet, "/trust", auth.TrustView, x.overview)
	x.register(s)
	s.Handle(http.MethodPost, "/trust/items/:id/withdrawal", auth.TrustImport, x.withdraw)
	s.Handle(http.MethodGet, "/trust/proposals", auth.TrustView, x.history)
	s.Handle(http.MethodPost, "/trust/proposals", auth.TrustImport, x.propose, web.MaxBody(maxBody))
	s.Handle(http.MethodGet, "/trust/proposals/:id", auth.TrustView, x.review)
	s.Handle(http.MethodPost, "/trust/proposals/:id/approval", auth.TrustImport, x.approve)
	s.Handle(http.MethodPost, "/trust/proposals/:id/rejection", auth.TrustImport, x.reject)
}

func (x *screens) overview(c *web.Context) error {
	return x.showOverview(c, http.StatusOK, trustview.Form{})
}

func (x *screens) showOverview(c *web.Context, status int, form trustview.Form) (err error) {
	o := trustview.Overview{May: c.May(auth.TrustImport), Form: form}
	if o.Overview, err = x.centre.Overview(c.Ctx()); err != nil {
		return err
	}
	if o.Pending, err = x.centre.Pending(c.Ctx()); err != nil {
		return err
	}
	return c.Render(status, trustview.OverviewPage(o))
}

// uploadTime is how long a file may take to arrive: trustdb.MaxFile over a line of 2 Mbit/s, instead of the little time that other requests
// have. It is time of the wall, as the connection's is.
const uploadTime = 20 * time.Minute

// propose reads the file and leads to what it would change.
func (x *screens) propose(c *web.Context) error {
	select {
	case x.uploading <- struct{}{}:
		defer func() { <-x.uploading }()
	default:
		return problem.New(problem.Conflict, "trust.busy")
	}
	if err := http.NewResponseController(c.Response()).SetReadDeadline(time.Now().Add(uploadTime)); err != nil {
		return fmt.Errorf("time for an upload: %w", err)
	}
	sent, err := readSubmission(c)
	var p trustdb.Proposal
	if err == nil {
		p, err = x.centre.Propose(c.Ctx(), c.Actor(), sent)
	}
	if err == nil {
		return c.SeeOther("/trust/proposals/" + p.ID.String())
	}
	var known *problem.Error
	if !errors.As(err, &known) || known.Kind != problem.Invalid && known.Kind != problem.Conflict {
		return err
	}
	return x.showOverview(c, web.StatusOf(err), trustview.Form{
		Origin: string(sent.Origin), Remark: sent.Remark, Fault: c.Text().Problem(explained(c, known)), Field: known.Field,
		Acknowledge: known.Field == "acknowledged" || sent.Acknowledged,
	})
}

// explained puts the reason of a refusal into words.
func explained(c *web.Context, known *problem.Error) *problem.Error {
	reason, is := known.Args["reason"].(string)
	if key := text.Key("trust.reasons." + reason); is && c.Text().Has(key) {
		return problem.New(known.Kind, known.Code).At(known.Field).With("reason", c.Text().T(key))
	}
	return known
}

func (x *screens) withdraw(c *web.Context) error {
	p, err := x.centre.ProposeWithdrawal(c.Ctx(), c.Actor(), []string{c.Param("id")}, c.FormValue("why"))
	var known *problem.Error
	switch {
	case err == nil:
		return c.SeeOther("/trust/proposals/" + p.ID.String())
	case errors.As(err, &known) && known.Kind == problem.Invalid:
		return x.showItem(c, web.StatusOf(err), c.Text().Problem(err))
	}
	return err
}

func (x *screens) history(c *web.Context) error {
	before, id := cursor(c)
	list, err := x.centre.Proposals(c.Ctx(), before, id, pageSize)
	if err != nil {
		return err
	}
	h := trustview.History{List: list}
	if len(list) == pageSize {
		last := list[len(list)-1]
		at := strconv.FormatInt(last.ProposedAt.UnixMicro(), 10)
		h.Next = "/trust/proposals?" + url.Values{"before": {at}, "id": {last.ID.String()}}.Encode()
	}
	return c.Render(http.StatusOK, trustview.HistoryPage(h))
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
		return id, trustdb.ErrUnknown
	}
	return id, nil
}

func (x *screens) review(c *web.Context) error { return x.showReview(c, http.StatusOK, nil, "") }

func (x *screens) showReview(c *web.Context, status int, fault error, done string) error {
	id, err := proposalID(c)
	if err != nil {
		return err
	}
	r, err := x.centre.Review(c.Ctx(), c.Actor(), id, from(c))
	if err != nil {
		return err
	}
	v := trustview.Review{Review: r, May: c.May(auth.TrustImport), Done: done}
	if fault != nil {
		v.Fault = c.Text().Problem(fault)
	}
	return c.Render(status, trustview.ReviewPage(v))
}

func (x *screens) approve(c *web.Context) error {
	id, err := proposalID(c)
	if err != nil {
		return err
	}
	p, err := x.centre.Approve(c.Ctx(), c.Actor(), id)
	if err == nil {
		return x.showReview(c, http.StatusOK, nil, c.Text().T(text.TrustApproved, "version", strconv.FormatInt(p.Last, 10)))
	}
	return x.refused(c, err)
}

func (x *screens) reject(c *web.Context) error {
	id, err := proposalID(c)
	if err != nil {
		return err
	}
	if _, err = x.centre.Reject(c.Ctx(), c.Actor(), id, c.FormValue("why")); err == nil {
		return x.showReview(c, http.StatusOK, nil, c.Text().T(text.TrustRejected))
	}
	return x.refused(c, err)
}

// refused shows the proposal as it is now with why the decision was not taken.
func (x *screens) refused(c *web.Context, err error) error {
	var known *problem.Error
	if errors.As(err, &known) && (known.Kind == problem.Invalid || known.Kind == problem.Conflict || known.Kind == problem.Forbidden) {
		return x.showReview(c, web.StatusOf(err), err, "")
	}
	return err
}
