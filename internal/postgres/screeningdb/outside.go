package screeningdb

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
)

// keepOutside keeps a hit of a service outside on somebody who is expected. The service is asked as often as his checks are made: what it
// said before raises nothing, whatever the desk made of it meanwhile. Another entry, or another version of one, brings an open hit up to
// date and opens a closed one again.
func (k *keeper) keepOutside(ctx context.Context, tx pgx.Tx, f screening.Found) error {
	was, closed, err := raisedOutside(ctx, tx, f)
	ref, decision := fmt.Sprintf("%s@%d", f.Raise.Alert, f.Raise.AlertVersion), "raised: "+f.Raise.Retro
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		err = k.raise(ctx, tx, f)
		k.open++
	case err != nil:
		return err
	case !f.News(was.Raise):
		return nil
	case closed:
		f.ID = was.ID
		err = k.reopen(ctx, tx, f, screening.AlertChanged+": "+ref)
		k.open++
	default:
		f.ID, decision = was.ID, "renewed: "+ref
		err = k.rewrite(ctx, tx, f.ID, f, "")
	}
	if err != nil {
		return err
	}
	return k.log(ctx, tx, f.ID, decision)
}

// raisedOutside is the hit that was raised of the same person, service and entry, or document; pgx.ErrNoRows when none was.
func raisedOutside(ctx context.Context, tx pgx.Tx, f screening.Found) (was screening.Found, closed bool, err error) {
	rows, err := tx.Query(ctx, `SELECT id, closed_at IS NOT NULL, raise FROM desk_hit WHERE id = $1 OR traveller_id = $2 AND raise->>'check' = $3
		ORDER BY (id = $1) DESC, id FOR UPDATE`, f.ID, orNull(f.Person.Traveller), f.Raise.Check)
	if err != nil {
		return was, false, err
	}
	type row struct {
		ID     uuid.UUID
		Closed bool
		Raise  hit.Raise
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		return was, false, err
	}
	for _, r := range list {
		was = screening.Found{ID: r.ID, Raise: r.Raise}
		if r.ID == f.ID || f.SameDocument(was) {
			return was, r.Closed, nil
		}
	}
	return was, false, pgx.ErrNoRows
}
