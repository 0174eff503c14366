package fingertaskdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/filedb"
)

// Dossier is a task with what this station knows of both persons.
func (s *Store) Dossier(ctx context.Context, id uuid.UUID, entry audit.Entry) (d fingers.Dossier, err error) {
	err = pgx.BeginTxFunc(ctx, s.cfg.DB.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		if d.Task, err = load(ctx, tx, id, ""); err != nil {
			return err
		}
		if err := around(ctx, tx, &d); err != nil {
			return err
		}
		entry.ResultCount = 2
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return fingers.Dossier{}, fmt.Errorf("task %s: %w", id, err)
	}
	return d, nil
}

func around(ctx context.Context, tx pgx.Tx, d *fingers.Dossier) error {
	taking, err := takingOf(ctx, tx, d.Task.Taking)
	if err != nil {
		return err
	}
	c := d.Task.Candidacy
	mine, other, err := hereOf(ctx, tx, d.Task.Taking, c)
	if err != nil {
		return err
	}
	if taking != nil {
		d.Taking = &taking.Taking
		if mine == uuid.Nil {
			mine = taking.File
		}
	}
	if c.Ground == fingers.GroundMismatch && other == uuid.Nil {
		other = mine // both sides are one file: what was presented, and whose it should be
	}
	var words []file.Word
	if d.Traveller, words, err = side(ctx, tx, mine); err != nil {
		return err
	}
	if d.Other, _, err = side(ctx, tx, other); err != nil {
		return err
	}
	if err := bearers(ctx, tx, d); err != nil {
		return err
	}
	return links(ctx, tx, d, words)
}

// hereOf are the files of a candidacy under the names that they have here; as they were named where they are not known.
func hereOf(ctx context.Context, tx pgx.Tx, taking uuid.UUID, c fingers.Candidacy) (mine, other uuid.UUID, err error) {
	var a, b *uuid.UUID
	if err := tx.QueryRow(ctx, selectFiles, c.File, c.CandidateFile, taking).Scan(&a, &b); err != nil {
		return mine, other, err
	}
	mine, other = c.File, c.CandidateFile
	if a != nil {
		mine = *a
	}
	if b != nil {
		other = *b
	}
	return mine, other, nil
}

// links says what is known about the two files being one person.
func links(ctx context.Context, tx pgx.Tx, d *fingers.Dossier, words []file.Word) error {
	pair, known, err := filesOf(ctx, tx, d.Task)
	if err != nil || !known || d.Task.Candidacy.Ground != fingers.GroundCandidate {
		return err
	}
	d.Linkable = true
	for _, w := range words {
		if w.Stands && file.PairOf(w.A, w.B) == pair {
			d.Words = append(d.Words, w)
		}
	}
	return tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM traveller x JOIN traveller y ON x.group_id = y.group_id WHERE x.id = $1 AND y.id = $2)`,
		pair.A, pair.B).Scan(&d.Linked)
}

const (
	selectEnrolment = `SELECT body -> 'enrolment' FROM record WHERE kind = 'fingerprint.event' AND body ->> 'step' = 'enrolled' AND body ->> 'taking' = $1
ORDER BY recorded_at DESC, id LIMIT 1`

	selectEnrolments = `SELECT body -> 'enrolment' FROM record WHERE file_id = ANY ($1) AND kind = 'fingerprint.event' AND body ->> 'step' = 'enrolled'
ORDER BY event_time DESC, id`

	selectCrossings = `SELECT count(*), coalesce(max(at), 'epoch') FROM movement WHERE file_id = ANY ($1) AND voided_by IS NULL AND NOT withdrawn`
)

// takingOf is the enrolment of a taking; nil when none is known here.
func takingOf(ctx context.Context, tx pgx.Tx, taking uuid.UUID) (*fingers.Enrolment, error) {
	rows, err := tx.Query(ctx, selectEnrolment, taking.String())
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, enrolmentRow)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func enrolmentRow(row pgx.CollectableRow) (e fingers.Enrolment, err error) {
	var body []byte
	if err := row.Scan(&body); err != nil {
		return e, err
	}
	return e, json.Unmarshal(body, &e)
}

// side is a person as this station knows him; of a file that is not known here nothing but its name.
func side(ctx context.Context, tx pgx.Tx, id uuid.UUID) (side fingers.Side, words []file.Word, err error) {
	side.File = id
	if id == uuid.Nil {
		return side, nil, nil
	}
	p, err := filedb.Brief(ctx, tx, id)
	if errors.Is(err, file.ErrNoSuchFile) {
		return side, nil, nil
	}
	if err != nil {
		return side, nil, err
	}
	side.Papers = p.Papers
	all := make([]uuid.UUID, len(p.Files))
	for n, i := range p.Files {
		all[n] = i.ID
	}
	if side.Enrolled, err = enrolments(ctx, tx, all); err != nil {
		return side, nil, err
	}
	err = tx.QueryRow(ctx, selectCrossings, all).Scan(&side.Crossings, &side.LastCrossing)
	side.LastCrossing = side.LastCrossing.UTC()
	return side, p.Words, err
}

// Querier is a pool or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func enrolments(ctx context.Context, q Querier, files []uuid.UUID) ([]fingers.Enrolment, error) {
	rows, err := q.Query(ctx, selectEnrolments, files)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, enrolmentRow)
}

const selectEnrolled = `
SELECT r.body -> 'enrolment', coalesce(t.outcome, ''), t.purged_at IS NOT NULL OR k.destroyed_at IS NOT NULL
FROM record r LEFT JOIN finger_taking t ON t.id = (r.body ->> 'taking')::uuid LEFT JOIN biometric.link_key k ON k.id = t.link
WHERE r.file_id = ANY ($1) AND r.kind = 'fingerprint.event' AND r.body ->> 'step' = 'enrolled' ORDER BY r.event_time DESC, r.id`

// Enrolled is what was taken of a person at this station, newest first, by his files, and how many tasks about it are open. The caller has
// audited the read of the files.
func (s *Store) Enrolled(ctx context.Context, files []uuid.UUID) (found []fingers.OnFile, open int, err error) {
	rows, err := s.cfg.DB.Pool.Query(ctx, selectEnrolled, files)
	if err == nil {
		found, err = pgx.CollectRows(rows, onFileRow)
	}
	if err == nil {
		err = s.cfg.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM finger_task WHERE decided_at IS NULL
			AND (file_id = ANY ($1) OR candidate_file = ANY ($1))`, files).Scan(&open)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("prints of files: %w", err)
	}
	return found, open, nil
}

func onFileRow(row pgx.CollectableRow) (f fingers.OnFile, err error) {
	var body []byte
	if err := row.Scan(&body, &f.Outcome, &f.Erased); err != nil {
		return f, err
	}
	return f, json.Unmarshal(body, &f.Enrolment)
}
