package portaldb

import (
	"context"
	"fmt"
	"time"

	"github.com/openbmis/openbmis/internal/auth"
)

// Failures are what is remembered under a mark. Whoever tries on the same mark waits until this transaction ends, so that a thousand tries at
// once are counted as a thousand. A row is what they wait for, made where there is none, since the role may take no advisory lock; it counts
// nothing, and goes with the next sweep.
func (t *portalTx) Failures(ctx context.Context, mark []byte) (f auth.Failures, err error) {
	err = t.QueryRow(ctx, `INSERT INTO portal.brake AS b (mark, count, last, refused) VALUES ($1, 0, 'epoch', 0)
		ON CONFLICT (mark) DO UPDATE SET count = b.count RETURNING count, last, refused`, mark).Scan(&f.Count, &f.Last, &f.Refused)
	if err != nil {
		return f, fmt.Errorf("brake: %w", err)
	}
	if f.Count == 0 {
		return auth.Failures{}, nil
	}
	return f, nil
}

// SetFailures remembers under a mark.
func (t *portalTx) SetFailures(ctx context.Context, mark []byte, f auth.Failures) error {
	return t.run(ctx, "brake", `INSERT INTO portal.brake (mark, count, last, refused) VALUES ($1, $2, $3, $4)
		ON CONFLICT (mark) DO UPDATE SET count = excluded.count, last = excluded.last, refused = excluded.refused`, mark, f.Count, f.Last, f.Refused)
}

// ForgetFailures forgets what is under a mark.
func (t *portalTx) ForgetFailures(ctx context.Context, mark []byte) error {
	return t.run(ctx, "brake", `DELETE FROM portal.brake WHERE mark = $1`, mark)
}

// Sweep takes away what has ended.
func (t *portalTx) Sweep(ctx context.Context, now, before time.Time) error {
	for _, s := range []struct {
		sql string
		at  time.Time
	}{
		{`DELETE FROM portal.session WHERE until <= $1`, now},
		{`DELETE FROM portal.link WHERE until <= $1`, now},
		{`DELETE FROM portal.brake WHERE mark IN (SELECT mark FROM portal.brake WHERE last < $1 FOR UPDATE SKIP LOCKED)`, before}, // not those in use
		{`DELETE FROM portal.mail WHERE done_at < $1`, before},
		// what was sent, and the centre has forgotten: there is nobody left of the group
		{`DELETE FROM portal.draft d WHERE d.sent_at < $1 AND d.paid_at IS NOT NULL
			AND NOT EXISTS (SELECT FROM portal.standing s WHERE s.group_id = d.id)`, before},
	} {
		if err := t.run(ctx, "sweep", s.sql, s.at); err != nil {
			return err
		}
	}
	return nil
}
