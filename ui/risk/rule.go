package risk

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/riskview"
	"github.com/openbmis/openbmis/ui/web"
)

func (x *screens) rule(c *web.Context) error {
	id, err := idOf(c, errNoRule)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(c.QueryParam("v"))
	p := riskview.Rule{}
	if done := text.Key("risk.done_" + c.QueryParam("done")); c.QueryParam("done") != "" && c.Text().Has(done) {
		p.Done = c.Text().T(done)
	}
	return x.showRule(c, http.StatusOK, id, n, p)
}

// tryBack is over how many days a dry run is proposed.
const tryBack = 30

func (x *screens) showRule(c *web.Context, status int, id uuid.UUID, n int, p riskview.Rule) (err error) {
	if p.Rule, err = x.store.Rule(c.Ctx(), id); err != nil {
		return err
	}
	var ok bool
	if p.Shown, ok = p.Version(n); !ok {
		p.Shown = p.Newest()
	}
	p.Fields, p.Manage, p.Decide = x.language.Fields, c.May(auth.RiskManage), c.May(auth.RiskApprove)
	p.Own = p.Shown.Written.Is(c.Actor()) || p.Shown.Proposed.Is(c.Actor())
	if p.Form.Values == nil {
		p.Form.Values = map[string]string{}
	}
	day := c.Now().UTC()
	for field, value := range map[string]string{
		"from_day": traveldoc.DateOf(day.AddDate(0, 0, -tryBack)).String(), "to_day": traveldoc.DateOf(day.AddDate(0, 0, -1)).String(),
	} {
		if p.Form.Values[field] == "" {
			p.Form.Values[field] = value
		}
	}
	return c.Render(status, riskview.RulePage(p))
}

// answered goes on after an act, or shows the rule again with what was typed.
func (x *screens) answered(c *web.Context, id uuid.UUID, n int, f riskview.Form, done string, err error) error {
	if err == nil {
		return c.SeeOther(fmt.Sprintf("/risk/rules/%s?v=%d&done=%s", id, n, done))
	}
	words, field, is := own(c, err)
	if !is {
		return err
	}
	f.Field = field
	return x.showRule(c, web.StatusOf(err), id, n, riskview.Rule{Form: f, Failed: words})
}

func (x *screens) try(c *web.Context) error {
	id, n, err := version(c)
	if err != nil {
		return err
	}
	f := form(c, "from_day", "to_day")
	// A date that cannot be read stays unknown, and the store says so.
	from, _ := traveldoc.ParseDate(f.Value("from_day"))
	to, _ := traveldoc.ParseDate(f.Value("to_day"))
	run, err := x.store.Try(c.Ctx(), c.Actor(), id, n, from, to)
	if err != nil {
		return x.answered(c, id, n, f, "", err)
	}
	return c.SeeOther("/risk/dry-runs/" + run.ID.String())
}

func (x *screens) propose(c *web.Context) error {
	id, n, err := version(c)
	if err != nil {
		return err
	}
	f := form(c, "remark")
	return x.answered(c, id, n, f, "proposed", x.store.Propose(c.Ctx(), c.Actor(), id, n, f.Value("remark")))
}

func (x *screens) activate(c *web.Context) error {
	id, n, err := version(c)
	if err != nil {
		return err
	}
	saw, err := uuid.Parse(c.FormValue("saw"))
	if err != nil {
		return errNoRun
	}
	return x.answered(c, id, n, riskview.Form{}, "activated", x.store.Activate(c.Ctx(), c.Actor(), id, n, saw))
}

func (x *screens) reject(c *web.Context) error {
	id, n, err := version(c)
	if err != nil {
		return err
	}
	f := form(c, "why")
	return x.answered(c, id, n, f, "rejected", x.store.Reject(c.Ctx(), c.Actor(), id, n, f.Value("why")))
}

func (x *screens) suspend(c *web.Context) error {
	id, n, err := version(c)
	if err != nil {
		return err
	}
	f := form(c, "why")
	return x.answered(c, id, n, f, "suspended", x.store.Suspend(c.Ctx(), c.Actor(), id, n, f.Value("why")))
}

func (x *screens) openRun(c *web.Context) (d riskview.DryRun, err error) {
	id, err := idOf(c, errNoRun)
	if err != nil {
		return d, err
	}
	d.Fields, d.Manage = x.language.Fields, c.May(auth.RiskManage)
	d.DryRun, d.Version, err = x.store.DryRun(c.Ctx(), id)
	return d, err
}

func (x *screens) dryRun(c *web.Context) error {
	d, err := x.openRun(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, riskview.DryRunPage(d))
}

func (x *screens) runState(c *web.Context) error {
	d, err := x.openRun(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, riskview.RunPart(d))
}

func (x *screens) cancel(c *web.Context) error {
	d, err := x.openRun(c)
	if err != nil {
		return err
	}
	if err := x.store.Cancel(c.Ctx(), c.Actor(), d.ID); err != nil {
		if _, _, is := own(c, err); !is { // it ended in the meantime: the page says so
			return err
		}
	}
	return c.SeeOther("/risk/dry-runs/" + d.ID.String())
}

// pageSize is how many travellers a page lists.
const pageSize = 50

// travellers names those whom a dry run hit. That somebody looks is in the audit log with the purpose.
func (x *screens) travellers(c *web.Context) error {
	d, err := x.openRun(c)
	if err != nil {
		return err
	}
	after, err := uuid.Parse(c.QueryParam("after"))
	if err != nil {
		after = uuid.Nil
	}
	hits, total, err := x.store.RunHits(c.Ctx(), d.ID, after, pageSize, entry(c, audit.Consultation, "risk_dry_run", d.ID.String()))
	if err != nil {
		return err
	}
	p := riskview.Travellers{Run: d.DryRun, Code: d.Version.Code, Total: total}
	if len(hits) == pageSize {
		p.Next = fmt.Sprintf("/risk/dry-runs/%s/travellers?after=%s", d.ID, hits[len(hits)-1].Person)
	}
	if p.List, err = x.named(c, hits); err != nil {
		return err
	}
	return c.Render(http.StatusOK, riskview.TravellersPage(p))
}

func (x *screens) named(c *web.Context, hits []risk.RunHit) ([]riskview.Traveller, error) {
	var people, flights []uuid.UUID
	for _, h := range hits {
		people, flights = append(people, h.Person), append(flights, h.Flight)
	}
	persons, err := x.people.Persons(c.Ctx(), people)
	if err != nil {
		return nil, err
	}
	known, err := x.people.FlightsByID(c.Ctx(), flights)
	if err != nil {
		return nil, err
	}
	list := make([]riskview.Traveller, 0, len(hits))
	for _, h := range hits {
		one := riskview.Traveller{RunHit: h}
		for i := range persons {
			if persons[i].ID == h.Person {
				one.Person = &persons[i]
			}
		}
		for _, f := range known {
			if f.ID == h.Flight {
				one.FlightName = f.Carrier + f.Number + f.Suffix + " " + f.Origin + "-" + f.Destination
			}
		}
		list = append(list, one)
	}
	return list, nil
}
