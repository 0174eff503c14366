package centraldb

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa/visacheck"
)

const putVisaUses = `
WITH put AS (
    INSERT INTO visa_use (crossing_id, number, crossed_at, local_date, station, direction, entries, known)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::int[], $8::int[])
    ON CONFLICT (crossing_id) DO NOTHING RETURNING number)
INSERT INTO visa_use_note (number) SELECT DISTINCT number FROM put`

// noteVisas keeps which visas the crossings used, in one statement: package visausedb makes cases of them, and has the stations told. It sends
// nothing when there is none.
func (b *batch) noteVisas(crossings []*crossingRow) {
	var ids []uuid.UUID
	var at []time.Time
	var numbers, dates, stations, directions []string
	var entries, known []int32
	for _, c := range crossings {
		u, used := visacheck.UsedIn(c.CrossingEvent)
		if !used {
			continue
		}
		ids, numbers, at = append(ids, c.CrossingID), append(numbers, string(u.Number)), append(at, c.CrossedAt)
		dates, stations = append(dates, c.localDate.Format(time.DateOnly)), append(stations, c.Station)
		directions = append(directions, string(c.Direction))
		entries, known = append(entries, int32(u.Entries)), append(known, int32(u.Known)) //nolint:gosec // bounded
	}
	if len(ids) > 0 {
		b.out.Queue(putVisaUses, ids, numbers, at, dates, stations, directions, entries, known)
	}
}

const putOnArrival = `
INSERT INTO visa_arrival (crossing_id, station, number, nationality, crossed_at, local_date, rule, rule_version, days, fee_minor, currency, receipt, waiver)
SELECT c.id, c.station, coalesce(v->>'number', ''), c.nationality, c.at, c.date, v->>'rule', coalesce(v->>'version', ''), coalesce((v->>'granted')::int, 0),
    coalesce((v->>'fee_minor')::bigint, 0), coalesce(v->>'currency', ''), coalesce(v->>'receipt', ''), coalesce(v->>'waiver', '')
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::date[], $6::jsonb[]) AS c (id, station, nationality, at, date, v)
ON CONFLICT (crossing_id) DO NOTHING`

// noteOnArrival keeps the visas that crossing points granted, in one statement; it sends nothing when there is none.
func (b *batch) noteOnArrival(crossings []*crossingRow) {
	var ids []uuid.UUID
	var stations, nationalities []string
	var at, dates []time.Time
	var visas []border.ArrivalVisa
	for _, c := range crossings {
		if v := c.Decision.OnArrival; v != nil && c.Decision.Verdict == border.Admit {
			ids, stations, nationalities = append(ids, c.CrossingID), append(stations, c.Station), append(nationalities, c.Identity.Nationality)
			at, dates, visas = append(at, c.CrossedAt), append(dates, c.localDate), append(visas, *v)
		}
	}
	if len(ids) > 0 {
		b.out.Queue(putOnArrival, ids, stations, nationalities, at, dates, visas)
	}
}

// noteUnused takes the uses back of crossings that stopped counting, and the visas that they granted.
func (b *batch) noteUnused(annulled []annulment) {
	if len(annulled) == 0 {
		return
	}
	ids := make([]uuid.UUID, len(annulled))
	for n, a := range annulled {
		ids[n] = a.crossingID
	}
	b.out.Queue(`WITH gone AS (UPDATE visa_use SET annulled = true WHERE crossing_id = ANY ($1) AND NOT annulled RETURNING number),
		taken AS (UPDATE visa_arrival SET annulled = true WHERE crossing_id = ANY ($1) AND NOT annulled)
		INSERT INTO visa_use_note (number) SELECT DISTINCT number FROM gone`, ids)
}

// lookAtUses lets the visas of movements that somebody struck out, or put back, be looked at again.
func (b *batch) lookAtUses(movements ...uuid.UUID) {
	b.out.Queue(`INSERT INTO visa_use_note (number) SELECT DISTINCT number FROM visa_use WHERE crossing_id = ANY ($1)`, movements)
}

// lookAtVoided does so for the movements that superseded records struck out.
func (b *batch) lookAtVoided(records []uuid.UUID) {
	b.out.Queue(`INSERT INTO visa_use_note (number) SELECT DISTINCT u.number FROM movement_void v JOIN visa_use u ON u.crossing_id = v.movement_id
		WHERE v.record_id = ANY ($1)`, records)
}
