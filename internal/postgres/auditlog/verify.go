package auditlog

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
)

// VerifyOptions says with what Verify compares. Only public keys are needed.
type VerifyOptions struct {
	Keys      []note.Verifier // of the log's origin and of witnesses
	External  [][]byte        // checkpoints that were kept elsewhere, as signed notes
	Reference Reference       // what the witness holds: its checkpoints, and copies that name a rewritten leaf; may be nil
	Workers   int             // connections that read and hash; 2 if not set
	Progress  func(done, total int64)
}

// Reference is what was kept of a log elsewhere.
type Reference interface {
	// Leaves gives the copies [first, first+limit), as canonical bytes; fewer only at the end.
	Leaves(ctx context.Context, origin string, first int64, limit int) ([][]byte, error)
	// Checkpoints gives signed notes larger than after, by size; fewer than limit only at the end.
	Checkpoints(ctx context.Context, origin string, after int64, limit int) ([][]byte, error)
}

// Verify recomputes every leaf from its audit row, the tree from the leaves, and compares with the stored hashes, the
// signed checkpoints, the co-signed ones and the external ones. It reads one snapshot of the database, in bounded memory,
// and stops at the first problem, which the report names. The error is for what kept it from verifying.
func Verify(ctx context.Context, db *postgres.DB, opts VerifyOptions) (Report, error) {
	var report Report
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, db.Pool, options, func(tx pgx.Tx) error {
		v := &verification{db: db, tx: tx, opts: opts, report: &report, tree: &audit.Tree{}}
		return v.run(ctx)
	})
	if err != nil {
		return report, fmt.Errorf("verify audit log: %w", err)
	}
	return report, nil
}

// verification is one run of Verify.
type verification struct {
	db      *postgres.DB
	tx      pgx.Tx // holds the snapshot
	opts    VerifyOptions
	keys    keyring
	outside *outside // evidence that was kept elsewhere
	report  *Report
	tree    *audit.Tree // over the leaves verified so far
	proven  int64       // leaves that evidence from outside proves
}

// run goes through the checks in the order in which their findings matter.
func (v *verification) run(ctx context.Context) error {
	if err := v.prepare(ctx); err != nil {
		return err
	}
	checks := []func(context.Context) (*Problem, error){v.checkLeaves, v.checkEnd, v.checkQueue}
	for _, check := range checks {
		problem, err := check(ctx)
		if err != nil {
			return err
		}
		if problem != nil {
			v.report.Problem = problem
			break
		}
	}
	v.report.Entries = v.tree.Size()
	v.report.Head = audit.Checkpoint{Origin: v.report.Origin, Size: v.tree.Size(), Root: v.tree.Root()}
	return v.warn(ctx)
}

// prepare finds out whose log it is and opens the evidence from outside.
func (v *verification) prepare(ctx context.Context) error {
	last, err := newestCheckpoint(ctx, v.tx)
	if err != nil {
		return err
	}
	notes := v.opts.External
	if last.note != "" {
		notes = append([][]byte{[]byte(last.note)}, notes...)
	}
	if len(notes) == 0 {
		if notes, err = v.heldElsewhere(ctx); err != nil {
			return err
		}
	}
	if v.keys, err = newKeyring(v.opts.Keys, notes); err != nil {
		return err
	}
	v.report.Origin = v.keys.name()
	if v.outside, err = openOutside(v.keys, v.opts.External, v.opts.Reference); err != nil {
		return err
	}
	return v.outside.fill(ctx)
}

// heldElsewhere asks the reference for a checkpoint of any of the keys, where the database has none: a log whose checkpoints
// were removed must not pass for one that is not signed yet.
func (v *verification) heldElsewhere(ctx context.Context) ([][]byte, error) {
	if v.opts.Reference == nil {
		return nil, nil
	}
	for _, key := range v.opts.Keys {
		if notes, err := v.opts.Reference.Checkpoints(ctx, key.Name(), 0, 1); err != nil || len(notes) > 0 {
			return notes, err
		}
	}
	return nil, nil
}

// checkEnd looks for leaves that a checkpoint covers and the log has no longer.
func (v *verification) checkEnd(ctx context.Context) (*Problem, error) {
	size := v.tree.Size()
	var beyond int64
	err := v.tx.QueryRow(ctx, `SELECT greatest((SELECT coalesce(max(size), 0) FROM audit_checkpoint),
		(SELECT coalesce(max(size), 0) FROM audit_cosignature))`).Scan(&beyond)
	if err != nil {
		return nil, err
	}
	from := "a checkpoint in the database"
	kept, err := v.outside.largest(ctx)
	if err != nil {
		return nil, err
	}
	if kept.Size > beyond {
		beyond, from = kept.Size, kept.from
	}
	if beyond <= size {
		return nil, nil
	}
	return &Problem{Fault: Truncated, Leaf: size, Through: beyond - 1, Detail: fmt.Sprintf(
		"%s covers %d leaves, the log has %d: the first one missing is %d", from, beyond, size, size)}, nil
}

// checkQueue looks for rows that are neither chained nor waiting to be, and for queue entries that hide such rows.
func (v *verification) checkQueue(ctx context.Context) (*Problem, error) {
	var rows int64
	err := v.tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM audit), (SELECT count(*) FROM audit_pending)`).
		Scan(&rows, &v.report.Pending)
	if err != nil {
		return nil, err
	}
	id, err := v.firstID(ctx, `SELECT audit_id FROM audit_pending p WHERE NOT EXISTS (SELECT FROM audit WHERE id = p.audit_id)
		OR EXISTS (SELECT FROM audit_leaf l WHERE l.audit_id = p.audit_id) ORDER BY audit_id LIMIT 1`)
	if err != nil {
		return nil, err
	}
	if id != 0 {
		return one(BadQueue, -1, id, "the queue names a row that does not exist or has its number already"), nil
	}
	if rows == v.tree.Size()+v.report.Pending {
		return nil, nil // every leaf has its row, so that equal counts leave no row over
	}
	id, err = v.firstID(ctx, `SELECT id FROM audit a WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.audit_id = a.id)
		AND NOT EXISTS (SELECT FROM audit_pending p WHERE p.audit_id = a.id) ORDER BY id LIMIT 1`)
	if err != nil {
		return nil, err
	}
	return one(Unqueued, -1, id, "the row has no leaf and waits for none: it was inserted past the triggers"), nil
}

func (v *verification) firstID(ctx context.Context, sql string) (id int64, err error) {
	err = v.tx.QueryRow(ctx, sql).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// warn says what is no proof of wrong but should be looked at.
func (v *verification) warn(ctx context.Context) error {
	var guards int
	err := v.tx.QueryRow(ctx, `SELECT count(*) FROM pg_trigger WHERE tgname IN ('append_only', 'audit_enqueue') AND tgenabled = 'A'
		AND tgrelid IN ('audit'::regclass, 'audit_leaf'::regclass, 'audit_hash'::regclass, 'audit_checkpoint'::regclass,
			'audit_cosignature'::regclass)`).Scan(&guards)
	if err != nil {
		return err
	}
	if guards < 6 {
		v.report.Warnings = append(v.report.Warnings, "the triggers that keep the audit tables from being changed are not all in force")
	}
	if v.report.Problem == nil && v.report.Signed < v.report.Entries {
		v.report.Warnings = append(v.report.Warnings, fmt.Sprintf("the last %d entries are not signed yet",
			v.report.Entries-v.report.Signed))
	}
	return nil
}
