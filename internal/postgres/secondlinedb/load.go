package secondlinedb

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/postgres"
)

const selectCase = `SELECT d.event, r.inspection_id, r.file_id FROM referral r JOIN decision d ON d.crossing_id = r.id WHERE r.id = $1`

const selectCourse = `
SELECT body FROM record WHERE subject = $1 AND kind = $2 ORDER BY (body ->> 'seq')::int`

// load is the case as its records left it.
func load(ctx context.Context, tx pgx.Tx, id uuid.UUID, lock string) (*secondline.Case, error) {
	var referred border.CrossingEvent
	var inspection, file uuid.UUID
	err := tx.QueryRow(ctx, selectCase+lock, id).Scan(&referred, &inspection, &file)
	if postgres.IsNoRows(err) {
		return nil, secondline.ErrNoSuchCase
	}
	if err != nil {
		return nil, err
	}
	referred.TravellerID = file
	rows, err := tx.Query(ctx, selectCourse, id, border.ReferralEvent)
	if err != nil {
		return nil, err
	}
	course, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e secondline.Event, err error) {
		var body []byte
		if err := row.Scan(&body); err != nil {
			return e, err
		}
		if err := json.Unmarshal(body, &e); err != nil {
			return e, fmt.Errorf("a step cannot be read: %w", err)
		}
		return e, nil
	})
	if err != nil {
		return nil, err
	}
	return secondline.Fold(referred, inspection, course)
}

const selectScan = `
SELECT id, scanned_at, station, lane, officer, direction, mode, transport, purpose, mrz, identity, document, replaces, circumstances
FROM scan WHERE id = $1`

func scanOf(ctx context.Context, tx pgx.Tx, inspection uuid.UUID) (s border.Scan, err error) {
	err = tx.QueryRow(ctx, selectScan, inspection).Scan(&s.ID, &s.At, &s.Station, &s.Lane, &s.Officer, &s.Direction, &s.Mode, &s.Transport,
		&s.Purpose, &s.MRZ, &s.Identity, &s.Document, &s.Replaces, &s.Circumstances)
	return s, err
}
