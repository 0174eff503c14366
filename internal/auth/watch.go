package auth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

// The causes with which the context of a watch ends; see context.Cause.
var (
	// ErrSessionOver: signed out, expired, ended by another, user disabled.
	ErrSessionOver = errors.New("the session is over")
	// ErrSessionLocked: locked by its person or for idleness.
	ErrSessionLocked = errors.New("the session is locked")
	// ErrRoleChanged: the user's role or agency is another now.
	ErrRoleChanged = errors.New("the user's role or agency has changed")
	// ErrUnconfirmed: the database has not confirmed the session for too long.
	ErrUnconfirmed = errors.New("the session could not be confirmed")
	// ErrNotWatching: Service.Run is not running.
	ErrNotWatching = errors.New("sessions are not being watched")
)

// watches are the open event streams of this process.
type watches struct {
	mu      sync.Mutex
	open    map[*watch]struct{}
	running bool
	wake    chan struct{}
}

type watch struct {
	session uuid.UUID
	role    Role
	agency  string
	end     context.CancelCauseFunc
}

func newWatches() *watches {
	return &watches{open: make(map[*watch]struct{}), wake: make(chan struct{}, 1)}
}

// look makes Run look at once. It never waits.
func (w *watches) look() {
	select {
	case w.wake <- struct{}{}:
	default: // a look is due already
	}
}

// Watch gives a context for work that outlives its request's authentication,
// such as an event stream: it ends when the session is signed out, locked,
// disabled or expires, or its user's role or agency changes, in whatever process that was
// done, and also with ctx. context.Cause tells which. It does not keep the
// session awake. Run must be running; otherwise the context has ended already.
func (s *Service) Watch(ctx context.Context, session Session) context.Context {
	ctx, end := context.WithCancelCause(ctx)
	w := &watch{session: session.ID, role: session.User.Role, agency: session.User.Agency, end: end}
	if !s.watches.add(w) {
		end(ErrNotWatching)
		return ctx
	}
	context.AfterFunc(ctx, func() { s.watches.remove(w) })
	s.watches.look() // it may have changed since it was authenticated
	return ctx
}

func (w *watches) add(one *watch) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running {
		w.open[one] = struct{}{}
	}
	return w.running
}

func (w *watches) remove(one *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, one)
}

func (w *watches) all() []*watch {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := make([]*watch, 0, len(w.open))
	for one := range w.open {
		list = append(list, one)
	}
	return list
}

func (w *watches) start() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running {
		return errors.New("auth: Run is running already")
	}
	w.running = true
	return nil
}

func (w *watches) stop() {
	w.mu.Lock()
	w.running = false
	w.mu.Unlock()
	for _, one := range w.all() {
		one.end(ErrNotWatching)
	}
}

// Run looks after watched sessions until ctx ends: at once when this process
// changes one, and every Policy.WatchEvery for what other processes did (one
// query for all of them, none while nothing is watched). It also ends expired
// sessions and deletes old ones. It returns nil when ctx ends.
func (s *Service) Run(ctx context.Context) error {
	if err := s.watches.start(); err != nil {
		return err
	}
	defer s.watches.stop()
	ticker := time.NewTicker(s.Policy.WatchEvery)
	defer ticker.Stop()
	tidy := time.NewTicker(time.Minute)
	defer tidy.Stop()
	confirmed := s.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tidy.C:
			s.tell(ctx, "tidying sessions", s.Tidy(ctx))
			continue
		case <-s.watches.wake:
		case <-ticker.C:
		}
		confirmed = s.lookAfter(ctx, confirmed)
	}
}

func (s *Service) tell(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		s.Logger.WarnContext(ctx, "sessions: looking after them failed", "doing", what, "error", err)
	}
}

// lookAfter ends the watches whose sessions changed, and gives the instant of
// the last look that succeeded.
func (s *Service) lookAfter(ctx context.Context, confirmed time.Time) time.Time {
	list := s.watches.all()
	now := s.Now()
	if len(list) == 0 {
		return now
	}
	if err := s.judge(ctx, list, now); err != nil {
		s.tell(ctx, "looking at watched sessions", err)
		if now.Sub(confirmed) >= s.Policy.Unconfirmed {
			for _, one := range list {
				one.end(ErrUnconfirmed)
			}
		}
		return confirmed
	}
	return now
}

func (s *Service) judge(ctx context.Context, list []*watch, now time.Time) error {
	ids := make([]uuid.UUID, 0, len(list))
	for _, one := range list {
		ids = append(ids, one.session)
	}
	records, err := s.Store.Sessions(ctx, ids)
	if err != nil {
		return fmt.Errorf("reading sessions: %w", err)
	}
	byID := make(map[uuid.UUID]SessionRecord, len(records))
	for _, record := range records {
		byID[record.ID] = record
	}
	for _, one := range list {
		record, found := byID[one.session]
		if cause := s.verdict(record, found, one, now); cause != nil {
			one.end(cause)
			s.lockIdle(ctx, record, cause)
		}
	}
	return nil
}

func (s *Service) verdict(record SessionRecord, found bool, one *watch, now time.Time) error {
	switch {
	case !found || !record.alive(now):
		return ErrSessionOver
	case !record.LockedAt.IsZero() || s.idle(record, now):
		return ErrSessionLocked
	case record.User.Role != one.role || record.User.Agency != one.agency:
		return ErrRoleChanged
	}
	return nil
}

// lockIdle writes down the lock of a session that nobody asks for any more.
func (s *Service) lockIdle(ctx context.Context, record SessionRecord, cause error) {
	if !errors.Is(cause, ErrSessionLocked) || !record.LockedAt.IsZero() {
		return
	}
	_, err := s.lock(ctx, record.ID, "idle")
	s.tell(ctx, "locking an idle session", err)
}

// tidyBatch bounds the work of one Tidy.
const tidyBatch = 500

// Tidy ends expired sessions, each with its audit entry, and deletes what ended
// longer than Policy.KeepEnded ago.
func (s *Service) Tidy(ctx context.Context) error {
	now := s.Now()
	expired, err := s.Store.ExpiredSessions(ctx, now, tidyBatch)
	if err != nil {
		return fmt.Errorf("finding expired sessions: %w", err)
	}
	for _, record := range expired {
		err := s.end(ctx, record.Session, "expired")
		if err != nil && !errors.Is(err, ErrNoSession) {
			return err
		}
	}
	return s.Store.Prune(ctx, now.Add(-s.Policy.KeepEnded))
}
