package passengerdb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/traveldoc"
)

// flightColumns are read by scanFlight.
const flightColumns = `f.id, f.carrier, f.number, f.suffix, f.origin, f.destination, f.departure, f.arrival, f.departs_at, f.arrives_at, f.status,
	f.operating, f.declared, f.api, f.pnr, f.persons, f.first_at, f.last_at, f.roster, f.push_seq, f.status_seq`

// flightRow is a flight as it stands in its table.
type flightRow struct {
	apipnr.ExpectedFlight
	roster             bool
	pushSeq, statusSeq int64
	fresh              bool // was just made
}

func scanFlight(row pgx.CollectableRow) (f flightRow, err error) {
	var departure, arrival, status string
	var departs, arrives *time.Time
	var operating, declared []byte
	err = row.Scan(&f.ID, &f.Carrier, &f.Number, &f.Suffix, &f.Origin, &f.Destination, &departure, &arrival, &departs, &arrives, &status,
		&operating, &declared, &f.API, &f.PNR, &f.Persons, &f.FirstAt, &f.LastAt, &f.roster, &f.pushSeq, &f.statusSeq)
	if err != nil {
		return f, err
	}
	f.Status, f.Role = apipnr.FlightStatus(status), apipnr.CrossingLeg
	f.FirstAt, f.LastAt = f.FirstAt.UTC(), f.LastAt.UTC()
	if departs != nil {
		f.DepartsAt = departs.UTC()
	}
	if arrives != nil {
		f.ArrivesAt = arrives.UTC()
	}
	if operating != nil {
		if err := json.Unmarshal(operating, &f.Operating); err != nil {
			return f, fmt.Errorf("flight %s: operating carrier: %w", f.ID, err)
		}
	}
	if err := json.Unmarshal(declared, &f.Declared); err != nil {
		return f, fmt.Errorf("flight %s: declared counts: %w", f.ID, err)
	}
	return f, errors.Join(f.Departure.UnmarshalText([]byte(departure)), f.Arrival.UnmarshalText([]byte(arrival)))
}

// FlightKeyOf is the key under which a flight is kept. A flight whose date no message says is that of the day on which it was told of.
func FlightKeyOf(f apipnr.Flight, receivedAt time.Time) string {
	if f.Departure.Date.IsZero() {
		return f.Key().String() + "?" + receivedAt.UTC().Format(time.DateOnly)
	}
	return f.Key().String()
}

// lockFlight finds the flight of a key, or makes it, and locks it until the transaction ends: messages of one flight are applied one after
// another, those of different flights side by side. What waits to be written goes before.
func (s *Store) lockFlight(ctx context.Context, tx pgx.Tx, say saying, b *pgx.Batch) (flightRow, error) {
	key := FlightKeyOf(say.flight, say.at)
	found, err := findFlight(ctx, tx, key, b)
	if err != nil || len(found) > 0 {
		return first(found), err
	}
	if say.change {
		if err := renameFlight(ctx, tx, key, say.flight); err != nil {
			return flightRow{}, err
		}
		if found, err = findFlight(ctx, tx, key, &pgx.Batch{}); err != nil || len(found) > 0 {
			return first(found), err
		}
	}
	if err := s.insertFlight(ctx, tx, key, say); err != nil {
		return flightRow{}, err
	}
	if found, err = findFlight(ctx, tx, key, &pgx.Batch{}); err != nil || len(found) == 0 {
		return flightRow{}, cmp.Or[error](err, errNoFlight)
	}
	found[0].fresh = true
	return found[0], nil
}

// saying is how a message names a flight.
type saying struct {
	flight apipnr.Flight
	at     time.Time
	roster bool // a master crew list, no flight
	change bool // it changes the flight: perhaps its date
}

func first(list []flightRow) (f flightRow) {
	if len(list) > 0 {
		f = list[0]
	}
	return f
}

func findFlight(ctx context.Context, tx pgx.Tx, key string, b *pgx.Batch) (found []flightRow, err error) {
	b.Queue(`SELECT pg_advisory_xact_lock(hashtextextended('passenger flight ' || $1, 0))`, key)
	b.Queue(`SELECT `+flightColumns+` FROM passenger_flight f JOIN passenger_flight_key k ON k.flight_id = f.id WHERE k.key = $1 FOR UPDATE OF f`, key).
		Query(func(rows pgx.Rows) (err error) {
			found, err = pgx.CollectRows(rows, scanFlight)
			return err
		})
	err = tx.SendBatch(ctx, b).Close()
	return found, err
}

// movedBy is by how many days a message may move a flight.
const movedBy = 2

// renameFlight gives a flight that a message moves to another date a further key: the only flight of that number from there that is open
// and near. When there are several, or none, what is said is of another flight.
func renameFlight(ctx context.Context, tx pgx.Tx, key string, f apipnr.Flight) error {
	_, err := tx.Exec(ctx, `INSERT INTO passenger_flight_key (key, flight_id) SELECT $1, (array_agg(id))[1] FROM passenger_flight
		WHERE carrier = $2 AND number = $3 AND suffix = $4 AND origin = $5 AND status = 'open' AND NOT roster AND persons > 0
			AND abs(date - $6::date) BETWEEN 1 AND $7 HAVING count(*) = 1`,
		key, f.Carrier, f.Number, f.Suffix, f.Origin, dateOf(f.Departure.Date), movedBy)
	return err
}

func (s *Store) insertFlight(ctx context.Context, tx pgx.Tx, key string, say saying) error {
	id, f, at := s.o.NewID(), say.flight, say.at
	t := s.times(f, at)
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO passenger_flight (id, carrier, number, suffix, date, origin, destination, departure, arrival, departs_at,
			arrives_at, leaves_at, ends_at, roster, status, operating, first_at, last_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'open', $15, $16, $16)`,
		id, f.Carrier, f.Number, f.Suffix, dateOf(f.Departure.Date), f.Origin, f.Destination, f.Departure.String(), f.Arrival.String(), t.departs,
		t.arrives, t.leaves, t.ends, say.roster, operatingOf(f.Operating), micro(at))
	b.Queue(`INSERT INTO passenger_flight_key (key, flight_id) VALUES ($1, $2)`, key, id)
	return tx.SendBatch(ctx, b).Close()
}

func operatingOf(d *apipnr.Designator) []byte {
	if d == nil {
		return nil
	}
	b, err := json.Marshal(d)
	if err != nil {
		return nil // three strings
	}
	return b
}

// dateOf is a date for the database; nil when it is not known in full.
func dateOf(d traveldoc.Date) *time.Time {
	if d.Precision() != traveldoc.PrecisionDay {
		return nil
	}
	t := time.Date(d.Year(), time.Month(d.Month()), d.Day(), 0, 0, 0, 0, time.UTC)
	return &t
}

// instants of a flight; nil where the zone or the time is not known.
type instants struct {
	departs, arrives *time.Time
	leaves, ends     time.Time
}

// Where the hour is not known, a flight ends for our purposes when it must have arrived everywhere: a day and the widest zone after its date.
const (
	longest   = 38 * time.Hour
	undatedAt = 3 * 24 * time.Hour
)

func (s *Store) times(f apipnr.Flight, at time.Time) (t instants) {
	t.departs, t.arrives = s.instant(f.Departure, f.Origin), s.instant(f.Arrival, f.Destination)
	t.leaves, t.ends = micro(at), micro(at).Add(undatedAt)
	if day := dateOf(f.Departure.Date); day != nil {
		t.leaves, t.ends = day.Add(12*time.Hour), day.Add(longest+12*time.Hour)
	}
	if t.departs != nil {
		t.leaves, t.ends = *t.departs, t.departs.Add(24*time.Hour)
	}
	if day := dateOf(f.Arrival.Date); day != nil {
		t.ends = day.Add(longest)
	}
	if t.arrives != nil {
		t.ends = *t.arrives
	}
	return t
}

func (s *Store) instant(l apipnr.LocalTime, airport string) *time.Time {
	day := dateOf(l.Date)
	zone := s.o.Zone(airport)
	if day == nil || !l.HasTime || zone == nil {
		return nil
	}
	t := time.Date(day.Year(), day.Month(), day.Day(), l.Minute/60, l.Minute%60, 0, 0, zone).UTC()
	return &t
}

// saveFlight writes what a message changed of a flight, and counts its persons anew.
func (s *Store) saveFlight(b *pgx.Batch, m *manifest.Manifest) error {
	f := m.Flight
	declared, err := json.Marshal(f.Declared)
	if err != nil {
		return err
	}
	t := s.times(f.Flight, f.FirstAt)
	b.Queue(`UPDATE passenger_flight SET destination = $2, departure = $3, arrival = $4, departs_at = $5, arrives_at = $6, leaves_at = $7,
			ends_at = $8, status = $9, operating = $10, declared = $11, last_at = $12, push_seq = $13, status_seq = $14, date = $15 WHERE id = $1`,
		f.ID, f.Destination, f.Departure.String(), f.Arrival.String(), t.departs, t.arrives, t.leaves, t.ends, string(f.Status),
		operatingOf(f.Operating), declared, micro(f.LastAt), m.PushSeq, m.StatusSeq,
		dateOf(f.Departure.Date))
	return nil
}

const countPersons = `UPDATE passenger_flight f SET api = c.api, pnr = c.pnr, persons = c.persons FROM (
		SELECT count(*) FILTER (WHERE api) AS api, count(*) FILTER (WHERE pnr AND NOT pnr_cancelled) AS pnr,
			count(*) FILTER (WHERE status <> 'cancelled' AND kind <> 'gate_pass') AS persons
		FROM passenger_person WHERE flight_id = $1 AND merged_into IS NULL) c WHERE f.id = $1`
