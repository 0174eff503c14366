package passengerdb

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/vault"
)

// enforcing is one act of the law on what one source told of a flight's persons.
type enforcing struct {
	*Store
	profile   law.Profile
	source    law.Source
	act       string
	flight    uuid.UUID
	followers []Follower

	key, escrow, index *vault.DataKey // nil once destroyed
	touched            []uuid.UUID
	gone               []uuid.UUID // of whom nothing is left to be seen
	spared             int
}

func (e *enforcing) run(ctx context.Context) (persons int, err error) {
	err = e.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT FROM passenger_flight WHERE id = $1 FOR UPDATE`, e.flight); err != nil {
			return err
		}
		if err := e.open(ctx, tx); err != nil {
			return err
		}
		list, err := e.rows(ctx, tx)
		if err != nil {
			return err
		}
		if list, err = e.unpointed(ctx, tx, list); err != nil {
			return err
		}
		b := &pgx.Batch{}
		for _, r := range list {
			if err := e.person(b, r); err != nil {
				return err
			}
		}
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		if err := e.bookings(ctx, tx); err != nil {
			return err
		}
		return e.finish(ctx, tx)
	})
	return len(e.touched), err
}

// open opens the flight's keys as far as they are there.
func (e *enforcing) open(ctx context.Context, tx pgx.Tx) (err error) {
	for _, k := range []struct {
		into    **vault.DataKey
		subject string
		w       vault.Wrapping
	}{{&e.key, FlightSubject(e.flight), e.o.Wrapping}, {&e.escrow, EscrowSubject(e.flight), e.o.Escrow}} {
		*k.into, err = e.subjects(k.w).Find(ctx, tx, k.subject)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) && !errors.Is(err, vault.ErrDestroyed) {
			return err
		}
	}
	e.index, err = e.indexKey(ctx)
	return err
}

// lawRow is a person with both copies.
type lawRow struct {
	id               uuid.UUID
	api, pnr         bool
	identity, escrow []byte
}

func (e *enforcing) rows(ctx context.Context, tx pgx.Tx) ([]lawRow, error) {
	rows, err := tx.Query(ctx, `SELECT p.id, p.api, p.pnr, i.sealed, c.sealed FROM passenger_person p LEFT JOIN passenger_identity i ON i.person_id = p.id
		LEFT JOIN passenger_escrow c ON c.person_id = p.id WHERE p.flight_id = $1 ORDER BY p.id`, e.flight)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r lawRow, err error) {
		err = row.Scan(&r.id, &r.api, &r.pnr, &r.identity, &r.escrow)
		return r, err
	})
}

// unpointed leaves out those whom something points at, when the act is about the others.
func (e *enforcing) unpointed(ctx context.Context, tx pgx.Tx, list []lawRow) ([]lawRow, error) {
	if e.act != actUnmatched {
		return list, nil
	}
	ids := make([]uuid.UUID, len(list))
	for n, r := range list {
		ids[n] = r.id
	}
	for _, f := range e.followers {
		pointed, err := f.Pointed(ctx, tx, ids)
		if err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(r lawRow) bool {
			spared := slices.Contains(pointed, r.id)
			if spared {
				e.spared++
			}
			return spared
		})
	}
	return list, nil
}

// person strips both copies of a person, or the first one when the act is to mask.
func (e *enforcing) person(b *pgx.Batch, r lawRow) error {
	left, found, err := e.strip(b, r.id, r.identity, e.key, "passenger_identity")
	if err != nil {
		return err
	}
	if e.act != string(law.Mask) {
		_, kept, err := e.strip(b, r.id, r.escrow, e.escrow, "passenger_escrow")
		if err != nil {
			return err
		}
		found = found || kept
	}
	if !found {
		return nil
	}
	e.touched = append(e.touched, r.id)
	b.Queue(`DELETE FROM passenger_change WHERE person_id = $1 AND source = $2`, r.id, string(e.source))
	b.Queue(`DELETE FROM passenger_index WHERE person_id = $1`, r.id)
	if left == nil {
		e.gone = append(e.gone, r.id)
		b.Queue(`UPDATE passenger_person SET masked_at = coalesce(masked_at, $2) WHERE id = $1`, r.id, e.clock())
		return nil
	}
	marks, err := marksOf(e.index, left)
	for _, m := range marks {
		b.Queue(`INSERT INTO passenger_index (person_id, flight_id, kind, mark) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, r.id, e.flight, m.kind, m.mark)
	}
	return err
}

// strip takes the source out of one sealed copy. left is nil when nothing is left in it; found says that there was something to take.
func (e *enforcing) strip(b *pgx.Batch, id uuid.UUID, sealed []byte, key *vault.DataKey, table string) (left *manifest.Person, found bool, err error) {
	if sealed == nil || key == nil {
		return nil, false, nil
	}
	var i identity
	if err := open(key, identityKind, id, sealed, &i); err != nil {
		return nil, false, err
	}
	p := &manifest.Person{}
	i.unpack(p)
	p.ID = id
	found = e.source == law.API && p.API != nil || e.source == law.PNR && p.PNR != nil
	if !found && (p.API != nil || p.PNR != nil) {
		return p, false, nil
	}
	if !p.Strip(e.source == law.API, e.source == law.PNR, e.tools()) {
		b.Queue(`DELETE FROM `+table+` WHERE person_id = $1`, id)
		return nil, true, nil
	}
	_, again, err := seal(key, identityKind, id, packPerson(p))
	b.Queue(`UPDATE `+table+` SET sealed = $2 WHERE person_id = $1`, id, again)
	return p, true, err
}

// bookings masks or deletes the flight's reservations, with the data of PNR. Of unmatched ones those stay that somebody spared is in.
func (e *enforcing) bookings(ctx context.Context, tx pgx.Tx) error {
	if e.source != law.PNR {
		return nil
	}
	if e.act == string(law.Mask) && e.key != nil && e.escrow != nil {
		if err := e.escrowBookings(ctx, tx); err != nil {
			return err
		}
	}
	const spared = ` AND NOT EXISTS (SELECT FROM passenger_person p WHERE p.flight_id = r.flight_id AND p.reservation = r.mark AND NOT p.id = ANY ($2))`
	condition, arguments := "", []any{e.flight}
	if e.act == actUnmatched {
		condition, arguments = spared, append(arguments, e.touched)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM passenger_reservation r WHERE r.flight_id = $1`+condition, arguments...); err != nil {
		return err
	}
	if e.act == string(law.Mask) {
		return nil
	}
	_, err := tx.Exec(ctx, `DELETE FROM passenger_booking_escrow r WHERE r.flight_id = $1`+condition, arguments...)
	return err
}

func (e *enforcing) escrowBookings(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT mark, sealed FROM passenger_reservation WHERE flight_id = $1`, e.flight)
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	var mark, sealed []byte
	_, err = pgx.ForEachRow(rows, []any{&mark, &sealed}, func() error {
		kept, err := openReservation(e.key, e.flight, mark, sealed)
		if err != nil {
			return err
		}
		_, again, err := seal(e.escrow, reservationAt(mark), e.flight, kept)
		b.Queue(`INSERT INTO passenger_booking_escrow (flight_id, mark, sealed) VALUES ($1, $2, $3)
			ON CONFLICT (flight_id, mark) DO UPDATE SET sealed = excluded.sealed`, e.flight, slices.Clone(mark), again)
		return err
	})
	if err != nil {
		return err
	}
	return tx.SendBatch(ctx, b).Close()
}

// finish destroys keys under which nothing is left, lets the followers forget, and writes down what was done.
func (e *enforcing) finish(ctx context.Context, tx pgx.Tx) error {
	if len(e.touched) > 0 {
		for _, f := range e.followers {
			if err := f.Forget(ctx, tx, e.gone); err != nil {
				return err
			}
		}
	}
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM passenger_change c WHERE c.flight_id = $1 AND NOT EXISTS (SELECT FROM passenger_identity i WHERE i.flight_id = $1)`, e.flight)
	b.Queue(`UPDATE passenger_flight SET masked_at = coalesce(masked_at, $2)
		WHERE id = $1 AND NOT EXISTS (SELECT FROM passenger_identity i WHERE i.flight_id = $1)`, e.flight, e.clock())
	b.Queue(`UPDATE passenger_key SET wrapped = NULL, destroyed_at = $3 WHERE subject = $2 AND wrapped IS NOT NULL
		AND NOT EXISTS (SELECT FROM passenger_identity i WHERE i.flight_id = $1) AND NOT EXISTS (SELECT FROM passenger_reservation r WHERE r.flight_id = $1)`,
		e.flight, FlightSubject(e.flight), e.clock())
	b.Queue(`UPDATE passenger_key SET wrapped = NULL, destroyed_at = $3 WHERE subject = $2 AND wrapped IS NOT NULL
		AND NOT EXISTS (SELECT FROM passenger_escrow i WHERE i.flight_id = $1) AND NOT EXISTS (SELECT FROM passenger_booking_escrow r WHERE r.flight_id = $1)`,
		e.flight, EscrowSubject(e.flight), e.clock())
	// Of whom no copy is left, not even what a count could single out.
	b.Queue(`UPDATE passenger_person p SET nationality = '', nationality_sent = '', nationality_odd = false, reservation = NULL
		WHERE p.flight_id = $1 AND NOT EXISTS (SELECT FROM passenger_escrow c WHERE c.person_id = p.id)
			AND NOT EXISTS (SELECT FROM passenger_identity i WHERE i.person_id = p.id)`, e.flight)
	b.Queue(`INSERT INTO passenger_note (work, person_id, flight_id, version, at) SELECT $3, id, flight_id, version, $2 FROM passenger_person
		WHERE id = ANY ($1)`, e.touched, e.clock(), string(apipnr.WorkPublish)) // what the stations were told goes too
	b.Queue(`INSERT INTO passenger_law (flight_id, source, act, at, profile, version, persons, spared) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (flight_id, source, act) DO UPDATE SET at = excluded.at, profile = excluded.profile, version = excluded.version,
			persons = passenger_law.persons + excluded.persons, spared = excluded.spared`,
		e.flight, string(e.source), e.act, e.clock(), e.profile.ID, e.profile.Version, len(e.touched), e.spared)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	if len(e.touched) == 0 {
		return nil
	}
	return auditlog.Insert(ctx, tx, e.lawEntry(e.profile, "passenger_flight", e.flight.String(), e.act+" "+string(e.source), len(e.touched)))
}
