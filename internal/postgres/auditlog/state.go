package auditlog

import (
	"context"
	"fmt"
	"time"
)

// State is how a log stands, for health checks and screens.
type State struct {
	Leaves     int64     // numbered and chained
	Pending    int64     // committed rows that wait for their number
	Signed     int64     // leaves that the newest checkpoint covers
	SignedAt   time.Time // zero if nothing is signed
	Cosigned   int64     // leaves that the newest co-signed checkpoint covers: these the centre holds
	CosignedAt time.Time // when the co-signature came; zero if none did
}

// State reads how the log stands.
func (l *Log) State(ctx context.Context) (State, error) {
	var s State
	var signedAt, cosignedAt *time.Time
	err := l.db.Pool.QueryRow(ctx, `SELECT coalesce((SELECT max(leaf_no) + 1 FROM audit_leaf), 0),
			(SELECT count(*) FROM audit_pending), coalesce(c.size, 0), c.signed_at, coalesce(w.size, 0), w.received_at
		FROM (VALUES (1)) one
		LEFT JOIN LATERAL (SELECT size, signed_at FROM audit_checkpoint ORDER BY size DESC LIMIT 1) c ON true
		LEFT JOIN LATERAL (SELECT size, received_at FROM audit_cosignature ORDER BY size DESC LIMIT 1) w ON true`).
		Scan(&s.Leaves, &s.Pending, &s.Signed, &signedAt, &s.Cosigned, &cosignedAt)
	if err != nil {
		return State{}, fmt.Errorf("state of audit log: %w", err)
	}
	if signedAt != nil {
		s.SignedAt = *signedAt
	}
	if cosignedAt != nil {
		s.CosignedAt = *cosignedAt
	}
	return s, nil
}
