package stationdb

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

const amendScan = `
update scan set mode = $3, transport = $4, purpose = $5, circumstances = $6 where id = $1 and lane = $2 and status = 'open'`

// AmendScan keeps what an officer changed about an undecided scan.
func (s *Store) AmendScan(ctx context.Context, scan border.Scan, entry audit.Entry) error {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, amendScan, scan.ID, scan.Lane, scan.Mode, scan.Transport, scan.Purpose, scan.Circumstances)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return border.ErrScanNotOpen
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return fmt.Errorf("amend scan %s: %w", scan.ID, err)
	}
	return nil
}
