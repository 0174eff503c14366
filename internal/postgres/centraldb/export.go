package centraldb

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
)

// Export hands every crossing that a search finds to each, in the order of the search. The disclosure is in the audit log, with
// its count, before the first row is handed out; count and rows are of one snapshot. begin is told the count first.
func (r *Reader) Export(
	ctx context.Context, s central.Search, entry audit.Entry, begin func(count int) error, each func(central.Crossing) error,
) error {
	if err := r.admitSearch(ctx, s, &entry); err != nil {
		return err
	}
	err := snapshot(ctx, r.db, func(tx pgx.Tx) error {
		where, err := searchConditions(ctx, tx, s)
		if err != nil {
			return err
		}
		count, err := where.count(ctx, tx, central.ExportLimit+1)
		if err != nil {
			return err
		}
		if count > central.ExportLimit {
			return problem.New(problem.Invalid, "export_too_large").With("max", central.ExportLimit)
		}
		// On a connection of its own, so that it is committed before anything leaves.
		entry.ResultCount = count
		if err := auditlog.Insert(ctx, r.db.Pool, entry); err != nil {
			return err
		}
		if err := begin(count); err != nil {
			return err
		}
		return where.stream(ctx, tx, each)
	})
	return wrap(err, "export crossings")
}

func (c *conditions) stream(ctx context.Context, tx pgx.Tx, each func(central.Crossing) error) error {
	query := fmt.Sprintf(`SELECT %s FROM crossing c WHERE %s ORDER BY c.crossed_at DESC, c.event_id DESC`, crossingFields, c.clause())
	rows, err := tx.Query(ctx, query, c.args...)
	if err != nil {
		return fmt.Errorf("read crossings: %w", err)
	}
	var row central.Crossing
	_, err = pgx.ForEachRow(rows, crossingTargets(&row), func() error { return each(row) })
	return err
}
