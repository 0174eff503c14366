// Package identify searches for persons in the background, at a crossing point or at the centre: it keeps an engine up with everybody's
// references, and works on the searches one to many that are due. It exists so that a search that had no time at the counter is made all the
// same, and so that nobody takes a half-filled gallery for all there is.
//
// It must never let a search be made while people are missing from the gallery, never forget one that had no answer, and never make one that
// is not audited.
package identify

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/border/fingers"
)

// GalleryConfig is what a Gallery is made of. All are needed but Every (5 s), Pause (2 s), Stale (30 s) and Now (the machine's clock).
type GalleryConfig struct {
	Enrolments fingers.Enrolments
	Engine     abis.Engine
	// Every is how often changes are looked for that nobody told of, Pause how long after a failure it is tried again.
	Every, Pause time.Duration
	// Stale is after how long without a look at changes that succeeded the gallery counts as out of date.
	Stale time.Duration
	Now   func() time.Time
	Log   *slog.Logger
}

// Gallery keeps an engine up with everybody's references. It is safe for concurrent use.
type Gallery struct {
	cfg   GalleryConfig
	news  chan struct{}
	ready chan struct{}

	mu       sync.Mutex
	progress Progress
	refused  map[uuid.UUID]struct{}
	at       time.Time // what there was then is held
}

// Progress is how far the loading is.
type Progress struct {
	Ready      bool
	Loaded     int  // persons in the engine by now, while it is not ready
	Persons    int  // how many there were when the loading began
	Unreadable int  // prints that could not be opened: they are in no gallery
	Refused    int  // persons whose prints the engine did not take
	Missing    int  // persons of Unreadable and Refused: a search finds them not, or not by all their fingers
	Stale      bool // changes could not be followed for a while: whoever was enrolled since is not found
}

// NewGallery makes the gallery; Run fills it.
func NewGallery(cfg GalleryConfig) *Gallery {
	if cfg.Every == 0 {
		cfg.Every = 5 * time.Second
	}
	if cfg.Pause == 0 {
		cfg.Pause = 2 * time.Second
	}
	if cfg.Stale == 0 {
		cfg.Stale = max(30*time.Second, 3*cfg.Every)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Gallery{cfg: cfg, news: make(chan struct{}, 1), ready: make(chan struct{}), refused: map[uuid.UUID]struct{}{}}
}

// Changed says that somebody's references changed. It never blocks.
func (g *Gallery) Changed() {
	select {
	case g.news <- struct{}{}:
	default:
	}
}

// Loading reports whether the gallery does not hold everybody yet: a search would miss people.
func (g *Gallery) Loading() bool { return !g.Progress().Ready }

// Progress is how far the loading is.
func (g *Gallery) Progress() Progress {
	unreadable, incomplete := g.cfg.Enrolments.Unreadable(), g.cfg.Enrolments.Incomplete()
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.progress
	p.Unreadable, p.Refused = unreadable, len(g.refused)
	p.Missing, p.Stale = incomplete+len(g.refused), p.Ready && g.cfg.Now().Sub(g.at) > g.cfg.Stale
	return p
}

// Loaded is closed once the gallery holds everybody.
func (g *Gallery) Loaded() <-chan struct{} { return g.ready }

// Run loads everybody and follows changes until ctx ends. What fails is tried again.
func (g *Gallery) Run(ctx context.Context) error {
	var mark int64
	for told := ""; ; {
		var err error
		if mark, err = g.load(ctx); err == nil {
			break
		}
		if told = g.tell(ctx, told, "load", err); !pause(ctx, g.cfg.Pause) {
			return nil
		}
	}
	tick := time.NewTicker(g.cfg.Every)
	defer tick.Stop()
	for told := ""; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-g.news:
		case <-tick.C:
		}
		at := g.cfg.Now()
		next, err := g.cfg.Enrolments.Since(ctx, mark, g.follow(ctx))
		if err != nil {
			told = g.tell(ctx, told, "follow changes", err)
			continue
		}
		told, mark = "", next
		g.followed(at)
	}
}

// tell logs what failed, once and not every few seconds for hours.
func (g *Gallery) tell(ctx context.Context, told, what string, err error) string {
	if err.Error() != told && ctx.Err() == nil {
		g.cfg.Log.WarnContext(ctx, "gallery of prints: tried again", "what", what, "error", err)
	}
	return err.Error()
}

func (g *Gallery) update(change func(*Progress)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change(&g.progress)
}

func (g *Gallery) load(ctx context.Context) (mark int64, err error) {
	persons, err := g.cfg.Enrolments.Persons(ctx)
	if err != nil {
		return 0, err
	}
	at := g.cfg.Now()
	g.update(func(p *Progress) { *p = Progress{Persons: persons}; clear(g.refused) })
	if mark, err = g.loadAll(ctx); err != nil {
		return 0, err
	}
	g.followed(at)
	g.update(func(p *Progress) { p.Ready = true })
	close(g.ready)
	p := g.Progress()
	log := g.cfg.Log.InfoContext
	if p.Unreadable+p.Refused > 0 {
		log = g.cfg.Log.ErrorContext
	}
	log(ctx, "gallery of prints loaded", "persons", p.Loaded, "unreadable_prints", p.Unreadable, "refused_persons", p.Refused)
	return mark, nil
}

// loadAll hands everybody over. Making prints ready to be searched takes longer than reading them: all processors do it.
func (g *Gallery) loadAll(ctx context.Context) (mark int64, err error) {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(runtime.GOMAXPROCS(0))
	put := func(link uuid.UUID, prints []fingers.Print) (bool, error) { return g.put(ctx, link, prints) }
	mark, err = g.cfg.Enrolments.Each(ctx, func(link uuid.UUID, prints []fingers.Print) error {
		all.Go(func() error {
			held, err := put(link, prints)
			if held {
				g.update(func(p *Progress) { p.Loaded++ })
			}
			return err
		})
		return ctx.Err()
	})
	if failed := all.Wait(); failed != nil {
		return 0, failed
	}
	return mark, err
}

// follow hands over whoever changed.
func (g *Gallery) follow(ctx context.Context) func(link uuid.UUID, prints []fingers.Print) error {
	return func(link uuid.UUID, prints []fingers.Print) error {
		_, err := g.put(ctx, link, prints)
		return err
	}
}

// put hands a person over to the engine, or takes him out of it, and says whether the engine holds him. One whom the engine does not take is
// remembered; one that fails is an error.
func (g *Gallery) put(ctx context.Context, link uuid.UUID, prints []fingers.Print) (held bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if len(prints) == 0 {
		g.refuse(link, false)
		return false, g.failed("delete", g.cfg.Engine.Delete(ctx, link))
	}
	list := make([]abis.Finger, len(prints))
	for n, p := range prints {
		list[n] = abis.Finger{Position: p.Position, Template: p.Template, Image: p.Image}
	}
	if err := abis.CheckFingers(list); err != nil {
		g.refuse(link, true)
		return false, nil //nolint:nilerr // remembered, shown and told with each answer; the others are searched for
	}
	g.refuse(link, false)
	err = g.failed("insert", g.cfg.Engine.Insert(ctx, link, list))
	return err == nil, err
}

func (g *Gallery) failed(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s of a person: %w", doing, err)
}

// pause waits; false when ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
