package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

// Execer executes one statement with $1 placeholders, in whatever transaction stands behind it. pgx.Tx, *pgx.Conn and
// *pgxpool.Pool are Execers; GormExecer makes one of a GORM transaction.
type Execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// GormExecer lets a statement of ours (an audit entry, an outbox event) join a GORM transaction. The statement goes to the
// connection below GORM, whose own Exec knows only "?" placeholders.
func GormExecer(tx *gorm.DB) Execer { return gormExecer{tx} }

type gormExecer struct{ tx *gorm.DB }

// Exec executes sql; the tag carries only the number of rows.
func (e gormExecer) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	result, err := e.tx.Statement.ConnPool.ExecContext(ctx, sql, args...)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	rows, err := result.RowsAffected()
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	return pgconn.NewCommandTag(fmt.Sprintf("EXEC %d", rows)), nil
}
