package intake

import (
	"context"
	"log/slog"
	"runtime"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/api_pnr/message"
)

// ParserVersion stands with each reading. It grows when messages are read in another way.
const ParserVersion = "2"

// Options are what a Processor is made of; Read, PartsTimeout and Workers have defaults.
type Options struct {
	Store Store
	Now   func() time.Time
	Log   *slog.Logger
	// Read reads a body; message.Read.
	Read func(body []byte) message.Result
	// PartsTimeout is how long a series waits for its parts, from the first that came; DefaultPartsTimeout.
	PartsTimeout time.Duration
	// SpeaksFor says whether the carrier of a door (Item.Carrier) may tell of flights of a carrier; when nil only of its own.
	SpeaksFor func(door, carrier string) bool
	// Workers is how many flights are worked on side by side.
	Workers int
}

// DefaultPartsTimeout is how long a series waits for its parts.
const DefaultPartsTimeout = 5 * time.Minute

// Processor takes what was kept and applies it. Only one may run on a store.
type Processor struct {
	o    Options
	wake chan struct{}
}

// New makes a processor.
func New(o Options) *Processor {
	if o.Read == nil {
		o.Read = func(body []byte) message.Result { return message.Read(body) }
	}
	if o.PartsTimeout <= 0 {
		o.PartsTimeout = DefaultPartsTimeout
	}
	if o.SpeaksFor == nil {
		o.SpeaksFor = Delegates{}.SpeaksFor
	}
	if o.Workers <= 0 {
		o.Workers = max(2, runtime.GOMAXPROCS(0))
	}
	return &Processor{o: o, wake: make(chan struct{}, 1)}
}

// Wake says that something was kept, or is to be read again. It never blocks.
func (p *Processor) Wake() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// How much is taken at once, when to look again after a failure of the database, and at the latest without one.
const (
	atOnce    = 64
	afterFail = 2 * time.Second
	atLatest  = time.Minute
)

// Run works on what waits, then on what comes, until ctx ends.
func (p *Processor) Run(ctx context.Context) error {
	for {
		wait, err := p.Drain(ctx)
		if err != nil && ctx.Err() == nil {
			p.o.Log.WarnContext(ctx, "passenger data could not be worked on", "error", err)
			wait = afterFail
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-p.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Drain works on everything that waits, and says for how long there is nothing to do.
func (p *Processor) Drain(ctx context.Context) (time.Duration, error) {
	for {
		n, err := p.Step(ctx)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			break
		}
	}
	due, err := p.o.Store.NextDue(ctx)
	if err != nil || due.IsZero() {
		return atLatest, err
	}
	return min(max(due.Sub(p.o.Now()), 0), atLatest), nil
}

// Step works on some of what waits, and says on how much.
func (p *Processor) Step(ctx context.Context) (int, error) {
	overdue, err := p.o.Store.Overdue(ctx, p.o.Now(), atOnce)
	if err != nil {
		return 0, err
	}
	for _, id := range overdue {
		if err := p.timeOut(ctx, id); err != nil {
			return 0, err
		}
	}
	items, err := p.o.Store.Waiting(ctx, atOnce)
	if err != nil || len(items) == 0 {
		return len(overdue), err
	}
	list := make([]reading, len(items))
	var read errgroup.Group
	read.SetLimit(p.o.Workers)
	for n := range items {
		read.Go(func() error { list[n] = p.read(&items[n]); return nil })
	}
	if err := read.Wait(); err != nil {
		return 0, err
	}
	return len(overdue) + len(items), p.work(ctx, groups(list))
}

// work works on groups side by side: each worker has some of them, and works on what they hold in the order of receipt.
func (p *Processor) work(ctx context.Context, all [][]reading) error {
	bins := make([][]reading, p.o.Workers)
	for _, group := range all {
		least := 0
		for n := range bins {
			if weights(bins[n]) < weights(bins[least]) {
				least = n
			}
		}
		bins[least] = append(bins[least], group...)
	}
	var work errgroup.Group
	for _, bin := range bins {
		work.Go(func() error { return p.bin(ctx, bin) })
	}
	return work.Wait()
}

// A transaction is for a few small items, or for a large one.
const (
	mostTogether   = 16
	weightTogether = 300
)

// weight is how much work an item is, roughly: its travellers, and something for itself.
func (r reading) weight() int {
	n := 5
	for _, m := range r.result.Messages {
		n += len(m.Travellers) + len(m.Reservations)
	}
	return n
}

func weights(list []reading) (n int) {
	for _, r := range list {
		n += r.weight()
	}
	return n
}

// bin works on items one after another, some together in one transaction; when that fails each alone, so that a bad one costs no other.
func (p *Processor) bin(ctx context.Context, list []reading) error {
	for len(list) > 0 {
		n := 1
		for n < len(list) && n < mostTogether && weights(list[:n+1]) <= weightTogether {
			n++
		}
		if n > 1 && p.items(ctx, list[:n]) == nil {
			list = list[n:]
			continue
		}
		for _, r := range list[:n] {
			if err := p.item(ctx, r); err != nil {
				return err
			}
		}
		list = list[n:]
	}
	return nil
}

// items works on items in one transaction: either all of it holds, or they still wait.
func (p *Processor) items(ctx context.Context, list []reading) error {
	ids := make([]uuid.UUID, len(list))
	for n, r := range list {
		ids[n] = r.item.ID
	}
	changed := false
	err := p.o.Store.Within(ctx, func(tx Tx) error {
		changed = false
		waiting, err := tx.Claim(ctx, ids)
		if err != nil {
			return err
		}
		for _, r := range list {
			if !slices.Contains(waiting, r.item.ID) {
				continue
			}
			did, err := p.settle(ctx, tx, r)
			if err != nil {
				return err
			}
			changed = changed || did
		}
		return nil
	})
	if err == nil && changed {
		p.o.Store.Nudge()
	}
	return err
}

// Bounds on what failed for a reason of ours: tried again after a while, put aside after the last try.
const (
	mostTries = 5
	tryAfter  = 15 * time.Second
	// seriesAgain is when a series is tried again.
	seriesAgain = 10 * time.Minute
)

// item works on one item; what fails again and again is put aside.
func (p *Processor) item(ctx context.Context, r reading) error {
	err := p.items(ctx, []reading{r})
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	p.o.Log.WarnContext(ctx, "a message could not be applied", "raw", r.item.ID, "tries", r.item.Tries+1, "error", err)
	again := p.o.Now().Add(tryAfter << r.item.Tries)
	if r.item.Tries+1 >= mostTries {
		again = time.Time{}
	}
	return p.o.Store.Failed(ctx, r.item.ID, ReasonNotApplied, again)
}

// timeOut applies what came of a series whose time is up. One that cannot be applied holds up nothing else: it is tried again later.
func (p *Processor) timeOut(ctx context.Context, id uuid.UUID) error {
	changed := false
	err := p.o.Store.Within(ctx, func(tx Tx) (err error) {
		changed, err = p.seriesDue(ctx, tx, id)
		return err
	})
	if err == nil {
		if changed {
			p.o.Store.Nudge()
		}
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	p.o.Log.WarnContext(ctx, "a series of messages could not be applied", "series", id, "error", err)
	return p.o.Store.Postpone(ctx, id, p.o.Now().Add(seriesAgain))
}
