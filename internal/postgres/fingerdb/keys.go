package fingerdb

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc"
)

const (
	// linkOfScan is the link that the scan's prints have already, unless it is a file's. The row stays locked: of two who keep at once the
	// second sees the first's.
	linkOfScan = `SELECT k.id, k.generation, k.wrapped FROM finger_taking t JOIN biometric.link_key k ON k.id = t.link
		WHERE t.scan_id = $1 AND t.purged_at IS NULL AND k.destroyed_at IS NULL
			AND NOT EXISTS (SELECT FROM finger_link l WHERE l.link = t.link) ORDER BY k.created_at, k.id LIMIT 1 FOR UPDATE OF k`
	// fileOfDocument locks the file, so that two counters that meet its bearer at once make one link.
	fileOfDocument = `SELECT t.id FROM traveller_document d JOIN traveller t ON t.id = d.traveller_id
		WHERE d.issuing_state = $1 AND d.number_folded = $2 AND d.birth_date = $3 FOR NO KEY UPDATE OF t`
	linkOfFile = `SELECT k.id, k.generation, k.wrapped FROM finger_link l JOIN biometric.link_key k ON k.id = l.link
		WHERE l.file_id = $1 AND k.destroyed_at IS NULL ORDER BY l.since, k.id LIMIT 1 FOR UPDATE OF k`
	insertKey = `INSERT INTO biometric.link_key (id, generation, wrapped, created_at) VALUES ($1, $2, $3, $4)`
)

// keyFor is the key under which a scan's prints are kept: that of its bearer's file as the scan names him now, else what the scan has already
// and no file has, else a new one, whose link is nobody's until a decision makes it a file's.
func (s *Store) keyFor(ctx context.Context, tx pgx.Tx, scan uuid.UUID, i traveldoc.Identity, d traveldoc.Document) (*vault.DataKey, error) {
	var file uuid.UUID
	err := tx.QueryRow(ctx, fileOfDocument, d.IssuingState, traveldoc.FoldNumber(d.Number), i.BirthDate.String()).Scan(&file)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
	case err != nil:
		return nil, err
	default:
		if k, err := sealdb.FindKey(tx.QueryRow(ctx, linkOfFile, file), s.o.Wrapping); k != nil || err != nil {
			return k, err
		}
	}
	if k, err := sealdb.FindKey(tx.QueryRow(ctx, linkOfScan, scan), s.o.Wrapping); k != nil || err != nil {
		return k, err
	}
	k, row, err := sealdb.NewKey(s.o.NewID(), s.o.Random, s.o.Wrapping)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, insertKey, row.ID, row.Generation, row.Wrapped, s.o.Now())
	return k, err
}
