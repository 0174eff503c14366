package applydb

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// eraser is the part that erases, in audit entries.
func eraser() audit.Actor { return audit.Actor{ID: "visadesk", Name: "visadesk", Role: "system"} }

// Erase ends the data of applications whose time is over: their keys are destroyed, and what stood beside them goes. What is left is of
// nobody: types, states, times. A visa that was extended keeps its application until it ends.
func (s *Store) Erase(ctx context.Context) error {
	for {
		n := 0
		err := s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, `SELECT id, erase_at FROM visa_application WHERE erased_at IS NULL AND erase_at <= $1
				ORDER BY erase_at, id LIMIT 100 FOR UPDATE SKIP LOCKED`, s.clock())
			if err != nil {
				return err
			}
			var id uuid.UUID
			var at time.Time
			var list []uuid.UUID
			if _, err := pgx.ForEachRow(rows, []any{&id, &at}, func() error { list = append(list, id); return nil }); err != nil {
				return err
			}
			n = len(list)
			for _, id := range list {
				if err := s.erase(ctx, tx, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n == 0 {
			return wrap(err, "erase applications")
		}
	}
}

// erase erases one application, unless a visa of it is valid for longer than was decided.
func (s *Store) erase(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	now, keep := s.clock(), s.o.Rules.Policy.KeepDays()
	var ends *time.Time
	if err := tx.QueryRow(ctx, `SELECT max(ends_on)::timestamptz FROM visa WHERE application = $1`, id).Scan(&ends); err != nil {
		return err
	}
	if ends != nil && ends.AddDate(0, 0, keep+1).After(now) {
		_, err := tx.Exec(ctx, `UPDATE visa_application SET erase_at = $2 WHERE id = $1`, id, micro(ends.AddDate(0, 0, keep+1)))
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`UPDATE visa_application_key SET wrapped = NULL, destroyed_at = $2 WHERE subject = $1 AND wrapped IS NOT NULL`, id.String(), now)
	b.Queue(`UPDATE visa_application_file SET sealed = NULL, likeness = NULL WHERE application_id = $1`, id)
	b.Queue(`DELETE FROM visa_application_mark WHERE application_id = $1`, id)
	b.Queue(`UPDATE visa_application_parcel SET sealed = NULL WHERE application_id = $1 AND sealed IS NOT NULL`, id)
	b.Queue(`UPDATE visa_application SET sealed = NULL, erased_at = $2, check_at = NULL, arrival = NULL WHERE id = $1`, id, now)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	if s.o.Portal != nil {
		if err := s.o.Portal.Forget(ctx, tx, id); err != nil {
			return err
		}
	}
	entry := eraser().Entry(now, audit.Erasure, "visa_application", id.String())
	entry.Purpose, entry.Decision = Purpose, "retention"
	return auditlog.Insert(ctx, tx, entry)
}
