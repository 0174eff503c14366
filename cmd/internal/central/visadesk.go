package central

import (
	"context"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	domain "github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/postgres/applydb"
	"github.com/openbmis/openbmis/internal/postgres/paydb"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/visanotice"
	visasui "github.com/openbmis/openbmis/ui/visas"
	"github.com/openbmis/openbmis/ui/web"
)

// visaDesk is where applications for visas are checked and decided.
type visaDesk struct {
	store *applydb.Store
	desk  *desk.Desk
	hub   *domain.Hub   // tells those who watch the queue
	work  chan struct{} // there may be something to check
}

// How long the checks of an application may take: nobody waits for them at a counter.
const (
	visaListWithin    = 5 * time.Second
	visaHistoryWithin = 10 * time.Second
)

// openVisaDesk opens the desk over the register that issues its visas and the portal that its applicants use. The keys of applications stand
// beside the database and apart from all others.
func (a *app) openVisaDesk() error {
	wrapping, err := vault.OpenFiles(filepath.Join(a.cfg.DataDir, "keys", "applications"), a.tools.Random, a.tools.Now)
	if err != nil {
		return err
	}
	d := &visaDesk{hub: domain.NewHub(), work: make(chan struct{}, 1)}
	policy, lookups := a.visas.policy, &lateLookups{}
	training := policy.State == trainingState
	plan := []desk.Planned{
		{Check: desk.DocumentCheck(training, visaNames{}), Deadline: documentWithin},
		{Check: a.screening.Lists.Check(), Deadline: visaListWithin, Alert: true, Judged: true},
		{Check: desk.OverstayCheck(lookups), Deadline: visaHistoryWithin, Judged: true},
		{Check: desk.RefusalsCheck(lookups), Deadline: visaHistoryWithin, Judged: true},
		{Check: desk.DuplicatesCheck(lookups), Deadline: visaHistoryWithin, Judged: true},
		{Check: desk.FeeCheck(policy), Deadline: visaListWithin, Judged: true},
	}
	payment, err := a.paymentCheck()
	if err != nil {
		return err
	}
	plan = append(plan, payment...)
	texts, err := text.Load()
	if err != nil {
		return err
	}
	rules := desk.RulesOf(policy, plan)
	d.store = applydb.New(applydb.Options{
		DB: a.db.DB, Wrapping: wrapping, Random: a.tools.Random, Now: a.tools.Now, NewID: a.tools.NewID, Rules: rules, QueryKey: a.secrets.Query,
		Issue: a.visas.register.Issue, Portal: applydb.Through{Centre: a.applicants, Now: a.tools.Now}, Histories: a.reader, Changed: d.nudge,
	})
	lookups.store = d.store
	d.desk = desk.New(desk.Config{
		Store: d.store, Rules: rules, Checks: plan, Refresh: a.screening.Lists.Refresh, Training: training, Now: a.tools.Now, NewID: a.tools.NewID,
		Day: dayIn(texts), Log: a.tools.Log,
	})
	if a.visas.portal == nil {
		a.visas.withPortal(a.applicants)
	}
	a.visas.register.WithTold(d.store.VisaChanged)
	a.visaDesk = d
	return nil
}

// dayIn writes days into letters, in the words of the letter's language.
func dayIn(texts *text.Catalogue) func(language string, day traveldoc.Date) string {
	return func(language string, day traveldoc.Date) string { return texts.Printer(text.Match(language)).Day(day) }
}

// nudge says that there may be something to check, and something new to see. It never waits.
func (d *visaDesk) nudge() {
	select {
	case d.work <- struct{}{}:
	default:
	}
	d.hub.Nudge()
}

// lateLookups are the store's, which is made after the checks that ask it.
type lateLookups struct{ store *applydb.Store }

// Others are other applications of the applicant.
func (l *lateLookups) Others(ctx context.Context, a *evisa.Application) (desk.Others, error) {
	return l.store.Others(ctx, a)
}

// Past is what is known of him at the border.
func (l *lateLookups) Past(ctx context.Context, a *evisa.Application) (desk.Past, error) {
	return l.store.Past(ctx, a)
}

// runVisaDesk takes what was sent to the portal, checks it, and ends what is over, until ctx ends.
func (a *app) runVisaDesk(ctx context.Context, behind *errgroup.Group) {
	d := a.visaDesk
	behind.Go(func() error { return a.applicants.Run(ctx, d.store.Keep) })
	behind.Go(func() error { return d.desk.Run(ctx, d.work) })
	behind.Go(func() error { return a.every(ctx, time.Hour, "erase applications for visas", d.store.Erase) })
	behind.Go(func() error {
		return a.every(ctx, time.Hour, "erase parcels that were set aside", applydb.Quarantine{Store: d.store, Centre: a.applicants}.Erase)
	})
	behind.Go(func() error {
		return a.every(ctx, time.Hour, "keep the keys of applications for visas", func(ctx context.Context) error {
			return d.store.Maintain(ctx, a.cfg.BackupsKept)
		})
	})
	behind.Go(func() error {
		return a.every(ctx, time.Hour, "keep the keys of what is sent to the portal", a.applicants.KeepKeys)
	})
}

// registerVisaDesk registers the desk's pages.
func (a *app) registerVisaDesk(s *web.Server) {
	if a.visaDesk == nil { // while only the routes are asked for
		visasui.Register(s, visasui.Options{})
		return
	}
	d := a.visaDesk
	visasui.Register(s, visasui.Options{
		Desk: d.desk, Visas: a.visas.register, Cases: a.visaUse.cases, Money: paydb.NewCentre(a.db.DB, a.tools.Now), Notices: a.visas.notices,
		Arrivals: func(ctx context.Context, from, until traveldoc.Date) (visausedb.Arrivals, error) {
			return visausedb.ArrivalsOf(ctx, a.db.Pool, from, until)
		},
		Quarantine: applydb.Quarantine{Store: d.store, Centre: a.applicants}, NoticePage: visanotice.Path, Places: a.rulePlaces, Watcher: d.hub, Changed: d.hub.Nudge, NewID: a.tools.NewID,
	})
}
