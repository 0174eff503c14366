package stationdb

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Exhibits keeps what document readers gave, encrypted; evidencedb implements it. Its writing methods take the transaction of the fact
// that the exhibits belong to.
type Exhibits interface {
	// Keep keeps scan.Reading, which replaces what was read of the scan before; what was kept of that stays.
	Keep(ctx context.Context, tx pgx.Tx, scan border.Scan) error
	// Reading is what was read of a scan, or nil.
	Reading(ctx context.Context, scan uuid.UUID) (*reader.Reading, error)
	// Settle makes the exhibits of an inspection those of a decision on a file, and names them.
	Settle(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent) ([]border.Exhibit, error)
}

var errNoExhibits = errors.New("this store has no place for what a document reader gave")

func (s *Store) keepReading(ctx context.Context, tx pgx.Tx, scan border.Scan) error {
	switch {
	case scan.Reading == nil:
		return nil
	case s.exhibits == nil:
		return errNoExhibits
	}
	return s.exhibits.Keep(ctx, tx, scan)
}

func (s *Store) settle(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent) ([]border.Exhibit, error) {
	if s.exhibits == nil {
		return e.Exhibits, nil
	}
	return s.exhibits.Settle(ctx, tx, inspection, e)
}

// Attach keeps a further reading of an undecided scan.
func (s *Store) Attach(ctx context.Context, scan border.Scan, entry audit.Entry) error {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update scan set status = 'open' where id = $1 and lane = $2 and status = 'open'`, scan.ID, scan.Lane)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return border.ErrScanNotOpen
		}
		if err := s.keepReading(ctx, tx, scan); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return fmt.Errorf("attach to scan %s: %w", scan.ID, err)
	}
	return nil
}

// Reading is what was read of an undecided scan, or nil.
func (s *Store) Reading(ctx context.Context, scan uuid.UUID) (*reader.Reading, error) {
	if s.exhibits == nil {
		return nil, nil //nolint:nilnil // nothing was read: no error, no reading
	}
	reading, err := s.exhibits.Reading(ctx, scan)
	if err != nil {
		return nil, fmt.Errorf("reading of scan %s: %w", scan, err)
	}
	return reading, nil
}
