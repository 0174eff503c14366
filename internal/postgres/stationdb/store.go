package stationdb

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
)

// Store implements border.Store.
type Store struct {
	db       *postgres.DB
	newID    func() uuid.UUID
	random   io.Reader
	nudge    func()
	exhibits Exhibits
	hits     Hits
	prints   Prints
	arrivals Arrivals
}

var _ border.Store = (*Store)(nil)

// New makes the store. nudge is called after each commit that has something for the centre; it must not block.
func New(db *postgres.DB, newID func() uuid.UUID, nudge func()) *Store {
	return &Store{db: db, newID: newID, random: rand.Reader, nudge: nudge}
}

// Keeping makes the store keep what document readers gave.
func (s *Store) Keeping(e Exhibits) *Store {
	with := *s
	with.exhibits = e
	return &with
}

// Raising makes the store raise the hits of what is decided and put aside.
func (s *Store) Raising(h Hits) *Store {
	with := *s
	with.hits = h
	return &with
}

// Enrolling makes the store settle the prints of what is decided.
func (s *Store) Enrolling(p Prints) *Store {
	with := *s
	with.prints = p
	return &with
}

// Expecting makes the store keep who of the expected persons came.
func (s *Store) Expecting(a Arrivals) *Store {
	with := *s
	with.arrivals = a
	return &with
}

const insertScan = `
insert into scan (id, scanned_at, station, lane, officer, direction, mode, transport, purpose, mrz, identity, document, replaces, circumstances)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

// OpenScan keeps a scan as undecided.
func (s *Store) OpenScan(ctx context.Context, scan border.Scan, entry audit.Entry) error {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, insertScan, scan.ID, scan.At, scan.Station, scan.Lane, scan.Officer, scan.Direction, scan.Mode,
			scan.Transport, scan.Purpose, scan.MRZ, scan.Identity, scan.Document, scan.Replaces, scan.Circumstances)
		if err != nil {
			return err
		}
		if err := s.keepReading(ctx, tx, scan); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return fmt.Errorf("keep scan %s: %w", scan.ID, err)
	}
	return nil
}

const scanColumns = `id, scanned_at, station, lane, officer, direction, mode, transport, purpose, mrz, identity, document, replaces,
	circumstances`

func scanOf(row pgx.CollectableRow, more ...any) (border.Scan, error) {
	var s border.Scan
	err := row.Scan(append([]any{&s.ID, &s.At, &s.Station, &s.Lane, &s.Officer, &s.Direction, &s.Mode, &s.Transport, &s.Purpose, &s.MRZ,
		&s.Identity, &s.Document, &s.Replaces, &s.Circumstances}, more...)...)
	return s, err
}

func scanRow(row pgx.CollectableRow) (border.Scan, error) { return scanOf(row) }

// OpenScanByID is one undecided scan of a lane.
func (s *Store) OpenScanByID(ctx context.Context, lane string, id uuid.UUID) (border.Scan, error) {
	rows, err := s.db.Pool.Query(ctx, `select `+scanColumns+` from scan where id = $1 and lane = $2 and status = 'open'`, id, lane)
	if err != nil {
		return border.Scan{}, fmt.Errorf("scan %s: %w", id, err)
	}
	scan, err := pgx.CollectExactlyOneRow(rows, scanRow)
	if err == pgx.ErrNoRows { //nolint:errorlint // pgx documents this very value
		return border.Scan{}, border.ErrNoSuchScan
	}
	if err != nil {
		return border.Scan{}, fmt.Errorf("scan %s: %w", id, err)
	}
	return scan, nil
}

const (
	closeScan  = `update scan set status = $2, closed_at = $3, dismiss_reason = $4 where id = $1 and status = 'open'`
	decideScan = closeScan + ` returning prints`
)

// Dismiss closes a scan without a decision.
func (s *Store) Dismiss(ctx context.Context, d border.DismissalEvent, entry audit.Entry) error {
	raised := false
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, closeScan+` and lane = $5`, d.InspectionID, "dismissed", d.DismissedAt, d.Reason, d.Lane)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return border.ErrScanNotOpen
		}
		if err := auditlog.Insert(ctx, tx, entry); err != nil {
			return err
		}
		if raised, err = s.dismissedHits(ctx, tx, d, entry); err != nil {
			return err
		}
		return relaydb.Append(ctx, tx, border.KindDismissal, border.EventVersion, d, d.DismissedAt, s.newID())
	})
	if err != nil {
		return fmt.Errorf("dismiss scan %s: %w", d.InspectionID, err)
	}
	s.nudge()
	s.tell(raised)
	return nil
}
