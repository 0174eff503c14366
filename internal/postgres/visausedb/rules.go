package visausedb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// RulesState is where a version of the rules stands.
type RulesState string

// The states.
const (
	RulesProposed RulesState = "proposed"
	RulesApproved RulesState = "approved" // in force, or it was
	RulesRejected RulesState = "rejected"
)

// Version is a version of the rules of entry.
type Version struct {
	ID     uuid.UUID
	State  RulesState
	Book   evisa.RuleBook
	Remark string
	// Base is the version that was in force when it was proposed; zero is none.
	Base       uuid.UUID
	Proposed   Who
	ProposedAt time.Time
	Decided    Who // who put it in force, or rejected it
	DecidedAt  time.Time
	Why        string // of a rejection
	// Dataset is the version of dataset visa_rules that it was published with.
	Dataset int64
}

// RulesConfig is what Rules are made of.
type RulesConfig struct {
	DB *postgres.DB
	// Published is told after every commit that published something, to nudge the stations.
	Published func(dataset string)
	Now       func() time.Time
	NewID     func() uuid.UUID
	Log       *slog.Logger
}

// Rules are the versions of the rules of entry.
type Rules struct{ cfg RulesConfig }

// NewRules makes Rules.
func NewRules(cfg RulesConfig) *Rules {
	if cfg.Published == nil {
		cfg.Published = func(string) {}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Rules{cfg}
}

const (
	// MaxBook is the longest book that can be proposed, in bytes.
	MaxBook = 4 << 20
	// BookKey is the key of the one row of dataset visa_rules.
	BookKey = "book"
	// rulesSigner signs the empty version: nobody decides it.
	rulesSigner = "visas"
)

// ParseBook reads a book and says everything that is wrong with it. Errors for people: visa.rules_json, visa.rules_wrong.
func ParseBook(data []byte) (b evisa.RuleBook, err error) {
	if len(data) > MaxBook {
		return b, problem.New(problem.Invalid, "visa.rules_long").At("book").With("max", MaxBook>>20)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err = d.Decode(&b); err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("text after the book")
		}
	}
	if err != nil {
		return evisa.RuleBook{}, problem.New(problem.Invalid, "visa.rules_json").At("book").With("why", err.Error())
	}
	if err := b.Check(); err != nil {
		return evisa.RuleBook{}, problem.New(problem.Invalid, "visa.rules_wrong").At("book").With("why", err.Error())
	}
	if !text(b.Version, 80) || !text(b.Legal, MaxReason) {
		return evisa.RuleBook{}, problem.New(problem.Invalid, "visa.rules_wrong").At("book").With("why", "version, legal: expected short texts")
	}
	return b, nil
}

// Propose keeps a book (JSON of evisa.RuleBook) for a second person. Errors for people: those of ParseBook, visa.rules_version for a
// version that exists, visa.rules_remark.
func (r *Rules) Propose(ctx context.Context, by audit.Actor, remark string, book []byte) (v Version, err error) {
	v = Version{ID: r.cfg.NewID(), State: RulesProposed, Remark: strings.TrimSpace(remark), Proposed: Who{by.ID, by.Name}, ProposedAt: r.cfg.Now().UTC()}
	if v.Book, err = ParseBook(book); err != nil {
		return v, err
	}
	if v.Remark == "" || !text(v.Remark, MaxReason) {
		return v, problem.New(problem.Invalid, "visa.rules_remark").At("remark").With("max", MaxReason)
	}
	kept, err := json.Marshal(v.Book)
	if err != nil {
		return v, fmt.Errorf("propose rules of entry: %w", err)
	}
	err = r.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		current, _, err := inForce(ctx, tx)
		if err != nil {
			return err
		}
		v.Base = current.ID
		_, err = tx.Exec(ctx, `INSERT INTO entry_rules (id, version, book, remark, state, base, proposed_by, proposed_login, proposed_at)
			VALUES ($1, $2, $3, $4, 'proposed', nullif($5, '00000000-0000-0000-0000-000000000000'::uuid), $6, $7, $8)`,
			v.ID, v.Book.Version, kept, v.Remark, v.Base, v.Proposed.ID, v.Proposed.Login, v.ProposedAt)
		if postgres.IsUnique(err) {
			return problem.New(problem.Conflict, "visa.rules_version").At("book").With("version", v.Book.Version)
		}
		if err != nil {
			return err
		}
		entry := by.Entry(v.ProposedAt, audit.Alteration, "entry_rules", v.ID.String())
		entry.Decision, entry.Justification = "propose", v.Remark
		return auditlog.Insert(ctx, tx, entry)
	})
	return v, wrapped(err, "propose rules of entry")
}

// Approve puts a proposed version in force and publishes it. It takes a second person, who saw it against the rules in force. Errors for
// people: visa.rules_none, visa.rules_decided, visa.rules_four_eyes, visa.rules_moved (other rules came in force since it was proposed).
func (r *Rules) Approve(ctx context.Context, by audit.Actor, id uuid.UUID) (v Version, err error) {
	err = r.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		if v, err = pending(ctx, tx, id); err != nil {
			return err
		}
		if v.Proposed.ID == by.ID || v.Proposed.Login == by.Name {
			return problem.New(problem.Forbidden, "visa.rules_four_eyes")
		}
		current, _, err := inForce(ctx, tx)
		switch {
		case err != nil:
			return err
		case current.ID != v.Base:
			return problem.New(problem.Conflict, "visa.rules_moved").With("version", current.Book.Version)
		}
		row, err := json.Marshal(v.Book)
		if err != nil {
			return err
		}
		now := r.cfg.Now().UTC()
		v.Dataset, err = centraldb.Publish(ctx, tx, evisa.DatasetRules, by.Name, now, []replication.Change{{Op: replication.OpPut, Key: BookKey, Data: row}})
		if err != nil {
			return err
		}
		v.State, v.Decided, v.DecidedAt = RulesApproved, Who{by.ID, by.Name}, now
		return decided(ctx, tx, by, v, "approve")
	})
	if err != nil {
		return v, wrapped(err, "approve rules of entry")
	}
	r.cfg.Published(evisa.DatasetRules)
	return v, nil
}

// Reject says no to a proposed version, with a reason. Its proposer may too: that takes it back. Errors for people: visa.rules_none,
// visa.rules_decided, visa.rules_why.
func (r *Rules) Reject(ctx context.Context, by audit.Actor, id uuid.UUID, why string) (v Version, err error) {
	if why = strings.TrimSpace(why); why == "" || !text(why, MaxReason) {
		return v, problem.New(problem.Invalid, "visa.rules_why").At("why").With("max", MaxReason)
	}
	err = r.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		if v, err = pending(ctx, tx, id); err != nil {
			return err
		}
		v.State, v.Decided, v.DecidedAt, v.Why = RulesRejected, Who{by.ID, by.Name}, r.cfg.Now().UTC(), why
		return decided(ctx, tx, by, v, "reject")
	})
	return v, wrapped(err, "reject rules of entry")
}

func decided(ctx context.Context, tx pgx.Tx, by audit.Actor, v Version, act string) error {
	_, err := tx.Exec(ctx, `UPDATE entry_rules SET state = $2, decided_by = $3, decided_login = $4, decided_at = $5, why = $6, dataset_version = nullif($7::bigint, 0)
		WHERE id = $1`, v.ID, v.State, v.Decided.ID, v.Decided.Login, v.DecidedAt, v.Why, v.Dataset)
	if err != nil {
		return err
	}
	entry := by.Entry(v.DecidedAt, audit.Alteration, "entry_rules", v.ID.String())
	entry.Decision, entry.Justification = act, v.Why
	return auditlog.Insert(ctx, tx, entry)
}

// Current is the version in force; false when there is none.
func (r *Rules) Current(ctx context.Context) (Version, bool, error) {
	v, found, err := inForce(ctx, r.cfg.DB.Pool)
	return v, found, wrapped(err, "rules of entry")
}

// One is a version. Error for people: visa.rules_none.
func (r *Rules) One(ctx context.Context, id uuid.UUID) (Version, error) {
	v, err := version(ctx, r.cfg.DB.Pool, id, "")
	return v, wrapped(err, "rules of entry")
}

// History is a page of all versions, proposed and rejected ones too, the newest first. None is ever taken away.
func (r *Rules) History(ctx context.Context, p paging.Page) (l paging.Listed[Version], err error) {
	var behind uuid.UUID
	if err := p.Read(&behind); err != nil {
		return l, err
	}
	if err := r.cfg.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM entry_rules`).Scan(&l.Total); err != nil {
		return l, wrapped(err, "rules of entry")
	}
	l.Rows, err = versions(ctx, r.cfg.DB.Pool, `WHERE $1 OR n < (SELECT n FROM entry_rules WHERE id = $2) ORDER BY n DESC LIMIT $3`,
		behind == uuid.Nil, behind, p.Most()+1)
	l.Cut(p, func(v Version) []any { return []any{v.ID} })
	return l, wrapped(err, "rules of entry")
}

// Open publishes the dataset when it never was, with nothing in it: a post that never heard of it has to answer that it has not checked.
func (r *Rules) Open(ctx context.Context) error {
	opened := false
	err := r.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('visa_rules'))`); err != nil {
			return err
		}
		var has bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ref_dataset WHERE dataset = $1 AND version > 0)`, evisa.DatasetRules).Scan(&has)
		if err != nil || has {
			return err
		}
		opened = true
		_, err = centraldb.Publish(ctx, tx, evisa.DatasetRules, rulesSigner, r.cfg.Now().UTC(), nil)
		return err
	})
	if err != nil {
		return fmt.Errorf("open rules of entry: %w", err)
	}
	if opened {
		r.cfg.Published(evisa.DatasetRules)
	}
	return nil
}

const versionColumns = `SELECT id, state, book, remark, coalesce(base, '00000000-0000-0000-0000-000000000000'), proposed_by, proposed_login, proposed_at,
	decided_by, decided_login, decided_at, why, coalesce(dataset_version, 0) FROM entry_rules `

func versions(ctx context.Context, db Querier, where string, args ...any) ([]Version, error) {
	rows, err := db.Query(ctx, versionColumns+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Version, err error) {
		var book []byte
		var decidedAt *time.Time
		err = row.Scan(&v.ID, &v.State, &book, &v.Remark, &v.Base, &v.Proposed.ID, &v.Proposed.Login, &v.ProposedAt,
			&v.Decided.ID, &v.Decided.Login, &decidedAt, &v.Why, &v.Dataset)
		if err != nil {
			return v, err
		}
		if v.ProposedAt = v.ProposedAt.UTC(); decidedAt != nil {
			v.DecidedAt = decidedAt.UTC()
		}
		return v, json.Unmarshal(book, &v.Book)
	})
}

// inForce is the version that was put in force last.
func inForce(ctx context.Context, db Querier) (Version, bool, error) {
	list, err := versions(ctx, db, `WHERE state = 'approved' ORDER BY dataset_version DESC LIMIT 1`)
	if err != nil || len(list) == 0 {
		return Version{}, false, err
	}
	return list[0], true, nil
}

func version(ctx context.Context, db Querier, id uuid.UUID, lock string) (Version, error) {
	list, err := versions(ctx, db, `WHERE id = $1 `+lock, id)
	if err == nil && len(list) == 0 {
		err = problem.New(problem.NotFound, "visa.rules_none")
	}
	if err != nil {
		return Version{}, err
	}
	return list[0], nil
}

// pending is a version that waits for a second person. All decisions on rules follow each other.
func pending(ctx context.Context, tx pgx.Tx, id uuid.UUID) (Version, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('visa_rules'))`); err != nil {
		return Version{}, err
	}
	v, err := version(ctx, tx, id, "FOR UPDATE")
	if err == nil && v.State != RulesProposed {
		err = problem.New(problem.Conflict, "visa.rules_decided").With("by", v.Decided.Login)
	}
	return v, err
}

// Preview is what a proposed version changes, and for whom, on a day of arrival.
type Preview struct {
	Version  Version
	InForce  Version // zero: no rules are in force
	Added    []evisa.EntryRule
	Removed  []evisa.EntryRule
	Changed  []RuleChange
	Order    bool // rules that stay are tried in another order
	On       traveldoc.Date
	Affected []Affected
}

// RuleChange is a rule before and after.
type RuleChange struct{ Before, After evisa.EntryRule }

// Affected is a kind of traveller to whom another rule applies, or the same with another answer. A zero rule is none that fits: a visa is
// needed.
type Affected struct {
	Nationality, Document string
	Before, After         evisa.EntryRule
}

// Needs is what a rule says; a visa is required where none fits.
func Needs(r evisa.EntryRule) evisa.RuleKind {
	if r.Kind == "" {
		return evisa.VisaRequired
	}
	return r.Kind
}

// Preview is what a version changes against the rules in force, on a day. Error for people: visa.rules_none.
func (r *Rules) Preview(ctx context.Context, id uuid.UUID, on traveldoc.Date) (p Preview, err error) {
	p.On = on
	if p.Version, err = version(ctx, r.cfg.DB.Pool, id, ""); err != nil {
		return p, wrapped(err, "rules of entry")
	}
	if p.InForce, _, err = inForce(ctx, r.cfg.DB.Pool); err != nil {
		return p, wrapped(err, "rules of entry")
	}
	p.compare()
	return p, nil
}
