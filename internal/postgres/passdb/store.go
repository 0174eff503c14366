// Package passdb keeps the register of border passes in a crossing point's PostgreSQL database. A pass is issued and revoked in the
// transaction of its record, its audit entry and its event for the centre; none is ever deleted.
package passdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/pass"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
	"github.com/openbmis/openbmis/traveldoc"
)

// Config is what a Store is made of; all fields are needed.
type Config struct {
	DB     *postgres.DB
	Post   border.Post
	Status func() border.Status // of what is written now
	NewID  func() uuid.UUID
	Nudge  func() // called after each commit that has something for the centre; must not block
}

// Store is the register. It implements pass.Register.
type Store struct{ cfg Config }

var _ pass.Register = (*Store)(nil)

// New makes the store.
func New(cfg Config) *Store { return &Store{cfg: cfg} }

const columns = `id, number, holder, guardian, zone, posts, valid_from::text, valid_until::text, authority, issued_at, issued_by, revoked`

func row(r pgx.CollectableRow) (p pass.Pass, err error) {
	var from, until string
	err = r.Scan(&p.ID, &p.Number, &p.Holder, &p.Guardian, &p.Zone, &p.Posts, &from, &until, &p.Authority, &p.IssuedAt, &p.IssuedBy, &p.Revoked)
	if err != nil {
		return p, err
	}
	var errFrom, errUntil error
	p.ValidFrom, errFrom = traveldoc.ParseDate(from)
	p.ValidUntil, errUntil = traveldoc.ParseDate(until)
	return p, errors.Join(errFrom, errUntil)
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func one(ctx context.Context, db querier, where string, arg any) (pass.Pass, error) {
	rows, err := db.Query(ctx, `SELECT `+columns+` FROM border_pass WHERE `+where, arg)
	if err != nil {
		return pass.Pass{}, fmt.Errorf("border pass: %w", err)
	}
	p, err := pgx.CollectExactlyOneRow(rows, row)
	if postgres.IsNoRows(err) {
		return pass.Pass{}, pass.ErrNone
	}
	if err != nil {
		return pass.Pass{}, fmt.Errorf("border pass: %w", err)
	}
	return p, nil
}

// Pass is the pass of a number, for the check: the scan that asks has its own audit entry.
func (s *Store) Pass(ctx context.Context, number string) (pass.Pass, error) {
	return one(ctx, s.cfg.DB.Pool, "number = $1", number)
}

// Find is the pass of a number, shown to somebody: the read is audited, whether or not there is one.
func (s *Store) Find(ctx context.Context, number string, entry audit.Entry) (p pass.Pass, err error) {
	missing := false
	err = s.cfg.DB.InTx(ctx, func(tx pgx.Tx) (err error) {
		p, err = one(ctx, tx, "number = $1", number)
		missing = errors.Is(err, pass.ErrNone)
		if err != nil && !missing {
			return err
		}
		if !missing {
			entry.ObjectID, entry.ResultCount = p.ID.String(), 1
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err == nil && missing {
		err = pass.ErrNone
	}
	return p, err
}

// MaxFound is the most passes that a search shows.
const MaxFound = 50

// Search are passes by number or by the whole name, the newest first; without either the newest of all.
func (s *Store) Search(ctx context.Context, number, name string, entry audit.Entry) (found []pass.Pass, err error) {
	where, arg := "$1 = ''", ""
	switch key := traveldoc.NameKey(name, ""); {
	case number != "":
		where, arg = "number = $1", number
	case key != "":
		where, arg = "name_key = $1", key
	}
	err = s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+columns+` FROM border_pass WHERE `+where+fmt.Sprintf(` ORDER BY issued_at DESC, id LIMIT %d`, MaxFound), arg)
		if err != nil {
			return err
		}
		if found, err = pgx.CollectRows(rows, row); err != nil {
			return err
		}
		entry.ResultCount = len(found)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return nil, fmt.Errorf("search border passes: %w", err)
	}
	return found, nil
}

// Show is a pass by its id; the read is audited.
func (s *Store) Show(ctx context.Context, id uuid.UUID, entry audit.Entry) (p pass.Pass, err error) {
	err = s.cfg.DB.InTx(ctx, func(tx pgx.Tx) (err error) {
		if p, err = one(ctx, tx, "id = $1", id); err != nil {
			return err
		}
		entry.ResultCount = 1
		return auditlog.Insert(ctx, tx, entry)
	})
	return p, err
}

// Issue keeps a new pass. postgres.IsUnique tells of a number that is taken.
func (s *Store) Issue(ctx context.Context, actor audit.Actor, p pass.Pass, entry audit.Entry) error {
	return s.write(ctx, actor, "issued", p, p.IssuedAt, entry, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO border_pass (id, number, holder, name_key, guardian, zone, posts, valid_from, valid_until, authority,
			issued_at, issued_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, p.ID, p.Number, p.Holder,
			traveldoc.NameKey(p.Holder.Surname, p.Holder.GivenNames), p.Guardian, p.Zone, posts(p.Posts), p.ValidFrom.First(),
			p.ValidUntil.First(), p.Authority, p.IssuedAt, p.IssuedBy)
		return err
	})
}

func posts(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// Revoke says that a pass holds no more; ErrRevoked when it does not already.
func (s *Store) Revoke(ctx context.Context, actor audit.Actor, id uuid.UUID, r pass.Revocation, entry audit.Entry) error {
	p, err := one(ctx, s.cfg.DB.Pool, "id = $1", id)
	if err != nil {
		return err
	}
	p.Revoked = &r
	return s.write(ctx, actor, "revoked", p, r.At, entry, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE border_pass SET revoked = $2 WHERE id = $1 AND revoked IS NULL`, id, r)
		if err == nil && tag.RowsAffected() == 0 {
			return pass.ErrRevoked
		}
		return err
	})
}

func (s *Store) write(ctx context.Context, actor audit.Actor, kind string, p pass.Pass, at time.Time, entry audit.Entry, change func(pgx.Tx) error) error {
	body, err := json.Marshal(pass.Event{Kind: kind, Pass: p})
	if err != nil {
		return fmt.Errorf("border pass %s: %w", p.ID, err)
	}
	record := border.Record{
		ID: s.cfg.NewID(), Kind: border.PassEvent, Subject: p.ID, Station: s.cfg.Post.Station, Lane: actor.Lane, Officer: actor.Name,
		Zone: s.cfg.Post.Zone.String(), EventTime: at, RecordedAt: at, Origin: border.Live, Status: s.cfg.Status(), Body: body,
	}
	err = s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		return recorddb.Append(ctx, tx, record, entry)
	})
	if err != nil {
		return fmt.Errorf("border pass %s: %w", p.ID, err)
	}
	s.cfg.Nudge()
	return nil
}
