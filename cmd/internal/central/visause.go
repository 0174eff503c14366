package central

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/internal/visahttp"
	entryrulesui "github.com/openbmis/openbmis/ui/entryrules"
	"github.com/openbmis/openbmis/ui/view/entryrulesview"
	"github.com/openbmis/openbmis/ui/web"
)

// How visas are used, who needs one, and the check of it before boarding.

// visaUse is the rules of entry, the uses of visas with their cases, and the check.
type visaUse struct {
	rules    *visausedb.Rules
	inForce  *visausedb.InForce
	cases    *visausedb.Cases
	worker   *visausedb.Worker
	platform *visahttp.Platform // nil: the State has none
	registry evisa.Registry
	moved    chan struct{} // other rules may be in force
}

// openVisaUse makes them over the register of visas; nil: this centre keeps none, and an outside platform alone is asked.
func (a *app) openVisaUse(register *visadb.Register) error {
	db, now := a.db.DB, a.tools.Now
	u := &visaUse{cases: visausedb.NewCases(db, a.usesChanged(), now), moved: make(chan struct{}, 1)}
	u.rules = visausedb.NewRules(visausedb.RulesConfig{DB: db, Now: now, NewID: a.tools.NewID, Log: a.tools.Log, Published: func(dataset string) {
		u.inForce.Forget()
		u.nudge()
		a.line.tellNews(dataset)
	}})
	u.inForce = u.rules.InForce()
	work := visausedb.WorkConfig{DB: db, Changed: a.usesChanged(), Now: now, Log: a.tools.Log}
	u.registry = noRegister{}
	if register != nil {
		register.WithUses(visausedb.RegisterUses{})
		work.Opened = visausedb.CaseNoter(register)
		u.registry = visadb.NewRegistry(register)
	}
	u.worker = visausedb.NewWorker(work)
	a.visaUse = u
	return a.openPlatform()
}

// usesChanged tells of visas whose uses or cases changed, in the transaction that changed them: the stations, and the public portal, where there
// is one by then.
func (a *app) usesChanged() visausedb.Changed {
	return visausedb.TellOf(func() *visadb.Portal {
		if a.visas == nil {
			return nil
		}
		return a.visas.portal
	})
}

// nudge says that other rules may be in force. It never waits.
func (u *visaUse) nudge() {
	select {
	case u.moved <- struct{}{}:
	default:
	}
}

// openPlatform asks an outside platform beside the register, where the State has one.
func (a *app) openPlatform() error {
	settings, configured, err := visahttp.LoadSettings(a.cfg.VisaRegistry)
	if err != nil || !configured {
		return err
	}
	u := a.visaUse
	u.platform, err = visahttp.Open(settings, visahttp.Tools{
		Journal: outsideJournal{a.db.DB}, QueryKey: a.secrets.Query, Post: Name, Now: a.tools.Now, SimulatorsOnly: a.exercise(),
	})
	if err != nil {
		return fmt.Errorf("BMIS_VISA_REGISTRY: %w", err)
	}
	if _, none := u.registry.(noRegister); none {
		u.registry = noRegister{elsewhere: true}
	}
	u.registry = visacheck.Both{Own: u.registry, Outside: u.platform, Required: settings.Required(), Uses: a.usesHere}
	return nil
}

// exercise reports whether the centre answers for the State of specimens.
func (a *app) exercise() bool {
	policy, err := board.LoadPolicy(a.cfg.BoardPolicy)
	return err == nil && policy.State == trainingState
}

// usesHere are the entries on visas of the platform.
func (a *app) usesHere(ctx context.Context, numbers []evisa.Number) (map[evisa.Number][]evisa.Use, error) {
	known, err := visausedb.UsesOf(ctx, a.db.Pool, numbers)
	uses := make(map[evisa.Number][]evisa.Use, len(known))
	for n, u := range known {
		uses[n] = u.Uses
	}
	return uses, err
}

// outsideJournal writes the audit entries of questions to an outside platform.
type outsideJournal struct{ db *postgres.DB }

// Write writes one entry.
func (j outsideJournal) Write(ctx context.Context, entry audit.Entry) error {
	return auditlog.Insert(ctx, j.db.Pool, entry)
}

// noRegister is the register of a State that issues its visas elsewhere: it has none. Without a platform nobody can be told to have none.
type noRegister struct{ elsewhere bool }

// Find finds none.
func (n noRegister) Find(context.Context, evisa.Query) (evisa.Found, error) {
	return evisa.Found{Held: n.elsewhere, Source: border.Source{Name: evisa.CheckName}}, nil
}

// runVisaUse opens the dataset of rules, and makes cases of uses, until ctx ends.
func (a *app) runVisaUse(ctx context.Context, behind *errgroup.Group) {
	behind.Go(func() error { return a.every(ctx, tickEvery, "open rules of entry", a.visaUse.rules.Open) })
	behind.Go(func() error { return a.visaUse.worker.Run(ctx) })
	a.runPortalRules(ctx, behind)
	if p := a.visaUse.platform; p != nil {
		behind.Go(func() error { return a.every(ctx, lookEvery, "ask the platform of visas again", a.probe(p)) })
		if p.Uses {
			behind.Go(func() error { return a.every(ctx, lookEvery, "tell the platform of visas of entries", a.tellPlatform) })
		}
	}
}

// probe asks a platform that is out whether it answers again; it is asked about nobody.
func (a *app) probe(p *visahttp.Platform) func(context.Context) error {
	return func(ctx context.Context) error {
		if _, answers := p.Answers(); answers {
			return nil
		}
		_, err := p.Probe(ctx)
		return err
	}
}

// tellPlatform tells the platform of the entries on its visas, and of those that do not stand. What is not told now is told again: a crossing
// that is told twice is one.
func (a *app) tellPlatform(ctx context.Context) error {
	return visausedb.Tell(ctx, a.db.DB, func(ctx context.Context, n evisa.Number, u evisa.Use) error {
		return a.visaUse.platform.Report(ctx, visahttp.Use{
			Number: string(n), Crossing: u.Crossing, Station: u.Station, At: u.At, Date: u.Date, Annulled: u.Void,
		})
	})
}

// registerEntryRules registers the pages of the rules of entry.
func (a *app) registerEntryRules(s *web.Server) {
	o := entryrulesui.Options{Versions: (*visausedb.Rules)(nil)}
	if a.visaUse != nil { // nil while only the routes are asked for
		o.Versions, o.Held, o.Places = a.visaUse.rules, entryrulesui.InForce(a.visaUse.rules, a.tools.Now), a.rulePlaces
	}
	entryrulesui.Register(s, o)
}

// rulePlaces are the posts that a rule may name: those that were ever heard of, by the names that they have at this moment.
func (a *app) rulePlaces(ctx context.Context) ([]entryrulesview.Place, error) {
	if err := a.visas.posts.read(ctx, a.enrolment); err != nil {
		return nil, fmt.Errorf("read the names of posts: %w", err)
	}
	stations, err := a.reader.Stations(ctx)
	places := make([]entryrulesview.Place, len(stations))
	for n, s := range stations {
		places[n] = entryrulesview.Place{ID: s.Name, Name: a.visas.posts.of(s.Name)}
	}
	return places, err
}

// authorisations is who may travel to the State: by the table of its policy of boarding where it has one, then by the rules of entry and
// the visas.
func (a *app) authorisations(p board.Policy) board.Authorisations {
	v := visaAuthorisations{check: visacheck.New(visacheck.Config{
		Registry: a.visaUse.registry, Rules: a.visaUse.inForce, State: cmp.Or(p.State, a.cfg.State), Now: a.tools.Now,
	})}
	if p.Entry != nil {
		v.table = board.NewRuleTable(p.State, *p.Entry)
	}
	return v
}

// visaAuthorisations asks the check of visas. It implements board.Authorisations.
type visaAuthorisations struct {
	table board.Authorisations // nil: the policy has none
	check *visacheck.Check
}

// Authorised is what the table says where it lets the traveller in, or where no rules of entry are in force; else what rules and visas say.
func (v visaAuthorisations) Authorised(ctx context.Context, s border.Subject) (a board.Authorisation, err error) {
	if v.table != nil {
		if a, err = v.table.Authorised(ctx, s); err != nil || a.Outcome == border.NoHit {
			return a, err
		}
	}
	f, err := v.check.Check(ctx, s)
	if err != nil {
		return board.Authorisation{}, err
	}
	has := func(code string) bool {
		return slices.ContainsFunc(f.Evidence, func(e border.Evidence) bool { return e.Code == code })
	}
	if has(visacheck.CodeNoRules) && v.table != nil {
		return a, nil
	}
	return authorisationOf(f, has), nil
}

// authorisationOf is a finding of the check of visas as carriers are answered. What an officer may go over at the counter, nobody can look at
// before boarding: it is not checked.
func authorisationOf(f border.Finding, has func(code string) bool) board.Authorisation {
	a := board.Authorisation{Outcome: f.Outcome, Reason: f.Reason, Source: f.Source}
	if len(f.Evidence) > 0 {
		a.Rule = f.Evidence[0].Ref
	}
	switch {
	case has(visacheck.CodeValid):
		a.Basis = "visa_valid"
	case has(visacheck.CodeNotNeeded):
		a.Basis = "visa_free"
	case has(visacheck.CodeOnArrival) && f.Severity() == border.Acknowledge:
		a.Outcome, a.Basis = border.NoHit, "visa_on_arrival"
	case f.Outcome == border.Hit && f.Severity() == border.Acknowledge:
		a.Outcome, a.Basis, a.Reason = border.NotChecked, "visa", board.ReasonVisa
	}
	return a
}
