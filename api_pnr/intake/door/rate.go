package door

import (
	"sync"
	"time"
)

// DefaultRate is how many messages a second a carrier may send when nothing else is set for it.
const DefaultRate = 1000

// rates holds one token bucket per carrier: NATS accounts bound sizes and connections, not messages a second. A bucket holds two seconds'
// worth.
type rates struct {
	now  func() time.Time
	rate func(carrier string) int

	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

func (r *rates) allow(carrier string) bool {
	perSecond := DefaultRate
	if r.rate != nil {
		if set := r.rate(carrier); set > 0 {
			perSecond = set
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now, most := r.now(), float64(2*perSecond)
	b := r.buckets[carrier]
	if b == nil {
		b = &bucket{tokens: most, at: now}
		r.buckets[carrier] = b
	}
	b.tokens = min(most, b.tokens+max(0, now.Sub(b.at).Seconds())*float64(perSecond))
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
