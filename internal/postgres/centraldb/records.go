package centraldb

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/file"
)

// storeRecords stores records and what the centre computes from. Nothing of it is ever changed: whether a record stands is asked
// when it is needed, so the order of arrival decides nothing.
func (b *batch) storeRecords(ctx context.Context, records []*recordRow) error {
	for _, r := range records {
		b.storeRecord(r)
		var err error
		switch {
		case r.link != nil:
			err = b.storeLink(r)
		case r.supplied != nil:
			b.storeSupplied(r)
		case r.voided != nil:
			b.out.Queue(`INSERT INTO movement_void (movement_id, record_id) VALUES ($1, $2)`, r.voided.Movement, r.ID)
			b.dirty = append(b.dirty, r.traveller())
			b.markOwners(r.voided.Movement)
			b.lookAtUses(r.voided.Movement)
		case r.authorisation != nil:
			err = b.storeAuthorisation(r)
		case r.prints != nil:
			err = b.storePrints(ctx, r)
		}
		if err != nil {
			return err
		}
		b.supersede(r)
	}
	return nil
}

// traveller is the centre's traveller that the record is about; uuid.Nil when it is about none.
func (r *recordRow) traveller() uuid.UUID {
	if len(r.seen) == 0 {
		return uuid.Nil
	}
	return r.seen[0].traveller
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func (b *batch) storeRecord(r *recordRow) {
	if r.Supersedes == nil {
		r.Supersedes = []uuid.UUID{}
	}
	b.out.Queue(`
		INSERT INTO record (id, origin, origin_seq, kind, traveller_id, file_id, subject, supersedes, station, lane, officer, zone,
		                    event_time, recorded_at, received_at, provenance, status, payload)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		r.ID, b.origin, r.event.Seq, string(r.Kind), orNull(r.traveller()), orNull(r.File), orNull(r.Subject), r.Supersedes, r.Station,
		r.Lane, r.Officer, r.Zone, r.EventTime, r.RecordedAt, b.receivedAt, string(r.Origin), string(r.Status), []byte(r.event.Payload))
}

// supersede notes which records no longer stand, and lets what they were about be looked at again.
func (b *batch) supersede(r *recordRow) {
	for _, id := range r.Supersedes {
		b.out.Queue(`INSERT INTO record_superseded (record_id, by_record) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, r.ID)
	}
	if len(r.Supersedes) > 0 {
		b.markOwners(r.Supersedes...)
		b.lookAtVoided(r.Supersedes)
		if r.traveller() != uuid.Nil {
			b.dirty = append(b.dirty, r.traveller())
		}
	}
}

// markOwners lets the projector look again at whom records or crossings are about that this batch knows by their ids alone.
func (b *batch) markOwners(ids ...uuid.UUID) {
	b.out.Queue(`
		INSERT INTO stay_dirty (travellers, regroup, queued_at)
		SELECT array_agg(t), array_agg(t) FILTER (WHERE linked), $2 FROM (
			SELECT traveller_id AS t, false AS linked FROM crossing WHERE crossing_id = ANY($1)
			UNION SELECT traveller_id, false FROM record WHERE id = ANY($1) AND traveller_id IS NOT NULL
			UNION SELECT unnest(ARRAY[a, b]), true FROM file_link WHERE record_id = ANY($1)) AS owners
		HAVING count(*) > 0`, ids, b.receivedAt)
}

func (b *batch) storeLink(r *recordRow) error {
	standing, err := json.Marshal(file.StandingLink{ID: r.ID, At: r.EventTime, Supersedes: r.Supersedes, Link: *r.link})
	if err != nil {
		return fmt.Errorf("link %s: %w", r.ID, err)
	}
	first, second := r.seen[1].traveller, r.seen[2].traveller
	b.out.Queue(`INSERT INTO file_link (record_id, a, b, link, station, officer, event_time) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.ID, first, second, standing, r.Station, r.Officer, r.EventTime)
	b.regroup = append(b.regroup, first, second)
	return nil
}

func (b *batch) storeSupplied(r *recordRow) {
	m := &r.supplied.Movement
	b.out.Queue(insertMovement(), r.traveller(), m.ID, m.At, m.Direction == "entry", false, true, m.Date.String(), m.Until.String(),
		m.Station, r.Zone, string(r.Origin), string(m.Category), string(m.Basis), m.Nationality)
	b.dirty = append(b.dirty, r.traveller())
}

func (b *batch) storeAuthorisation(r *recordRow) error {
	body, err := json.Marshal(r.authorisation.Authorisation)
	if err != nil {
		return fmt.Errorf("authorisation %s: %w", r.ID, err)
	}
	b.out.Queue(`INSERT INTO authorisation (traveller_id, record_id, body) VALUES ($1, $2, $3)`, r.traveller(), r.ID, body)
	b.dirty = append(b.dirty, r.traveller())
	return nil
}
