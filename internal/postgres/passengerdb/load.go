package passengerdb

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
)

// personColumns are read by scanPerson.
const personColumns = `p.id, p.flight_id, p.version, p.kind, p.status, p.api_message, p.pnr_message, p.api_seq, p.pnr_seq, p.pnr_cancelled,
	p.reservation, p.created_at, p.changed_at, p.masked_at IS NOT NULL OR i.sealed IS NULL, i.sealed`

const fromPersons = ` FROM passenger_person p LEFT JOIN passenger_identity i ON i.person_id = p.id `

// personRow is a person as he stands in his tables.
type personRow struct {
	*manifest.Person
	reservation []byte // mark
	sealed      []byte
}

func scanPerson(row pgx.CollectableRow) (r personRow, err error) {
	p := &manifest.Person{}
	var kind, status string
	var api, pnr *uuid.UUID
	err = row.Scan(&p.ID, &p.Flight, &p.Version, &kind, &status, &api, &pnr, &p.APISeq, &p.PNRSeq, &p.PNRCancelled, &r.reservation,
		&p.CreatedAt, &p.ChangedAt, &p.Masked, &r.sealed)
	p.Kind, p.Status = apipnr.Kind(kind), apipnr.PersonStatus(status)
	p.CreatedAt, p.ChangedAt = p.CreatedAt.UTC(), p.ChangedAt.UTC()
	if api != nil {
		p.APIMessage = *api
	}
	if pnr != nil {
		p.PNRMessage = *pnr
	}
	r.Person = p
	return r, err
}

// open opens what is sealed of a person. One whose key is destroyed is masked.
func (r personRow) open(keys map[uuid.UUID]*vault.DataKey) error {
	key := keys[r.Flight]
	if r.sealed == nil || key == nil {
		r.Masked = true
		return nil
	}
	var i identity
	if err := open(key, identityKind, r.ID, r.sealed, &i); err != nil {
		return err
	}
	i.unpack(r.Person)
	return nil
}

// flightKeys opens the keys of flights; those that are destroyed are left out.
func (s *Store) flightKeys(ctx context.Context, q querier, flights []uuid.UUID) (map[uuid.UUID]*vault.DataKey, error) {
	subjects := make([]string, len(flights))
	of := make(map[string]uuid.UUID, len(flights))
	for n, id := range flights {
		subjects[n] = FlightSubject(id)
		of[subjects[n]] = id
	}
	rows, err := q.Query(ctx, `SELECT subject, id, generation, wrapped FROM passenger_key WHERE subject = ANY ($1) AND wrapped IS NOT NULL`, subjects)
	if err != nil {
		return nil, err
	}
	var k sealdb.Key
	var subject string
	keys := make(map[uuid.UUID]*vault.DataKey, len(flights))
	_, err = pgx.ForEachRow(rows, []any{&subject, &k.ID, &k.Generation, &k.Wrapped}, func() error {
		key, err := k.Open(s.o.Wrapping)
		if errors.Is(err, vault.ErrDestroyed) {
			return nil
		}
		keys[of[subject]] = key
		return err
	})
	return keys, err
}

// loaded is a flight's manifest with the keys that it was opened with; nil while it has none.
type loaded struct {
	*manifest.Manifest
	key, escrow *vault.DataKey
}

// load locks the flight that a message names, or makes it, and gives who is expected on it: everybody, or, when hints are given, those who
// may be one of the travellers of a small message. What waits to be written goes before.
func (s *Store) load(ctx context.Context, tx pgx.Tx, say saying, hints [][]byte, before *pgx.Batch) (loaded, error) {
	f, err := s.lockFlight(ctx, tx, say, before)
	if err != nil {
		return loaded{}, err
	}
	l := loaded{Manifest: manifest.Of(f.ExpectedFlight, s.tools())}
	l.PushSeq, l.StatusSeq, l.Roster = f.pushSeq, f.statusSeq, f.roster
	if f.fresh {
		return l, nil
	}
	if moved(f.Flight, say.flight) {
		hints = nil // it is news for everybody
	}
	b := &pgx.Batch{}
	b.Queue(`SELECT subject, id, generation, wrapped FROM passenger_key WHERE subject IN ($1, $2)`, FlightSubject(f.ID),
		EscrowSubject(f.ID)).Query(func(rows pgx.Rows) error { return s.openKeys(rows, &l) })
	b.Queue(`SELECT `+personColumns+fromPersons+`WHERE p.flight_id = $1 AND p.merged_into IS NULL
			AND ($2::bytea[] IS NULL OR p.id = ANY (ARRAY (SELECT person_id FROM passenger_index WHERE mark = ANY ($2))))
		ORDER BY p.created_at, p.id`, f.ID, hints).Query(func(rows pgx.Rows) error {
		return l.openPersons(rows)
	})
	if hints == nil {
		b.Queue(`SELECT message_id, seq, cancelled, mark, sealed FROM passenger_reservation WHERE flight_id = $1`, f.ID).
			Query(func(rows pgx.Rows) error { return l.openReservations(rows) })
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return loaded{}, err
	}
	l.Prepare()
	return l, nil
}

// moved reports whether what is said of a flight may change its times.
func moved(f, said apipnr.Flight) bool {
	news := func(was, is apipnr.LocalTime) bool { return !is.IsZero() && is != was && (is.HasTime || was.IsZero()) }
	return news(f.Departure, said.Departure) || news(f.Arrival, said.Arrival)
}

func (s *Store) openKeys(rows pgx.Rows, l *loaded) error {
	var subject string
	var k sealdb.Key
	_, err := pgx.ForEachRow(rows, []any{&subject, &k.ID, &k.Generation, &k.Wrapped}, func() error {
		into, w := &l.key, s.o.Wrapping
		if subject == EscrowSubject(l.Flight.ID) {
			into, w = &l.escrow, s.o.Escrow
		}
		key, err := k.Open(w)
		if errors.Is(err, vault.ErrDestroyed) {
			l.Erased = true
			return nil
		}
		*into = key
		return err
	})
	return err
}

func (l *loaded) openPersons(rows pgx.Rows) error {
	list, err := pgx.CollectRows(rows, scanPerson)
	if err != nil {
		return err
	}
	keys := map[uuid.UUID]*vault.DataKey{l.Flight.ID: l.key}
	for _, r := range list {
		if err := r.open(keys); err != nil {
			return err
		}
		r.Key = l.Flight.Key()
		l.Persons = append(l.Persons, r.Person)
	}
	return nil
}

func (l *loaded) openReservations(rows pgx.Rows) error {
	var r manifest.Reservation
	var cancelled bool
	var mark, sealed []byte
	_, err := pgx.ForEachRow(rows, []any{&r.Message, &r.Seq, &cancelled, &mark, &sealed}, func() error {
		if l.key == nil {
			return nil
		}
		kept, err := openReservation(l.key, l.Flight.ID, mark, sealed)
		if err != nil {
			return err
		}
		r.Reservation = kept.Reservation
		r.Cancelled = cancelled
		one := r
		l.Reservations[kept.Key] = &one
		return nil
	})
	return err
}

// fewTravellers is up to how many travellers of a list a message is small: beyond it, all of the flight is read at once.
const fewTravellers = 20

// hints are the marks by which those are found whom a small message of a list may mean; nil when everybody on the flight is needed.
func (s *Store) hints(ctx context.Context, m *apipnr.Message) ([][]byte, error) {
	switch m.Function {
	case apipnr.List, apipnr.CrewList, apipnr.Change, apipnr.Cancel, apipnr.Reduce:
	default:
		return nil, nil
	}
	if len(m.Travellers) > fewTravellers || len(m.Travellers) == 0 {
		return nil, nil
	}
	key, err := s.indexKey(ctx)
	if err != nil {
		return nil, err
	}
	list := [][]byte{}
	for n := range m.Travellers {
		marks, err := marksOfTravellers(key, &m.Travellers[n])
		if err != nil {
			return nil, err
		}
		for _, one := range marks {
			list = append(list, one.mark)
		}
	}
	return list, nil
}

// reservation is what is sealed of a reservation.
type reservation struct {
	Key         string             `json:"key"`
	Reservation apipnr.Reservation `json:"reservation"`
}
