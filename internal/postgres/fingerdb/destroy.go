package fingerdb

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

const (
	// linksOfFile are the file's own links, and those of takings that were enrolled under the file and are nobody else's: disputed ones, and
	// those of a decision that was annulled; never those of somebody who was found to be the bearer of this file's document.
	linksOfFile = `SELECT k.id FROM biometric.link_key k WHERE k.destroyed_at IS NULL AND (
		k.id IN (SELECT link FROM finger_link WHERE file_id = $1)
		OR k.id IN (SELECT t.link FROM finger_taking t WHERE (t.file_id = $1 OR t.id IN (SELECT (r.body ->> 'taking')::uuid FROM record r
				WHERE r.file_id = $1 AND r.kind = 'fingerprint.event' AND r.body ->> 'step' = 'enrolled'))
			AND NOT EXISTS (SELECT FROM finger_link l WHERE l.link = t.link AND l.file_id <> $1)
			AND NOT EXISTS (SELECT FROM finger_bearer b WHERE b.link = t.link AND b.returned_at IS NULL)))
		ORDER BY k.id FOR UPDATE OF k`
	erasePrintsOf = `UPDATE biometric.print SET state = 'erased', erased_at = $2, ground = $3 WHERE link = ANY ($1) AND state <> 'erased'`
	linksChanged  = `UPDATE biometric.link_key SET changed = pg_current_xact_id()::text::bigint WHERE id = ANY ($1)`
	forgetSearch  = `DELETE FROM finger_search WHERE done_at IS NULL AND taking_id IN (SELECT id FROM finger_taking WHERE link = ANY ($1))`
)

// Destroy destroys the keys of a file's prints in the caller's transaction, with what they sealed, and lays a tombstone for each, of which
// the centre is told. ground is a code. It says how many keys there were: none is no error, for the work may be done twice. Call Committed
// after the commit.
func (s *Store) Destroy(ctx context.Context, tx pgx.Tx, file uuid.UUID, ground string, entry audit.Entry) (int, error) {
	if ground == "" || file == uuid.Nil {
		return 0, errors.New("destroy keys of prints: expected a ground and a file")
	}
	rows, err := tx.Query(ctx, linksOfFile, file)
	if err != nil {
		return 0, wrap(err, "destroy keys of prints")
	}
	links, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return 0, wrap(err, "destroy keys of prints")
	}
	if err := s.end(ctx, tx, links, ground); err != nil {
		return 0, wrap(err, "destroy keys of prints")
	}
	entry.ResultCount = len(links)
	return len(links), auditlog.Insert(ctx, tx, entry)
}

// end ends links that the caller has locked.
func (s *Store) end(ctx context.Context, tx pgx.Tx, links []uuid.UUID, ground string) error {
	if len(links) == 0 {
		return nil
	}
	now := s.o.Now()
	if err := tables().Destroy(ctx, tx, links, ground, now); err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(erasePrintsOf, links, now, ground)
	b.Queue(linksChanged, links)
	b.Queue(forgetSearch, links)
	return tx.SendBatch(ctx, b).Close()
}
