package evidencedb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/replication"
)

// KeyDataset is the reference dataset in which the centre tells its public evidence key.
const KeyDataset = "evidence_key"

// CentreKey is a row of KeyDataset; its key is the ID.
type CentreKey struct {
	ID    string    `json:"id"`
	Point []byte    `json:"point"`
	Since time.Time `json:"since"`
}

// Sink takes KeyDataset to where it is used.
type Sink struct{}

var _ relaydb.Sink = Sink{}

// Clear forgets what the centre told.
func (Sink) Clear(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM centre_evidence_key`)
	return wrap(err, "centre's evidence keys")
}

// Apply takes changes in order. A key that this release cannot use is passed over: evidence then waits for one that it can.
func (Sink) Apply(ctx context.Context, tx pgx.Tx, changes []replication.Change) error {
	for _, c := range changes {
		if c.Op == replication.OpDelete {
			if _, err := tx.Exec(ctx, `DELETE FROM centre_evidence_key WHERE id = $1`, c.Key); err != nil {
				return wrap(err, "centre's evidence keys")
			}
			continue
		}
		var k CentreKey
		if json.Unmarshal(c.Data, &k) != nil {
			continue
		}
		if public, err := vault.ParsePublicKey(k.Point); err != nil || public.ID != c.Key {
			continue
		}
		_, err := tx.Exec(ctx, `INSERT INTO centre_evidence_key (id, point, since) VALUES ($1, $2, $3)
			ON CONFLICT (id) DO UPDATE SET point = excluded.point, since = excluded.since`, c.Key, k.Point, k.Since)
		if err != nil {
			return wrap(err, "centre's evidence keys")
		}
	}
	return nil
}
