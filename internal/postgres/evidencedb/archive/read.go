package archive

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// readStored are a crossing's exhibits; what has not come has neither bytes nor, perhaps, a key, and is elsewhere.
const readStored = `SELECT n.exhibit_id, n.kind, coalesce(b.version, 1), b.sealed, n.key_id, coalesce(k.generation, ''),
		CASE WHEN k.destroyed_at IS NULL THEN coalesce(k.wrapped, '') END
	FROM exhibit_named n LEFT JOIN exhibit_blob b ON b.station = n.station AND b.digest = n.digest
		LEFT JOIN person_key k ON k.id = n.key_id AND k.station = n.station
	WHERE n.crossing_id = $1 `

// Reading is what a document reader gave of the traveller of a crossing, decrypted. The read is audited in the same transaction, what
// came of it too. Answers are those of evidencedb: ErrNoExhibit, ErrDestroyed, and ErrElsewhere while it has not come.
func (a *Archive) Reading(ctx context.Context, crossing uuid.UUID, entry audit.Entry) (r *reader.Reading, err error) {
	var answer error
	err = a.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		stored := func(where string, args ...any) ([]evidencedb.Stored, error) {
			rows, err := tx.Query(ctx, readStored+where, append([]any{crossing}, args...)...)
			if err != nil {
				return nil, err
			}
			return pgx.CollectRows(rows, evidencedb.StoredRow)
		}
		whole, err := stored(`AND n.kind = $2 ORDER BY n.position LIMIT 1`, border.ExhibitReading)
		if err != nil {
			return err
		}
		answer = evidencedb.ErrNoExhibit
		if len(whole) > 0 {
			r, answer = evidencedb.Assemble(a.o.Wrapping, whole[0], func(ids []uuid.UUID) ([]evidencedb.Stored, error) {
				return stored(`AND n.exhibit_id = ANY ($2)`, ids)
			})
		}
		if answer == nil {
			entry.ResultCount = 1
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err == nil {
		err = answer
	}
	if err != nil {
		return nil, fmt.Errorf("evidence of crossing %s: %w", crossing, err)
	}
	return r, nil
}
