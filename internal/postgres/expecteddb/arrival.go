package expecteddb

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
)

// Arrivals keeps who came, in the transaction of the decision; it implements stationdb.Arrivals.
type Arrivals struct {
	// Changed is called after each commit that kept an arrival; it must not block. Nil: nobody waits for it.
	Changed func()
}

const insertArrival = `
INSERT INTO expected_arrival (crossing_id, inspection_id, flight, person, direction, verdict, differences, hit, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (crossing_id) DO NOTHING`

// Decided queues the row of a decision whose findings met an expected person, or somebody who was not declared; it says whether there was
// anybody. It needs no statement of its own where there was nobody.
func (Arrivals) Decided(b *pgx.Batch, inspection uuid.UUID, e border.CrossingEvent) bool {
	met, is := expected.MetIn(e.Findings)
	if !is {
		return false
	}
	var person *uuid.UUID
	if met.Person != uuid.Nil {
		person = &met.Person
	}
	b.Queue(insertArrival, e.CrossingID, inspection, met.Flight, person, e.Direction, e.Decision.Verdict, met.Differences, met.Hit, e.CrossedAt)
	return true
}

// Committed tells those who wait.
func (a Arrivals) Committed(e border.CrossingEvent) {
	if _, met := expected.MetIn(e.Findings); met && a.Changed != nil {
		a.Changed()
	}
}

// standing is the condition of arrivals that count: the newest of an inspection that nobody annulled.
const standing = `NOT EXISTS (SELECT FROM correction c WHERE c.crossing_id = a.crossing_id)
    AND NOT EXISTS (SELECT FROM expected_arrival n WHERE n.inspection_id = a.inspection_id AND n.at > a.at
        AND NOT EXISTS (SELECT FROM correction c WHERE c.crossing_id = n.crossing_id))`
