package trustdb

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// The bounds of one version: a station takes whole versions in one message, and a snapshot of everything when one does not fit. Stations
// of any setting take a version of this size; an item that is larger by itself makes a version of its own, since half an item is none.
const (
	versionBytes   = 256 << 10
	versionChanges = 1000
	loadedAtOnce   = 100 // items whose content is in memory
)

// publication makes versions of what a proposal changes, in the caller's transaction.
type publication struct {
	tx          pgx.Tx
	by          string
	at          time.Time
	first, last int64

	changes []replication.Change
	size    int
	items   []planned // whose changes these are
}

func (o *publication) publish(ctx context.Context, changed []planned) error {
	for part := range slices.Chunk(changed, loadedAtOnce) {
		if err := o.chunk(ctx, part); err != nil {
			return err
		}
	}
	return o.flush(ctx)
}

func (o *publication) chunk(ctx context.Context, part []planned) error {
	ids := make([]string, len(part))
	for i := range part {
		ids[i] = part[i].ID
	}
	keys, err := o.keys(ctx, ids)
	if err != nil {
		return err
	}
	contents, err := contentsOf(ctx, o.tx, ids)
	if err != nil {
		return err
	}
	for _, one := range part {
		changes, err := changesOf(one, contents[one.ID], keys[one.ID])
		if err != nil {
			return err
		}
		if err := o.add(ctx, one, changes); err != nil {
			return err
		}
	}
	return nil
}

// keys are the rows that are published of items.
func (o *publication) keys(ctx context.Context, ids []string) (map[string][]string, error) {
	rows, err := o.tx.Query(ctx, `select split_part(key, '/', 1), key from ref_row where dataset = $1 and split_part(key, '/', 1) = any($2)`,
		trust.Dataset, ids)
	if err != nil {
		return nil, err
	}
	keys := map[string][]string{}
	var id, key string
	_, err = pgx.ForEachRow(rows, []any{&id, &key}, func() error {
		keys[id] = append(keys[id], key)
		return nil
	})
	return keys, err
}

func contentsOf(ctx context.Context, tx pgx.Tx, ids []string) (map[string][]byte, error) {
	rows, err := tx.Query(ctx, `select encode(id, 'hex'), content from trust_item
		where id in (select decode(u, 'hex') from unnest($1::text[]) u) and content is not null`, ids)
	if err != nil {
		return nil, err
	}
	contents := map[string][]byte{}
	var id string
	var content []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &content}, func() error {
		contents[id] = slices.Clone(content)
		return nil
	})
	return contents, err
}

// changesOf are the rows of one item as they become.
func changesOf(one planned, content []byte, published []string) (changes []replication.Change, err error) {
	var rows []trust.Row
	if one.Effect != EffectWithdraw {
		item, err := itemOf(one.ID, one.Kind, content, one.Sources)
		if err != nil {
			return nil, err
		}
		if rows, err = trust.Rows([]trust.Item{item}); err != nil {
			return nil, err
		}
	}
	for _, row := range rows {
		changes = append(changes, replication.Change{Op: replication.OpPut, Key: row.Key, Data: row.Data})
	}
	for _, key := range published {
		if !slices.ContainsFunc(rows, func(r trust.Row) bool { return r.Key == key }) {
			changes = append(changes, replication.Change{Op: replication.OpDelete, Key: key})
		}
	}
	return changes, nil
}

func itemOf(id string, kind trust.Kind, content []byte, sources []trust.Source) (trust.Item, error) {
	item := trust.Item{ID: id, Kind: kind, Sources: sources}
	if content == nil {
		return item, fmt.Errorf("item %s: its content is not kept any more", id)
	}
	if kind != trust.Deviation {
		item.DER = content
		return item, nil
	}
	return item, json.Unmarshal(content, &item.Defect)
}

// add puts an item's changes into the version in the making, or begins the next.
func (o *publication) add(ctx context.Context, one planned, changes []replication.Change) error {
	size := 0
	for _, change := range changes {
		size += len(change.Key) + len(change.Data) + 64
	}
	if len(o.changes) > 0 && (o.size+size > versionBytes || len(o.changes)+len(changes) > versionChanges) {
		if err := o.flush(ctx); err != nil {
			return err
		}
	}
	o.changes, o.size, o.items = append(o.changes, changes...), o.size+size, append(o.items, one)
	return nil
}

// flush makes the version.
func (o *publication) flush(ctx context.Context) error {
	if len(o.changes) == 0 {
		return nil
	}
	version, err := centraldb.Publish(ctx, o.tx, trust.Dataset, o.by, o.at, o.changes)
	if err != nil {
		return err
	}
	if o.first == 0 {
		o.first = version
	}
	o.last = version
	if err := o.note(ctx, version); err != nil {
		return err
	}
	o.changes, o.size, o.items = nil, 0, nil
	return nil
}

// note keeps with the items in which version they were published or withdrawn.
func (o *publication) note(ctx context.Context, version int64) error {
	return send(ctx, o.tx, o.items, func(batch *pgx.Batch, one planned) error {
		if one.Effect == EffectWithdraw {
			batch.Queue(`update trust_item set version = null, withdrawn = $2 where id = decode($1, 'hex')`, one.ID, version)
			return nil
		}
		sources, err := json.Marshal(one.Sources)
		batch.Queue(`update trust_item set version = $2, withdrawn = null, sources = $3 where id = decode($1, 'hex')`, one.ID, version, sources)
		return err
	})
}

// keepChanges is how long the single changes of the dataset are kept: who decided what stays with the proposals, the content in its rows. A
// station that was away for longer takes a snapshot.
const keepChanges = 30 * 24 * time.Hour

func forgetChanges(ctx context.Context, tx pgx.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `delete from ref_change where dataset = $1 and version <= (
		select max(version) from ref_version where dataset = $1 and changed_at < $2)`, trust.Dataset, now.Add(-keepChanges))
	return err
}
