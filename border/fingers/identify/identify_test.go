package identify_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/identify"
	"github.com/openbmis/openbmis/internal/audit"
)

// store is what is enrolled and due, in memory; the real one is held to the same by the tests of its package.
type store struct {
	mu         sync.Mutex
	persons    map[uuid.UUID][]fingers.Print
	news       []uuid.UUID
	due        []fingers.Due
	done       []fingers.Search
	entries    []audit.Entry
	failed     []string
	unwritable uuid.UUID
	err        error
	unreadable atomic.Int64 // apart from mu, which Each holds
	incomplete atomic.Int64
}

func (s *store) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *store) Persons(context.Context) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.persons), s.err
}

func (s *store) Unreadable() int { return int(s.unreadable.Load()) }
func (s *store) Incomplete() int { return int(s.incomplete.Load()) }

func (s *store) Each(_ context.Context, give func(uuid.UUID, []fingers.Print) error) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for link, prints := range s.persons {
		if err := give(link, prints); err != nil {
			return 0, err
		}
	}
	return int64(len(s.news)), s.err
}

func (s *store) Since(_ context.Context, mark int64, give func(uuid.UUID, []fingers.Print) error) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return mark, s.err
	}
	for _, link := range s.news[mark:] {
		if err := give(link, s.persons[link]); err != nil {
			return mark, err
		}
	}
	return int64(len(s.news)), nil
}

func (s *store) Searches(_ context.Context, limit int) ([]fingers.Due, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]fingers.Due(nil), s.due[:min(limit, len(s.due))]...), s.err
}

func (s *store) Failed(_ context.Context, taking uuid.UUID, reason string, entry audit.Entry) error {
	return s.over(taking, func() { s.failed, s.entries = append(s.failed, reason), append(s.entries, entry) })
}

func (s *store) SearchDone(_ context.Context, taking uuid.UUID, search fingers.Search, _ []fingers.Candidacy, entry audit.Entry) error {
	if taking == s.unwritable {
		return errors.New("no such taking")
	}
	return s.over(taking, func() { s.done, s.entries = append(s.done, search), append(s.entries, entry) })
}

func (s *store) over(taking uuid.UUID, change func()) error {
	s.set(func() {
		change()
		for n, d := range s.due {
			if d.Taking == taking {
				s.due = append(s.due[:n], s.due[n+1:]...)
				break
			}
		}
	})
	return nil
}

// engine remembers whom it holds.
type engine struct {
	mu      sync.Mutex
	held    map[uuid.UUID]int
	err     error
	block   bool
	stale   bool
	found   []abis.Candidate
	inserts int
	gate    chan struct{}
}

func (e *engine) Insert(ctx context.Context, reference uuid.UUID, list []abis.Finger) error {
	if e.gate != nil {
		select {
		case <-e.gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.inserts++; e.err == nil {
		e.held[reference] = len(list)
	}
	return e.err
}

func (e *engine) Delete(_ context.Context, reference uuid.UUID) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.held, reference)
	return nil
}

func (e *engine) Identify(ctx context.Context, probe []abis.Finger, _ abis.Options) (abis.Answer, error) {
	if e.block {
		<-ctx.Done()
		return abis.Answer{}, ctx.Err()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return abis.Answer{Compared: len(e.held), Engine: "test", Stale: e.stale, Candidates: e.found}, e.err
}

func (e *engine) Count(context.Context) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.held), nil
}

func (e *engine) Ping(context.Context) error { return nil }

func (e *engine) holds() map[uuid.UUID]int {
	e.mu.Lock()
	defer e.mu.Unlock()
	held := map[uuid.UUID]int{}
	for link, n := range e.held {
		held[link] = n
	}
	return held
}

func person() (uuid.UUID, []fingers.Print) {
	link := uuid.New()
	return link, []fingers.Print{{ID: uuid.New(), Link: link, Position: biometrics.RightIndex}}
}

func newStore(persons int) *store {
	s := &store{persons: map[uuid.UUID][]fingers.Print{}}
	for range persons {
		link, prints := person()
		s.persons[link] = prints
	}
	return s
}

func log(words *strings.Builder) *slog.Logger { return slog.New(slog.NewTextHandler(words, nil)) }

func TestAGalleryIsReadyWhenEverybodyIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, e := newStore(3), &engine{held: map[uuid.UUID]int{}, gate: make(chan struct{})}
		var words strings.Builder
		g := identify.NewGallery(identify.GalleryConfig{Enrolments: s, Engine: e, Log: log(&words)})
		require.True(t, g.Loading())
		require.True(t, g.Loading())
		ctx, stop := context.WithCancel(t.Context())
		over := make(chan error, 1)
		go func() { over <- g.Run(ctx) }()
		for n := range 3 {
			synctest.Wait()
			require.True(t, g.Loading(), "%d of 3", n)
			require.Equal(t, 3, g.Progress().Persons)
			e.gate <- struct{}{}
		}
		<-g.Loaded()
		require.False(t, g.Loading())
		require.False(t, g.Loading())
		require.Equal(t, 3, g.Progress().Loaded)
		require.Len(t, e.holds(), 3)
		close(e.gate)

		link, prints := person()
		s.set(func() { s.persons[link], s.news = prints, append(s.news, link) })
		g.Changed()
		synctest.Wait()
		require.Len(t, e.holds(), 4)
		s.set(func() { delete(s.persons, link); s.news = append(s.news, link) })
		<-time.After(6 * time.Second) // nobody told: the bubble's clock
		synctest.Wait()
		require.Len(t, e.holds(), 3)
		stop()
		require.NoError(t, <-over)
	})
}

func TestALoadingThatFailsIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, e := newStore(2), &engine{held: map[uuid.UUID]int{}}
		s.err = errors.New("the database is away")
		var words strings.Builder
		g := identify.NewGallery(identify.GalleryConfig{Enrolments: s, Engine: e, Log: log(&words)})
		go func() { _ = g.Run(t.Context()) }()
		<-time.After(time.Minute)
		synctest.Wait()
		require.True(t, g.Loading())
		require.Equal(t, 1, strings.Count(words.String(), "the database is away"), "told once")
		s.set(func() { s.err = nil; s.unreadable.Store(7) })
		<-g.Loaded()
		synctest.Wait()
		require.Equal(t, 7, g.Progress().Unreadable)
		require.Contains(t, words.String(), "level=ERROR", "that prints do not open is no small thing")

		s.set(func() { s.err = errors.New("away again") })
		<-time.After(time.Minute)
		synctest.Wait()
		require.False(t, g.Loading(), "what is there is searched")
		require.True(t, answer(t, g).Stale, "but its answer says that somebody may be missing")
		require.Equal(t, 1, strings.Count(words.String(), "away again"))
		link, prints := person()
		s.set(func() { s.err, s.persons[link], s.news = nil, prints, append(s.news, link) })
		<-time.After(10 * time.Second)
		synctest.Wait()
		require.Len(t, e.holds(), 3)
		require.False(t, answer(t, g).Stale)
	})
}

func answer(t *testing.T, g *identify.Gallery) abis.Answer {
	t.Helper()
	a, err := g.Whole().Identify(t.Context(), nil, abis.Options{})
	require.NoError(t, err)
	return a
}

func TestAGalleryThatLooksForChangesIsNotStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, e := newStore(1), &engine{held: map[uuid.UUID]int{}}
		g := identify.NewGallery(identify.GalleryConfig{Enrolments: s, Engine: e, Log: slog.New(slog.DiscardHandler)})
		go func() { _ = g.Run(t.Context()) }()
		<-g.Loaded()
		<-time.After(time.Hour)
		synctest.Wait()
		require.False(t, answer(t, g).Stale)
		s.set(func() { s.err = errors.New("away") })
		<-time.After(25 * time.Second)
		synctest.Wait()
		require.False(t, answer(t, g).Stale, "one look that fails is made up for")
		<-time.After(15 * time.Second)
		synctest.Wait()
		require.True(t, answer(t, g).Stale)
		require.Zero(t, answer(t, g).Missing)
	})
}

// Each person who is missing is told once, and no more when he is there again.
func TestAnAnswerSaysHowManyPersonsAreMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, e := newStore(2), &engine{held: map[uuid.UUID]int{}}
		odd, prints := person()
		prints[0].Position = biometrics.RightFour
		shut := uuid.New()
		s.persons[odd], s.persons[shut] = prints, nil
		s.unreadable.Store(4)
		s.incomplete.Store(1)
		g := identify.NewGallery(identify.GalleryConfig{Enrolments: s, Engine: e, Log: slog.New(slog.DiscardHandler)})
		go func() { _ = g.Run(t.Context()) }()
		<-g.Loaded()
		require.Equal(t, identify.Progress{Ready: true, Loaded: 2, Persons: 4, Unreadable: 4, Refused: 1, Missing: 2}, g.Progress())
		require.Equal(t, 2, answer(t, g).Missing)
		for range 3 {
			s.set(func() { s.news = append(s.news, odd) })
			g.Changed()
			synctest.Wait()
			require.Equal(t, 2, answer(t, g).Missing, "told again, he is one person still")
		}
		s.set(func() {
			_, s.persons[odd] = person()
			_, s.persons[shut] = person()
			s.unreadable.Store(0)
			s.incomplete.Store(0)
			s.news = append(s.news, odd, shut)
		})
		g.Changed()
		synctest.Wait()
		require.Zero(t, answer(t, g).Missing)
		require.Len(t, e.holds(), 4)
	})
}

// refusing is an engine that tells itself whom it does not take.
type refusing struct {
	*engine
	n   int
	err error
}

func (r refusing) Refused(context.Context) (int, error) { return r.n, r.err }

func TestWhomAnOutsideEngineRefusesIsMissing(t *testing.T) {
	of := func(r refusing) abis.Engine {
		r.engine = &engine{held: map[uuid.UUID]int{}}
		return identify.NewGallery(identify.GalleryConfig{Enrolments: newStore(0), Engine: r}).Whole()
	}
	a, err := of(refusing{n: 3}).Identify(t.Context(), nil, abis.Options{})
	require.NoError(t, err)
	require.Equal(t, 3, a.Missing)
	_, err = of(refusing{err: errors.New("away")}).Identify(t.Context(), nil, abis.Options{})
	require.ErrorContains(t, err, "away")
}

func TestAPersonWithoutUsablePrintsHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, e := newStore(1), &engine{held: map[uuid.UUID]int{}}
		odd, prints := person()
		prints[0].Position = biometrics.RightFour
		s.persons[odd] = prints
		var words strings.Builder
		g := identify.NewGallery(identify.GalleryConfig{Enrolments: s, Engine: e, Log: log(&words)})
		go func() { _ = g.Run(t.Context()) }()
		<-g.Loaded()
		require.Equal(t, 1, g.Progress().Refused)
		require.Equal(t, 1, answer(t, g).Missing, "and nobody is told that everybody was searched")
		require.Len(t, e.holds(), 1)
		require.NotContains(t, words.String(), odd.String())
	})
}

func worker(s *store, e *engine, change func(*identify.WorkerConfig)) *identify.Worker {
	cfg := identify.WorkerConfig{
		Queue: s, Engine: e, Policy: fingers.DefaultPolicy, Place: "test-air", Actor: audit.Actor{ID: "fingerprints", Role: "service"},
		Now: time.Now, NewID: uuid.New, Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&cfg)
	}
	return identify.NewWorker(cfg)
}

func due(n int) []fingers.Due {
	list := make([]fingers.Due, n)
	for i := range list {
		link, prints := person()
		list[i] = fingers.Due{Taking: uuid.New(), Link: link, Own: []uuid.UUID{link}, Lane: "3", Prints: prints}
	}
	return list
}

func TestEverySearchIsMadeAndAudited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, e := newStore(0), &engine{held: map[uuid.UUID]int{}}
		s.due = due(20)
		w := worker(s, e, nil)
		go func() { _ = w.Run(t.Context()) }()
		synctest.Wait()
		require.Len(t, s.done, 20, "one after the other until none is due")
		require.Len(t, s.entries, 20)
		for n, entry := range s.entries {
			require.NoError(t, entry.Validate())
			require.Equal(t, fingers.PurposeOfIdentification, entry.Purpose)
			require.Equal(t, s.done[n].ID.String(), entry.ObjectID)
			require.Equal(t, "3", entry.Lane)
		}
		s.set(func() { s.due = due(1) })
		w.Wake()
		synctest.Wait()
		require.Len(t, s.done, 21)
	})
}

func TestASearchWithoutAnAnswerIsSaidToHaveNone(t *testing.T) {
	for name, c := range map[string]struct {
		engine *engine
		due    func() []fingers.Due
		reason string
	}{
		"the engine fails":               {&engine{err: errors.New("broken")}, func() []fingers.Due { return due(1) }, identify.ReasonEngine},
		"the engine takes too long":      {&engine{block: true}, func() []fingers.Due { return due(1) }, border.ReasonTimeout},
		"the gallery follows no changes": {&engine{stale: true}, func() []fingers.Due { return due(1) }, fingers.ReasonGalleryStale},
		"the prints do not open": {&engine{}, func() []fingers.Due {
			list := due(1)
			list[0].Prints = nil
			return list
		}, identify.ReasonUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStore(0)
				s.due = c.due()
				tried, err := worker(s, c.engine, nil).Step(t.Context())
				require.NoError(t, err)
				require.Equal(t, 1, tried)
				require.Equal(t, []string{c.reason}, s.failed)
				require.Empty(t, s.done)
				require.Len(t, s.entries, 1)
				require.Equal(t, c.reason, s.entries[0].Decision)
				require.Equal(t, fingers.PurposeOfIdentification, s.entries[0].Purpose)
			})
		})
	}
}

func TestASearchThatCannotBeWrittenHoldsUpNoOther(t *testing.T) {
	s, e := newStore(0), &engine{held: map[uuid.UUID]int{}}
	s.due = due(3)
	s.unwritable = s.due[0].Taking
	tried, err := worker(s, e, nil).Step(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, tried)
	require.Equal(t, []string{identify.ReasonEngine}, s.failed, "it is put off")
	require.Len(t, s.done, 2)
}

func TestASearchByPartOfThePrintsFindsOrHasNoAnswer(t *testing.T) {
	s, e := newStore(0), &engine{held: map[uuid.UUID]int{}}
	s.due = due(1)
	s.due[0].Unreadable = 1
	again := s.due[0]
	_, err := worker(s, e, nil).Step(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{identify.ReasonUnreadable}, s.failed)
	require.Empty(t, s.done)
	s.due, e.found = []fingers.Due{again}, []abis.Candidate{{Reference: uuid.New(), Score: 99}}
	_, err = worker(s, e, nil).Step(t.Context())
	require.NoError(t, err)
	require.Len(t, s.done, 1, "who is found is found")
}

func TestNothingIsSearchedWhileTheGalleryIsLoaded(t *testing.T) {
	s, e := newStore(0), &engine{held: map[uuid.UUID]int{}}
	s.due = due(2)
	loading := true
	w := worker(s, e, func(cfg *identify.WorkerConfig) { cfg.Loading = func() bool { return loading } })
	tried, err := w.Step(t.Context())
	require.NoError(t, err)
	require.Zero(t, tried)
	require.Empty(t, s.entries)
	require.Len(t, s.due, 2)
	loading = false
	tried, err = w.Step(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, tried)
	s.err = errors.New("the database is away")
	_, err = w.Step(t.Context())
	require.ErrorContains(t, err, "the database is away")
}
