// Package registry is the centre's list of the public keys that verify receipts. It exists so that any station verifies any other's
// receipts without a line. It must never publish a key under the name of a station that did not send it.
package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/replication"
)

// Registry is the centre's list of the keys of all stations.
type Registry struct {
	db        *postgres.DB
	published func(dataset string)
	now       func() time.Time
}

// New makes the registry. published is told after a commit that has something for the stations; it may be nil.
func New(db *postgres.DB, published func(dataset string), now func() time.Time) *Registry {
	if published == nil {
		published = func(string) {}
	}
	return &Registry{db, published, now}
}

// Keys are the keys that are published.
func (r *Registry) Keys(ctx context.Context) ([]receipt.PublicKey, error) {
	rows, err := r.db.Pool.Query(ctx, `select key::text from receipt_key where looked_at is not null and fault = ''`)
	if err != nil {
		return nil, wrapped(err, "receipt keys")
	}
	keys, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (receipt.PublicKey, error) {
		var text string
		if err := row.Scan(&text); err != nil {
			return receipt.PublicKey{}, err
		}
		return receipt.ParseKey([]byte(text))
	})
	return keys, wrapped(err, "receipt keys")
}

// lookAtOnce bounds what one call of Look takes.
const lookAtOnce = 100

const newKeys = `select id, station, key::text from receipt_key where looked_at is null order by heard_at, id, station limit $1 for update skip locked`

type heard struct{ id, station, text string }

// Look looks at keys that stations told of and publishes those that are what they claim: the key's id is its own, and the key is of the
// station that sent it. An id that another station already holds stays that one's. It says how many it looked at; call it again until
// it says none. Each publication is audited as an act of the centre itself.
func (r *Registry) Look(ctx context.Context) (looked int, err error) {
	published := false
	err = r.db.InTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, newKeys, lookAtOnce)
		if err != nil {
			return err
		}
		list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h heard, err error) {
			err = row.Scan(&h.id, &h.station, &h.text)
			return h, err
		})
		if err != nil {
			return err
		}
		changes, err := r.judge(ctx, tx, list)
		if err != nil || len(changes) == 0 {
			looked = len(list)
			return err
		}
		looked, published = len(list), true
		_, err = centraldb.Publish(ctx, tx, receipt.Dataset, actorName, r.now(), changes)
		return err
	})
	if err == nil && published {
		r.published(receipt.Dataset)
	}
	return looked, wrapped(err, "look at receipt keys")
}

// actorName is who publishes: nobody decides, the centre does by itself.
const actorName = "central"

func (r *Registry) judge(ctx context.Context, tx pgx.Tx, list []heard) (changes []replication.Change, err error) {
	for _, h := range list {
		key, fault, err := r.faultOf(ctx, tx, h)
		if err != nil {
			return nil, err
		}
		_, err = tx.Exec(ctx, `update receipt_key set looked_at = $3, fault = $4 where id = $1 and station = $2`, h.id, h.station, r.now(), fault)
		if err != nil {
			return nil, err
		}
		if fault != "" {
			continue
		}
		data, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		changes = append(changes, replication.Change{Op: replication.OpPut, Key: h.id, Data: data})
		entry := audit.Actor{ID: actorName, Role: "service", Post: actorName}.Entry(r.now(), audit.Alteration, "receipt_key", h.id)
		entry.Decision = "publish"
		if err := auditlog.Insert(ctx, tx, entry); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

func (r *Registry) faultOf(ctx context.Context, tx pgx.Tx, h heard) (receipt.PublicKey, string, error) {
	key, err := receipt.ParseKey([]byte(h.text))
	switch {
	case err != nil:
		return key, err.Error(), nil //nolint:nilerr // the key is at fault, not the centre
	case key.ID != h.id:
		return key, "id: is not the key's", nil
	case key.Station != h.station:
		return key, "station: is not the one that sent it", nil
	}
	var taken bool
	err = tx.QueryRow(ctx, `select exists (select from receipt_key where id = $1 and station <> $2 and looked_at is not null and fault = '')`,
		h.id, h.station).Scan(&taken)
	if taken {
		return key, "id: is another station's", err
	}
	return key, "", err
}

func wrapped(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
