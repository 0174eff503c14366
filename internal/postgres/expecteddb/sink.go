package expecteddb

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// Sink takes the dataset expected.Dataset. Zone is the crossing point's: of flights whose instant the centre does not know the local time
// counts as one of it.
type Sink struct{ Zone *time.Location }

var _ relaydb.Sink = Sink{}

// Clear forgets all rows. Who came stays: a snapshot follows, and names the same flights and persons.
func (Sink) Clear(ctx context.Context, tx pgx.Tx) error {
	for _, sql := range []string{`DELETE FROM expected_flight`, `DELETE FROM expected_person`, `DELETE FROM expected_fault`} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("forget expected persons: %w", err)
		}
	}
	return nil
}

// Apply takes changes: the last of each row holds. What cannot be read is counted, and makes the check say so.
func (s Sink) Apply(ctx context.Context, tx pgx.Tx, changes []replication.Change) error {
	last := make(map[string]replication.Change, len(changes))
	for _, c := range changes {
		last[c.Key] = c
	}
	var rows rows
	for _, c := range last {
		rows.take(c, s.Zone)
	}
	b := new(pgx.Batch)
	rows.queue(b)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("expected persons: %w", err)
	}
	return nil
}

// rows are what a batch of changes comes to, by columns.
type rows struct {
	flights                  []expected.Flight
	due                      []*time.Time
	flightData               []string
	persons                  []expected.Person
	personData               []string
	goneFlights, gonePersons []uuid.UUID
	faults, keys             []string
}

func (r *rows) take(c replication.Change, zone *time.Location) {
	r.keys = append(r.keys, c.Key)
	key, err := expected.ParseKey(c.Key)
	switch {
	case err != nil && c.Op == replication.OpDelete:
	case err != nil:
		r.faults = append(r.faults, c.Key)
	case key.Person == uuid.Nil:
		r.takeFlight(key, c, zone)
	default:
		r.takePerson(key, c)
	}
}

func (r *rows) takeFlight(key expected.Key, c replication.Change, zone *time.Location) {
	f, err := expected.ParseFlight(key, c.Data)
	switch {
	case c.Op == replication.OpDelete:
		r.goneFlights = append(r.goneFlights, key.Flight)
		return
	case err != nil:
		r.goneFlights, r.faults = append(r.goneFlights, key.Flight), append(r.faults, c.Key)
		return
	}
	var due *time.Time
	if at, known := f.Due(zone); known {
		due = &at
	}
	r.flights, r.due, r.flightData = append(r.flights, f), append(r.due, due), append(r.flightData, string(c.Data))
}

func (r *rows) takePerson(key expected.Key, c replication.Change) {
	p, err := expected.ParsePerson(key, c.Data)
	switch {
	case c.Op == replication.OpDelete:
		r.gonePersons = append(r.gonePersons, key.Person)
		return
	case err != nil:
		r.gonePersons, r.faults = append(r.gonePersons, key.Person), append(r.faults, c.Key)
		return
	}
	r.persons, r.personData = append(r.persons, p), append(r.personData, string(c.Data))
}

const (
	putFlights = `
INSERT INTO expected_flight (id, designators, direction, status, due_at, api, data)
SELECT u.id, string_to_array(u.designators, ' '), u.direction, u.status, u.due_at, u.api, u.data::json
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::int[], $7::text[])
    AS u (id, designators, direction, status, due_at, api, data)
ON CONFLICT (id) DO UPDATE SET designators = excluded.designators, direction = excluded.direction, status = excluded.status,
    due_at = excluded.due_at, api = excluded.api, data = excluded.data`
	putPersons = `
INSERT INTO expected_person (id, flight, awaited, numbers, birth, words, surname, flagged, data)
SELECT u.id, u.flight, u.awaited, string_to_array(u.numbers, ' '), u.birth, string_to_array(u.words, ' '), u.surname, u.flagged, u.data::json
FROM unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::text[])
    AS u (id, flight, awaited, numbers, birth, words, surname, flagged, data)
ON CONFLICT (id) DO UPDATE SET flight = excluded.flight, awaited = excluded.awaited, numbers = excluded.numbers, birth = excluded.birth,
    words = excluded.words, surname = excluded.surname, flagged = excluded.flagged, data = excluded.data`
)

func (r *rows) queue(b *pgx.Batch) {
	b.Queue(`DELETE FROM expected_fault WHERE key = ANY ($1)`, r.keys)
	if len(r.goneFlights) > 0 {
		b.Queue(`DELETE FROM expected_flight WHERE id = ANY ($1)`, r.goneFlights)
	}
	if len(r.gonePersons) > 0 {
		b.Queue(`DELETE FROM expected_person WHERE id = ANY ($1)`, r.gonePersons)
	}
	if len(r.faults) > 0 {
		b.Queue(`INSERT INTO expected_fault (key) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`, r.faults)
	}
	r.queueFlights(b)
	r.queuePersons(b)
}

func (r *rows) queueFlights(b *pgx.Batch) {
	if len(r.flights) == 0 {
		return
	}
	n := len(r.flights)
	ids, names, directions, states, api := make([]uuid.UUID, n), make([]string, n), make([]string, n), make([]string, n), make([]int32, n)
	for i, f := range r.flights {
		ids[i], directions[i], states[i], api[i] = f.ID, string(f.Direction), string(f.Status), int32(f.API) //nolint:gosec // persons on board
		names[i] = joined(f.Designators())
	}
	b.Queue(putFlights, ids, names, directions, states, r.due, api, r.flightData)
}

func (r *rows) queuePersons(b *pgx.Batch) {
	if len(r.persons) == 0 {
		return
	}
	n := len(r.persons)
	ids, flights, awaited, flagged := make([]uuid.UUID, n), make([]uuid.UUID, n), make([]bool, n), make([]bool, n)
	numbers, birth, words, surname := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, p := range r.persons {
		ids[i], flights[i], awaited[i], flagged[i] = p.ID, p.Flight, p.Expected(), p.Flagged()
		var folded []string
		for _, d := range p.Documents {
			if f := traveldoc.FoldNumber(d.Number); f != "" {
				folded = append(folded, f)
			}
		}
		numbers[i], birth[i], words[i] = joined(folded), p.Identity.BirthDate.String(), joined(expected.Words(p.Identity))
		surname[i] = cmp.Or(traveldoc.FoldName(p.Identity.Surname), traveldoc.FoldName(p.Identity.GivenNames))
	}
	b.Queue(putPersons, ids, flights, awaited, numbers, birth, words, surname, flagged, r.personData)
}

// joined are words in one text, for an array of arrays; PostgreSQL has none with rows of different lengths.
func joined(words []string) string { return strings.Join(words, " ") }
