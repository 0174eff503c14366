package passengerdb

import (
	"context"
	"time"
)

// Alone runs work while no other process of the centre does; it waits for its turn. Messages of a flight are applied in their order only
// while one process applies them.
func (s *Store) Alone(ctx context.Context, every time.Duration, work func(context.Context) error) error {
	return s.o.DB.Alone(ctx, "passenger intake", every, work)
}
