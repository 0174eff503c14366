package stationdb

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
)

// Arrivals keeps who of the expected persons came; expecteddb implements it.
type Arrivals interface {
	// Decided queues what it keeps of a decision with the decision's own rows.
	Decided(b *pgx.Batch, inspection uuid.UUID, e border.CrossingEvent) bool
	// Committed is called after the transaction.
	Committed(e border.CrossingEvent)
}

func (s *Store) queueArrival(b *pgx.Batch, inspection uuid.UUID, e border.CrossingEvent) {
	if s.arrivals != nil {
		s.arrivals.Decided(b, inspection, e)
	}
}

func (s *Store) tellArrivals(e border.CrossingEvent) {
	if s.arrivals != nil {
		s.arrivals.Committed(e)
	}
}

// AllArrivals keep with a decision what each of them finds in it.
type AllArrivals []Arrivals

// Decided queues the rows of all.
func (all AllArrivals) Decided(b *pgx.Batch, inspection uuid.UUID, e border.CrossingEvent) bool {
	some := false
	for _, one := range all {
		some = one.Decided(b, inspection, e) || some
	}
	return some
}

// Committed tells all.
func (all AllArrivals) Committed(e border.CrossingEvent) {
	for _, one := range all {
		one.Committed(e)
	}
}
