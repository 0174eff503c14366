package passengerdb

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/internal/vault"
)

// What is not there.
var (
	errNoFlight  = problem.New(problem.NotFound, "passenger_flight_unknown")
	errNoPerson  = problem.New(problem.NotFound, "passenger_unknown")
	errNoMessage = problem.New(problem.NotFound, "passenger_message_unknown")
	errErased    = problem.New(problem.Conflict, "passenger_message_erased")
)

func itoa(n int) string { return strconv.Itoa(n) }

// Detail is a person with everything that is known of him.
type Detail struct {
	apipnr.Expected
	OnFlight apipnr.ExpectedFlight
	// APIPlaces and PNRPlaces say for each field in which message it stands, and where.
	APIPlaces, PNRPlaces []manifest.Place
	NationalitySent      string
	NationalityOdd       bool // sent, and no code that is known
	PNRCancelled         bool
	Changes              []ChangeRow
	// Companions are the others of the reservation on this flight.
	Companions []apipnr.Expected
}

// ChangeRow is what a message changed of a person.
type ChangeRow struct {
	ID      int64
	Person  uuid.UUID
	Message uuid.UUID
	At      time.Time
	Version int
	Source  manifest.Source
	Kind    manifest.ChangeKind
	Fields  []string
	// Values are from what to what; empty of who was new, and once the law has masked the person.
	Values []manifest.FieldChange
}

// given is what was read, or nothing: a read that failed, or that is not in the audit log, gives nothing to see.
func given[T any](read T, err error) (T, error) {
	if err != nil {
		var nothing T
		return nothing, err
	}
	return read, nil
}

// Person shows a person to somebody, API and PNR side by side: the read is audited in the same transaction.
func (s *Store) Person(ctx context.Context, id uuid.UUID, entry audit.Entry) (d Detail, err error) {
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		if d, err = s.detail(ctx, tx, id); err != nil {
			return err
		}
		entry.ResultCount = 1
		return auditlog.Insert(ctx, tx, entry)
	})
	return given(d, wrap(err, "show an expected person"))
}

func (s *Store) detail(ctx context.Context, tx pgx.Tx, id uuid.UUID) (d Detail, err error) {
	rows, err := tx.Query(ctx, `SELECT `+personColumns+fromPersons+`WHERE p.id = $1 AND p.merged_into IS NULL`, id)
	if err != nil {
		return d, err
	}
	row, err := pgx.CollectExactlyOneRow(rows, scanPerson)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, errNoPerson
	}
	if err != nil {
		return d, err
	}
	list, err := s.opened(ctx, tx, []personRow{row}) // opens row.Person too
	if err != nil {
		return d, err
	}
	d.Expected, d.APIPlaces, d.PNRPlaces, d.PNRCancelled = list[0], row.APIPlaces, row.PNRPlaces, row.PNRCancelled
	flights, err := s.flightsByID(ctx, tx, []uuid.UUID{d.Flight})
	if err != nil {
		return d, err
	}
	d.OnFlight = flights[0]
	err = tx.QueryRow(ctx, `SELECT nationality_sent, nationality_odd FROM passenger_person WHERE id = $1`, id).Scan(&d.NationalitySent, &d.NationalityOdd)
	if err != nil {
		return d, err
	}
	if row.reservation != nil && !d.Masked {
		d.Companions, err = s.persons(ctx, tx, `p.flight_id = $1 AND p.reservation = $2 AND p.id <> $3 AND p.merged_into IS NULL ORDER BY p.place, p.id`,
			d.Flight, row.reservation, id)
		if err != nil {
			return d, err
		}
	}
	d.Changes, err = s.changeRows(ctx, tx, d.Flight, `c.person_id = $1`, id)
	return d, err
}

// ChangesOf shows what a message changed: the read is audited in the same transaction.
func (s *Store) ChangesOf(ctx context.Context, message uuid.UUID, entry audit.Entry) (list []ChangeRow, err error) {
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		var flight *uuid.UUID
		err := tx.QueryRow(ctx, `SELECT flight_id FROM passenger_message WHERE id = $1`, message).Scan(&flight)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoMessage
		}
		if err != nil {
			return err
		}
		if flight != nil {
			if list, err = s.changeRows(ctx, tx, *flight, `c.message_id = $1`, message); err != nil {
				return err
			}
		}
		entry.ResultCount = len(list)
		return auditlog.Insert(ctx, tx, entry)
	})
	return given(list, wrap(err, "show what a message changed"))
}

// ChangesOfFlight shows what the messages of a flight changed, the newest first: the read is audited in the same transaction.
func (s *Store) ChangesOfFlight(ctx context.Context, flight uuid.UUID, entry audit.Entry) (list []ChangeRow, err error) {
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		if list, err = s.changeRows(ctx, tx, flight, `c.flight_id = $1`, flight); err != nil {
			return err
		}
		entry.ResultCount = len(list)
		return auditlog.Insert(ctx, tx, entry)
	})
	return given(list, wrap(err, "show what messages changed of a flight"))
}

func (s *Store) changeRows(ctx context.Context, tx pgx.Tx, flight uuid.UUID, where string, arg any) ([]ChangeRow, error) {
	keys, err := s.flightKeys(ctx, tx, []uuid.UUID{flight})
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT c.id, c.person_id, c.message_id, c.at, c.version, c.source, c.kind, c.fields,
			CASE WHEN p.masked_at IS NULL THEN c.sealed END
		FROM passenger_change c JOIN passenger_person p ON p.id = c.person_id WHERE `+where+` ORDER BY c.id DESC`, arg)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c ChangeRow, err error) {
		var sealed []byte
		if err := row.Scan(&c.ID, &c.Person, &c.Message, &c.At, &c.Version, &c.Source, &c.Kind, &c.Fields, &sealed); err != nil {
			return c, err
		}
		c.At = c.At.UTC()
		if key := keys[flight]; sealed != nil && key != nil {
			err = openFields(key, c.Person, sealed, &c.Values)
		}
		return c, err
	})
}

func openFields(key *vault.DataKey, person uuid.UUID, sealed []byte, into *[]manifest.FieldChange) error {
	return open(key, changeKind, person, sealed, into)
}
