package fingerdb

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
)

// Holding is what the biometric store has of a file: nothing that tells whose it is.
type Holding struct {
	Keys    int `json:"keys"`
	Prints  int `json:"prints"`
	Takings int `json:"takings"`
}

const countHeld = `
SELECT (SELECT count(*) FROM unnest($1::uuid[])), (SELECT count(*) FROM biometric.print WHERE link = ANY ($1) AND state <> 'erased'),
    (SELECT count(*) FROM finger_taking WHERE link = ANY ($1))`

// Held is what Erase would erase of a file. The look is audited.
func (s *Store) Held(ctx context.Context, file uuid.UUID, entry audit.Entry) (h Holding, err error) {
	err = s.audited(ctx, entry, func(tx pgx.Tx) (int, error) {
		h, err = held(ctx, tx, file)
		return h.Prints, err
	})
	return h, wrap(err, "prints of file %s", file)
}

func held(ctx context.Context, tx pgx.Tx, file uuid.UUID) (h Holding, err error) {
	h, _, err = heldBy(ctx, tx, linksOfFile, file)
	return h, err
}

// heldBy is what there is of the links that a statement gives for an id, and the links.
func heldBy(ctx context.Context, tx pgx.Tx, statement string, id uuid.UUID) (h Holding, links []uuid.UUID, err error) {
	if links, err = lockedLinks(ctx, tx, statement, id); err != nil {
		return h, nil, err
	}
	return h, links, tx.QueryRow(ctx, countHeld, links).Scan(&h.Keys, &h.Prints, &h.Takings)
}

// Erase destroys the keys of all prints that were taken under a file, with what they sealed, and says how much that was: Destroy in a
// transaction of its own. ground is a code.
func (s *Store) Erase(ctx context.Context, file uuid.UUID, ground string, entry audit.Entry) (h Holding, err error) {
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		if h, err = held(ctx, tx, file); err != nil {
			return err
		}
		_, err = s.Destroy(ctx, tx, file, ground, entry)
		return err
	})
	if err != nil {
		return Holding{}, wrap(err, "erase prints of file %s", file)
	}
	s.Committed()
	return h, nil
}
