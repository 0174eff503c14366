package expecteddb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/internal/postgres"
)

// Register implements expected.Register over the tables of a crossing point.
type Register struct{ db *postgres.DB }

var _ expected.Register = (*Register)(nil)

// NewRegister makes a Register.
func NewRegister(db *postgres.DB) *Register { return &Register{db} }

// lookSQL is one statement: how far the dataset is, the noted flights, and the persons by number, by birth date, by a birth date with one
// wrong digit and words of the name, and by words of the name on the noted flights. OFFSET 0 keeps each step behind the one before it,
// whatever the statistics of a table that changes all day say: the persons of all flights of the day must never be read to find one.
const lookSQL = `
WITH held AS (SELECT version, confirmed_at FROM ref_cursor WHERE dataset = 'expected' AND version > 0),
noted AS MATERIALIZED (SELECT id, data FROM expected_flight WHERE designators && $5::text[] AND (direction = $6 OR direction = '')
    AND (due_at IS NULL OR due_at BETWEEN $7 AND $8)),
met AS MATERIALIZED (
    SELECT flight, data FROM expected_person WHERE numbers && $1::text[]
    UNION ALL SELECT flight, data FROM expected_person WHERE birth = ANY ($2::text[])
    UNION ALL SELECT flight, data FROM expected_person WHERE birth = ANY ($3::text[]) AND words && $4::text[] AND words && $9::text[]
    UNION ALL SELECT p.flight, p.data FROM noted CROSS JOIN LATERAL
        (SELECT flight, data FROM expected_person WHERE flight = noted.id AND words && $4::text[] AND words && $9::text[] OFFSET 0) p)
SELECT 'held', held.version, held.confirmed_at, (SELECT count(*) FROM expected_fault)::int, NULL::uuid, NULL::json, NULL::json FROM held
UNION ALL SELECT 'flight', 0, NULL, 0, noted.id, noted.data, NULL FROM noted
UNION ALL SELECT 'person', 0, NULL, 0, met.flight, f.data, met.data FROM met CROSS JOIN LATERAL
    (SELECT data FROM expected_flight WHERE id = met.flight AND (direction = $6 OR direction = '')
        AND (due_at IS NULL OR due_at BETWEEN $7 AND $8) OFFSET 0) f`

// Look finds persons and flights.
func (r *Register) Look(ctx context.Context, q expected.Query) (a expected.Answer, err error) {
	rows, err := r.db.Pool.Query(ctx, lookSQL, list(q.Numbers), list(q.Births), list(q.Slips), list(q.Family), list(q.Designators),
		string(q.Direction), q.From, q.To, list(q.Given))
	if err != nil {
		return a, fmt.Errorf("expected persons: %w", err)
	}
	var in found
	_, err = pgx.ForEachRow(rows, []any{&in.kind, &in.version, &in.asOf, &in.faults, &in.id, &in.flight, &in.person}, func() error { return in.take(&a) })
	if err != nil {
		return a, fmt.Errorf("expected persons: %w", err)
	}
	return a, nil
}

// found reads the rows of a look. Many persons are of one flight, which is read once; who is found in two ways is one.
type found struct {
	kind           string
	version        int64
	asOf           *time.Time
	faults         int
	id             *uuid.UUID
	flight, person []byte
	flights        map[uuid.UUID]expected.Flight
	persons        map[uuid.UUID]bool
}

func (r *found) take(a *expected.Answer) error {
	if r.kind == "held" {
		a.Held, a.Version, a.Unreadable = true, r.version, r.faults
		if r.asOf != nil {
			a.AsOf = r.asOf.UTC()
		}
		return nil
	}
	f, known := r.flights[*r.id]
	if !known {
		if err := json.Unmarshal(r.flight, &f); err != nil {
			return err
		}
		if r.flights == nil {
			r.flights, r.persons = map[uuid.UUID]expected.Flight{}, map[uuid.UUID]bool{}
		}
		r.flights[*r.id] = f
	}
	if r.kind == "flight" {
		a.Flights = append(a.Flights, f)
		return nil
	}
	one := expected.Found{Flight: f}
	if err := json.Unmarshal(r.person, &one.Person); err != nil {
		return err
	}
	if !r.persons[one.Person.ID] {
		r.persons[one.Person.ID] = true
		a.Found = append(a.Found, one)
	}
	return nil
}

// list is an array and never NULL.
func list(all []string) []string {
	if all == nil {
		return []string{}
	}
	return all
}
