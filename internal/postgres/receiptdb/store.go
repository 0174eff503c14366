package receiptdb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
)

// Store implements receipt.Store at a crossing point.
type Store struct {
	db      *postgres.DB
	station string
	nudge   func()
}

var _ receipt.Store = (*Store)(nil)

// New makes the store of a station. nudge is called after each commit that has something for the centre; it must not block.
func New(db *postgres.DB, station string, nudge func()) *Store { return &Store{db, station, nudge} }

// A decision of a release that did not keep it whole has no receipt.
const selectCrossing = `
select d.event, exists (select from correction c where c.crossing_id = d.crossing_id),
	exists (select from recheck k where k.crossing_id = d.crossing_id and k.state in ('confirmed', 'changed')),
	coalesce(r.number, ''), coalesce(r.copies, 0)
from decision d left join receipt r using (crossing_id) where d.crossing_id = $1 and d.event is not null`

func crossing(ctx context.Context, tx pgx.Tx, id uuid.UUID) (receipt.Crossing, error) {
	var c receipt.Crossing
	err := tx.QueryRow(ctx, selectCrossing, id).Scan(&c.Event, &c.Annulled, &c.Cleared, &c.Number, &c.Copies)
	if postgres.IsNoRows(err) {
		return c, receipt.ErrNoCrossing
	}
	return c, err
}

// Crossing is a decision of this station.
func (s *Store) Crossing(ctx context.Context, id uuid.UUID, entry audit.Entry) (c receipt.Crossing, err error) {
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		if c, err = crossing(ctx, tx, id); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	return c, wrap(err, "crossing of a receipt")
}

// Issue counts one more copy and writes its record. The row of the decision is held meanwhile: two copies get two numbers, and none is
// printed of a crossing that is just being annulled.
func (s *Store) Issue(ctx context.Context, id uuid.UUID, write func(receipt.Crossing) (border.Record, error), entry audit.Entry) error {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select from decision where crossing_id = $1 for update`, id); err != nil {
			return err
		}
		c, err := crossing(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.Number == "" {
			if c.Number, err = s.number(ctx, tx); err != nil {
				return err
			}
		}
		record, err := write(c)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into receipt (crossing_id, number, copies, first_at) values ($1, $2, 1, $3)
			on conflict (crossing_id) do update set copies = receipt.copies + 1`, id, c.Number, record.RecordedAt)
		if err != nil {
			return err
		}
		return recorddb.Append(ctx, tx, record, entry)
	})
	if err == nil {
		s.nudge()
	}
	return wrap(err, "issue a receipt")
}

func (s *Store) number(ctx context.Context, tx pgx.Tx) (string, error) {
	var n int64
	err := tx.QueryRow(ctx, `select nextval('receipt_number')`).Scan(&n)
	return fmt.Sprintf("%s-%06d", s.station, n), err
}

const selectCopy = `
select r.body, d.event, exists (select from correction c where c.crossing_id = d.crossing_id),
	exists (select from recheck k where k.crossing_id = d.crossing_id and k.state in ('confirmed', 'changed'))
from record r join decision d on d.crossing_id = r.subject
where r.subject = $1 and r.kind = $2 and (r.body->>'copy')::int = $3`

// Copy is one printed copy.
func (s *Store) Copy(ctx context.Context, id uuid.UUID, number int, entry audit.Entry) (r receipt.Receipt, err error) {
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		var body []byte
		err := tx.QueryRow(ctx, selectCopy, id, border.ReceiptIssued, number).Scan(&body, &r.Event, &r.Annulled, &r.Cleared)
		if postgres.IsNoRows(err) {
			return receipt.ErrNoCopy
		}
		if err != nil {
			return err
		}
		if err := json.Unmarshal(body, &r.Issued); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	return r, wrap(err, "copy of a receipt")
}

// Known is what became of a crossing of this station. What the station does not know leaves no audit entry: nothing was read.
func (s *Store) Known(ctx context.Context, id uuid.UUID, entry audit.Entry) (k receipt.Known, found bool, err error) {
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		c, err := crossing(ctx, tx, id)
		if err == receipt.ErrNoCrossing { //nolint:errorlint // crossing gives this very value
			return nil
		}
		if err != nil {
			return err
		}
		k, found = receipt.Known{Annulled: c.Annulled, Cleared: c.Cleared, Copies: c.Copies}, true
		return auditlog.Insert(ctx, tx, entry)
	})
	return k, found, wrap(err, "what is known of a receipt")
}

// Keys are the public keys known at the station.
func (s *Store) Keys(ctx context.Context) ([]receipt.PublicKey, error) {
	rows, err := s.db.Pool.Query(ctx, `select id, station, key, valid_from, valid_until from receipt_key order by station, valid_from, id`)
	if err != nil {
		return nil, wrap(err, "receipt keys")
	}
	keys, err := pgx.CollectRows(rows, keyRow)
	return keys, wrap(err, "receipt keys")
}

func keyRow(row pgx.CollectableRow) (k receipt.PublicKey, err error) {
	err = row.Scan(&k.ID, &k.Station, &k.Key, &k.From, &k.Until)
	k.From, k.Until = k.From.UTC(), k.Until.UTC()
	return k, err
}

const putKey = `insert into receipt_key (id, station, key, valid_from, valid_until, own) values ($1, $2, $3, $4, $5, $6)
	on conflict (id) do update set station = excluded.station, key = excluded.key, valid_from = excluded.valid_from,
		valid_until = excluded.valid_until, own = excluded.own where excluded.own or not receipt_key.own`

// KeepOwn remembers the public key that the station signs with. Those it signed with before stay.
func (s *Store) KeepOwn(ctx context.Context, k receipt.PublicKey) error {
	_, err := s.db.Pool.Exec(ctx, putKey, k.ID, k.Station, k.Key, k.From.Truncate(time.Second), k.Until.Truncate(time.Second), true)
	return wrap(err, "receipt key")
}

func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
