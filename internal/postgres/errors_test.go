package postgres_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/openbmis/openbmis/internal/postgres"
)

func answered(code string) error {
	return fmt.Errorf("record: %w", &pgconn.PgError{Code: code, Message: "m"})
}

func TestErrorsAreSorted(t *testing.T) {
	tests := map[string]struct {
		err                                        error
		unique, retry, denied, full, away, foreign bool
	}{
		"none":                 {err: nil},
		"unique":               {err: answered("23505"), unique: true},
		"foreign key":          {err: answered("23503"), foreign: true},
		"serialization":        {err: answered("40001"), retry: true},
		"deadlock":             {err: answered("40P01"), retry: true},
		"privilege":            {err: answered("42501"), denied: true},
		"disk full":            {err: answered("53100"), full: true},
		"disk full in the log": {err: fmt.Errorf("log: %w", syscall.ENOSPC), full: true},
		"too many connections": {err: answered("53300"), away: true},
		"shutting down":        {err: answered("57P01"), away: true},
		"crashed":              {err: answered("57P02"), away: true},
		"starting up":          {err: answered("57P03"), away: true},
		"connection failure":   {err: answered("08006"), away: true},
		"reset":                {err: fmt.Errorf("write: %w", syscall.ECONNRESET), away: true},
		"end":                  {err: fmt.Errorf("read: %w", io.ErrUnexpectedEOF), away: true},
		"refused":              {err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, away: true},
		"canceled by us":       {err: context.Canceled},
		"syntax":               {err: answered("42601")},
		"no rows":              {err: pgx.ErrNoRows},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.unique, postgres.IsUnique(test.err), "unique")
			require.Equal(t, test.foreign, postgres.IsForeignKey(test.err), "foreign key")
			require.Equal(t, test.retry, postgres.IsRetryable(test.err), "retryable")
			require.Equal(t, test.denied, postgres.IsDenied(test.err), "denied")
			require.Equal(t, test.full, postgres.IsDiskFull(test.err), "disk full")
			require.Equal(t, test.away, postgres.IsUnavailable(test.err), "unavailable")
		})
	}
}

// What the real server and both libraries answer.
func TestErrorsOfTheRealDatabase(t *testing.T) {
	db := open(t)
	require.NoError(t, insert(t.Context(), db.Pool, "twice"))
	err := insert(t.Context(), db.Pool, "twice")
	require.True(t, postgres.IsUnique(err))
	require.Equal(t, "things_name_key", postgres.Constraint(err))
	require.True(t, postgres.IsUnique(db.Gorm.Create(&thing{Name: "twice"}).Error))
	require.True(t, postgres.IsNoRows(db.Pool.QueryRow(t.Context(), "SELECT 1 WHERE false").Scan(new(int))))
	require.True(t, postgres.IsNoRows(db.Gorm.First(&thing{}, 99).Error))
	require.Empty(t, postgres.Constraint(nil))
}

func TestALostConnectionIsUnavailable(t *testing.T) {
	db := open(t)
	err := db.InTx(t.Context(), func(tx pgx.Tx) error {
		const kill = "SELECT pg_terminate_backend($1)"
		_, err := db.Pool.Exec(t.Context(), kill, tx.Conn().PgConn().PID())
		require.NoError(t, err)
		return insert(t.Context(), tx, "lost")
	})
	require.True(t, postgres.IsUnavailable(err), "%v", err)
	err = db.InGormTx(t.Context(), func(tx *gorm.DB) error {
		var pid int
		require.NoError(t, tx.Raw("SELECT pg_backend_pid()").Scan(&pid).Error)
		_, err := db.Pool.Exec(t.Context(), "SELECT pg_terminate_backend($1)", pid)
		require.NoError(t, err)
		first := tx.Create(&thing{Name: "lost"}).Error
		require.True(t, postgres.IsUnavailable(first), "%v", first)
		return tx.Create(&thing{Name: "lost"}).Error
	})
	require.True(t, postgres.IsUnavailable(err), "%v", err)
	require.Empty(t, names(t, db))
}
