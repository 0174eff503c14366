package station

import (
	"context"
	"slices"

	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/border/group"
	"github.com/openbmis/openbmis/border/minor"
	"github.com/openbmis/openbmis/border/pass"
	"github.com/openbmis/openbmis/border/previous"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/border/staycheck"
	"github.com/openbmis/openbmis/internal/postgres/filedb"
	"github.com/openbmis/openbmis/internal/postgres/groupdb"
	"github.com/openbmis/openbmis/internal/postgres/passdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/ui/counter"
	"github.com/openbmis/openbmis/ui/groups"
	"github.com/openbmis/openbmis/ui/passes"
	"github.com/openbmis/openbmis/ui/web"
)

// checks are the checks of the counter, in the order in which they are shown.
func (a *app) checks() ([]border.Check, error) {
	regimes, err := stay.LoadRegimes(a.cfg.StayRules)
	if err != nil {
		return nil, err
	}
	a.regimes = regimes
	rules := staycheck.New(staycheck.Config{
		Histories: filedb.NewHistories(a.db.DB), Regimes: regimes, State: a.cfg.State, MaxAge: a.cfg.Counter.ListRed, Now: a.tools.Now,
		Alone: a.cfg.Centre.URL == "" && a.cfg.Centre.NATSURL == "", Visas: a.stayVisas(),
	})
	documents, err := a.documentChecks()
	if err != nil {
		return nil, err
	}
	announced, err := a.expectedChecks()
	if err != nil {
		return nil, err
	}
	return slices.Concat([]border.Check{documentcheck.Check{Training: a.training()}}, documents, []border.Check{
		a.remembering(listcheck.New(a.listChecks())),
		rules,
	}, a.visaChecks(), announced, []border.Check{
		previous.New(stationdb.NewHistory(a.db.DB), a.cfg.ID, a.tools.Now),
		minor.New(groupdb.NewMinors(a.db.DB), a.cfg.Counter.AdultAge, a.cfg.ID, a.tools.Now),
		listcheck.NewVehicles(a.listChecks()),
		pass.NewCheck(a.passes(), a.cfg.ID, a.tools.Now),
	}, a.fingerChecks(), a.outsideChecks()), nil
}

// listChecks is what the checks of the lists need.
func (a *app) listChecks() listcheck.Config {
	return listcheck.Config{
		Lists: a.list, Details: stationdb.NewAlerts(a.db.DB), Places: []string{a.cfg.ID, a.cfg.State},
		Ages: listcheck.Ages{Amber: a.cfg.Counter.ListAmber, Red: a.cfg.Counter.ListRed}, Log: a.tools.Log,
	}
}

// passes are the border passes of the crossing point.
func (a *app) passes() *passdb.Store {
	status := func() border.Status { return a.desk.Status() } // the desk is made after its checks
	return passdb.New(passdb.Config{DB: a.pool(), Post: a.post(), Status: status, NewID: a.tools.NewID, Nudge: a.link.wake})
}

// days explain a stay to an officer.
type days struct{ app *app }

// Explain explains what the check of stays counted.
func (d days) Explain(ctx context.Context, s border.Subject) (stay.Explanation, stay.Answer, error) {
	history, err := filedb.NewHistories(d.app.db.DB).History(ctx, s.Identity, s.Document)
	if err != nil {
		return stay.Explanation{}, stay.Answer{}, err
	}
	ask := stay.Ask{On: s.Today, Nationality: s.Identity.Nationality, Basis: s.Basis, Category: s.Category}
	timeline := stay.Build(history)
	return timeline.Explain(d.app.regimes, ask), timeline.Answer(d.app.regimes, ask), nil
}

// registerCounter registers the counter with what the other parts lend it, and the pages of groups and passes.
func (a *app) registerCounter(s *web.Server, h *counter.Handlers) error {
	travelling := group.New(group.Config{Desk: a.desk, Store: groupdb.New(a.pool(), a.link.wake), Now: a.tools.Now, NewID: a.tools.NewID})
	line, err := a.secondLine()
	if err != nil {
		return err
	}
	arrivals, err := a.registerReaders(s, h)
	if err != nil {
		return err
	}
	h.With(counter.Parts{
		Groups: travelling, Passes: a.passes(), Days: days{a}, Outcomes: line, Receipts: true, Arrivals: arrivals, Fingers: a.registerFingers(s),
	}).Register(s)
	groups.New(travelling, a.desk, a.lanes()).Register(s)
	passes.New(passes.Options{Passes: a.passes(), State: a.cfg.State, Post: a.post(), Random: a.tools.Random, NewID: a.tools.NewID}).Register(s)
	return nil
}
