package centraldb

import (
	"context"
	"math"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// AuditEntries gives a page of the centre's audit log, newest first, before an id (0: the newest). The look is an entry itself, of
// the next page. What was done about discreet alerts is there, and counted, for auditors of the agency that owns them alone; the
// numbers of leaves have gaps for anybody else, for the log is one and can be verified by all.
func (r *Reader) AuditEntries(
	ctx context.Context, agency string, before int64, limit int, entry audit.Entry,
) (page central.AuditPage, err error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	err = snapshot(ctx, r.db, func(tx pgx.Tx) error {
		const shown = `(a.object_kind NOT LIKE $1 || '%' OR $2 <> '' AND a.object_kind = $1 || $2)`
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM audit a WHERE `+shown, audit.DiscreetKind, agency).Scan(&page.Total); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			SELECT a.id, coalesce(l.leaf_no, -1), a.at, a.actor, coalesce(u.login, ''), a.role, a.post, a.lane, a.verb, a.object_kind, a.object_id,
				a.purpose, a.justification, a.result_count, a.decision
			FROM audit a LEFT JOIN audit_leaf l ON l.audit_id = a.id LEFT JOIN account u ON u.id::text = a.actor
			WHERE `+shown+` AND a.id < $3 ORDER BY a.id DESC LIMIT $4`, audit.DiscreetKind, agency, before, limit+1)
		if err != nil {
			return err
		}
		if page.Rows, err = pgx.CollectRows(rows, scanAuditEntry); err != nil {
			return err
		}
		entry.ResultCount = min(len(page.Rows), limit)
		return auditlog.Insert(ctx, tx, entry)
	})
	if len(page.Rows) > limit {
		page.Rows = page.Rows[:limit]
		page.Next = page.Rows[limit-1].ID
	}
	return page, wrap(err, "read the audit log")
}

func scanAuditEntry(row pgx.CollectableRow) (e central.AuditEntry, err error) {
	err = row.Scan(&e.ID, &e.Leaf, &e.At, &e.Actor, &e.Login, &e.Role, &e.Post, &e.Lane, &e.Verb, &e.ObjectKind, &e.ObjectID,
		&e.Purpose, &e.Justification, &e.ResultCount, &e.Decision)
	return e, err
}
