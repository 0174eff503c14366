package evidencedb

import (
	"context"
	"errors"
	"time"
)

// Keeping is how long things stay.
type Keeping struct {
	// Sent is how long bytes stay here after the centre confirmed them.
	Sent time.Duration
	// Generations is how long a key-encryption key stays after the month in which it was used last: the time for which backups are
	// kept. With it dies what older backups hold.
	Generations time.Duration
}

// atOnce bounds one transaction of the upkeep.
const atOnce = 500

// Maintain wraps keys anew after the month has changed, destroys generations whose time is over, and drops bytes that the centre has
// and whose time here is over. What it does is idempotent and may stop anywhere.
func (s *Store) Maintain(ctx context.Context, keep Keeping) error {
	return errors.Join(s.Rotate(ctx), s.Retire(ctx, keep.Generations), s.drop(ctx, keep.Sent))
}

// dropSent forgets bytes that the centre has. Those of an undecided scan stay: a desk may ask for them. An exhibit whose bytes are gone
// is not the same as one that is read again: the fingerprint goes too, and the next reading is kept anew.
const dropSent = `WITH due AS (
		SELECT b.digest FROM exhibit_blob b JOIN exhibit e USING (digest)
		WHERE b.state = 'sent' AND b.sealed IS NOT NULL AND b.sent_at < $1
			AND NOT EXISTS (SELECT FROM scan_exhibit x JOIN scan s ON s.id = x.scan_id WHERE x.exhibit_id = e.id AND s.status = 'open')
		ORDER BY b.sent_at LIMIT $3 FOR UPDATE OF b, e SKIP LOCKED),
	unmarked AS (UPDATE exhibit SET fingerprint = NULL WHERE digest IN (SELECT digest FROM due))
	UPDATE exhibit_blob SET sealed = NULL, dropped_at = $2 WHERE digest IN (SELECT digest FROM due)`

func (s *Store) drop(ctx context.Context, kept time.Duration) error {
	for {
		now := s.o.Now()
		tag, err := s.o.DB.Pool.Exec(ctx, dropSent, now.Add(-kept), now, atOnce)
		if err != nil || tag.RowsAffected() == 0 {
			return wrap(err, "drop evidence that the centre has")
		}
	}
}
