package station

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/recheck"
	"github.com/openbmis/openbmis/border/staycheck"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/postgres/visaregdb"
	"github.com/openbmis/openbmis/internal/visahttp"
	"github.com/openbmis/openbmis/ui/entryrules"
	"github.com/openbmis/openbmis/ui/view/entryrulesview"
	"github.com/openbmis/openbmis/ui/web"
)

// Visas and the rules of entry, as the centre tells them, and an outside platform where the State has one.

// visaWork is what a station knows of visas; nil where there is no centre: then nobody is asked for one.
type visaWork struct {
	kept
	rules    *visaregdb.Rules
	check    *visacheck.Check
	platform *visahttp.Platform // nil: the State has none
	said     int64              // number of the rules that the log has told of
}

// knowsVisas reports whether the station takes visas and rules of entry: where there is a centre.
func (a *app) knowsVisas() bool { return a.cfg.Centre.URL != "" || a.cfg.Centre.NATSURL != "" }

// openVisas makes the check of visas.
func (a *app) openVisas() error {
	if !a.knowsVisas() {
		return nil
	}
	own := visaregdb.NewRegistry(a.db.DB)
	w := &visaWork{rules: visaregdb.NewRules(a.db.DB)}
	w.kept = newKept("rules of entry", a.tools.Log, w.follow)
	var registry evisa.Registry = own
	settings, configured, err := visahttp.LoadSettings(a.cfg.VisaRegistry)
	if err != nil {
		return fmt.Errorf("BMIS_VISA_REGISTRY: %w", err)
	}
	if configured {
		w.platform, err = visahttp.Open(settings, visahttp.Tools{
			Journal: outsideJournal{a.db.DB}, QueryKey: a.secrets.Query, Post: a.cfg.ID, Now: a.tools.Now, SimulatorsOnly: a.training(),
		})
		if err != nil {
			return fmt.Errorf("BMIS_VISA_REGISTRY: %w", err)
		}
		registry = visacheck.Both{Own: own, Outside: w.platform, Required: settings.Required(), Uses: own.Here}
	}
	w.check = visacheck.New(visacheck.Config{
		Registry: registry, Rules: w.rules, State: a.cfg.State, Post: a.cfg.ID, MaxAge: a.cfg.Counter.ListRed, Now: a.tools.Now,
	})
	a.visas = w
	return nil
}

// follow brings the rules in memory up to the database, and says when they are others.
func (w *visaWork) follow(ctx context.Context) error {
	if err := w.rules.Follow(ctx); err != nil {
		return err
	}
	now, err := w.rules.Rules(ctx)
	if err == nil && now.Number != w.said {
		w.said = now.Number
		w.log.Info("rules of entry loaded", "version", now.Number, "readable", !now.Unreadable)
	}
	return err
}

// visaChecks is the check of visas, where there is one.
func (a *app) visaChecks() []border.Check {
	if a.visas == nil {
		return nil
	}
	return []border.Check{a.visas.check}
}

// stayVisas knows the visa on which somebody comes, for the check of stays.
func (a *app) stayVisas() staycheck.Visas {
	if a.visas == nil {
		return nil
	}
	return a.visas.check
}

// visaSinks are where visas and rules go.
func (a *app) visaSinks(sinks map[string]relaydb.Sink) {
	if a.knowsVisas() {
		sinks[evisa.DatasetVisas], sinks[evisa.DatasetRules] = visaregdb.Sink{Changed: &a.visaNews}, visaregdb.RulesSink{}
	}
}

// visasChanged has the check asked again of every traveller who waits on a visa that changed: nobody is admitted on one that was revoked
// since. It never blocks.
func (a *app) visasChanged() {
	if a.visas == nil {
		return
	}
	a.visas.check.Changed()
	a.desk.RenewNamed(context.Background(), evisa.CheckName, a.visaNews.Take())
}

// rulesChanged says that there are other rules of entry. It never blocks.
func (a *app) rulesChanged() {
	if a.visas != nil {
		a.visas.changed()
	}
}

// keepVisas keeps the rules in memory up, and asks a platform that is out whether it answers again, until ctx ends.
func (a *app) keepVisas(ctx context.Context) error {
	if a.visas == nil {
		<-ctx.Done()
		return nil
	}
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return a.visas.run(ctx) })
	all.Go(func() error { return a.probePlatform(ctx) })
	return all.Wait()
}

// probeEvery is how often a platform that is out is asked whether it answers again. It is asked about nobody.
const probeEvery = 2 * time.Second

func (a *app) probePlatform(ctx context.Context) error {
	p := a.visas.platform
	if p == nil {
		return nil
	}
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for told := ""; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if _, answers := p.Answers(); answers {
			told = ""
			continue
		}
		if _, err := p.Probe(ctx); err != nil && ctx.Err() == nil && told == "" {
			told = err.Error()
			a.tools.Log.WarnContext(ctx, "platform of visas does not answer", "platform", p.Name, "error", err)
		}
	}
}

// visaLink is the platform as decisions wait for it.
type visaLink struct{ *visahttp.Platform }

// CheckName is that of the check that asks it.
func (visaLink) CheckName() string { return evisa.CheckName }

func (a *app) visaLinks() []recheck.Link {
	if a.visas == nil || a.visas.platform == nil {
		return nil
	}
	return []recheck.Link{visaLink{a.visas.platform}}
}

// registerEntryRules registers the page that says which rule applies to whom.
func (a *app) registerEntryRules(s *web.Server) {
	entryrules.Register(s, entryrules.Options{Held: a.entryRules})
}

// entryRules are the rules of entry that the station holds.
func (a *app) entryRules(ctx context.Context) (entryrulesview.Held, error) {
	if a.visas == nil {
		return entryrulesview.Held{}, nil
	}
	r, err := a.visas.rules.Rules(ctx)
	return entryrulesview.Held{Book: r.Book, Number: int(r.Number), AsOf: r.AsOf, Held: r.Held && !r.Unreadable}, err
}
