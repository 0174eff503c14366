package adjudication

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/fingers"
)

// Bounds of what is held for open pages.
const (
	heldFor  = 10 * time.Minute
	mostHeld = 16 // tasks of sessions at once: at most some tens of megabytes of what the centre lends
)

// lent holds, in memory, for the session that looks at a task and for a while, which prints its page shows, and those themselves that the
// centre gave for it: nothing of them is written. It is safe for concurrent use.
type lent struct {
	mu    sync.Mutex
	tasks map[lentKey]*lentPrints
	turns int
}

type lentKey struct{ session, task uuid.UUID }

type lentPrints struct {
	shown []fingers.Print // without templates; with images only those of the centre
	given []fingers.Print // by the centre
	until time.Time
	turn  int // of the timer that ends it
}

func newLent() *lent { return &lent{tasks: map[lentKey]*lentPrints{}} }

// given are the prints that the centre gave a session for a task; nil when there are none any more.
func (l *lent) given(key lentKey, now time.Time) []fingers.Print {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(now)
	if p := l.tasks[key]; p != nil {
		return p.given
	}
	return nil
}

// give keeps what the centre gave.
func (l *lent) give(key lentKey, prints []fingers.Print, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hold(key, now).given = prints
}

// show keeps which prints a page shows.
func (l *lent) show(key lentKey, prints []fingers.Print, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hold(key, now).shown = prints
}

// shown is a print that a session's page of a task shows.
func (l *lent) shown(key lentKey, wanted uuid.UUID, now time.Time) (fingers.Print, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(now)
	if p := l.tasks[key]; p != nil {
		for _, q := range p.shown {
			if q.ID == wanted {
				return q, true
			}
		}
	}
	return fingers.Print{}, false
}

// hold is the place of a task's prints, for a while from now on; what the centre gave is not held any longer by it. It ends by itself, also
// when nobody asks any more.
func (l *lent) hold(key lentKey, now time.Time) *lentPrints {
	l.forget(now)
	if l.tasks[key] == nil {
		for len(l.tasks) >= mostHeld {
			l.forgetOldest()
		}
		l.tasks[key] = &lentPrints{}
	}
	p := l.tasks[key]
	if p.given == nil {
		l.turns++
		p.until, p.turn = now.Add(heldFor), l.turns
		turn := l.turns // and not p: what is forgotten before must not be held by the timer
		time.AfterFunc(heldFor, func() { l.end(key, turn) })
	}
	return p
}

// end forgets what a timer was set for, if it was not set again since.
func (l *lent) end(key lentKey, turn int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.tasks[key]; p != nil && p.turn == turn {
		delete(l.tasks, key)
	}
}

func (l *lent) forget(now time.Time) {
	for key, p := range l.tasks {
		if !now.Before(p.until) {
			delete(l.tasks, key)
		}
	}
}

func (l *lent) forgetOldest() {
	var oldest lentKey
	var until time.Time
	for key, p := range l.tasks {
		if until.IsZero() || p.until.Before(until) {
			oldest, until = key, p.until
		}
	}
	delete(l.tasks, oldest)
}
