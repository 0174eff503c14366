package boarddb

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
)

// Status keeps a carrier's word on how a flight and its travellers stand.
func (s *Store) Status(ctx context.Context, n board.StatusNews) error {
	err := s.DB.InTx(ctx, func(tx pgx.Tx) error {
		b, one := &pgx.Batch{}, []board.Request{n.Request}
		insertRequests(b, one, true)
		if err := upsertFlights(b, one); err != nil {
			return err
		}
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		if err := flightStatus(ctx, tx, n); err != nil {
			return err
		}
		return s.travellerStatus(ctx, tx, n)
	})
	return wrap(err, "keep how a flight stands")
}

func flightStatus(ctx context.Context, tx pgx.Tx, n board.StatusNews) error {
	var status string
	switch {
	case n.Cancel:
		status = string(apipnr.FlightCancelled)
	case n.Close:
		status = string(apipnr.FlightClosed)
	default:
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE board_flight SET status = $3 WHERE carrier = $1 AND flight_key = $2`, n.Carrier, n.Flight.Key().String(), status)
	return err
}

// travellerStatus: a message that names those on board says of all others that they are not, and the other way round. Nobody is chased
// about somebody who does not fly.
func (s *Store) travellerStatus(ctx context.Context, tx pgx.Tx, n board.StatusNews) error {
	named, others := "", ""
	switch {
	case n.Cancel:
		others = string(apipnr.StatusCancelled)
	case n.OnBoard != nil && *n.OnBoard:
		named, others = string(apipnr.StatusOnBoard), string(apipnr.StatusNotOnBoard)
	case n.OnBoard != nil:
		named, others = string(apipnr.StatusNotOnBoard), string(apipnr.StatusOnBoard)
	case n.Function == apipnr.Cancel || n.Function == apipnr.Reduce:
		named = string(apipnr.StatusCancelled)
	}
	if named+others == "" {
		return nil
	}
	refs, locators := make([]string, 0, len(n.Asked)), []string{}
	for _, a := range n.Asked {
		refs = append(refs, a.Ref)
		if a.Ref[0] == '#' && a.Locator != "" {
			locators = append(locators, a.Locator)
		}
	}
	_, err := tx.Exec(ctx, `
		WITH t AS (UPDATE board_traveller t SET status = CASE WHEN ref = ANY($3) OR locator = ANY($4) THEN $5 ELSE $6 END
			WHERE carrier = $1 AND flight_key = $2 AND status <> 'cancelled'
				AND CASE WHEN ref = ANY($3) OR locator = ANY($4) THEN $5 ELSE $6 END <> '' RETURNING *)
		UPDATE board_notice n SET state = 'expired', done_at = $7, next_at = NULL FROM t
		WHERE n.carrier = t.carrier AND n.flight_key = t.flight_key AND n.ref = t.ref AND n.done_at IS NULL
			AND t.status IN ('cancelled', 'not_on_board')`,
		n.Carrier, n.Flight.Key().String(), refs, locators, named, others, s.clock())
	return err
}

// Standing is where a traveller stands; false when nobody asked about him.
func (s *Store) Standing(ctx context.Context, carrier string, flight apipnr.FlightKey, ref string) (t board.Standing, known bool, err error) {
	t = board.Standing{Carrier: carrier, Flight: flight, Ref: ref}
	var decision, status string
	err = s.DB.Pool.QueryRow(ctx, `
		SELECT asked_seq, told_seq, decision, timed_out OR owed, status, asked_at, coalesce(told_at, 'epoch') FROM board_traveller
		WHERE carrier = $1 AND flight_key = $2 AND ref = $3`, carrier, flight.String(), ref).
		Scan(&t.AskedSeq, &t.ToldSeq, &decision, &t.TimedOut, &status, &t.AskedAt, &t.ToldAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, false, nil
	}
	t.Decision, t.Status = board.Decision(decision), apipnr.PersonStatus(status)
	return t, err == nil, wrap(err, "read where a traveller stands")
}
