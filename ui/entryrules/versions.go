package entryrules

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/entryrulesview"
	"github.com/openbmis/openbmis/ui/web"
)

// Versions keep what is proposed and decided; visausedb.Rules are some. Every call that changes something is audited by the store, in its
// own transaction; who proposed a table cannot approve it.
type Versions interface {
	Current(ctx context.Context) (visausedb.Version, bool, error)
	One(ctx context.Context, id uuid.UUID) (visausedb.Version, error)
	History(ctx context.Context, p paging.Page) (paging.Listed[visausedb.Version], error)
	Propose(ctx context.Context, by audit.Actor, remark string, book []byte) (visausedb.Version, error)
	Approve(ctx context.Context, by audit.Actor, id uuid.UUID) (visausedb.Version, error)
	Reject(ctx context.Context, by audit.Actor, id uuid.UUID, why string) (visausedb.Version, error)
}

// InForce makes Options.Held of what the centre itself put in force: it is as old as the look at it.
func InForce(v Versions, now func() time.Time) func(ctx context.Context) (entryrulesview.Held, error) {
	return func(ctx context.Context) (entryrulesview.Held, error) {
		current, found, err := v.Current(ctx)
		if err != nil {
			return entryrulesview.Held{}, err
		}
		h := entryrulesview.Held{Book: current.Book, Number: int(current.Dataset), AsOf: now(), Held: true}
		if !found {
			h.Book = evisa.RuleBook{}
		}
		return h, nil
	}
}

// shown is a version as the page shows it; current is the one in force.
func shown(v, current visausedb.Version) entryrulesview.Version {
	out := entryrulesview.Version{
		ID: v.ID.String(), State: entryrulesview.Replaced, Book: v.Book, Number: int(v.Dataset), Why: v.Remark, ProposedBy: v.Proposed.Login,
		ProposedAt: v.ProposedAt, DecidedBy: v.Decided.Login, DecidedAt: v.DecidedAt, Remark: v.Why,
	}
	switch {
	case v.State == visausedb.RulesProposed:
		out.State = entryrulesview.Proposed
	case v.State == visausedb.RulesRejected:
		out.State = entryrulesview.Rejected
	case v.ID == current.ID:
		out.State = entryrulesview.InForce
	}
	return out
}

// idOf reads the id of the path.
func idOf(c *web.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return id, problem.New(problem.NotFound, "visa.rules_none")
	}
	return id, nil
}

// done is what a page says after an act; nothing for a word that no act leads to.
func done(c *web.Context) string {
	if key := text.Key("entryrules.done." + c.QueryParam("done")); c.QueryParam("done") != "" && c.Text().Has(key) {
		return c.Text().T(key)
	}
	return ""
}

func (x *screens) history(c *web.Context) (err error) {
	h := entryrulesview.History{Done: done(c), After: c.QueryParam("after")}
	if h.Held, err = x.Held(c.Ctx()); err != nil {
		return err
	}
	current, _, err := x.Versions.Current(c.Ctx())
	if err != nil {
		return err
	}
	list, err := x.Versions.History(c.Ctx(), paging.Page{After: h.After})
	if err != nil {
		return err
	}
	h.Total, h.Next = list.Total, list.Next
	for _, v := range list.Rows {
		h.List = append(h.List, shown(v, current))
	}
	return c.Render(http.StatusOK, entryrulesview.HistoryPage(h))
}

func (x *screens) version(c *web.Context) error {
	return x.show(c, http.StatusOK, entryrulesview.Shown{})
}

// show is the page of a version; what it would change is held against the table in force now.
func (x *screens) show(c *web.Context, status int, s entryrulesview.Shown) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	v, err := x.Versions.One(c.Ctx(), id)
	if err != nil {
		return err
	}
	current, _, err := x.Versions.Current(c.Ctx())
	if err != nil {
		return err
	}
	if s.Places, err = x.places(c.Ctx()); err != nil {
		return err
	}
	s.Version, s.Own, s.Stale = shown(v, current), v.Proposed.ID == c.Actor().ID, v.Base != current.ID
	if s.State == entryrulesview.Proposed {
		s.Changes = entryrulesview.Compare(current.Book, s.Book)
		s.Effects = entryrulesview.Preview(current.Book, s.Book, today(c))
	}
	return c.Render(status, entryrulesview.VersionPage(s))
}

func (x *screens) approve(c *web.Context) error {
	if typed(c, "seen") != "yes" {
		return x.failed(c, wrong("entryrules.not_seen", "seen"), entryrulesview.Form{})
	}
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if _, err := x.Versions.Approve(c.Ctx(), c.Actor(), id); err != nil {
		return x.failed(c, err, entryrulesview.Form{})
	}
	return c.SeeOther("/entry-rules/versions?done=approved")
}

func (x *screens) reject(c *web.Context) error {
	f := entryrulesview.Form{Values: map[string]string{"remark": typed(c, "remark")}}
	if n := len([]rune(f.Value("remark"))); n == 0 || n > maxField {
		return x.failed(c, problem.New(problem.Invalid, "entryrules.words").At("remark").With("max", maxField), f)
	}
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if _, err := x.Versions.Reject(c.Ctx(), c.Actor(), id, f.Value("remark")); err != nil {
		return x.failed(c, err, f)
	}
	return c.SeeOther("/entry-rules/versions?done=rejected")
}

// failed shows the version again with what went wrong; what is not the person's own mistake is the server's to tell.
func (x *screens) failed(c *web.Context, err error, f entryrulesview.Form) error {
	kind := problem.KindOf(err)
	if kind != problem.Invalid && kind != problem.Conflict && kind != problem.Forbidden {
		return err
	}
	return x.show(c, web.StatusOf(err), entryrulesview.Shown{Form: faulty(c, f, err), Failed: c.Text().Problem(err)})
}
