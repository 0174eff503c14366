package fingers

import (
	"sync"

	"github.com/google/uuid"
)

// Unopened remembers whose prints do not open, so that nobody takes a gallery without them for all there is. The zero value is ready. It is
// safe for concurrent use.
type Unopened struct {
	mu sync.Mutex
	of map[uuid.UUID]int
}

// Begin forgets everybody: all are told anew.
func (u *Unopened) Begin() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.of = nil
}

// Tell says how many prints of a person do not open now; 0: all do.
func (u *Unopened) Tell(link uuid.UUID, prints int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if prints == 0 {
		delete(u.of, link)
		return
	}
	if u.of == nil {
		u.of = map[uuid.UUID]int{}
	}
	u.of[link] = prints
}

// Persons is how many persons have prints that do not open, Prints how many prints they are.
func (u *Unopened) Persons() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.of)
}

// Prints is how many prints do not open.
func (u *Unopened) Prints() (n int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, prints := range u.of {
		n += prints
	}
	return n
}
