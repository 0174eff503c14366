package readerdb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres"
)

// Seats implements arrival.Seats over the sessions of the station.
type Seats struct {
	db   *postgres.DB
	post string
	idle time.Duration
}

var _ arrival.Seats = (*Seats)(nil)

// NewSeats makes them; idle is how long after the last act a session locks.
func NewSeats(db *postgres.DB, post string, idle time.Duration) *Seats {
	return &Seats{db: db, post: post, idle: idle}
}

// Seated is the officer who acted last in the lane, of those whose session is open, not locked and not idle, and whose role records
// crossings.
func (s *Seats) Seated(ctx context.Context, lane string, now time.Time) (arrival.Seat, bool, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT s.id, s.workstation, a.id, a.login, a.role FROM session s JOIN account a ON a.id = s.account_id
		WHERE s.lane = $1 AND s.ended_at IS NULL AND s.locked_at IS NULL AND s.expires_at > $2 AND s.last_seen > $3
		AND NOT a.disabled AND NOT a.must_change_password ORDER BY s.last_seen DESC, s.created_at DESC, s.id`, lane, now, now.Add(-s.idle))
	if err != nil {
		return arrival.Seat{}, false, fmt.Errorf("who sits in a lane: %w", err)
	}
	type person struct {
		seat arrival.Seat
		role auth.Role
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p person, err error) {
		a := &p.seat.Actor
		err = row.Scan(&p.seat.Session, &a.Workstation, &a.ID, &a.Name, &p.role)
		a.Role, a.Post, a.Lane = string(p.role), s.post, lane
		return p, err
	})
	if err != nil {
		return arrival.Seat{}, false, fmt.Errorf("who sits in a lane: %w", err)
	}
	for _, p := range found {
		if auth.Allowed(p.role, auth.CrossingRecord) {
			return p.seat, true, nil
		}
	}
	return arrival.Seat{}, false, nil
}
