package listdb

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/replication"
)

// The bounds of one version of the dataset: a station takes whole versions in one message. Stations of any setting take a version of this
// size; a publication that is larger makes several, which become visible together, and the list's own row is in the last of them.
const (
	versionBytes   = 256 << 10
	versionChanges = 1000
	readAtOnce     = 500
)

// publication carries out what a proposal wants, in the caller's transaction.
type publication struct {
	tx       pgx.Tx
	by       Person
	p        *Proposal
	list     List
	progress func(done int)

	first, last int64 // versions of the dataset
	changes     []replication.Change
	size        int
	done        int
}

// step is one alert that a proposal changes.
type step struct {
	id      string
	effect  Effect
	body    *string // as it shall be; of a removed one as it is
	version int     // as it is; 0: there is none
	current bool    // at stations now
}

// run changes the alerts, and publishes what of that is open. Whatever is discreet moves no list and no dataset.
func (o *publication) run(ctx context.Context) error {
	// What this transaction writes has no statistics yet: without this the planner would read whole tables for every batch.
	if _, err := o.tx.Exec(ctx, `set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_material = off`); err != nil {
		return err
	}
	if o.p.Agency == "" {
		o.list.Version++
		o.list.Published = o.p.DecidedAt
		if !o.p.AsOf.IsZero() {
			o.list.AsOf = o.p.AsOf
		}
	}
	for after, more := "", true; more; {
		steps, err := o.steps(ctx, after)
		if err != nil {
			return err
		}
		if more = len(steps) == readAtOnce; len(steps) > 0 {
			after = steps[len(steps)-1].id
		}
		if err := o.carryOut(ctx, steps); err != nil {
			return err
		}
	}
	if o.p.Agency != "" {
		return nil
	}
	if err := o.forgetPictures(ctx); err != nil {
		return err
	}
	return o.closeVersion(ctx)
}

// steps are the next alerts that change, by id.
func (o *publication) steps(ctx context.Context, after string) ([]step, error) {
	rows, err := o.tx.Query(ctx, `
		select p.id, p.effect, case when p.body is null then (
				select v.body from alert_version v where v.list = $2 and v.id = p.id and v.version = a.version) else p.body end,
			coalesce(a.version, 0), coalesce(a.published, false)
		from (select * from list_proposed where proposal = $1 and effect <> 'unchanged' and id > $3 order by id limit $4) p
		left join lateral (select version, published from alert where list = $2 and id = p.id limit 1) a on true
		order by p.id`, o.p.ID, o.p.List, after, readAtOnce)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s step, err error) {
		err = row.Scan(&s.id, &s.effect, &s.body, &s.version, &s.current)
		return s, err
	})
}

// carryOut writes the next versions of alerts, and the changes of the dataset that they are.
func (o *publication) carryOut(ctx context.Context, steps []step) error {
	if len(steps) == 0 {
		return nil
	}
	var rows columns
	for _, s := range steps {
		a, body, err := next(s)
		if err != nil {
			return err
		}
		if err := rows.add(a, body, o.list); err != nil {
			return err
		}
		if err := o.change(ctx, a, body, s.current); err != nil {
			return err
		}
	}
	if err := rows.store(ctx, o); err != nil {
		return err
	}
	if o.done += len(steps); o.progress != nil {
		o.progress(o.done)
	}
	return nil
}

// next is the alert's next version.
func next(s step) (a alerts.Alert, body string, err error) {
	if err := json.Unmarshal([]byte(value(s.body)), &a); err != nil {
		return a, "", err
	}
	a.Version = s.version + 1
	if s.effect != Removed {
		return a, versioned(*s.body, a.Version), nil
	}
	a.Status = alerts.Withdrawn
	raw, err := json.Marshal(a)
	return a, string(raw), err
}

// change adds what a station is to do.
func (o *publication) change(ctx context.Context, a alerts.Alert, body string, current bool) error {
	key := alerts.RowKey(a.Key())
	switch {
	case published(a):
		if err := o.pictures(ctx, a); err != nil {
			return err
		}
		return o.add(ctx, replication.Change{Op: replication.OpPut, Key: key, Data: json.RawMessage(body)})
	case current:
		return o.add(ctx, replication.Change{Op: replication.OpDelete, Key: key})
	}
	return nil
}

// pictures publishes those of an alert that no station has yet.
func (o *publication) pictures(ctx context.Context, a alerts.Alert) error {
	for _, digest := range a.Subject.Pictures {
		var jpeg []byte
		err := o.tx.QueryRow(ctx, `select jpeg from alert_picture where digest = $1 and agency = ''
			and not exists (select from ref_row where dataset = $2 and key = $3)`, digest, alerts.ListsDataset, alerts.PictureKey(digest)).Scan(&jpeg)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		row, err := json.Marshal(alerts.Picture{JPEG: jpeg})
		if err != nil {
			return err
		}
		if err := o.add(ctx, replication.Change{Op: replication.OpPut, Key: alerts.PictureKey(digest), Data: row}); err != nil {
			return err
		}
	}
	return nil
}

// forgetPictures takes away from stations what no alert there shows any more.
func (o *publication) forgetPictures(ctx context.Context) error {
	rows, err := o.tx.Query(ctx, `select r.key from ref_row r where r.dataset = $1 and r.key >= 'p:' and r.key < 'p;'
		and not exists (select from alert a where a.published and a.pictures <> '{}' and a.pictures @> array[substr(r.key, 3)])`, alerts.ListsDataset)
	if err != nil {
		return err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := o.add(ctx, replication.Change{Op: replication.OpDelete, Key: key}); err != nil {
			return err
		}
	}
	return nil
}

// add puts a change into the version in the making, or begins the next.
func (o *publication) add(ctx context.Context, c replication.Change) error {
	size := len(c.Key) + len(c.Data) + 64
	if len(o.changes) > 0 && (o.size+size > versionBytes || len(o.changes) >= versionChanges) {
		if err := o.flush(ctx); err != nil {
			return err
		}
	}
	o.changes, o.size = append(o.changes, c), o.size+size
	return nil
}

// flush makes a version of the dataset.
func (o *publication) flush(ctx context.Context) error {
	version, err := centraldb.Publish(ctx, o.tx, alerts.ListsDataset, o.by.Name, o.p.DecidedAt, o.changes)
	if err != nil {
		return err
	}
	if o.first == 0 {
		o.first = version
	}
	o.last = version
	o.changes, o.size = nil, 0
	return nil
}

// closeVersion publishes the list's own row last: a station that has it has all of the list.
func (o *publication) closeVersion(ctx context.Context) error {
	err := o.tx.QueryRow(ctx, `select count(*) from alert where list = $1 and published`, o.list.ID).Scan(&o.list.Entries)
	if err != nil {
		return err
	}
	info, err := json.Marshal(o.list.Info())
	if err != nil {
		return err
	}
	if err := o.add(ctx, replication.Change{Op: replication.OpPut, Key: alerts.ListKey(o.list.ID), Data: info}); err != nil {
		return err
	}
	if err := o.flush(ctx); err != nil {
		return err
	}
	o.p.ListVersion, o.p.First, o.p.Last = o.list.Version, o.first, o.last
	batch := new(pgx.Batch)
	batch.Queue(`update alert_list set version = $2, entries = $3, published = $4, as_of = $5 where id = $1`,
		o.list.ID, o.list.Version, o.list.Entries, o.list.Published, o.list.AsOf.String())
	batch.Queue(`insert into list_version (list, version, proposal, entries, info, dataset, at) values ($1, $2, $3, $4, $5, $6, $7)`,
		o.list.ID, o.list.Version, o.p.ID, o.list.Entries, info, o.last, o.p.DecidedAt)
	return o.tx.SendBatch(ctx, batch).Close()
}

// columns are the next versions of alerts, column by column: one statement stores hundreds.
type columns struct {
	ids, bodies, secrecies, agencies, states, pictures, terms []string
	versions                                                  []int64
	published                                                 []bool
	digests                                                   [][]byte
	until, review                                             []*time.Time
}

// termGap stands between the terms of one alert; no folded word holds it.
const termGap = "\x1f"

func (c *columns) add(a alerts.Alert, body string, list List) error {
	_, digest, err := bodyOf(a)
	if err != nil {
		return err
	}
	secrecy, state := alerts.Open, a.Status
	if a.Secrecy == alerts.Discreet {
		secrecy = alerts.Discreet
	}
	if state == "" {
		state = alerts.Active
	}
	c.ids, c.bodies, c.versions = append(c.ids, a.ID), append(c.bodies, body), append(c.versions, int64(a.Version))
	c.secrecies, c.agencies = append(c.secrecies, string(secrecy)), append(c.agencies, agencyOf(a, list))
	c.states, c.published = append(c.states, string(state)), append(c.published, published(a))
	c.digests = append(c.digests, digest[:])
	c.until, c.review = append(c.until, last(a.ValidUntil)), append(c.review, last(a.ReviewBy))
	c.pictures, c.terms = append(c.pictures, strings.Join(a.Subject.Pictures, ",")), append(c.terms, strings.Join(termsOf(a), termGap))
	return nil
}

func (c *columns) store(ctx context.Context, o *publication) error {
	var listVersion *int64
	if o.p.Agency == "" {
		listVersion = &o.list.Version
	}
	batch := new(pgx.Batch)
	batch.Queue(`
		insert into alert_version (list, id, version, body, digest, published, list_version, proposal, at)
		select $1, u.id, u.version, u.body, u.digest, u.published, $7, $8, $9
		from unnest($2::text[], $3::bigint[], $4::text[], $5::bytea[], $6::bool[]) as u(id, version, body, digest, published)`,
		o.list.ID, c.ids, c.versions, c.bodies, c.digests, c.published, listVersion, o.p.ID, o.p.DecidedAt)
	batch.Queue(`
		insert into alert (list, id, version, secrecy, agency, status, published, digest, valid_until, review_by, pictures, terms)
		select $1, u.id, u.version, u.secrecy, u.agency, u.status, u.published, u.digest, u.until, u.review,
			coalesce(string_to_array(nullif(u.pictures, ''), ','), '{}'), coalesce(string_to_array(nullif(u.terms, ''), E'\x1f'), '{}')
		from unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::bytea[], $9::date[], $10::date[], $11::text[], $12::text[])
			as u(id, version, secrecy, agency, status, published, digest, until, review, pictures, terms)
		on conflict (list, id) do update set version = excluded.version, agency = excluded.agency,
			status = excluded.status, published = excluded.published, digest = excluded.digest, valid_until = excluded.valid_until,
			review_by = excluded.review_by, pictures = excluded.pictures, terms = excluded.terms`,
		o.list.ID, c.ids, c.versions, c.secrecies, c.agencies, c.states, c.published, c.digests, c.until, c.review, c.pictures, c.terms)
	return o.tx.SendBatch(ctx, batch).Close()
}
