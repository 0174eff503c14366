package visaregdb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/replication"
)

// RulesSink takes the dataset evisa.DatasetRules.
type RulesSink struct{}

var _ relaydb.Sink = RulesSink{}

// Clear forgets the rules.
func (RulesSink) Clear(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM visa_rules`); err != nil {
		return fmt.Errorf("forget rules of entry: %w", err)
	}
	return nil
}

// Apply takes changes: the last one holds. A book that cannot be read takes the place of the one before, and makes the check say so.
func (RulesSink) Apply(ctx context.Context, tx pgx.Tx, changes []replication.Change) error {
	for _, c := range changes {
		sql, args := `DELETE FROM visa_rules`, []any(nil)
		if c.Op != replication.OpDelete {
			sql = `INSERT INTO visa_rules (book) VALUES ($1::json) ON CONFLICT (one) DO UPDATE SET book = excluded.book`
			args = []any{nil}
			if _, err := ParseBook(c.Data); err == nil && c.Key == bookKey {
				args[0] = string(c.Data)
			}
		}
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return fmt.Errorf("rules of entry: %w", err)
		}
	}
	return nil
}

// bookKey is the key of the dataset's one row.
const bookKey = "book"

// ParseBook reads the rules of entry. A field that this release does not know may be a condition: then it cannot read the book.
func ParseBook(data []byte) (b evisa.RuleBook, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil {
		return evisa.RuleBook{}, errors.New("rules of entry: expected a book of this release")
	}
	return b, b.Check()
}

// Rules are the rules of entry as the crossing point holds them, kept in memory. They implement visacheck.Rules.
type Rules struct {
	db   *postgres.DB
	held atomic.Pointer[held]
}

// held is the rules at one version of the dataset.
type held struct {
	version int64
	visacheck.Standing
}

// NewRules makes Rules; they hold nothing until Follow.
func NewRules(db *postgres.DB) *Rules { return &Rules{db: db} }

// Rules are the rules as they stand.
func (r *Rules) Rules(ctx context.Context) (visacheck.Standing, error) {
	if h := r.held.Load(); h != nil {
		return h.Standing, nil
	}
	if err := r.Follow(ctx); err != nil {
		return visacheck.Standing{}, err
	}
	return r.held.Load().Standing, nil
}

// Follow brings what is in memory up to the database: call it at every new version, and now and then for the age.
func (r *Rules) Follow(ctx context.Context) error {
	var version int64
	var asOf *time.Time
	var row, whole bool
	var book []byte
	known := int64(-1)
	if h := r.held.Load(); h != nil {
		known = h.version
	}
	err := r.db.Pool.QueryRow(ctx, `SELECT c.version, c.confirmed_at, r.one IS NOT NULL, r.book IS NOT NULL, CASE WHEN c.version <> $1 THEN r.book END
		FROM ref_cursor c LEFT JOIN visa_rules r ON true WHERE c.dataset = 'visa_rules' AND c.version > 0`, known).Scan(&version, &asOf, &row, &whole, &book)
	if postgres.IsNoRows(err) {
		r.held.Store(&held{})
		return nil
	}
	if err != nil {
		return fmt.Errorf("rules of entry: %w", err)
	}
	next := held{version: version, Standing: visacheck.Standing{Held: true, InForce: row, Unreadable: row && !whole, Number: version}}
	if asOf != nil {
		next.AsOf = asOf.UTC()
	}
	switch h := r.held.Load(); {
	case book != nil:
		if next.Book, err = ParseBook(book); err != nil {
			next.Unreadable = true // of an earlier release that knew more
		}
	case whole && h != nil && h.version == version:
		next.Book = h.Book
	}
	r.held.Store(&next)
	return nil
}
