package visausedb

import (
	"context"
	"sync"
	"time"

	"github.com/openbmis/openbmis/evisa/visacheck"
)

// InForce hands out the rules in force to the check of visas at the centre. It implements visacheck.Rules.
type InForce struct {
	rules *Rules
	mu    sync.Mutex
	held  visacheck.Standing
	at    time.Time
}

var _ visacheck.Rules = (*InForce)(nil)

// InForce are the rules in force, read again when they are older than a second: another process of the centre may have published others.
func (r *Rules) InForce() *InForce { return &InForce{rules: r} }

// heldFor is how long the rules serve.
const heldFor = time.Second

// Rules are the rules as they stand.
func (f *InForce) Rules(ctx context.Context) (visacheck.Standing, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.rules.cfg.Now()
	if age := now.Sub(f.at); f.held.Held && age >= 0 && age < heldFor {
		return f.held, nil
	}
	v, found, err := f.rules.Current(ctx)
	if err != nil {
		return visacheck.Standing{}, err
	}
	f.held, f.at = visacheck.Standing{Held: true, InForce: found, Book: v.Book, Number: v.Dataset, AsOf: now.UTC()}, now
	return f.held, nil
}

// Forget lets the next question read them again: they were changed.
func (f *InForce) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held = visacheck.Standing{}
}
