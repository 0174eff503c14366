package evidencedb

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
)

const (
	// exhibitsOfScan are everything that was read of a scan: what stands first, then what a later reading replaced. The keys are locked,
	// so that a key is not destroyed while a decision names what it sealed.
	exhibitsOfScan = `SELECT e.id, e.kind, e.name, e.media_type, e.size, e.digest, e.key_id FROM scan_exhibit s
		JOIN exhibit e ON e.id = s.exhibit_id JOIN person_key k ON k.id = e.key_id
		WHERE s.scan_id = $1 AND k.destroyed_at IS NULL ORDER BY NOT s.current, e.kind, e.name, e.id LIMIT $2 FOR UPDATE OF k`
	settleKeys = `UPDATE person_key SET file_id = $2, settled_at = $3 WHERE id = ANY ($1) AND file_id IS NULL`
	settleRows = `INSERT INTO crossing_exhibit (crossing_id, exhibit_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING`
	oweBlobs   = `UPDATE exhibit_blob SET state = 'waiting', waiting_at = $2 WHERE digest = ANY ($1) AND state = 'apart'`
)

// maxNamed bounds what one event names: many times what one document gives. What is beyond it stays here, apart.
const maxNamed = 200

// Settle makes what was read of an inspection the evidence of a decision on a file, and names it. The key of a new document becomes the
// file's; what is named is owed to the centre from now on.
func (s *Store) Settle(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent) ([]border.Exhibit, error) {
	rows, err := tx.Query(ctx, exhibitsOfScan, inspection, maxNamed)
	if err != nil {
		return nil, wrap(err, "exhibits of inspection %s", inspection)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x border.Exhibit, err error) {
		err = row.Scan(&x.ID, &x.Kind, &x.Name, &x.MediaType, &x.Size, &x.Digest, &x.Key)
		return x, err
	})
	if err != nil || len(list) == 0 {
		return nil, wrap(err, "exhibits of inspection %s", inspection)
	}
	var ids, keys []uuid.UUID
	var digests [][]byte
	for _, x := range list {
		ids, keys, digests = append(ids, x.ID), append(keys, x.Key), append(digests, x.Digest)
	}
	b := &pgx.Batch{}
	b.Queue(settleKeys, keys, e.TravellerID, e.CrossedAt)
	b.Queue(settleRows, e.CrossingID, ids)
	b.Queue(oweBlobs, digests, s.o.Now())
	return list, wrap(tx.SendBatch(ctx, b).Close(), "settle exhibits of inspection %s", inspection)
}
