package receiptdb

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/replication"
)

// Sink takes the dataset of receipt keys to where they are used. The station's own keys are never touched by it.
type Sink struct{}

var _ relaydb.Sink = Sink{}

// Clear forgets what the centre told.
func (Sink) Clear(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `delete from receipt_key where not own`)
	return wrap(err, "receipt keys")
}

// Apply takes changes in order. A key that this release cannot read is passed over: receipts that it signed are then of an unknown key.
func (Sink) Apply(ctx context.Context, tx pgx.Tx, changes []replication.Change) error {
	for _, c := range changes {
		if c.Op == replication.OpDelete {
			if _, err := tx.Exec(ctx, `delete from receipt_key where id = $1 and not own`, c.Key); err != nil {
				return wrap(err, "receipt keys")
			}
			continue
		}
		k, err := receipt.ParseKey(c.Data)
		if err != nil || k.ID != c.Key {
			continue
		}
		if _, err := tx.Exec(ctx, putKey, k.ID, k.Station, k.Key, k.From, k.Until, false); err != nil {
			return wrap(err, "receipt keys")
		}
	}
	return nil
}
