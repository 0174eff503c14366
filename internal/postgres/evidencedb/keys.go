package evidencedb

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc"
)

const (
	// keyOfScan is the key that the scan has already. The row stays locked: of two who keep at once the second sees what the first kept.
	keyOfScan = `SELECT id, generation, wrapped FROM person_key WHERE destroyed_at IS NULL
		AND (scan_id = $1 AND file_id IS NULL OR id IN (SELECT e.key_id FROM scan_exhibit s JOIN exhibit e ON e.id = s.exhibit_id WHERE s.scan_id = $1))
		ORDER BY created_at, id LIMIT 1 FOR UPDATE`
	// fileOfDocument locks the file, so that two counters that meet its bearer at once make one key.
	fileOfDocument = `SELECT t.id FROM traveller_document d JOIN traveller t ON t.id = d.traveller_id
		WHERE d.issuing_state = $1 AND d.number_folded = $2 AND d.birth_date = $3 FOR NO KEY UPDATE OF t`
	keyOfFile = `SELECT id, generation, wrapped FROM person_key WHERE file_id = $1 AND destroyed_at IS NULL
		ORDER BY created_at, id LIMIT 1 FOR UPDATE`
	insertKey = `INSERT INTO person_key (id, scan_id, file_id, generation, wrapped, created_at, settled_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

// keyFor is the key under which a scan's reading is kept: what the scan has already, else that of its bearer's file, else a new one.
// The key of a document that nobody has seen is the scan's alone until a decision makes a file.
func (s *Store) keyFor(ctx context.Context, tx pgx.Tx, scan border.Scan) (*vault.DataKey, error) {
	if k, err := sealdb.FindKey(tx.QueryRow(ctx, keyOfScan, scan.ID), s.o.Wrapping); k != nil || err != nil {
		return k, err
	}
	var file uuid.UUID
	err := tx.QueryRow(ctx, fileOfDocument, scan.Document.IssuingState, traveldoc.FoldNumber(scan.Document.Number),
		scan.Identity.BirthDate.String()).Scan(&file)
	if errors.Is(err, pgx.ErrNoRows) {
		return s.makeKey(ctx, tx, scan.ID, uuid.Nil)
	}
	if err != nil {
		return nil, err
	}
	if k, err := sealdb.FindKey(tx.QueryRow(ctx, keyOfFile, file), s.o.Wrapping); k != nil || err != nil {
		return k, err
	}
	return s.makeKey(ctx, tx, scan.ID, file)
}

// makeKey makes a key for a scan, and for its file when that is known.
func (s *Store) makeKey(ctx context.Context, tx pgx.Tx, scan, file uuid.UUID) (*vault.DataKey, error) {
	k, row, err := sealdb.NewKey(s.o.NewID(), s.o.Random, s.o.Wrapping)
	if err != nil {
		return nil, err
	}
	now := s.o.Now()
	if file == uuid.Nil {
		_, err = tx.Exec(ctx, insertKey, row.ID, scan, nil, row.Generation, row.Wrapped, now, nil)
	} else {
		_, err = tx.Exec(ctx, insertKey, row.ID, scan, file, row.Generation, row.Wrapped, now, now)
	}
	return k, err
}
