package visaregdb

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/postgres"
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

// ArrivalTaken reports whether a visa was granted here on arrival under a number.
func ArrivalTaken(ctx context.Context, db *postgres.DB, number evisa.Number) (taken bool, err error) {
	if err := db.Pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM visa_arrival WHERE number = $1)", string(number)).Scan(&taken); err != nil {
		return false, fmt.Errorf("number of a visa on arrival: %w", err)
	}
	return taken, nil
}

// Committed has nobody to tell.
func (Uses) Committed(border.CrossingEvent) {}
