package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

// Code is the SQLSTATE of the database's error in err, "" when the database did not answer one.
// (PostgreSQL documentation, Appendix A, error codes.)
func Code(err error) string {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return answer.Code
	}
	return ""
}

// IsUnique says that a row with the same key exists (unique_violation).
func IsUnique(err error) bool { return Code(err) == "23505" }

// Constraint names the constraint that err violates, "" for any other error.
func Constraint(err error) string {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return answer.ConstraintName
	}
	return ""
}

// IsForeignKey says that a row that is referred to does not exist, or that one that is referred to cannot go.
func IsForeignKey(err error) bool { return Code(err) == "23503" }

// IsNoRows says that a query for one row found none.
func IsNoRows(err error) bool {
	return errors.Is(err, pgx.ErrNoRows) || errors.Is(err, sql.ErrNoRows) || errors.Is(err, gorm.ErrRecordNotFound)
}

// IsRetryable says that the same transaction may well succeed when it is run again from its start: a serialization failure, a
// deadlock, a lock that was not to be had.
func IsRetryable(err error) bool {
	switch Code(err) {
	case "40001", "40P01", "55P03":
		return true
	}
	return false
}

// IsDenied says that the role may not do this (insufficient_privilege, a row policy among them).
func IsDenied(err error) bool { return Code(err) == "42501" }

// IsDiskFull says that the database has no room left: on its disk (disk_full), or on that of its log.
func IsDiskFull(err error) bool {
	return Code(err) == "53100" || errors.Is(err, syscall.ENOSPC) ||
		Code(err) == "58030" && strings.Contains(err.Error(), "No space left on device")
}

// IsUnavailable says that the database is away for now: not started, starting, stopping, recovering, out of connections, or the
// connection was lost. A transaction whose commit ends so may or may not have been committed.
func IsUnavailable(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	if code := Code(err); code != "" {
		return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "57P") || code == "53300"
	}
	var refused *pgconn.ConnectError
	var network *net.OpError
	return errors.As(err, &refused) || errors.As(err, &network) || isBroken(err)
}

// isBroken says that a connection that was open is so no more.
func isBroken(err error) bool {
	for _, broken := range []error{
		io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, syscall.EPIPE, syscall.ECONNRESET,
		driver.ErrBadConn, sql.ErrConnDone,
	} {
		if errors.Is(err, broken) {
			return true
		}
	}
	return strings.HasSuffix(err.Error(), "conn closed") // pgx keeps this one unexported
}
