package passengerdb

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc"
)

// Notes are the oldest notes of a work.
func (s *Store) Notes(ctx context.Context, work apipnr.Work, limit int) ([]apipnr.Note, error) {
	rows, err := s.o.DB.Pool.Query(ctx, `SELECT id, person_id, flight_id, version, at FROM passenger_note WHERE work = $1 ORDER BY id LIMIT $2`,
		string(work), limit)
	if err != nil {
		return nil, wrap(err, "notes of passenger work")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n apipnr.Note, err error) {
		err = row.Scan(&n.ID, &n.Person, &n.Flight, &n.Version, &n.At)
		n.At = n.At.UTC()
		return n, err
	})
	return list, wrap(err, "notes of passenger work")
}

// Done takes notes away.
func (s *Store) Done(ctx context.Context, work apipnr.Work, notes []apipnr.Note) error {
	ids := make([]int64, len(notes))
	for n, note := range notes {
		ids[n] = note.ID
	}
	_, err := s.o.DB.Pool.Exec(ctx, `DELETE FROM passenger_note WHERE id = ANY ($1) AND work = $2`, ids, string(work))
	return wrap(err, "take notes of passenger work away")
}

// Persons are the persons of the ids as they are now.
func (s *Store) Persons(ctx context.Context, ids []uuid.UUID) ([]apipnr.Expected, error) {
	list, err := s.persons(ctx, s.o.DB.Pool, `p.id = ANY ($1) AND p.merged_into IS NULL ORDER BY p.id`, ids)
	return list, wrap(err, "read expected persons")
}

// OfFlight are the persons of a flight in the order of their names.
func (s *Store) OfFlight(ctx context.Context, flight uuid.UUID) ([]apipnr.Expected, error) {
	list, err := s.ofFlight(ctx, s.o.DB.Pool, flight)
	return list, wrap(err, "read the persons of a flight")
}

func (s *Store) ofFlight(ctx context.Context, q querier, flight uuid.UUID) ([]apipnr.Expected, error) {
	list, err := s.persons(ctx, q, `p.flight_id = $1 AND p.merged_into IS NULL`, flight)
	slices.SortFunc(list, func(a, b apipnr.Expected) int {
		return cmp.Or(
			cmp.Compare(traveldoc.FoldName(a.Identity.Surname), traveldoc.FoldName(b.Identity.Surname)),
			cmp.Compare(traveldoc.FoldName(a.Identity.GivenNames), traveldoc.FoldName(b.Identity.GivenNames)),
			cmp.Compare(a.ID.String(), b.ID.String()))
	})
	return list, err
}

// Pending are persons of flights that arrive after an instant, in the order of their ids. A flight whose arrival is not known counts
// until it must have arrived.
func (s *Store) Pending(ctx context.Context, arriving time.Time, after uuid.UUID, limit int) ([]apipnr.Expected, error) {
	list, err := s.persons(ctx, s.o.DB.Pool, `p.flight_id IN (SELECT id FROM passenger_flight WHERE ends_at > $1) AND p.merged_into IS NULL
		AND p.id > $2 ORDER BY p.id LIMIT $3`, arriving, after, limit)
	return list, wrap(err, "read persons who are still to come")
}

// persons reads persons by a condition on p, with their reservations.
func (s *Store) persons(ctx context.Context, q querier, where string, args ...any) ([]apipnr.Expected, error) {
	rows, err := q.Query(ctx, `SELECT `+personColumns+fromPersons+`WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scanPerson)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return s.opened(ctx, q, list)
}

func (s *Store) opened(ctx context.Context, q querier, list []personRow) ([]apipnr.Expected, error) {
	var ids []uuid.UUID
	for _, r := range list {
		if !slices.Contains(ids, r.Flight) {
			ids = append(ids, r.Flight)
		}
	}
	keys, err := s.flightKeys(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	flights, err := s.flightsByID(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	named := map[uuid.UUID]apipnr.FlightKey{}
	for _, f := range flights {
		named[f.ID] = f.Key()
	}
	booked, err := s.bookings(ctx, q, list, keys)
	if err != nil {
		return nil, err
	}
	all := make([]apipnr.Expected, len(list))
	for n, r := range list {
		if err := r.open(keys); err != nil {
			return nil, err
		}
		all[n] = r.Expected
		all[n].Key = named[r.Flight]
		if !r.Masked {
			all[n].Booking = booked[bookingOf{r.Flight, string(r.reservation)}]
		}
	}
	return all, nil
}

type bookingOf struct {
	flight uuid.UUID
	mark   string
}

// bookings opens the reservations of persons, each once.
func (s *Store) bookings(ctx context.Context, q querier, list []personRow, keys map[uuid.UUID]*vault.DataKey) (map[bookingOf]*apipnr.Reservation, error) {
	all := map[bookingOf]*apipnr.Reservation{}
	var flights []uuid.UUID
	var marks [][]byte
	for _, r := range list {
		of := bookingOf{r.Flight, string(r.reservation)}
		if _, seen := all[of]; !seen && r.reservation != nil {
			all[of] = nil
			flights, marks = append(flights, r.Flight), append(marks, r.reservation)
		}
	}
	if len(marks) == 0 {
		return all, nil
	}
	rows, err := q.Query(ctx, `SELECT r.flight_id, r.mark, r.cancelled, r.sealed FROM unnest($1::uuid[], $2::bytea[]) q(flight_id, mark)
		JOIN passenger_reservation r USING (flight_id, mark)`, flights, marks)
	if err != nil {
		return nil, err
	}
	var flight uuid.UUID
	var mark, sealed []byte
	var cancelled bool
	_, err = pgx.ForEachRow(rows, []any{&flight, &mark, &cancelled, &sealed}, func() error {
		key := keys[flight]
		if key == nil {
			return nil
		}
		kept, err := openReservation(key, flight, mark, sealed)
		if err != nil {
			return err
		}
		kept.Reservation.Cancelled = cancelled
		all[bookingOf{flight, string(mark)}] = &kept.Reservation
		return nil
	})
	return all, err
}

// FlightsByID are the flights of the ids.
func (s *Store) FlightsByID(ctx context.Context, ids []uuid.UUID) ([]apipnr.ExpectedFlight, error) {
	list, err := s.flightsByID(ctx, s.o.DB.Pool, ids)
	return list, wrap(err, "read flights")
}

func (s *Store) flightsByID(ctx context.Context, q querier, ids []uuid.UUID) ([]apipnr.ExpectedFlight, error) {
	return s.flights(ctx, q, `f.id = ANY ($1)`, ids)
}

// Flown are flights that departed within [from, to), oldest first.
func (s *Store) Flown(ctx context.Context, from, to time.Time) ([]apipnr.ExpectedFlight, error) {
	list, err := s.flights(ctx, s.o.DB.Pool, `f.leaves_at >= $1 AND f.leaves_at < $2 AND NOT f.roster ORDER BY f.leaves_at, f.id`, from, to)
	return list, wrap(err, "read past flights")
}

func (s *Store) flights(ctx context.Context, q querier, where string, args ...any) ([]apipnr.ExpectedFlight, error) {
	rows, err := q.Query(ctx, `SELECT `+flightColumns+` FROM passenger_flight f WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (apipnr.ExpectedFlight, error) {
		f, err := scanFlight(row)
		return f.ExpectedFlight, err
	})
}
