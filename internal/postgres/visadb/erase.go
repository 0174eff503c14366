package visadb

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/traveldoc"
)

// eraser is the part that erases, in audit entries.
func eraser() audit.Actor {
	return audit.Actor{ID: "visaregister", Name: "visaregister", Role: "system"}
}

// eraseAtOnce bounds one transaction of Erase.
const eraseAtOnce = 100

// Erase ends the data of holders whose last visa of an application ended longer ago than the policy keeps it: the key is destroyed, which
// leaves nothing of the events to read, and marks and sealed bytes go. What is left is of nobody: numbers, types, terms, times. What the
// stations still hold is left until its time there is over.
func (r *Register) Erase(ctx context.Context) error {
	before := stay.AddDays(traveldoc.DateOf(r.clock()), -r.o.Policy.KeepDays()).First()
	for n := eraseAtOnce; n == eraseAtOnce; {
		err := r.o.DB.InTx(ctx, func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, `SELECT k.id FROM visa_key k WHERE k.wrapped IS NOT NULL AND EXISTS (SELECT FROM visa v WHERE v.key_id = k.id)
				AND NOT EXISTS (SELECT FROM visa v WHERE v.key_id = k.id AND (v.ends_on >= $1 OR v.published)) ORDER BY k.id LIMIT $2
				FOR UPDATE OF k SKIP LOCKED`, before, eraseAtOnce)
			if err != nil {
				return err
			}
			keys, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
			if err != nil {
				return err
			}
			n = len(keys)
			for _, key := range keys {
				if err := r.erase(ctx, tx, key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return wrap(err, "erase visas")
		}
	}
	return nil
}

// erase erases the visas of one key, which is one application's.
func (r *Register) erase(ctx context.Context, tx pgx.Tx, key uuid.UUID) error {
	rows, err := tx.Query(ctx, `SELECT number, application FROM visa WHERE key_id = $1 ORDER BY number FOR UPDATE`, key)
	if err != nil {
		return err
	}
	var numbers []string
	var number string
	var application uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&number, &application}, func() error { numbers = append(numbers, number); return nil }); err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`UPDATE visa_key SET wrapped = NULL, destroyed_at = $2 WHERE id = $1`, key, r.clock())
	b.Queue(`UPDATE visa SET sealed = '' WHERE number = ANY ($1)`, numbers)
	b.Queue(`DELETE FROM visa_mark WHERE number = ANY ($1)`, numbers)
	b.Queue(`DELETE FROM visa_notice_work WHERE number = ANY ($1)`, numbers)
	b.Queue(`DELETE FROM visa_portal_wait WHERE number = ANY ($1)`, numbers)
	b.Queue(`UPDATE visa_case SET reason = '' WHERE number = ANY ($1)`, numbers) // somebody may have written a name there
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	entry := eraser().Entry(r.clock(), audit.Erasure, "visa", application.String())
	entry.Purpose, entry.Decision, entry.ResultCount = "visa", "retention", len(numbers)
	return auditlog.Insert(ctx, tx, entry)
}
