package centraldb

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

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

// moved are the movements and annulments of a batch, column by column. They travel in the note to the projector, which puts them
// into table movement: the applier writes one row instead of one for each.
type moved struct {
	travellers, ids                                       []uuid.UUID
	at                                                    []time.Time
	entry, annulled                                       []bool
	dates, until, zones, categories, bases, nationalities []string

	annulledTravellers, annulledIDs []uuid.UUID
}

// noteMovements keeps the admitted crossings in the short form that stays are computed from, and which were annulled.
func (b *batch) noteMovements(crossings []*crossingRow, annulled []annulment) {
	for _, c := range crossings {
		if c.Decision.Verdict == border.Admit {
			b.moved.add(c)
			b.dirty = append(b.dirty, c.traveller)
		}
	}
	for _, a := range annulled {
		b.dirty = append(b.dirty, a.travellerID)
		if !a.inBatch {
			b.moved.annulledTravellers, b.moved.annulledIDs = append(b.moved.annulledTravellers, a.travellerID), append(b.moved.annulledIDs, a.crossingID)
		}
	}
}

func (m *moved) add(c *crossingRow) {
	var until traveldoc.Date
	if c.Grant != nil && c.Direction == border.Entry {
		until = c.Grant.Until
	}
	m.travellers, m.ids, m.at = append(m.travellers, c.traveller), append(m.ids, c.CrossingID), append(m.at, c.CrossedAt)
	m.entry, m.annulled = append(m.entry, c.Direction == border.Entry), append(m.annulled, c.annulled != nil)
	m.dates, m.until = append(m.dates, traveldoc.DateOf(c.localDate).String()), append(m.until, until.String())
	m.zones, m.nationalities = append(m.zones, c.Zone), append(m.nationalities, c.Identity.Nationality)
	m.categories, m.bases = append(m.categories, string(c.Category)), append(m.bases, string(c.Basis))
}

// markDirty leaves word for the projector which travellers have changed, in the transaction that changed them.
func (b *batch) markDirty() {
	if len(b.dirty) == 0 && len(b.regroup) == 0 {
		return
	}
	m := &b.moved
	b.out.Queue(`
		INSERT INTO stay_dirty (travellers, regroup, queued_at, station, m_traveller, m_id, m_at, m_entry, m_annulled, m_date, m_until, m_zone,
			m_category, m_basis, m_nationality, a_traveller, a_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		distinctIDs(b.dirty), distinctIDs(b.regroup), b.receivedAt, b.station, m.travellers, m.ids, m.at, m.entry, m.annulled, m.dates, m.until,
		m.zones, m.categories, m.bases, m.nationalities, m.annulledTravellers, m.annulledIDs)
	b.dirty, b.regroup, b.moved = nil, nil, moved{}
}

// storeMovements puts the movements of notes where they belong, and marks those that were annulled. A crossing that is told twice is
// one movement.
func storeMovements(ctx context.Context, tx pgx.Tx, notes []int64) error {
	out := new(pgx.Batch)
	out.Queue(`
		INSERT INTO movement (traveller_id, id, at, entry, annulled, date, until, station, zone, provenance, category, basis, nationality)
		SELECT m.traveller, m.id, m.at, m.entry, m.annulled, m.date, m.until, d.station, m.zone, '', m.category, m.basis, m.nationality
		FROM stay_dirty d, unnest(d.m_traveller, d.m_id, d.m_at, d.m_entry, d.m_annulled, d.m_date, d.m_until, d.m_zone, d.m_category, d.m_basis,
			d.m_nationality) AS m(traveller, id, at, entry, annulled, date, until, zone, category, basis, nationality)
		WHERE d.n = ANY($1) ORDER BY m.traveller ON CONFLICT DO NOTHING`, notes)
	out.Queue(`
		UPDATE movement m SET annulled = true FROM stay_dirty d, unnest(d.a_traveller, d.a_id) AS a(traveller, id)
		WHERE d.n = ANY($1) AND m.traveller_id = a.traveller AND m.id = a.id`, notes)
	return wrap(tx.SendBatch(ctx, out).Close(), "store movements")
}

func distinctIDs(ids []uuid.UUID) []uuid.UUID {
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, compareIDs)
	if sorted = slices.Compact(sorted); sorted == nil {
		return []uuid.UUID{}
	}
	return sorted
}
