package passengerdb

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/internal/vault"
)

// save queues what was applied to a manifest: persons with their sealed copies and marks, reservations, changes, and the notes of work.
func (s *Store) save(ctx context.Context, tx pgx.Tx, b *pgx.Batch, l loaded, now time.Time) error {
	m := l.Manifest
	touched, reservations := m.Touched(), m.TouchedReservations()
	if m.FlightChanged {
		if err := s.saveFlight(b, m); err != nil {
			return err
		}
	}
	if len(touched)+len(reservations) == 0 {
		return nil
	}
	k := sealing{flight: m.Flight.ID, now: now, tools: s.tools(), key: l.key, escrow: l.escrow}
	var err error
	if k.index, err = s.indexKey(ctx); err != nil {
		return err
	}
	if k.key == nil {
		if k.key, err = s.subjects(s.o.Wrapping).Make(ctx, tx, FlightSubject(m.Flight.ID)); err != nil {
			return err
		}
	}
	if k.escrow == nil {
		if k.escrow, err = s.subjects(s.o.Escrow).Make(ctx, tx, EscrowSubject(m.Flight.ID)); err != nil {
			return err
		}
	}
	for _, queue := range []func() error{
		func() error { return k.persons(b, touched) },
		func() error { return k.reservations(b, reservations) },
		func() error { return k.changes(b, m.Changes) },
	} {
		if err := queue(); err != nil {
			return err
		}
	}
	b.Queue(countPersons, m.Flight.ID)
	b.Queue(`DELETE FROM passenger_law WHERE flight_id = $1 AND source = ANY ($2)`, m.Flight.ID, sourcesOf(touched, reservations))
	return nil
}

// sourcesOf are the sources whose data is written. What the law did to what they had told of the flight before, it is to do again.
func sourcesOf(touched []*manifest.Person, reservations map[string]*manifest.Reservation) []string {
	list := []string{}
	if slices.ContainsFunc(touched, func(p *manifest.Person) bool { return p.API != nil }) {
		list = append(list, string(law.API))
	}
	if len(reservations) > 0 || slices.ContainsFunc(touched, func(p *manifest.Person) bool { return p.PNR != nil }) {
		list = append(list, string(law.PNR))
	}
	return list
}

// sealing seals what belongs to one flight.
type sealing struct {
	flight             uuid.UUID
	key, escrow, index *vault.DataKey
	now                time.Time
	tools              manifest.Tools
}

// personColumn are columns of persons, as lists.
type personLists struct {
	ids                           []uuid.UUID
	versions, places              []int
	kinds, statuses, nations      []string
	sent                          []string
	odd, api, pnr, pnrOff         []bool
	apiMessages, pnrMessages      []*uuid.UUID
	merged                        []*uuid.UUID
	apiSeqs, pnrSeqs              []int64
	reservations, sealed, escrows [][]byte
	created, changed              []time.Time

	markPersons []uuid.UUID
	markKinds   []int
	marks       [][]byte
}

func (k sealing) persons(b *pgx.Batch, touched []*manifest.Person) error {
	if len(touched) == 0 {
		return nil
	}
	var l personLists
	for _, p := range touched {
		if err := k.person(&l, p); err != nil {
			return err
		}
	}
	b.Queue(`INSERT INTO passenger_person (id, flight_id, version, kind, status, nationality, nationality_sent, nationality_odd, api, pnr, api_message,
			pnr_message, api_seq, pnr_seq, pnr_cancelled, reservation, place, merged_into, created_at, changed_at)
		SELECT id, $1, version, kind, status, nationality, sent, odd, api, pnr, api_message, pnr_message, api_seq, pnr_seq, pnr_off, reservation,
			place, merged, created, changed
		FROM unnest($2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[], $9::bool[], $10::bool[], $11::uuid[], $12::uuid[],
			$13::bigint[], $14::bigint[], $15::bool[], $16::bytea[], $17::int[], $18::uuid[], $19::timestamptz[], $20::timestamptz[])
			q(id, version, kind, status, nationality, sent, odd, api, pnr, api_message, pnr_message, api_seq, pnr_seq, pnr_off, reservation, place,
			merged, created, changed)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, kind = excluded.kind, status = excluded.status, nationality = excluded.nationality,
			nationality_sent = excluded.nationality_sent, nationality_odd = excluded.nationality_odd, api = excluded.api, pnr = excluded.pnr,
			api_message = excluded.api_message, pnr_message = excluded.pnr_message, api_seq = excluded.api_seq, pnr_seq = excluded.pnr_seq,
			pnr_cancelled = excluded.pnr_cancelled, reservation = excluded.reservation, place = excluded.place, merged_into = excluded.merged_into,
			changed_at = excluded.changed_at`,
		k.flight, l.ids, l.versions, l.kinds, l.statuses, l.nations, l.sent, l.odd, l.api, l.pnr, l.apiMessages, l.pnrMessages, l.apiSeqs, l.pnrSeqs,
		l.pnrOff, l.reservations, l.places, l.merged, l.created, l.changed)
	for table, sealed := range map[string][][]byte{"passenger_identity": l.sealed, "passenger_escrow": l.escrows} {
		b.Queue(`INSERT INTO `+table+` (person_id, flight_id, sealed) SELECT id, $1, sealed FROM unnest($2::uuid[], $3::bytea[]) q(id, sealed)
			ON CONFLICT (person_id) DO UPDATE SET sealed = excluded.sealed`, k.flight, l.ids, sealed)
	}
	b.Queue(`DELETE FROM passenger_index WHERE person_id = ANY ($1)`, l.ids)
	b.Queue(`INSERT INTO passenger_index (person_id, flight_id, kind, mark) SELECT person, $1, kind, mark
		FROM unnest($2::uuid[], $3::smallint[], $4::bytea[]) q(person, kind, mark)`, k.flight, l.markPersons, l.markKinds, l.marks)
	b.Queue(`INSERT INTO passenger_note (work, person_id, flight_id, version, at) SELECT work, id, $1, version, $2
		FROM unnest($3::uuid[], $4::int[]) q(id, version), unnest($5::text[]) w(work)`, k.flight, k.now, l.ids, l.versions, works())
	return nil
}

func works() []string {
	list := make([]string, 0, len(apipnr.Works()))
	for _, w := range apipnr.Works() {
		list = append(list, string(w))
	}
	return list
}

func (k sealing) person(l *personLists, p *manifest.Person) error {
	plain, sealed, err := seal(k.key, identityKind, p.ID, packPerson(p))
	if err != nil {
		return err
	}
	escrow, err := k.escrow.Seal(vault.Place{Kind: identityKind, Exhibit: p.ID, Version: formVersion}, plain)
	if err != nil {
		return err
	}
	sent, known := p.SentNationality(k.tools)
	place, reservation := -1, []byte(nil)
	if p.Reservation != "" {
		if reservation, err = mark(k.index, markReservation, p.Reservation); err != nil {
			return err
		}
		place = p.PNR.Reservation
	}
	l.ids, l.versions, l.places = append(l.ids, p.ID), append(l.versions, p.Version), append(l.places, place)
	l.kinds, l.statuses = append(l.kinds, string(p.Kind)), append(l.statuses, string(p.Status))
	l.nations, l.sent, l.odd = append(l.nations, p.Identity.Nationality), append(l.sent, sent), append(l.odd, !known)
	l.api, l.pnr, l.pnrOff = append(l.api, p.API != nil), append(l.pnr, p.PNR != nil), append(l.pnrOff, p.PNRCancelled)
	l.apiMessages, l.pnrMessages = append(l.apiMessages, orNil(p.APIMessage)), append(l.pnrMessages, orNil(p.PNRMessage))
	l.merged = append(l.merged, orNil(p.MergedInto))
	l.apiSeqs, l.pnrSeqs = append(l.apiSeqs, p.APISeq), append(l.pnrSeqs, p.PNRSeq)
	l.reservations, l.sealed, l.escrows = append(l.reservations, reservation), append(l.sealed, sealed), append(l.escrows, escrow)
	l.created, l.changed = append(l.created, micro(p.CreatedAt)), append(l.changed, micro(p.ChangedAt))
	if p.MergedInto != uuid.Nil {
		return nil // found no more
	}
	return k.marks(l, p)
}

func (k sealing) marks(l *personLists, p *manifest.Person) error {
	marks, err := marksOf(k.index, p)
	for _, m := range marks {
		l.markPersons, l.markKinds, l.marks = append(l.markPersons, p.ID), append(l.markKinds, m.kind), append(l.marks, m.mark)
	}
	return err
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func (k sealing) reservations(b *pgx.Batch, touched map[string]*manifest.Reservation) error {
	if len(touched) == 0 {
		return nil
	}
	var marks, sealed [][]byte
	var messages []uuid.UUID
	var seqs []int64
	var cancelled []bool
	for key, r := range touched {
		m, err := mark(k.index, markReservation, key)
		if err != nil {
			return err
		}
		_, s, err := seal(k.key, reservationAt(m), k.flight, reservation{key, r.Reservation})
		if err != nil {
			return err
		}
		marks, sealed, messages = append(marks, m), append(sealed, s), append(messages, r.Message)
		seqs, cancelled = append(seqs, r.Seq), append(cancelled, r.Cancelled)
	}
	b.Queue(`INSERT INTO passenger_reservation (flight_id, mark, message_id, seq, cancelled, sealed, changed_at)
		SELECT $1, mark, message, seq, cancelled, sealed, $2
		FROM unnest($3::bytea[], $4::uuid[], $5::bigint[], $6::bool[], $7::bytea[]) q(mark, message, seq, cancelled, sealed)
		ON CONFLICT (flight_id, mark) DO UPDATE SET message_id = excluded.message_id, seq = excluded.seq, cancelled = excluded.cancelled,
			sealed = excluded.sealed, changed_at = excluded.changed_at`, k.flight, k.now, marks, messages, seqs, cancelled, sealed)
	return nil
}

func (k sealing) changes(b *pgx.Batch, list []manifest.Change) error {
	if len(list) == 0 {
		return nil
	}
	var persons, messages []uuid.UUID
	var versions []int
	var sources, kinds, fields []string
	var values [][]byte
	for _, c := range list {
		names := make([]string, len(c.Fields))
		for n, f := range c.Fields {
			names[n] = f.Field
		}
		var sealed []byte
		if len(c.Fields) > 0 && c.Kind != manifest.New { // of who is new, all that is known is new
			var err error
			if _, sealed, err = seal(k.key, changeKind, c.Person.ID, c.Fields); err != nil {
				return err
			}
		}
		persons, messages, versions = append(persons, c.Person.ID), append(messages, c.Message), append(versions, c.Version)
		sources, kinds = append(sources, string(c.Source)), append(kinds, string(c.Kind))
		fields, values = append(fields, strings.Join(names, ",")), append(values, sealed)
	}
	b.Queue(`INSERT INTO passenger_change (flight_id, person_id, message_id, at, version, source, kind, fields, sealed)
		SELECT $1, person, message, $2, version, source, kind, string_to_array(fields, ','), sealed
		FROM unnest($3::uuid[], $4::uuid[], $5::int[], $6::text[], $7::text[], $8::text[], $9::bytea[]) WITH ORDINALITY
			q(person, message, version, source, kind, fields, sealed, n) ORDER BY n`,
		k.flight, k.now, persons, messages, versions, sources, kinds, fields, values)
	return nil
}
