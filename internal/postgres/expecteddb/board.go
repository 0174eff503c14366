package expecteddb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/traveldoc"
)

// Board is what the pages of expected flights show; it implements expected.Board.
type Board struct {
	db   *postgres.DB
	zone *time.Location
	now  func() time.Time
}

var _ expected.Board = (*Board)(nil)

// NewBoard makes a Board. Its days are those of zone.
func NewBoard(db *postgres.DB, zone *time.Location, now func() time.Time) *Board {
	return &Board{db, zone, now}
}

// Version tells two states apart: it holds nothing of anybody.
func (b *Board) Version(ctx context.Context) (version string, err error) {
	var data, came, annulled int64
	since := b.now().Truncate(24 * time.Hour).Add(-3 * 24 * time.Hour)
	err = b.db.Pool.QueryRow(ctx, `SELECT coalesce((SELECT version FROM ref_cursor WHERE dataset = 'expected'), 0),
		(SELECT count(*) FROM expected_arrival WHERE at > $1),
		(SELECT count(*) FROM correction c JOIN expected_arrival a USING (crossing_id) WHERE a.at > $1)`, since).Scan(&data, &came, &annulled)
	if err != nil {
		return "", fmt.Errorf("expected persons: %w", err)
	}
	return fmt.Sprintf("%d.%d.%d", data, came, annulled), nil
}

// State is how far the dataset can be relied on.
func (b *Board) State(ctx context.Context) (s expected.State, err error) {
	err = b.db.Pool.QueryRow(ctx, `SELECT version, confirmed_at, (SELECT count(*) FROM expected_fault) FROM ref_cursor
		WHERE dataset = 'expected' AND version > 0`).Scan(&s.Version, &s.AsOf, &s.Unreadable)
	if postgres.IsNoRows(err) {
		return expected.State{}, nil
	}
	if err != nil {
		return s, fmt.Errorf("expected persons: %w", err)
	}
	s.Held, s.AsOf = true, s.AsOf.UTC()
	return s, nil
}

// came are the standing arrivals: of each inspection the newest that nobody annulled, of persons who are still in the dataset.
const came = `came AS (SELECT a.* FROM expected_arrival a WHERE a.flight IN (SELECT id FROM flights) AND ` + standing + `
    AND (a.person IS NULL OR EXISTS (SELECT FROM expected_person p WHERE p.id = a.person AND p.flight = a.flight)))`

// tallySQL: one statement, so that all numbers are of one state. The numbers are those of the rows of Persons.
const tallySQL = `
WITH flights AS (SELECT * FROM expected_flight WHERE %s),
` + came + `,
counts AS (SELECT p.flight, count(*) FILTER (WHERE p.awaited) AS awaited,
        count(*) FILTER (WHERE p.awaited AND c.person IS NULL) AS absent, count(*) FILTER (WHERE p.flagged) AS flagged
    FROM expected_person p LEFT JOIN (SELECT DISTINCT person, flight FROM came WHERE person IS NOT NULL) c ON c.person = p.id AND c.flight = p.flight
    WHERE p.flight IN (SELECT id FROM flights) GROUP BY p.flight),
last AS (SELECT DISTINCT ON (flight, coalesce(person, crossing_id)) flight, person, differences FROM came
    ORDER BY flight, coalesce(person, crossing_id), at DESC),
arrived AS (SELECT flight, count(person) AS arrived, count(*) FILTER (WHERE person IS NULL) AS undeclared, count(*) FILTER (WHERE differences > 0) AS differing
    FROM last GROUP BY flight)
SELECT f.data, f.due_at, coalesce(n.awaited, 0), coalesce(n.absent, 0), coalesce(n.flagged, 0), coalesce(a.arrived, 0), coalesce(a.undeclared, 0),
    coalesce(a.differing, 0)
FROM flights f LEFT JOIN counts n ON n.flight = f.id LEFT JOIN arrived a ON a.flight = f.id ORDER BY f.due_at NULLS LAST, f.designators, f.id`

// Flights are the flights of a day, or those whose time is not known, with their numbers.
func (b *Board) Flights(ctx context.Context, q expected.FlightsQuery) ([]expected.Line, error) {
	from := q.Day.First()
	start := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, b.zone)
	end := start.AddDate(0, 0, 1)
	if !q.Since.IsZero() && q.Since.Before(start) {
		start = q.Since
	}
	lines, err := tally(ctx, b.db.Pool, `(due_at >= $1 AND due_at < $2 OR due_at IS NULL) AND ($3::text = '' OR direction = $3 OR direction = '')`,
		start, end, string(q.Direction))
	if err != nil {
		return nil, fmt.Errorf("expected flights: %w", err)
	}
	return lines, nil
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func tally(ctx context.Context, db querier, which string, args ...any) ([]expected.Line, error) {
	rows, err := db.Query(ctx, fmt.Sprintf(tallySQL, which), args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l expected.Line, err error) {
		var data []byte
		var due *time.Time
		n := &l.Counts
		if err := row.Scan(&data, &due, &n.Expected, &n.Absent, &n.Hits, &n.Arrived, &n.Undeclared, &n.Differing); err != nil {
			return l, err
		}
		if due != nil {
			l.Due = due.UTC()
		}
		return l, json.Unmarshal(data, &l.Flight)
	})
}

// given are a person's given names: people of one surname stand in the order of these.
const given = `coalesce(p.data #>> '{identity,given_names}', '')`

// One row for each person of the flight and each who came undeclared. The name of those who came undeclared is the scan's.
const personsSQL = `
WITH flights AS (SELECT id FROM expected_flight WHERE id = $1),
` + came + `,
last AS (SELECT DISTINCT ON (person) person, crossing_id, inspection_id, verdict, differences, at FROM came WHERE person IS NOT NULL ORDER BY person, at DESC)
SELECT p.data, p.surname AS sort, ` + given + ` AS given, p.id AS id, l.crossing_id, l.verdict, l.differences, l.at, NULL::jsonb, NULL::jsonb
FROM expected_person p LEFT JOIN last l ON l.person = p.id WHERE p.flight = $1
UNION ALL
SELECT NULL, upper(i.identity ->> 'surname'), upper(coalesce(i.identity ->> 'given_names', '')), c.crossing_id, c.crossing_id, c.verdict, c.differences, c.at, i.identity, i.document
FROM came c JOIN inspection i ON i.id = c.inspection_id WHERE c.person IS NULL
ORDER BY sort, given, id`

// Persons are a flight with its persons; the look is audited in the same transaction.
func (b *Board) Persons(ctx context.Context, flight uuid.UUID, entry audit.Entry) (l expected.Line, all []expected.Passenger, err error) {
	err = b.db.InTx(ctx, func(tx pgx.Tx) error {
		lines, err := tally(ctx, tx, `id = $1`, flight)
		if err != nil {
			return err
		}
		if len(lines) == 0 {
			return expected.ErrNoSuchFlight
		}
		l = lines[0]
		rows, err := tx.Query(ctx, personsSQL, flight)
		if err != nil {
			return err
		}
		if all, err = pgx.CollectRows(rows, passenger); err != nil {
			return err
		}
		entry.ResultCount = len(all)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return expected.Line{}, nil, fmt.Errorf("persons of flight %s: %w", flight, err)
	}
	return l, all, nil
}

func passenger(row pgx.CollectableRow) (p expected.Passenger, err error) {
	var data, identity, document []byte
	var sort, given string
	var id uuid.UUID
	var verdict *string
	var differences *int
	var at *time.Time
	if err := row.Scan(&data, &sort, &given, &id, &p.Crossing, &verdict, &differences, &at, &identity, &document); err != nil {
		return p, err
	}
	if verdict != nil {
		p.Verdict, p.Differences, p.At = border.Verdict(*verdict), *differences, at.UTC()
	}
	if data == nil {
		p.Undeclared = true
		var d traveldoc.Document
		if err := json.Unmarshal(document, &d); err != nil {
			return p, err
		}
		d.MRZ = ""
		p.Person.Documents = []traveldoc.Document{d}
		return p, json.Unmarshal(identity, &p.Person.Identity)
	}
	return p, json.Unmarshal(data, &p.Person)
}

// Missing is a page of the persons of a day's flights who were expected at the border before an instant and did not come; the look is audited.
func (b *Board) Missing(ctx context.Context, q expected.MissingQuery, entry audit.Entry) (page expected.MissingPage, err error) {
	p := paging.Page{After: q.After, Limit: q.Most}
	var due time.Time
	var flight, person uuid.UUID
	if err := p.Read(&due, &flight, &person); err != nil {
		return page, err
	}
	from := q.Day.First()
	start := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, b.zone)
	day := []any{start, start.AddDate(0, 0, 1), q.Before, string(q.Direction)}
	var l paging.Listed[missed]
	err = b.db.InTx(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, missing+`SELECT count(*) FROM missing`, day...).Scan(&l.Total); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, missing+missingBehind, append(day, due, flight, person, p.Most()+1)...)
		if err != nil {
			return err
		}
		if l.Rows, err = pgx.CollectRows(rows, scanMissed); err != nil {
			return err
		}
		l.Cut(p, func(m missed) []any { return []any{m.due, m.Flight.ID, m.Person.ID} })
		entry.ResultCount = len(l.Rows)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return page, fmt.Errorf("persons who did not come: %w", err)
	}
	page = expected.MissingPage{All: l.Total, Next: l.Next}
	for _, m := range l.Rows {
		page.Rows = append(page.Rows, m.Found)
	}
	return page, nil
}

// missed is somebody who did not come, with when his flight was due: by that the list is ordered.
type missed struct {
	expected.Found
	due time.Time
}

func scanMissed(row pgx.CollectableRow) (m missed, err error) {
	var flight, person []byte
	if err := row.Scan(&flight, &person, &m.due); err != nil {
		return m, err
	}
	if err := json.Unmarshal(flight, &m.Flight); err != nil {
		return m, err
	}
	return m, json.Unmarshal(person, &m.Person)
}

const missing = `
WITH flights AS (SELECT * FROM expected_flight WHERE due_at >= $1 AND due_at < $2 AND due_at < $3 AND status <> 'cancelled'
    AND ($4::text = '' OR direction = $4 OR direction = '')),
` + came + `,
missing AS (SELECT f.data AS flight_data, p.data AS person_data, f.due_at, f.id AS flight, p.surname, ` + given + ` AS given, p.id AS person
    FROM flights f JOIN expected_person p ON p.flight = f.id
    WHERE p.awaited AND NOT EXISTS (SELECT FROM came WHERE came.person = p.id AND came.flight = p.flight))
`

// missingBehind are those behind a person, wherever he stands by now: his name is in no address. When he is no longer in the dataset, the page
// begins at his flight anew.
const missingBehind = `SELECT flight_data, person_data, due_at FROM missing
WHERE (due_at, flight) > ($5, $6) OR (due_at, flight) = ($5, $6)
    AND ((surname, given, person) > (SELECT p.surname, ` + given + `, p.id FROM expected_person p WHERE p.id = $7 AND p.flight = $6)) IS NOT FALSE
ORDER BY due_at, flight, surname, given, person LIMIT $8`
