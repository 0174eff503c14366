package boarddb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
)

// flightsAtOnce bounds the flights of one round, each in a transaction of its own.
const flightsAtOnce = 50

// ended is when the flight of a dialogue ended, as near as is known.
const ended = `coalesce(f.arrives_at, f.departs_at, (SELECT max(r.received_at) FROM board_request r WHERE r.flight_key = f.flight_key))`

// named are the travellers of a dialogue whose references are still there; unknown are those of them that are nobody's who may be seen.
const (
	named   = `t.carrier = f.carrier AND t.flight_key = f.flight_key AND NOT starts_with(t.ref, '` + forgotten + `')`
	unknown = named + ` AND NOT EXISTS (SELECT FROM passenger_screening p JOIN passenger_person q ON q.id = p.person AND q.masked_at IS NULL
		WHERE p.flight_key = t.flight_key AND p.ref = t.ref AND p.ref <> '')`
)

// Retain does with the dialogue with carriers what the law demands of API. Travellers whom Forget cannot know - the carrier gave them no
// reference, or no list told of them again - lose their references when unmatched persons go; all others when persons are masked;
// the dialogue goes when everything goes, and with it what the checks found. It says how many flights it touched, and whether there is more.
func (s *Store) Retain(ctx context.Context, p law.Profile) (flights int, more bool, err error) {
	before := p.API.Before(s.clock())
	for _, act := range []struct {
		name   law.Act
		before time.Time
		which  string // of the travellers; "": everything
	}{{law.Delete, before.Delete, ""}, {law.Mask, before.DeleteUnmatched, unknown}, {law.Mask, before.Mask, named}} {
		if act.before.IsZero() {
			continue
		}
		due, err := s.retainDue(ctx, act.before, act.which)
		if err != nil {
			return flights, more, wrap(err, "find dialogues whose time is over")
		}
		more = more || len(due) == flightsAtOnce
		for _, f := range due {
			if err := s.retain(ctx, p, act.name, f, act.which); err != nil {
				return flights, more, wrap(err, "dialogues whose time is over")
			}
			flights++
		}
	}
	screened, err := s.endScreenings(ctx, p)
	return flights + screened, more || screened == flightsAtOnce, wrap(err, "screenings whose time is over")
}

// dialogue is a carrier's and a flight's.
type dialogue struct{ Carrier, Flight string }

func (s *Store) retainDue(ctx context.Context, before time.Time, which string) ([]dialogue, error) {
	condition := ""
	if which != "" {
		condition = ` AND EXISTS (SELECT FROM board_traveller t WHERE ` + which + `)`
	}
	rows, err := s.DB.Pool.Query(ctx, `SELECT f.carrier, f.flight_key FROM board_flight f WHERE `+ended+` <= $1`+condition+`
		ORDER BY f.carrier, f.flight_key LIMIT $2`, before, flightsAtOnce)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[dialogue])
}

func (s *Store) retain(ctx context.Context, p law.Profile, act law.Act, d dialogue, which string) error {
	return s.DB.InTx(ctx, func(tx pgx.Tx) error {
		n := 0
		b := &pgx.Batch{}
		if which == "" {
			for _, table := range []string{"board_request", "board_notice", "board_traveller", "board_flight"} { // answers go with requests
				b.Queue(`DELETE FROM `+table+` WHERE carrier = $1 AND flight_key = $2`, d.Carrier, d.Flight)
			}
		} else {
			rows, err := tx.Query(ctx, `SELECT t.flight_key, t.ref FROM board_traveller t, board_flight f
				WHERE f.carrier = $1 AND f.flight_key = $2 AND `+which, d.Carrier, d.Flight)
			if err != nil {
				return err
			}
			var t travellers
			var flight, ref string
			if _, err = pgx.ForEachRow(rows, []any{&flight, &ref}, func() error {
				t.flights, t.refs = append(t.flights, flight), append(t.refs, ref)
				return nil
			}); err != nil {
				return err
			}
			n = len(t.refs)
			s.forgetTravellers(b, t)
		}
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, s.lawEntry(p, "board_flight", d.Carrier+" "+d.Flight, string(act), n))
	})
}

// endScreenings deletes what the checks found and what was held of persons, when both sources' time is over.
func (s *Store) endScreenings(ctx context.Context, p law.Profile) (int, error) {
	before := s.clock().Add(-max(p.API.Delete, p.PNR.Delete))
	rows, err := s.DB.Pool.Query(ctx, `SELECT f.id FROM passenger_flight f WHERE f.ends_at <= $1
		AND EXISTS (SELECT FROM passenger_screening p WHERE p.flight = f.id) ORDER BY f.ends_at, f.id LIMIT $2`, before, flightsAtOnce)
	if err != nil {
		return 0, err
	}
	flights, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return 0, err
	}
	for n, flight := range flights {
		err := s.DB.InTx(ctx, func(tx pgx.Tx) error {
			b := &pgx.Batch{}
			b.Queue(`DELETE FROM passenger_opinion o USING passenger_person p WHERE p.id = o.person AND p.flight_id = $1`, flight)
			b.Queue(`DELETE FROM passenger_trace t USING passenger_person p WHERE p.id = t.person AND p.flight_id = $1`, flight)
			b.Queue(`DELETE FROM passenger_screening WHERE flight = $1`, flight)
			if err := tx.SendBatch(ctx, b).Close(); err != nil {
				return err
			}
			return auditlog.Insert(ctx, tx, s.lawEntry(p, "passenger_screening", flight.String(), string(law.Delete), 0))
		})
		if err != nil {
			return n, err
		}
	}
	return len(flights), nil
}

// lawActor is the machinery itself, as in everything that the law does of itself.
const lawActor = "passenger-law"

func (s *Store) lawEntry(p law.Profile, kind, id, act string, n int) audit.Entry {
	e := audit.Actor{ID: lawActor, Name: lawActor, Role: "service", Post: "central"}.Entry(s.clock(), audit.Erasure, kind, id)
	e.Purpose, e.Decision, e.ResultCount = passengerdb.PurposeLaw, fmt.Sprintf("%s by %s v%d", act, p.ID, p.Version), n
	return e
}
