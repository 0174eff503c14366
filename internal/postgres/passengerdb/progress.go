package passengerdb

import (
	"context"
	"time"
)

// Progress is how far the work on what came is.
type Progress struct {
	Received    int       // wait to be read
	OldestAt    time.Time // when the oldest of them was received; zero when none waits
	Waiting     int       // messages of series that are not whole
	Quarantined int       // records and messages in quarantine
	Notes       int       // of work that is to be done for persons
	Kept        int64     // in all, ever
}

// Progress counts.
func (s *Store) Progress(ctx context.Context) (p Progress, err error) {
	var oldest *time.Time
	err = s.o.DB.Pool.QueryRow(ctx, `SELECT
			(SELECT count(*) FROM passenger_status WHERE state = 'received'),
			(SELECT r.received_at FROM passenger_status t JOIN passenger_raw r ON r.id = t.raw_id WHERE t.state = 'received' ORDER BY t.seq LIMIT 1),
			(SELECT count(*) FROM passenger_message WHERE state = 'waiting_parts'),
			(SELECT count(*) FROM passenger_quarantine WHERE resolved_at IS NULL),
			(SELECT count(*) FROM passenger_note), (SELECT seq FROM passenger_chain)`).
		Scan(&p.Received, &oldest, &p.Waiting, &p.Quarantined, &p.Notes, &p.Kept)
	if oldest != nil {
		p.OldestAt = oldest.UTC()
	}
	return p, wrap(err, "progress of passenger data")
}
