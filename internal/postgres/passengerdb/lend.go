package passengerdb

import (
	"context"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/vault"
)

// FlightKeys lends the keys of flights to stores that keep more about their persons, so that masking takes that away too. A flight whose
// key is destroyed, or that has none, is left out.
func (s *Store) FlightKeys(ctx context.Context, flights []uuid.UUID) (map[uuid.UUID]*vault.DataKey, error) {
	keys, err := s.flightKeys(ctx, s.o.DB.Pool, flights)
	return keys, wrap(err, "keys of flights")
}

// IndexKey lends the key of the keyed hashes.
func (s *Store) IndexKey(ctx context.Context) (*vault.DataKey, error) { return s.indexKey(ctx) }
