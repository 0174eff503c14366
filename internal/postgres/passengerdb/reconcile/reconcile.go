// Package reconcile holds who was declared on a flight against who came to a counter: declared and never arrived, arrived and not
// declared, declared too late. It reads what the events of the crossing points say.
//
// It must never judge anybody: that somebody did not come has many reasons, and a list that came late is the carrier's doing.
package reconcile

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/traveldoc"
)

// Arrival is a decision at a counter.
type Arrival struct {
	Crossing    uuid.UUID
	Station     string
	At          time.Time
	Direction   border.Direction
	Verdict     border.Verdict
	Differences int // that asked for something
	Hit         bool
}

// Person is somebody of the flight.
type Person struct {
	Expected apipnr.Expected
	Arrival  *Arrival // nil: he came to no counter
	// Late says that he was not on the list yet when he came: a later message declared him.
	Late bool
}

// Stranger is somebody who came on the flight and is on no list of it.
type Stranger struct {
	Identity traveldoc.Identity
	Document traveldoc.Document
	Arrival  Arrival
}

// Flight is a flight, reconciled.
type Flight struct {
	Persons    []Person
	Undeclared []Stranger
	Counts     Counts
}

// Counts are the numbers of a flight; each is that of rows.
type Counts struct {
	Declared   int // neither taken off nor left behind
	Arrived    int // of those on the lists, taken off or not
	Absent     int // declared, and not arrived
	Unforeseen int // arrived although the carrier had taken them off or left them behind
	Late       int // arrived before they were declared
	Undeclared int
	Differing  int
}

// Book reads flights.
type Book struct {
	db        *postgres.DB
	manifests apipnr.Manifests
	matcher   expected.Matcher
}

// New makes a Book. The matcher finds who of the undeclared was declared later.
func New(db *postgres.DB, manifests apipnr.Manifests, matcher expected.Matcher) *Book {
	return &Book{db, manifests, matcher}
}

// standingSQL: of each inspection at a station only the newest decision that nobody annulled counts; the referral of a decision is the
// crossing that it ends.
const standingSQL = `
SELECT e.person, e.crossing_id, e.station, e.crossed_at, e.direction, e.verdict, e.differences, e.hit, c.payload -> 'identity', c.payload -> 'document'
FROM expected_crossing e JOIN crossing c ON c.crossing_id = e.crossing_id AND c.crossed_at = e.crossed_at
WHERE e.flight = $1 AND c.annulled_at IS NULL
    AND NOT EXISTS (SELECT FROM expected_crossing n JOIN crossing d ON d.crossing_id = n.crossing_id AND d.crossed_at = n.crossed_at
        WHERE n.flight = e.flight AND d.annulled_at IS NULL AND d.payload ->> 'referral' = e.crossing_id::text)
ORDER BY e.crossed_at, e.crossing_id`

// OfFlight is a flight, reconciled, in the order of the persons' names. The look is audited.
func (b *Book) OfFlight(ctx context.Context, flight uuid.UUID, entry audit.Entry) (f Flight, err error) {
	persons, err := b.manifests.OfFlight(ctx, flight)
	if err != nil {
		return f, fmt.Errorf("reconcile flight %s: %w", flight, err)
	}
	var rows []row
	err = b.db.InTx(ctx, func(tx pgx.Tx) error {
		if rows, err = read(ctx, tx, flight); err != nil {
			return err
		}
		entry.ResultCount = len(persons) + len(rows)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return f, fmt.Errorf("reconcile flight %s: %w", flight, err)
	}
	f = b.join(persons, rows)
	f.Counts = f.count()
	return f, nil
}

type row struct {
	person   *uuid.UUID
	arrival  Arrival
	identity traveldoc.Identity
	document traveldoc.Document
}

func read(ctx context.Context, tx pgx.Tx, flight uuid.UUID) ([]row, error) {
	got, err := tx.Query(ctx, standingSQL, flight)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(got, func(r pgx.CollectableRow) (out row, err error) {
		var identity, document []byte
		a := &out.arrival
		err = r.Scan(&out.person, &a.Crossing, &a.Station, &a.At, &a.Direction, &a.Verdict, &a.Differences, &a.Hit, &identity, &document)
		if err != nil {
			return out, err
		}
		a.At = a.At.UTC()
		if err := json.Unmarshal(identity, &out.identity); err != nil {
			return out, err
		}
		err = json.Unmarshal(document, &out.document)
		out.document.MRZ = ""
		return out, err
	})
}

// join gives every arrival to its person: to whom the counter found, and of the undeclared to whom a later message declared. An arrival of
// a person who is no longer known by that number (two records became one) is looked for as an undeclared one.
func (b *Book) join(persons []apipnr.Expected, rows []row) (f Flight) {
	f.Persons = make([]Person, len(persons))
	at := make(map[uuid.UUID]int, len(persons))
	for n, e := range persons {
		f.Persons[n].Expected = e
		at[e.ID] = n
	}
	for _, r := range rows {
		n, known := -1, false
		if r.person != nil {
			n, known = at[*r.person]
		}
		late := false
		if !known {
			n, late = b.declared(persons, r), r.person == nil
			known = n >= 0
		}
		if !known {
			f.Undeclared = append(f.Undeclared, Stranger{r.identity, r.document, r.arrival})
			continue
		}
		arrival := r.arrival
		f.Persons[n].Arrival, f.Persons[n].Late = &arrival, late
	}
	return f
}

// declared is who of the persons a traveller is, -1 when he is none of them or may be several.
func (b *Book) declared(persons []apipnr.Expected, r row) int {
	found := make([]expected.Found, 0, len(persons))
	at := make(map[uuid.UUID]int, len(persons))
	for n, e := range persons {
		if !e.Masked {
			found = append(found, expected.Found{Person: expected.PersonOf(e, nil)})
			at[e.ID] = n
		}
	}
	s := border.Subject{Identity: r.identity, Document: r.document, At: r.arrival.At, Direction: r.arrival.Direction}
	if c, is := b.matcher.One(s, found); is {
		return at[c.Person.ID]
	}
	return -1
}

func (f Flight) count() (c Counts) {
	c.Undeclared = len(f.Undeclared)
	for _, p := range f.Persons {
		declared := p.Expected.Status != apipnr.StatusCancelled && p.Expected.Status != apipnr.StatusNotOnBoard
		switch {
		case declared && p.Arrival == nil:
			c.Absent++
		case !declared && p.Arrival != nil:
			c.Unforeseen++
		}
		if declared {
			c.Declared++
		}
		if p.Arrival == nil {
			continue
		}
		c.Arrived++
		if p.Late {
			c.Late++
		}
		if p.Arrival.Differences > 0 {
			c.Differing++
		}
	}
	return c
}
