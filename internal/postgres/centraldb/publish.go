package centraldb

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/replication"
)

// Publish writes the next version of a dataset in the caller's transaction and says which it is; for datasets that are kept by other
// packages of the database. Nudge the stations after the commit.
func Publish(
	ctx context.Context, tx pgx.Tx, dataset, signedBy string, at time.Time, changes []replication.Change,
) (version int64, err error) {
	return publish(ctx, tx, dataset, signedBy, at, changes)
}
