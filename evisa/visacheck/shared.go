package visacheck

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// asker is which of the checks of one inspection asks.
type asker int

const (
	askedByCheck asker = iota
	askedByStay
)

// serves is how long an answer serves both checks of an inspection.
const serves = time.Second

// shared lets the two checks of one inspection that run side by side ask the register once.
type shared struct {
	now  func() time.Time
	mu   sync.Mutex
	asks map[uuid.UUID]*asked
}

// asked is a question that one check put, for the other one.
type asked struct {
	by    asker
	at    time.Time
	query evisa.Query
	done  chan struct{}
	found evisa.Found
	err   error
}

func newShared(now func() time.Time) *shared { return &shared{now: now, asks: map[uuid.UUID]*asked{}} }

// forget lets no question that was put before serve the other check.
func (s *shared) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.asks)
}

func queryOf(s border.Subject) evisa.Query {
	q := evisa.Query{Identity: s.Identity, Document: s.Document}
	if n, err := evisa.ParseNumber(s.Particulars["visa_number"]); err == nil {
		q.Number = n
	}
	return q
}

// find asks, unless the other check of the same inspection asked the same just now. Who waits for the other's question asks himself when
// that one was cut off.
func (s *shared) find(ctx context.Context, registry evisa.Registry, subject border.Subject, by asker) (evisa.Found, error) {
	q := queryOf(subject)
	if subject.Scan == uuid.Nil || subject.Again || s.now == nil {
		return registry.Find(ctx, q)
	}
	one, mine := s.take(subject.Scan, q, by)
	if !mine {
		select {
		case <-one.done:
			if one.err == nil {
				return one.found, nil
			}
		case <-ctx.Done():
			return evisa.Found{}, ctx.Err()
		}
		return registry.Find(ctx, q)
	}
	one.found, one.err = registry.Find(ctx, q)
	close(one.done)
	return one.found, one.err
}

// take is the question that the other check put; else a new one, which is mine.
func (s *shared) take(scan uuid.UUID, q evisa.Query, by asker) (one *asked, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	one, there := s.asks[scan]
	if there && one.by != by && same(one.query, q) && now.Sub(one.at) < serves {
		delete(s.asks, scan)
		return one, false
	}
	for id, old := range s.asks {
		if now.Sub(old.at) >= serves {
			delete(s.asks, id)
		}
	}
	one = &asked{by: by, at: now, query: q, done: make(chan struct{})}
	s.asks[scan] = one
	return one, true
}

// same reports whether two questions are one.
func same(a, b evisa.Query) bool {
	key := func(d traveldoc.Document) [2]string { return [2]string{d.Number, d.IssuingState} }
	return a.Identity == b.Identity && key(a.Document) == key(b.Document) && a.Number == b.Number
}
