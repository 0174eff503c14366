package interpol

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/breaker"
)

// quiet is how long a service may be silent before it is asked whether it answers: so that an outage shows before a traveller meets it.
const quiet = 15 * time.Second

// takeUp takes the filter that was kept over the last stop. One that does not hold is as none: the service is asked.
func (a *Adapter) takeUp() {
	f, err := a.tools.Shelf.Load(a.Name)
	if err == nil && f != nil && f.Kind != a.Kind {
		err = ErrFilter
	}
	if err != nil {
		a.tools.Log.Error("negative filter not taken up", "adapter", a.Name, "error", err)
		return
	}
	if f != nil {
		a.filter.Store(&heldFilter{f, f.AsOf})
	}
}

// Run asks a silent or failing service whether it answers, and keeps the filter fresh, until ctx ends.
func (a *Adapter) Run(ctx context.Context) error {
	tick := time.NewTicker(a.tools.Every)
	defer tick.Stop()
	for told := ""; ; {
		err := a.Look(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil && told != "":
			told = ""
			a.tools.Log.Info("outside service answers again", "adapter", a.Name)
		case err != nil && err.Error() != told:
			told = err.Error()
			a.tools.Log.Warn("outside service", "adapter", a.Name, "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Look does what is due now: see Run.
func (a *Adapter) Look(ctx context.Context) error {
	return errors.Join(a.probe(ctx), a.refresh(ctx))
}

// probe asks the service whether it answers, when it has failed or was not heard for a while. It sends nobody's data.
func (a *Adapter) probe(ctx context.Context) error {
	prober, can := a.tools.Searcher.(Prober)
	if h := a.heard.Load(); !can || h != nil && a.wrong.Load() == nil && a.tools.Now().Sub(h.at) < quiet {
		return nil
	}
	report, may := a.breaker.Ask()
	if !may {
		return &Fault{border.ReasonBreakerOpen, errNotAsked}
	}
	within, cancel := context.WithTimeout(ctx, a.Deadline)
	defer cancel()
	service, err := prober.Probe(within)
	report(a.resultOf(ctx, err))
	if err == nil {
		a.hear(service)
	}
	return err
}

// refreshWithin is how long a filter may take to arrive.
const refreshWithin = 10 * time.Minute

// againWithin is how soon after a failure a filter is looked for again.
const againWithin = 30 * time.Second

// refresh fetches a newer filter when it is time to look for one and the service answers.
func (a *Adapter) refresh(ctx context.Context) error {
	source, can := a.tools.Searcher.(FilterSource)
	now := a.tools.Now()
	// Since when the service is asked, and when it came back, does not matter here.
	if state, _, _ := a.breaker.State(); !a.Copy.Allowed || !can || state != breaker.Closed || now.Sub(a.looked) < a.Copy.Refresh {
		return nil
	}
	a.looked = now
	ctx, cancel := context.WithTimeout(ctx, refreshWithin)
	defer cancel()
	held := ""
	if f := a.filter.Load(); f != nil {
		held = f.Version
	}
	encoded, err := source.Filter(ctx, held)
	switch f := a.filter.Load(); {
	case err != nil:
	case encoded != nil:
		err = a.replaceFilter(ctx, source, encoded)
	case f != nil:
		a.filter.Store(&heldFilter{f.Filter, now})
	}
	if err != nil {
		a.looked = now.Add(min(againWithin, a.Copy.Refresh) - a.Copy.Refresh)
		return fmt.Errorf("negative filter: %w", err)
	}
	return nil
}

func (a *Adapter) replaceFilter(ctx context.Context, source FilterSource, encoded []byte) error {
	id, err := FilterKeyID(encoded)
	if err != nil {
		return err
	}
	secret, err := a.tools.Shelf.Key(a.Name, id)
	if errors.Is(err, ErrFilter) {
		secret, err = source.FilterKey(ctx, id)
	}
	if err != nil {
		return err
	}
	f, err := ParseFilter(encoded, secret)
	switch old := a.filter.Load(); {
	case err != nil:
		return err
	case f.Kind != a.Kind:
		return ErrFilter
	case old != nil && f.AsOf.Before(old.AsOf): // an older list must not take the place of a newer one
		return fmt.Errorf("expected nothing older than what is held, of %s", old.AsOf.UTC().Format(time.RFC3339))
	}
	if err := a.tools.Shelf.Save(a.Name, encoded, id, secret); err != nil {
		return err
	}
	a.filter.Store(&heldFilter{f, f.AsOf})
	a.tools.Log.Info("negative filter taken", "adapter", a.Name, "version", f.Version, "entries", f.Entries)
	return nil
}
