package archive

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/replication"
)

// actorName is who publishes: nobody decides, the centre does by itself.
const actorName = "central"

// PublishKey tells the stations the centre's public key, once. It says whether it had to.
func (a *Archive) PublishKey(ctx context.Context) (published bool, err error) {
	own := a.o.Own.Public()
	err = a.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		var there bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ref_row WHERE dataset = $1 AND key = $2)`, evidencedb.KeyDataset, own.ID).Scan(&there)
		if err != nil || there {
			return err
		}
		now := a.o.Now()
		data, err := json.Marshal(evidencedb.CentreKey{ID: own.ID, Point: own.Bytes, Since: now})
		if err != nil {
			return err
		}
		entry := audit.Actor{ID: actorName, Role: "service", Post: actorName}.Entry(now, audit.Administration, "evidence_key", own.ID)
		entry.Decision = "publish"
		if err := auditlog.Insert(ctx, tx, entry); err != nil {
			return err
		}
		published = true
		_, err = centraldb.Publish(ctx, tx, evidencedb.KeyDataset, actorName, now,
			[]replication.Change{{Op: replication.OpPut, Key: own.ID, Data: data}})
		return err
	})
	if err != nil {
		return false, fmt.Errorf("publish the centre's evidence key: %w", err)
	}
	return published, nil
}
