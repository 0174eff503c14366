package centraldb

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// movementColumns are written in this order.
var movementColumns = []string{ //nolint:gochecknoglobals // a constant list
	"traveller_id", "id", "at", "entry", "annulled", "supplied", "date", "until", "station", "zone", "provenance", "category", "basis",
	"nationality",
}

func insertMovement() string {
	places := make([]string, len(movementColumns))
	for i := range places {
		places[i] = "$" + strconv.Itoa(i+1)
	}
	return "INSERT INTO movement (" + strings.Join(movementColumns, ", ") + ") VALUES (" + strings.Join(places, ", ") + ")"
}

// storeMovements keeps the admitted crossings in the short form that stays are computed from, and marks those that were annulled.
func (b *batch) storeMovements(ctx context.Context, crossings []*crossingRow, annulled []annulment) error {
	b.annulMovements(annulled)
	admitted := make([]*crossingRow, 0, len(crossings))
	for _, c := range crossings {
		if c.Decision.Verdict == border.Admit {
			admitted = append(admitted, c)
			b.dirty = append(b.dirty, c.traveller)
		}
	}
	if len(admitted) <= few {
		for _, c := range admitted {
			b.out.Queue(insertMovement(), b.movementValues(c)...)
		}
		return nil
	}
	_, err := b.tx.CopyFrom(ctx, pgx.Identifier{"movement"}, movementColumns,
		pgx.CopyFromSlice(len(admitted), func(i int) ([]any, error) { return b.movementValues(admitted[i]), nil }))
	return wrap(err, "store movements")
}

func (b *batch) movementValues(c *crossingRow) []any {
	var until traveldoc.Date
	if c.Grant != nil && c.Direction == border.Entry {
		until = c.Grant.Until
	}
	return []any{
		c.traveller, c.CrossingID, c.CrossedAt, c.Direction == border.Entry, c.annulled != nil, false, traveldoc.DateOf(c.localDate).String(), until.String(),
		c.Station, c.Zone, "", string(c.Category), string(c.Basis), c.Identity.Nationality,
	}
}

func (b *batch) annulMovements(annulled []annulment) {
	var travellers, ids []uuid.UUID
	for _, a := range annulled {
		b.dirty = append(b.dirty, a.travellerID)
		if !a.inBatch {
			travellers, ids = append(travellers, a.travellerID), append(ids, a.crossingID)
		}
	}
	if len(ids) > 0 {
		b.out.Queue(`UPDATE movement m SET annulled = true FROM unnest($1::uuid[], $2::uuid[]) AS u(traveller_id, id)
			WHERE m.traveller_id = u.traveller_id AND m.id = u.id`, travellers, ids)
	}
}

// markDirty leaves word for the projector which travellers have changed, in the transaction that changed them.
func (b *batch) markDirty() {
	if len(b.dirty) == 0 && len(b.regroup) == 0 {
		return
	}
	b.out.Queue(`INSERT INTO stay_dirty (travellers, regroup, queued_at) VALUES ($1, $2, $3)`,
		distinctIDs(b.dirty), distinctIDs(b.regroup), b.receivedAt)
	b.dirty, b.regroup = nil, nil
}

func distinctIDs(ids []uuid.UUID) []uuid.UUID {
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, compareIDs)
	if sorted = slices.Compact(sorted); sorted == nil {
		return []uuid.UUID{}
	}
	return sorted
}
