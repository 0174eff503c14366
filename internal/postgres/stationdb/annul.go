package stationdb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
)

const decisionOf = `
select d.inspection_id, d.decided_at, exists (select from correction c where c.crossing_id = d.crossing_id)
from decision d where d.crossing_id = $1 and d.lane = $2 for update of d`

const reopenScan = `
update scan set status = 'open', closed_at = null, replaces = $2 where id = $1 returning ` + scanColumns + `, prints`

// Annul writes a correction and opens the crossing's scan again; nothing is deleted.
func (s *Store) Annul(ctx context.Context, c border.CorrectionEvent, notBefore time.Time, entry audit.Entry) (border.Scan, error) {
	var scan border.Scan
	var prints bool
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		inspection, err := annullable(ctx, tx, c, notBefore)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into correction (id, crossing_id, reason, note, officer, lane, corrected_at)
			values ($1, $2, $3, $4, $5, $6, $7)`, c.CorrectionID, c.CrossingID, c.Reason, c.Note, c.Officer, c.Lane, c.CorrectedAt)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update movement set voided_by = $2, voided_at = $3 where id = $1`, c.CrossingID, c.CorrectionID, c.CorrectedAt)
		if err != nil {
			return err
		}
		if err := withdraw(ctx, tx, c, s.newID, entry); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, reopenScan, inspection, c.CrossingID)
		if err != nil {
			return err
		}
		scan, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (border.Scan, error) { return scanOf(row, &prints) })
		if err != nil {
			return err
		}
		if prints {
			if prints, err = s.withdrawPrints(ctx, tx, inspection, c, entry); err != nil {
				return err
			}
		}
		if err := auditlog.Insert(ctx, tx, entry); err != nil {
			return err
		}
		return relaydb.Append(ctx, tx, border.KindCorrection, border.EventVersion, c, c.CorrectedAt, c.CorrectionID)
	})
	if err != nil {
		return border.Scan{}, fmt.Errorf("annul crossing %s: %w", c.CrossingID, err)
	}
	s.nudge()
	s.tellPrints(prints)
	return scan, nil
}

func annullable(ctx context.Context, tx pgx.Tx, c border.CorrectionEvent, notBefore time.Time) (uuid.UUID, error) {
	var (
		inspection uuid.UUID
		decidedAt  time.Time
		annulled   bool
	)
	err := tx.QueryRow(ctx, decisionOf, c.CrossingID, c.Lane).Scan(&inspection, &decidedAt, &annulled)
	switch {
	case err == pgx.ErrNoRows: //nolint:errorlint // pgx documents this very value
		return inspection, border.ErrNoSuchCrossing
	case err != nil:
		return inspection, err
	case annulled:
		return inspection, border.ErrAnnulled
	case decidedAt.Before(notBefore):
		return inspection, border.ErrTooLate
	}
	return inspection, nil
}
