package risk

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/view/riskview"
	"github.com/openbmis/openbmis/ui/web"
)

func (x *screens) readQueue(c *web.Context) (q riskview.Queue, err error) {
	q.State, q.Now = risk.HitState(c.QueryParam("state")), c.Now()
	if !slices.Contains([]risk.HitState{risk.HitInReview, risk.HitConfirmed, risk.HitDismissed, risk.HitReplaced}, q.State) {
		q.State = risk.HitNew
	}
	if after := c.QueryParam("after"); after != "" {
		if q.After, err = uuid.Parse(after); err != nil {
			return q, errNoHit
		}
	}
	q.Queue, err = x.store.Queue(c.Ctx(), risk.HitQuery{State: q.State, After: q.After}, entry(c, audit.Consultation, "risk_hit", "queue"))
	return q, err
}

func (x *screens) queue(c *web.Context) error {
	q, err := x.readQueue(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, riskview.QueuePage(q))
}

func (x *screens) rows(c *web.Context) error {
	q, err := x.readQueue(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, riskview.QueueRows(q))
}

func (x *screens) hit(c *web.Context) error {
	id, err := idOf(c, errNoHit)
	if err != nil {
		return err
	}
	return x.showHit(c, http.StatusOK, id, riskview.Hit{})
}

func (x *screens) showHit(c *web.Context, status int, id uuid.UUID, p riskview.Hit) (err error) {
	if p.Dossier, err = x.store.Dossier(c.Ctx(), id, entry(c, audit.Consultation, "risk_hit", id.String())); err != nil {
		return err
	}
	persons, err := x.people.Persons(c.Ctx(), []uuid.UUID{p.Dossier.Person})
	if err != nil {
		return err
	}
	if len(persons) > 0 {
		p.Person = &persons[0]
	}
	p.Fields, p.Now, p.Manage = x.language.Fields, c.Now(), c.May(auth.RiskManage)
	p.Leads = c.May(auth.PassengersView) && c.May(auth.MessagesWork)
	p.Mine = p.State == risk.HitInReview && p.Worker.Is(c.Actor())
	return c.Render(status, riskview.HitPage(p))
}

func (x *screens) review(c *web.Context) error {
	id, err := idOf(c, errNoHit)
	if err != nil {
		return err
	}
	f := form(c, "note", "reason", "seen")
	seen, err := strconv.Atoi(f.Value("seen"))
	if err != nil {
		seen = -1 // of no hit: the store says that it has changed
	}
	err = x.store.Review(c.Ctx(), c.Actor(), id, risk.Review{Step: c.Param("step"), Seen: seen, Reason: f.Value("reason"), Note: f.Value("note")})
	if err == nil {
		return c.SeeOther("/risk-hits/" + id.String())
	}
	words, field, is := own(c, err)
	if !is {
		return err
	}
	f.Field = field
	return x.showHit(c, web.StatusOf(err), id, riskview.Hit{Form: f, Failed: words})
}

func (x *screens) lists(c *web.Context) error {
	p := riskview.Lists{Form: riskview.Form{Values: map[string]string{}}}
	return x.showLists(c, http.StatusOK, p)
}

func (x *screens) showLists(c *web.Context, status int, p riskview.Lists) (err error) {
	if p.Lists, err = x.store.Lists(c.Ctx()); err != nil {
		return err
	}
	for _, l := range p.Lists {
		if status == http.StatusOK && l.Name == c.QueryParam("name") {
			p.Form.Values = map[string]string{"name": l.Name, "title": l.Title, "items": strings.Join(l.Items, "\n")}
		}
	}
	return c.Render(status, riskview.ListsPage(p))
}

func (x *screens) writeList(c *web.Context) error {
	f := form(c, "name", "title", "items")
	err := x.store.WriteList(c.Ctx(), c.Actor(), f.Value("name"), f.Value("title"), strings.Split(unix(f.Value("items")), "\n"))
	if err == nil {
		return c.SeeOther("/risk/lists")
	}
	words, field, is := own(c, err)
	if !is {
		return err
	}
	f.Field = field
	return x.showLists(c, web.StatusOf(err), riskview.Lists{Form: f, Failed: words})
}
