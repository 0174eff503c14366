package screeningdb

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
)

// known reports whether nothing is to be raised: the person's hit on this version of the alert is there, his station works on an earlier
// one, or a supervisor agreed that this traveller is not the person. That clears nobody's document.
func (k *keeper) known(ctx context.Context, tx pgx.Tx, f screening.Found) (known bool, err error) {
	if f.Person.Traveller == uuid.Nil {
		return false, nil
	}
	if f.Raise.Retro == screening.AlertChanged {
		err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM desk_hit WHERE traveller_id = $1 AND alert = $2
			AND (alert_version >= $3 OR closed_at IS NULL AND NOT central))`,
			f.Person.Traveller, f.Raise.Alert, f.Raise.AlertVersion).Scan(&known)
		if err != nil || known {
			return known, err
		}
	}
	if f.ByDocument() {
		return false, nil
	}
	return cleared(ctx, tx, f)
}

// cleared reports whether the clearing of a hit on this version stands, for the traveller as he crossed: with another document, birth date
// or name he is another (hit.TravellerKey).
func cleared(ctx context.Context, tx pgx.Tx, f screening.Found) (bool, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM desk_hit WHERE traveller_id = $1 AND alert = $2 AND alert_version = $3 AND outcome = $4`,
		f.Person.Traveller, f.Raise.Alert, f.Raise.AlertVersion, hit.OutcomeNotSame)
	if err != nil {
		return false, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return false, err
	}
	key := hit.TravellerKey(f.Raise.Identity, f.Raise.Document)
	for _, id := range ids {
		h, _, _, err := readStation(ctx, tx, id)
		if err != nil {
			return false, err
		}
		if h == nil || h.Clearing == nil {
			continue
		}
		c := h.Clearing
		if c.Traveller == key && c.Alert == f.Raise.Alert && c.AlertVersion == f.Raise.AlertVersion && f.Raise.CrossedAt.Before(c.Until) {
			return true, nil
		}
	}
	return false, nil
}

// renew brings the person's open hits of the centre to the alert as it is now, and has their stations told: what is to be done may be
// another thing. What was done about them stays. done says that there was one.
func (k *keeper) renew(ctx context.Context, tx pgx.Tx, f screening.Found) (done bool, err error) {
	if f.Raise.Retro != screening.AlertChanged || f.Person.Traveller == uuid.Nil {
		return false, nil
	}
	rows, err := tx.Query(ctx, `SELECT id, raise FROM desk_hit WHERE traveller_id = $1 AND alert = $2 AND central AND closed_at IS NULL
		AND alert_version < $3 ORDER BY id FOR UPDATE`, f.Person.Traveller, f.Raise.Alert, f.Raise.AlertVersion)
	if err != nil {
		return false, err
	}
	type old struct {
		ID    uuid.UUID
		Raise hit.Raise
	}
	olds, err := pgx.CollectRows(rows, pgx.RowToStructByPos[old])
	if err != nil {
		return false, err
	}
	for _, o := range olds {
		now, was := f, o.Raise
		r := &now.Raise // of another crossing of his, maybe: that stays
		r.Inspection, r.Crossing, r.File, r.Station, r.Lane = was.Inspection, was.Crossing, was.File, was.Station, was.Lane
		r.CrossedAt, r.Direction, r.Transport, r.Retro, r.Flight = was.CrossedAt, was.Direction, was.Transport, was.Retro, was.Flight
		if err := k.rewrite(ctx, tx, o.ID, now, ""); err != nil {
			return false, err
		}
		k.told = append(k.told, o.ID)
		if r.Flight != nil {
			k.again = append(k.again, r.Flight.Person)
		}
		if err := k.log(ctx, tx, o.ID, fmt.Sprintf("renewed: version %d", f.Raise.AlertVersion)); err != nil {
			return false, err
		}
	}
	return len(olds) > 0, nil
}

// rewrite has a hit's row say what was found now.
func (k *keeper) rewrite(ctx context.Context, tx pgx.Tx, id uuid.UUID, f screening.Found, also string) error {
	raise, err := json.Marshal(f.Raise)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE desk_hit SET alert_version = $2, raise = $3, retro = $4, band = $5, score = $6, matcher = $7, updated_at = $8,
		alert = $9`+also+` WHERE id = $1`,
		id, f.Raise.AlertVersion, raise, f.Raise.Retro, string(f.Raise.Band), f.Raise.Score, f.Raise.Matcher, k.at, f.Raise.Alert)
	return err
}
