package visaregdb

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
)

// Uses keeps the entries on visas, and the visas that were granted on arrival, in the transaction of the decision; it implements
// stationdb.Arrivals. A decision that is undone takes them back by itself: its movement stands no more.
type Uses struct{}

var _ stationdb.Arrivals = Uses{}

// Decided queues the row of an entry that was admitted on a visa, or of the visa that it grants; it says whether there was one. It needs no
// statement of its own where there was none.
func (Uses) Decided(b *pgx.Batch, _ uuid.UUID, e border.CrossingEvent) bool {
	if v := e.Decision.OnArrival; v != nil {
		b.Queue(`INSERT INTO visa_arrival (crossing_id, number, rule, rule_version, fee_minor, currency, receipt, waiver)
			VALUES ($1, nullif($2, ''), $3, $4, $5, $6, $7, $8)`, e.CrossingID, v.Number, v.Rule, v.Version, v.FeeMinor, v.Currency, v.Receipt, v.Waiver)
		return true
	}
	u, used := visacheck.UsedIn(e)
	if !used || e.Direction != border.Entry {
		return false
	}
	b.Queue(`INSERT INTO visa_use (crossing_id, number, at, date) VALUES ($1, $2, $3, $4) ON CONFLICT (crossing_id) DO NOTHING`,
		e.CrossingID, string(u.Number), e.CrossedAt, e.LocalDate.String())
	return true
}

// Committed has nobody to tell.
func (Uses) Committed(border.CrossingEvent) {}
