package passengerdb

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// RawOf is what came in which a message stands.
func (s *Store) RawOf(ctx context.Context, message uuid.UUID) (raw uuid.UUID, err error) {
	err = s.o.DB.Pool.QueryRow(ctx, `SELECT raw_id FROM passenger_message WHERE id = $1`, message).Scan(&raw)
	if errors.Is(err, pgx.ErrNoRows) {
		err = errNoMessage
	}
	return raw, wrap(err, "find what a message came in")
}

// LastChange is the number of the newest change of a person: another process of the centre may have made it.
func (s *Store) LastChange(ctx context.Context) (last int64, err error) {
	err = s.o.DB.Pool.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM passenger_change`).Scan(&last)
	return last, wrap(err, "read the newest change of passenger data")
}
