package evidencedb

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// Whose names whose keys are destroyed: of a file (all that it ever had), or of a scan that led to no decision. Exactly one is set.
type Whose struct {
	File uuid.UUID
	Scan uuid.UUID
}

const (
	keysOfFile = `SELECT id FROM person_key WHERE file_id = $1 AND destroyed_at IS NULL ORDER BY id FOR UPDATE`
	keysOfScan = `SELECT id FROM person_key WHERE scan_id = $1 AND file_id IS NULL AND destroyed_at IS NULL ORDER BY id FOR UPDATE`
)

// Destroy destroys keys in the caller's transaction, with what they sealed, and lays a tombstone for each, of which the centre is told.
// ground is a code. entry is written once. It says how many keys there were: none is no error, for the work may be done twice.
func (s *Store) Destroy(ctx context.Context, tx pgx.Tx, whose Whose, ground string, entry audit.Entry) (int, error) {
	if ground == "" || (whose.File == uuid.Nil) == (whose.Scan == uuid.Nil) {
		return 0, errors.New("destroy evidence keys: expected a ground, and a file or a scan")
	}
	sql, id := keysOfFile, whose.File
	if whose.File == uuid.Nil {
		sql, id = keysOfScan, whose.Scan
	}
	rows, err := tx.Query(ctx, sql, id)
	if err != nil {
		return 0, fmt.Errorf("destroy evidence keys: %w", err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return 0, fmt.Errorf("destroy evidence keys: %w", err)
	}
	if err := tables().Destroy(ctx, tx, keys, ground, s.o.Now()); err != nil {
		return 0, fmt.Errorf("destroy evidence keys: %w", err)
	}
	entry.ResultCount = len(keys)
	return len(keys), auditlog.Insert(ctx, tx, entry)
}
