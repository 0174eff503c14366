// Package breaker keeps an outside service that fails from being asked: after failures in a row it is left alone for a while, then asked by one at a
// time until it answers again. It must never decide what a question that was not asked means: that is "not checked", and the asker says so.
package breaker

import (
	"sync"
	"time"
)

// Settings say when a service that fails is left alone, and for how long.
type Settings struct {
	Failures int           // in a row that open it
	Open     time.Duration // how long it stays open the first time; twice as long after each probe that fails
	Longest  time.Duration // at most
	Probes   int           // good answers in a row that close it
}

// Default are the settings where nothing else is said.
func Default() Settings {
	return Settings{Failures: 3, Open: 5 * time.Second, Longest: time.Minute, Probes: 1}
}

// State is whether a service is asked.
type State string

// The states.
const (
	Closed   State = "closed"    // asked
	Open     State = "open"      // not asked
	HalfOpen State = "half_open" // asked by one at a time, to see whether it answers again
)

// Result is what came of asking.
type Result int

// The results.
const (
	Good Result = iota // it answered
	Bad                // it did not
	Void               // nothing is learnt: the one who asked went away
)

// Breaker keeps a service that fails from being asked. It is safe for concurrent use.
type Breaker struct {
	set Settings
	now func() time.Time
	// spread draws from 0 to 1: how much earlier than at its full time an open breaker is tried, so that stations do not come all at once.
	spread func() float64

	mu       sync.Mutex
	state    State
	turn     int // counts changes of state: a report about another turn says nothing of this one
	failures int
	trips    int
	good     int
	probing  bool
	until    time.Time
	since    time.Time
	backAt   time.Time
}

// New makes a closed breaker. spread may be nil: no spreading.
func New(set Settings, now func() time.Time, spread func() float64) *Breaker {
	if spread == nil {
		spread = func() float64 { return 0 }
	}
	return &Breaker{set: set, now: now, spread: spread, state: Closed, since: now()}
}

// Ask reports whether the service may be asked now. When it may, report must be called, once.
func (b *Breaker) Ask() (report func(Result), may bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state == Open && !b.now().Before(b.until) {
		b.change(HalfOpen)
	}
	switch b.state {
	case Open:
		return nil, false
	case HalfOpen:
		if b.probing {
			return nil, false
		}
		b.probing = true
	case Closed:
	}
	turn, once := b.turn, sync.Once{}
	return func(r Result) { once.Do(func() { b.report(turn, r) }) }, true
}

func (b *Breaker) change(to State) {
	b.state = to
	b.turn++
	b.failures, b.good, b.probing = 0, 0, false
	b.since = b.now()
}

func (b *Breaker) report(turn int, r Result) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if turn != b.turn {
		return
	}
	if b.state == HalfOpen {
		b.probing = false
	}
	switch r {
	case Void:
	case Good:
		b.succeeded()
	case Bad:
		b.failed()
	}
}

func (b *Breaker) succeeded() {
	b.failures = 0
	if b.state != HalfOpen {
		return
	}
	if b.good++; b.good >= max(b.set.Probes, 1) {
		b.trips = 0
		b.change(Closed)
		b.backAt = b.since
	}
}

func (b *Breaker) failed() {
	b.failures++
	if b.state == Closed && b.failures < max(b.set.Failures, 1) {
		return
	}
	pause := b.set.Longest
	if b.trips < 20 { // beyond, doubling would overflow
		pause = min(b.set.Open<<b.trips, b.set.Longest)
	}
	b.trips++
	b.change(Open)
	b.until = b.since.Add(pause - time.Duration(b.spread()*float64(pause)/4))
}

// State is whether the service is asked, since when, and when it last came back after an outage (zero: never).
func (b *Breaker) State() (state State, since, back time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state, b.since, b.backAt
}

// Until is when an open breaker may be tried again; zero when it is not open.
func (b *Breaker) Until() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state != Open {
		return time.Time{}
	}
	return b.until
}
