package passengerdb

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
)

// Apply applies a message to a flight, with the notes of work, in one transaction; it gives the flight's id. Roster says that it is a
// master crew list, no flight.
func (s *Store) Apply(ctx context.Context, flight apipnr.Flight, in manifest.Input, roster bool) (id uuid.UUID, err error) {
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		l, err := s.load(ctx, tx, saying{flight: flight, at: in.At, roster: roster}, nil, &pgx.Batch{})
		if err != nil {
			return err
		}
		id = l.Flight.ID
		if _, err := l.Apply(in); err != nil {
			return err
		}
		b := &pgx.Batch{}
		if err := s.save(ctx, tx, b, l, s.clock()); err != nil {
			return err
		}
		return tx.SendBatch(ctx, b).Close()
	})
	if err == nil {
		s.Nudge()
	}
	return id, wrap(err, "apply a message to a flight")
}
