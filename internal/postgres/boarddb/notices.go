package boarddb

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/board"
)

const noticeColumns = `n.id, n.carrier, n.transaction, n.revision, f.flight, f.wire, n.ref, n.locator, n.was, n.code, n.words, n.ruling, n.state, n.created_at, n.attempts,
	n.next_at, n.sent_at, n.done_at, n.until`

const fromNotices = ` FROM board_notice n JOIN board_flight f USING (carrier, flight_key) `

func scanNotice(row pgx.CollectableRow) (n board.Notice, err error) {
	var flight, wire, ruling []byte
	var next, sent, done *time.Time
	err = row.Scan(&n.ID, &n.Carrier, &n.Transaction, &n.Revision, &flight, &wire, &n.Ref, &n.Locator, &n.Was, &n.Words.Code, &n.Words.Text, &ruling, &n.State,
		&n.CreatedAt, &n.Attempts, &next, &sent, &done, &n.Until)
	if err != nil {
		return n, err
	}
	n.NextAt, n.SentAt, n.DoneAt, n.CreatedAt, n.Until = orZero(next), orZero(sent), orZero(done), n.CreatedAt.UTC(), n.Until.UTC()
	return n, errors.Join(json.Unmarshal(flight, &n.Flight), json.Unmarshal(wire, &n.Wire), json.Unmarshal(ruling, &n.Ruling))
}

// DueNotices are notices that are to be told now. Those whose flight is gone are told no more.
func (s *Store) DueNotices(ctx context.Context, limit int) (due []board.Notice, next time.Time, err error) {
	now := s.clock()
	_, err = s.DB.Pool.Exec(ctx, `UPDATE board_notice SET state = 'expired', done_at = $1, next_at = NULL
		WHERE next_at <= $1 AND until <= $1 AND attempts > 0`, now)
	if err != nil {
		return nil, next, wrap(err, "end what is told unasked")
	}
	rows, err := s.DB.Pool.Query(ctx, `SELECT `+noticeColumns+fromNotices+`WHERE n.next_at <= $1 ORDER BY n.next_at LIMIT $2`, now, limit)
	if err != nil {
		return nil, next, wrap(err, "read what is told unasked")
	}
	if due, err = pgx.CollectRows(rows, scanNotice); err != nil {
		return nil, next, wrap(err, "read what is told unasked")
	}
	var at *time.Time
	err = s.DB.Pool.QueryRow(ctx, `SELECT min(next_at) FROM board_notice WHERE next_at > $1`, now).Scan(&at)
	return due, orZero(at), wrap(err, "read what is told unasked")
}

// Told keeps that a notice is on the carrier's stream, and when it is told again. One that ended meanwhile stays ended.
func (s *Store) Told(ctx context.Context, id uuid.UUID, next time.Time) error {
	_, err := s.DB.Pool.Exec(ctx, `UPDATE board_notice SET state = 'sent', attempts = attempts + 1, sent_at = coalesce(sent_at, $2), next_at = $3
		WHERE id = $1 AND done_at IS NULL`, id, s.clock(), next.UTC())
	return wrap(err, "keep that a carrier was told")
}

// Later keeps that telling failed, and when it is tried again.
func (s *Store) Later(ctx context.Context, id uuid.UUID, next time.Time) error {
	_, err := s.DB.Pool.Exec(ctx, `UPDATE board_notice SET next_at = $2 WHERE id = $1 AND done_at IS NULL`, id, next.UTC())
	return wrap(err, "keep that a carrier was not told")
}

// Acknowledge keeps what a carrier acknowledges, and says how many notices of ours that named. A late one, of a notice that ended, is kept too.
// One that was acknowledged before, or has a newer in its place, is known and stays as it is: a notice that was told several times is
// acknowledged several times. One that names another code than the notice acknowledges nothing.
func (s *Store) Acknowledge(ctx context.Context, acks []board.Acknowledged) (n int, err error) {
	err = s.DB.InTx(ctx, func(tx pgx.Tx) error {
		for _, a := range acks {
			var named int
			err := tx.QueryRow(ctx, `WITH named AS (SELECT id, state FROM board_notice
					WHERE carrier = $1 AND flight_key = $2 AND ($3 <> '' AND ref = $3 OR $3 = '' AND locator = $4 AND $4 <> '') AND ($5 = '' OR code = $5) FOR UPDATE),
				kept AS (UPDATE board_notice n SET state = 'acknowledged', done_at = $6, next_at = NULL FROM named
					WHERE n.id = named.id AND named.state IN ('sent', 'expired', 'waiting'))
				SELECT count(*) FROM named`,
				a.Carrier, a.Flight.String(), a.Ref, a.Locator, a.Code, s.clock()).Scan(&named)
			if err != nil {
				return err
			}
			n += named
		}
		return nil
	})
	return n, wrap(err, "keep an acknowledgement")
}

// Nudged gets a value whenever there may be a notice to tell.
func (s *Store) Nudged() <-chan struct{} { return s.notices }
