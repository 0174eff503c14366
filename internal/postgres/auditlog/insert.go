package auditlog

import (
	"context"
	"fmt"
	"time"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
)

const insertSQL = `INSERT INTO audit (at, result_count, actor, role, post, lane, workstation, verb, object_kind, object_id,
	purpose, justification, decision, query_hmac, commitment)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`

// Insert writes the entry in the transaction of db: no act without a record, no record without the act. It is one
// statement. An entry that audit.Entry.Validate refuses is an error, and the caller's act must then not happen either.
func Insert(ctx context.Context, db postgres.Execer, e audit.Entry) error {
	if err := e.Validate(); err != nil {
		return err
	}
	_, err := db.Exec(ctx, insertSQL, e.At.UTC().Truncate(time.Microsecond), e.ResultCount, e.Actor, e.Role, e.Post, e.Lane,
		e.Workstation, string(e.Verb), e.ObjectKind, e.ObjectID, e.Purpose, e.Justification, e.Decision,
		notNil(e.QueryHMAC), notNil(e.Commitment))
	if err != nil {
		return fmt.Errorf("insert audit entry: %w", err)
	}
	return nil
}

// notNil makes an absent digest the empty one, which is how the table and the leaf have it.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
