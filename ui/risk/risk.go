// Package risk is the centre's pages about risk rules: writing a rule as a sentence, trying it on past flights, agreeing to it as a second
// person, and reviewing its hits. It must never show a person without an audit entry that names the purpose, and never decide about one.
package risk

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/riskview"
	"github.com/openbmis/openbmis/ui/web"
)

// Store keeps rules and hits; riskdb.Store is one.
type Store interface {
	Rules(ctx context.Context) ([]risk.Rule, error)
	Rule(ctx context.Context, id uuid.UUID) (risk.Rule, error)
	Write(ctx context.Context, actor audit.Actor, rule uuid.UUID, base int, settings risk.Settings, p *risk.Program, lists risk.Lists) (risk.Version, error)
	Propose(ctx context.Context, actor audit.Actor, rule uuid.UUID, n int, remark string) error
	Activate(ctx context.Context, actor audit.Actor, rule uuid.UUID, n int, saw uuid.UUID) error
	Reject(ctx context.Context, actor audit.Actor, rule uuid.UUID, n int, why string) error
	Suspend(ctx context.Context, actor audit.Actor, rule uuid.UUID, n int, why string) error
	Try(ctx context.Context, actor audit.Actor, rule uuid.UUID, n int, from, to traveldoc.Date) (risk.DryRun, error)
	Cancel(ctx context.Context, actor audit.Actor, id uuid.UUID) error
	DryRun(ctx context.Context, id uuid.UUID) (risk.DryRun, risk.Version, error)
	RunHits(ctx context.Context, id uuid.UUID, after uuid.UUID, limit int, entry audit.Entry) ([]risk.RunHit, int, error)
	Queue(ctx context.Context, q risk.HitQuery, entry audit.Entry) (risk.Queue, error)
	Dossier(ctx context.Context, id uuid.UUID, entry audit.Entry) (risk.Dossier, error)
	Review(ctx context.Context, actor audit.Actor, id uuid.UUID, r risk.Review) error
	Lists(ctx context.Context) ([]risk.ValueList, error)
	Values(ctx context.Context, names []string) (risk.Lists, error)
	WriteList(ctx context.Context, actor audit.Actor, name, title string, items []string) error
}

// People are the persons and flights that hits are about; apipnr.Manifests has them.
type People interface {
	Persons(ctx context.Context, ids []uuid.UUID) ([]apipnr.Expected, error)
	FlightsByID(ctx context.Context, ids []uuid.UUID) ([]apipnr.ExpectedFlight, error)
}

type screens struct {
	store    Store
	people   People
	language *risk.Language
}

// Register adds the pages to the server.
func Register(s *web.Server, store Store, people People, language *risk.Language) {
	x := &screens{store, people, language}
	s.Handle(http.MethodGet, "/risk", auth.RiskManage, x.rules)
	s.Handle(http.MethodGet, "/risk/new", auth.RiskManage, x.newRule)
	s.Handle(http.MethodPost, "/risk/builder", auth.RiskManage, x.build)
	s.Handle(http.MethodPost, "/risk/rules", auth.RiskManage, x.save)
	s.Handle(http.MethodGet, "/risk/rules/:id", auth.RiskManage, x.rule)
	s.Handle(http.MethodGet, "/risk/rules/:id/edit", auth.RiskManage, x.edit)
	s.Handle(http.MethodPost, "/risk/rules/:id/:n/try", auth.RiskManage, x.try)
	s.Handle(http.MethodPost, "/risk/rules/:id/:n/propose", auth.RiskManage, x.propose)
	s.Handle(http.MethodPost, "/risk/rules/:id/:n/activate", auth.RiskApprove, x.activate)
	s.Handle(http.MethodPost, "/risk/rules/:id/:n/reject", auth.RiskManage, x.reject)
	s.Handle(http.MethodPost, "/risk/rules/:id/:n/suspend", auth.RiskManage, x.suspend)
	s.Handle(http.MethodGet, "/risk/dry-runs/:id", auth.RiskManage, x.dryRun)
	s.Handle(http.MethodGet, "/risk/dry-runs/:id/state", auth.RiskManage, x.runState, web.Background())
	s.Handle(http.MethodPost, "/risk/dry-runs/:id/cancel", auth.RiskManage, x.cancel)
	s.Handle(http.MethodGet, "/risk/dry-runs/:id/travellers", auth.RiskManage, x.travellers)
	s.Handle(http.MethodGet, "/risk-hits", auth.RiskManage, x.queue)
	s.Handle(http.MethodGet, "/risk-hits/rows", auth.RiskManage, x.rows, web.Background())
	s.Handle(http.MethodGet, "/risk-hits/:id", auth.RiskManage, x.hit)
	s.Handle(http.MethodPost, "/risk-hits/:id/:step", auth.RiskManage, x.review)
	s.Handle(http.MethodGet, "/risk/lists", auth.RiskManage, x.lists)
	s.Handle(http.MethodPost, "/risk/lists", auth.RiskManage, x.writeList)
}

// Nav are the pages, in the order of the header.
func Nav() []view.NavItem {
	return []view.NavItem{
		{Href: "/risk-hits", Label: text.RiskHitsNav, Need: auth.RiskManage, Seldom: true},
		{Href: "/risk", Label: text.RiskNav, Need: auth.RiskManage, Seldom: true},
	}
}

func entry(c *web.Context, verb audit.Verb, kind, id string) audit.Entry {
	e := c.Actor().Entry(c.Now(), verb, kind, id)
	e.Purpose = risk.PurposeOfHits
	return e
}

// idOf reads the id of the path.
func idOf(c *web.Context, missing error) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return id, missing
	}
	return id, nil
}

// What is not there, whatever was asked for.
var (
	errNoRule = problem.New(problem.NotFound, "risk.no_rule")
	errNoRun  = problem.New(problem.NotFound, "risk.no_run")
	errNoHit  = problem.New(problem.NotFound, "risk.no_hit")
)

// version reads the rule and the number of a version.
func version(c *web.Context) (rule uuid.UUID, n int, err error) {
	if rule, err = idOf(c, errNoRule); err != nil {
		return rule, 0, err
	}
	if n, err = strconv.Atoi(c.Param("n")); err != nil {
		return rule, 0, errNoRule
	}
	return rule, n, nil
}

// own reports whether a problem is of what the person did or typed: it is told on the page that he sees.
func own(c *web.Context, err error) (words, field string, is bool) {
	var p *problem.Error
	if !errors.As(err, &p) || p.Kind != problem.Invalid && p.Kind != problem.Conflict && p.Kind != problem.Forbidden {
		return "", "", false
	}
	return c.Text().Problem(err), p.Field, true
}

// form reads the fields of a form.
func form(c *web.Context, fields ...string) riskview.Form {
	f := riskview.Form{Values: map[string]string{}}
	for _, name := range fields {
		f.Values[name] = strings.TrimSpace(c.FormValue(name))
	}
	return f
}

func (x *screens) rules(c *web.Context) error {
	list, err := x.store.Rules(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, riskview.RulesPage(riskview.Rules{Rules: list}))
}
