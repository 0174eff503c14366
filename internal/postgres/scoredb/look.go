package scoredb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// overlap is how long a transaction may be open, at most, between taking a number and committing: so far back it is looked again.
const overlap = 5 * time.Minute

// subject is a flight as of one carrier's door.
type subject struct {
	carrier string
	flight  uuid.UUID
}

// Look rates the flights that messages were read of, those whose next push is due, and those of another version of the policy; it writes
// the notices that follow, and brings them to the carriers. It gives the instant at which there is something to do without a new message;
// zero when there is none.
func (s *Store) Look(ctx context.Context) (next time.Time, err error) {
	s.looking.Lock()
	defer s.looking.Unlock()
	now := s.clock()
	touched, read, err := s.touched(ctx, now)
	if err != nil {
		return next, wrap(err, "read what was read")
	}
	due, err := s.due(ctx, now)
	if err != nil {
		return next, wrap(err, "read what is due")
	}
	maps.Copy(touched, due)
	failed := s.rateAll(ctx, touched, now)
	if failed == nil { // else they are looked at again
		if err := s.advance(ctx, read, now); err != nil {
			return next, wrap(err, "remember what was looked at")
		}
	}
	if err := s.noteQuarantine(ctx, now); err != nil {
		return next, wrap(err, "read the quarantine")
	}
	if err := s.deliver(ctx, now); err != nil {
		return next, wrap(err, "bring notices")
	}
	if failed != nil {
		return next, wrap(failed, "rate flights")
	}
	return s.next(ctx, now)
}

// rateAll rates flights. One that cannot be rated keeps no other back.
func (s *Store) rateAll(ctx context.Context, all map[subject]bool, now time.Time) error {
	var failed []error
	for one := range all {
		if err := s.rate(ctx, one, now); err != nil {
			failed = append(failed, fmt.Errorf("flight %s: %w", one.flight, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failed...)
}

// touched are the flights of messages that were read since the last look, and of series that were closed. read are those readings.
func (s *Store) touched(ctx context.Context, now time.Time) (all map[subject]bool, read map[int64]time.Time, err error) {
	rows, err := s.DB.Pool.Query(ctx, `SELECT a.id, a.at, a.message_id FROM passenger_attempt a
		WHERE a.id > coalesce((SELECT id FROM score_cursor WHERE what = 'attempt'), 0) AND a.message_id IS NOT NULL`)
	if err != nil {
		return nil, nil, err
	}
	all, read = map[subject]bool{}, map[int64]time.Time{}
	var messages []uuid.UUID
	var id int64
	var at time.Time
	var message uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&id, &at, &message}, func() error {
		if _, before := s.seen[id]; !before {
			messages = append(messages, message)
		}
		read[id] = at
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return all, read, s.flightsOf(ctx, messages, now, all)
}

// flightsOf adds the flights that messages are about, and of messages in parts that were applied a short while ago.
func (s *Store) flightsOf(ctx context.Context, messages []uuid.UUID, now time.Time, all map[subject]bool) error {
	rows, err := s.DB.Pool.Query(ctx, `WITH m AS (
			SELECT id, carrier, flight_id FROM passenger_message WHERE id = ANY ($1)
			UNION ALL SELECT m.id, m.carrier, m.flight_id FROM passenger_message m WHERE m.applied_at >= $2 AND m.series_id IS NOT NULL
				AND NOT EXISTS (SELECT FROM score_card c WHERE c.carrier = m.carrier AND c.flight_id = m.flight_id AND c.rated_at > m.applied_at))
		SELECT DISTINCT q.carrier, q.flight_id FROM (
			SELECT m.carrier, m.flight_id FROM m WHERE m.flight_id IS NOT NULL
			UNION ALL SELECT m.carrier, c.flight_id FROM m JOIN passenger_change c ON c.message_id = m.id) q
		JOIN passenger_flight f ON f.id = q.flight_id WHERE NOT f.roster`, messages, now.Add(-overlap))
	if err != nil {
		return err
	}
	var one subject
	_, err = pgx.ForEachRow(rows, []any{&one.carrier, &one.flight}, func() error {
		all[one] = true
		return nil
	})
	return err
}

// atOnce bounds how many cards of a past policy are rated in a round.
const atOnce = 1000

// due are the flights whose card may have changed by itself, and some that another version of the policy rated.
func (s *Store) due(ctx context.Context, now time.Time) (map[subject]bool, error) {
	rows, err := s.DB.Pool.Query(ctx, `SELECT carrier, flight_id FROM score_card WHERE next_at < $1
		UNION (SELECT carrier, flight_id FROM score_card WHERE policy <> $2 ORDER BY leaves_at DESC LIMIT $3)`, now, s.Policy.Version, atOnce)
	if err != nil {
		return nil, err
	}
	all := map[subject]bool{}
	var one subject
	_, err = pgx.ForEachRow(rows, []any{&one.carrier, &one.flight}, func() error {
		all[one] = true
		return nil
	})
	return all, err
}

// advance moves the cursor behind the readings that no late commit can precede any more, and remembers the others.
func (s *Store) advance(ctx context.Context, read map[int64]time.Time, now time.Time) error {
	behind := int64(0)
	for id, at := range read {
		if at.Before(now.Add(-overlap)) {
			behind = max(behind, id)
		}
	}
	for id := range read {
		if id <= behind {
			delete(read, id)
		}
	}
	s.seen = read
	if behind == 0 {
		return nil
	}
	_, err := s.DB.Pool.Exec(ctx, `INSERT INTO score_cursor (what, id) VALUES ('attempt', $1)
		ON CONFLICT (what) DO UPDATE SET id = greatest(score_cursor.id, excluded.id)`, behind)
	return err
}

// next is when there is something to do without a new message.
func (s *Store) next(ctx context.Context, now time.Time) (time.Time, error) {
	var next *time.Time
	err := s.DB.Pool.QueryRow(ctx, `SELECT least((SELECT min(next_at) FROM score_card),
		(SELECT min(coalesce(again_at, $1)) FROM score_notice WHERE sent_at IS NULL),
		(SELECT $1::timestamptz FROM score_card WHERE policy <> $2 LIMIT 1))`, now, s.Policy.Version).Scan(&next)
	if err != nil || next == nil {
		return time.Time{}, wrap(err, "read what is next")
	}
	return next.UTC(), nil
}
