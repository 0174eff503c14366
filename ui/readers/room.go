package readers

import (
	"sync"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/problem"
)

// atOnce is how many readings a station takes in at the same time: each may hold some hundred megabytes while it is read.
const atOnce = 4

// retryAfter is what an agent that finds no room is asked to wait, in seconds.
const retryAfter = "1"

// Answers to an agent that finds no room.
var (
	errBusy       = problem.New(problem.Unavailable, "reading.busy")        // the station takes in as many as it can
	errDeviceBusy = problem.New(problem.Unavailable, "reading.device_busy") // the device's reading before is still being taken in
)

// room bounds what is taken in at once: a place for each device, and so many for all.
type room struct {
	mu     sync.Mutex
	within map[uuid.UUID]bool
}

func newRoom() *room { return &room{within: map[uuid.UUID]bool{}} }

// enter takes a device's place; leave gives it back.
func (r *room) enter(device uuid.UUID) (leave func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.within[device]:
		return nil, errDeviceBusy
	case len(r.within) >= atOnce:
		return nil, errBusy
	}
	r.within[device] = true
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.within, device)
	}, nil
}
