// Package lists is the screens of lists of alerts at the centre: what is on them, what one person proposes, and what a second one
// approves. It decides nothing itself: who may know and approve what is listdb's to say, for every way in. No name of a listed person
// ever stands in an address.
package lists

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/listsview"
	"github.com/openbmis/openbmis/ui/web"
)

// Lists are the lists with their one writer; listdb.Lists is one.
type Lists interface {
	All(ctx context.Context) ([]listdb.List, error)
	List(ctx context.Context, id string) (listdb.List, error)
	Find(ctx context.Context, by listdb.Person, q listdb.Query, purpose string) (listdb.Page, error)
	Due(ctx context.Context, by listdb.Person, day traveldoc.Date) (listdb.Page, error)
	Entry(ctx context.Context, by listdb.Person, list, id, purpose string) (listdb.Entry, error)
	Picture(ctx context.Context, by listdb.Person, digest string) ([]byte, error)
	Propose(ctx context.Context, by listdb.Person, a alerts.Alert, jpeg []byte, remark string) (listdb.Proposal, error)
	ProposeStatus(ctx context.Context, by listdb.Person, list, id string, status alerts.Status, why string) (listdb.Proposal, error)
	ProposeSettings(ctx context.Context, by listdb.Person, s listdb.List, remark string) (listdb.Proposal, error)
	ProposeUndo(ctx context.Context, by listdb.Person, list string, version int64, remark string) (listdb.Proposal, error)
	NewUpload(ctx context.Context, by listdb.Person, s listdb.Submission) (*listdb.Upload, error)
	Review(ctx context.Context, by listdb.Person, id uuid.UUID, look listdb.Look) (listdb.Review, error)
	Approve(ctx context.Context, by listdb.Person, id uuid.UUID) (listdb.Proposal, error)
	Reject(ctx context.Context, by listdb.Person, id uuid.UUID, why string) (listdb.Proposal, error)
	Proposals(ctx context.Context, by listdb.Person, open bool, before time.Time, id uuid.UUID) ([]listdb.Proposal, bool, error)
	Versions(ctx context.Context, by listdb.Person, list string, before int64) ([]listdb.Published, bool, error)
}

// purpose is what lists are read for by whoever keeps them.
const purpose = "list_maintenance"

// dueWithin is how long before its day a review is shown as due.
const dueWithin = 30 * 24 * time.Hour

// Nav is the place in the navigation.
func Nav() view.NavItem {
	return view.NavItem{Href: "/alerts", Label: text.ListsTitle, Need: auth.AlertView}
}

type screens struct {
	lists Lists
	// uploading lets one file at a time come in: they may be large.
	uploading chan struct{}
}

// Register adds the screens to the server.
func Register(s *web.Server, l Lists) {
	x := &screens{lists: l, uploading: make(chan struct{}, 1)}
	s.Handle(http.MethodGet, "/alerts", auth.AlertView, x.overview)
	s.Handle(http.MethodPost, "/alerts/search", auth.AlertView, x.search)
	s.Handle(http.MethodGet, "/alerts/pictures/:digest", auth.AlertView, x.picture)
	s.Handle(http.MethodGet, "/alerts/lists/new", auth.AlertManage, x.newList)
	s.Handle(http.MethodPost, "/alerts/lists/new", auth.AlertManage, x.proposeList)
	s.Handle(http.MethodGet, "/alerts/lists/:list", auth.AlertView, x.list)
	s.Handle(http.MethodGet, "/alerts/lists/:list/settings", auth.AlertView, x.settings)
	s.Handle(http.MethodPost, "/alerts/lists/:list/settings", auth.AlertManage, x.proposeSettings)
	s.Handle(http.MethodGet, "/alerts/lists/:list/versions", auth.AlertView, x.versions)
	s.Handle(http.MethodPost, "/alerts/lists/:list/undo", auth.AlertManage, x.undo)
	s.Handle(http.MethodPost, "/alerts/lists/:list/import", auth.AlertManage, x.upload, web.MaxBody(maxBody))
	s.Handle(http.MethodGet, "/alerts/lists/:list/alert", auth.AlertView, x.alert)
	s.Handle(http.MethodGet, "/alerts/lists/:list/alert/new", auth.AlertManage, x.newAlert)
	s.Handle(http.MethodGet, "/alerts/lists/:list/alert/edit", auth.AlertManage, x.editAlert)
	s.Handle(http.MethodPost, "/alerts/lists/:list/alert", auth.AlertManage, x.proposeAlert, web.MaxBody(maxForm))
	s.Handle(http.MethodPost, "/alerts/lists/:list/alert/status", auth.AlertManage, x.proposeStatus)
	s.Handle(http.MethodGet, "/alerts/proposals", auth.AlertView, x.history)
	s.Handle(http.MethodGet, "/alerts/proposals/:id", auth.AlertView, x.review)
	s.Handle(http.MethodPost, "/alerts/proposals/:id/approval", auth.AlertApprove, x.approve)
	s.Handle(http.MethodPost, "/alerts/proposals/:id/rejection", auth.AlertView, x.reject)
}

// by is who asks, with his agency.
func by(c *web.Context) listdb.Person {
	return listdb.Person{Actor: c.Actor(), Agency: c.User().Agency}
}

func may(c *web.Context, of listdb.List) listsview.May {
	return listsview.May{
		Manage: c.May(auth.AlertManage), Keeps: by(c).Keeps(of.Owner), Discreet: by(c).Desk() != "", Reasons: c.May(auth.HitReasonView),
	}
}

func (x *screens) overview(c *web.Context) (err error) {
	o := listsview.Overview{May: may(c, listdb.List{})}
	if o.Lists, err = x.lists.All(c.Ctx()); err != nil {
		return err
	}
	if o.Pending, _, err = x.lists.Proposals(c.Ctx(), by(c), true, time.Time{}, uuid.Nil); err != nil {
		return err
	}
	if o.Due, err = x.lists.Due(c.Ctx(), by(c), traveldoc.DateOf(c.Now().UTC().Add(dueWithin))); err != nil {
		return err
	}
	return c.Render(http.StatusOK, listsview.OverviewPage(o))
}

func (x *screens) search(c *web.Context) (err error) {
	f := listsview.Found{May: may(c, listdb.List{}), Query: listdb.Query{
		List: c.FormValue("list"), ID: c.FormValue("id"), Words: c.FormValue("words"), Document: c.FormValue("document"),
		Gone: c.FormValue("gone") == "yes", AfterList: c.FormValue("after_list"), AfterID: c.FormValue("after"),
	}}
	if f.Lists, err = x.lists.All(c.Ctx()); err != nil {
		return err
	}
	if f.Page, err = x.lists.Find(c.Ctx(), by(c), f.Query, purpose); err != nil {
		return err
	}
	return c.Render(http.StatusOK, listsview.FoundPage(f))
}

func (x *screens) list(c *web.Context) error { return x.showList(c, http.StatusOK, listsview.Form{}) }

func (x *screens) showList(c *web.Context, status int, form listsview.Form) (err error) {
	l := listsview.List{Form: form}
	if l.List, err = x.lists.List(c.Ctx(), c.Param("list")); err != nil {
		return err
	}
	l.May = may(c, l.List)
	q := listdb.Query{List: l.ID, AfterList: l.ID, AfterID: c.QueryParam("after")}
	if l.Page, err = x.lists.Find(c.Ctx(), by(c), q, purpose); err != nil {
		return err
	}
	address := "/alerts/lists/" + l.ID
	if q.AfterID != "" {
		l.First = address
	}
	if l.More {
		l.Next = address + "?" + url.Values{"after": {l.Rows[len(l.Rows)-1].ID}}.Encode()
	}
	return c.Render(status, listsview.ListPage(l))
}

func (x *screens) picture(c *web.Context) error {
	jpeg, err := x.lists.Picture(c.Ctx(), by(c), c.Param("digest"))
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/jpeg", jpeg)
}

func (x *screens) versions(c *web.Context) error {
	return x.showVersions(c, http.StatusOK, listsview.Form{})
}

func (x *screens) showVersions(c *web.Context, status int, form listsview.Form) (err error) {
	v := listsview.Versions{Form: form}
	if v.List, err = x.lists.List(c.Ctx(), c.Param("list")); err != nil {
		return err
	}
	v.May = may(c, v.List)
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64) // 0, the newest, when the address says nothing of use
	all, more, err := x.lists.Versions(c.Ctx(), by(c), v.ID, max(before, 0))
	if err != nil {
		return err
	}
	v.All = all
	if more {
		v.Next = "/alerts/lists/" + v.ID + "/versions?before=" + strconv.FormatInt(v.All[len(v.All)-1].Version, 10)
	}
	return c.Render(status, listsview.VersionsPage(v))
}

func (x *screens) undo(c *web.Context) error {
	version, err := strconv.ParseInt(c.FormValue("version"), 10, 64)
	if err != nil {
		version = 0 // which is refused in words
	}
	p, err := x.lists.ProposeUndo(c.Ctx(), by(c), c.Param("list"), version, c.FormValue("why"))
	if err == nil {
		return c.SeeOther("/alerts/proposals/" + p.ID.String())
	}
	form, own := blamed(c, nil, err)
	if !own {
		return err
	}
	return x.showVersions(c, web.StatusOf(err), form)
}
