package postgres_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestUUIDsGoBothWays(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	a, b := uuid.New(), uuid.New()

	var one, none uuid.UUID
	var maybe, nothing *uuid.UUID
	var text string
	var list []uuid.UUID
	require.NoError(t, db.Pool.QueryRow(ctx, `SELECT $1::uuid, NULL::uuid, $2::uuid, NULL::uuid, $1::uuid::text, $3::uuid[]`, a, &b, []uuid.UUID{a, b}).
		Scan(&one, &none, &maybe, &nothing, &text, &list))
	require.Equal(t, a, one)
	require.Equal(t, uuid.Nil, none)
	require.Equal(t, &b, maybe)
	require.Nil(t, nothing)
	require.Equal(t, a.String(), text)
	require.Equal(t, []uuid.UUID{a, b}, list)

	_, err := db.Pool.Exec(ctx, `CREATE TABLE ids (id uuid, other uuid)`)
	require.NoError(t, err)
	_, err = db.Pool.CopyFrom(ctx, pgx.Identifier{"ids"}, []string{"id", "other"}, pgx.CopyFromRows([][]any{{a, nil}, {b, &a}}))
	require.NoError(t, err)
	rows, err := db.Pool.Query(ctx, `SELECT id FROM ids WHERE id = ANY($1) ORDER BY other NULLS FIRST`, []uuid.UUID{a, b})
	require.NoError(t, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{a, b}, ids)

	// The simple protocol knows no types, and GORM comes by database/sql.
	require.NoError(t, db.Pool.QueryRow(ctx, `SELECT $1::uuid`, pgx.QueryExecModeSimpleProtocol, a).Scan(&one))
	require.Equal(t, a, one)
	var row struct{ ID uuid.UUID }
	require.NoError(t, db.Gorm.WithContext(ctx).Raw(`SELECT id FROM ids WHERE id = ?`, b).Scan(&row).Error)
	require.Equal(t, b, row.ID)
}
