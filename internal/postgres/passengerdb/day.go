package passengerdb

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/traveldoc"
)

// DayFlight is a flight as a list of a day's flights shows it.
type DayFlight struct {
	apipnr.ExpectedFlight
	OnBoard, NotOnBoard, Cancelled, Crew int
	// APIOnly and PNROnly are persons whom only one source knows.
	APIOnly, PNROnly int
	// Trouble are messages of the flight that are partial, incomplete or wait for parts.
	Trouble int
}

// FlightsBetween are the flights that arrive or depart within [from, to), in the order of their departure. They name nobody; the read is
// not audited. None is left out, however many there are.
func (s *Store) FlightsBetween(ctx context.Context, from, to time.Time) ([]DayFlight, error) {
	list, err := s.dayFlights(ctx, `f.leaves_at < $2 AND f.ends_at >= $1 AND NOT f.roster`, from, to)
	return list, wrap(err, "flights of a day")
}

// FlightsOf are the flights that depart on a calendar date, local there.
func (s *Store) FlightsOf(ctx context.Context, day traveldoc.Date) ([]DayFlight, error) {
	list, err := s.dayFlights(ctx, `f.date = $1 AND NOT f.roster`, dateOf(day))
	return list, wrap(err, "flights of a day")
}

func (s *Store) dayFlights(ctx context.Context, where string, args ...any) ([]DayFlight, error) {
	rows, err := s.o.DB.Pool.Query(ctx, `SELECT `+flightColumns+`,
			c.on_board, c.not_on_board, c.cancelled, c.crew, c.api_only, c.pnr_only,
			(SELECT count(*) FROM passenger_message m WHERE m.flight_id = f.id AND m.state IN ('partial', 'incomplete', 'waiting_parts', 'quarantined'))
		FROM passenger_flight f, LATERAL (SELECT
			count(*) FILTER (WHERE status = 'on_board') AS on_board, count(*) FILTER (WHERE status = 'not_on_board') AS not_on_board,
			count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
			count(*) FILTER (WHERE status <> 'cancelled' AND kind IN ('crew', 'transit_crew')) AS crew,
			count(*) FILTER (WHERE status <> 'cancelled' AND NOT pnr) AS api_only, count(*) FILTER (WHERE status <> 'cancelled' AND NOT api) AS pnr_only
			FROM passenger_person p WHERE p.flight_id = f.id AND p.merged_into IS NULL) c
		WHERE `+where+` ORDER BY f.leaves_at, f.id`, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d DayFlight, err error) {
		f, err := scanFlight(rowWith{row, []any{&d.OnBoard, &d.NotOnBoard, &d.Cancelled, &d.Crew, &d.APIOnly, &d.PNROnly, &d.Trouble}})
		d.ExpectedFlight = f.ExpectedFlight
		return d, err
	})
}

// rowWith is a row with more columns behind those that a scan function knows.
type rowWith struct {
	pgx.CollectableRow
	more []any
}

// Scan reads all columns.
func (r rowWith) Scan(into ...any) error { return r.CollectableRow.Scan(append(into, r.more...)...) }

// View shows a flight and everybody on it to somebody: the read is audited in the same transaction. The entry says who, and why.
func (s *Store) View(ctx context.Context, flight uuid.UUID, entry audit.Entry) (f apipnr.ExpectedFlight, list []apipnr.Expected, err error) {
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		flights, err := s.flightsByID(ctx, tx, []uuid.UUID{flight})
		if err != nil {
			return err
		}
		if len(flights) == 0 {
			return errNoFlight
		}
		f = flights[0]
		if list, err = s.ofFlight(ctx, tx, flight); err != nil {
			return err
		}
		entry.ResultCount = len(list)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return apipnr.ExpectedFlight{}, nil, wrap(err, "show a flight")
	}
	return f, list, nil
}
