package centraldb

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/api_pnr/expected"
)

const putExpected = `
INSERT INTO expected_crossing (crossing_id, crossed_at, station, flight, person, direction, verdict, differences, hit)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::int[], $9::boolean[]) ON CONFLICT (crossing_id) DO NOTHING`

// noteExpected keeps what the crossings say of expected persons, in one statement: package passengerdb/reconcile reads it.
func (b *batch) noteExpected(crossings []*crossingRow) {
	var ids, flights []uuid.UUID
	var persons []*uuid.UUID
	var at []time.Time
	var stations, directions, verdicts []string
	var differences []int32
	var hits []bool
	for _, c := range crossings {
		met, is := expected.MetIn(c.Findings)
		if !is {
			continue
		}
		ids, flights, persons, at = append(ids, c.CrossingID), append(flights, met.Flight), append(persons, orNull(met.Person)), append(at, c.CrossedAt)
		stations, directions = append(stations, c.Station), append(directions, string(c.Direction))
		verdicts = append(verdicts, string(c.Decision.Verdict))
		differences, hits = append(differences, int32(min(met.Differences, 1000))), append(hits, met.Hit) //nolint:gosec // bounded
	}
	if len(ids) > 0 {
		b.out.Queue(putExpected, ids, at, stations, flights, persons, directions, verdicts, differences, hits)
	}
}
