package fingertaskdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/replication"
)

// Sink takes the dataset fingers.ToldDataset: the rows of this station wait here until the worker has made tasks of them. Rows of other
// stations are kept out: nothing here is for them, and what a station does not hold it cannot show.
type Sink struct{ Station string }

var _ relaydb.Sink = Sink{}

// Clear forgets nothing that was told: a snapshot that follows tells it again, and what it leaves out was told all the same.
func (Sink) Clear(context.Context, pgx.Tx) error { return nil }

// What was told and is told again in other words is looked at again; the task itself is raised once.
const upsertTold = `
INSERT INTO finger_told (task, data) VALUES ($1, $2)
ON CONFLICT (task) DO UPDATE SET data = excluded.data, done = false, fault = '', told_at = now(), tries = 0, again_at = NULL
WHERE finger_told.data <> excluded.data`

// Apply keeps what is told of this station. A row that cannot be read is kept: whose it is is not known, and it must not be lost.
func (s Sink) Apply(ctx context.Context, tx pgx.Tx, changes []replication.Change) error {
	for _, c := range changes {
		id, err := uuid.Parse(c.Key)
		if c.Op != replication.OpPut || err != nil {
			continue // a key that is no task stays in the reference data, and is nobody's
		}
		var whose struct {
			Station string `json:"station"`
		}
		if json.Unmarshal(c.Data, &whose) == nil && whose.Station != s.Station {
			continue
		}
		if _, err := tx.Exec(ctx, upsertTold, id, string(c.Data)); err != nil {
			return fmt.Errorf("told of task %s: %w", id, err)
		}
	}
	return nil
}

// What is told for the first time goes before what is tried again.
const selectTold = `
SELECT task, data, tries FROM finger_told WHERE NOT done AND (fault = '' OR again_at <= $1) ORDER BY fault <> '', again_at, told_at, task LIMIT $2`

type told struct {
	task  uuid.UUID
	data  []byte
	tries int
}

// TakeTold raises what the centre told, at most limit of it, and says how much it took. What cannot be used is marked, counted by Stuck,
// and never stands in the way of the others.
func (s *Store) TakeTold(ctx context.Context, limit int) (int, error) {
	rows, err := s.cfg.DB.Pool.Query(ctx, selectTold, s.cfg.Writer.Now(), limit)
	if err != nil {
		return 0, fmt.Errorf("told of tasks: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t told, err error) {
		err = row.Scan(&t.task, &t.data, &t.tries)
		return t, err
	})
	if err != nil {
		return 0, fmt.Errorf("told of tasks: %w", err)
	}
	var faults []error
	taken := 0
	for _, t := range all {
		if err := s.takeTold(ctx, t); err != nil {
			faults = append(faults, fmt.Errorf("told of task %s: %w", t.task, err))
			continue
		}
		taken++
	}
	if taken > 0 {
		s.Committed()
	}
	return taken, errors.Join(faults...)
}

// Stuck is how much of what the centre told cannot be used.
func (s *Store) Stuck(ctx context.Context) (n int, err error) {
	err = s.cfg.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM finger_told WHERE fault <> ''`).Scan(&n)
	return n, err
}

var errUnreadable = errors.New("not readable by this release") // of what was told nothing is repeated here

func (s *Store) takeTold(ctx context.Context, all told) error {
	var t fingers.Told
	if json.Unmarshal(all.data, &t) != nil || t.Task != all.task ||
		fingers.TaskID(t.Taking, t.Candidacy.CandidateLink, t.Candidacy.Ground) != all.task {
		return errors.Join(s.mark(ctx, all.task, "unreadable"), errUnreadable)
	}
	t.Candidacy.Place = theCentre // whoever it says found it
	err := s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		if err := ours(ctx, tx, t); err != nil {
			return err
		}
		if _, err := s.raise(ctx, tx, t.Taking, t.Candidacy, &t.Search); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, doneTold, all.task, "", true)
		return err
	})
	if err == nil || ctx.Err() != nil {
		return err
	}
	return errors.Join(s.later(ctx, all), err)
}

// selectOurs reports whether a taking is here and is another person's, or of another file, than what was told says.
const selectOurs = `
SELECT EXISTS (SELECT FROM finger_taking t WHERE t.id = $1 AND (t.link IS DISTINCT FROM $2
        AND NOT EXISTS (SELECT FROM finger_bearer b WHERE b.taking = t.id AND $2 IN (b.link, b.holder))
    OR t.file_id IS NOT NULL AND t.file_id NOT IN (SELECT y.id FROM traveller x JOIN traveller y ON y.group_id = x.group_id
        WHERE x.id = $3 OR x.id IN (SELECT file_id FROM file_alias WHERE foreign_id = $3))))`

// theCentre is the place of what the centre found.
const theCentre = "central"

var errNotOurs = errors.New("it names another person than the taking's")

// ours holds what was told against the taking that it is about. One that is not here any more is believed.
func ours(ctx context.Context, tx pgx.Tx, t fingers.Told) error {
	var wrong bool
	err := tx.QueryRow(ctx, selectOurs, t.Taking, t.Candidacy.Link, t.Candidacy.File).Scan(&wrong)
	if err == nil && wrong {
		return errNotOurs
	}
	return err
}

const doneTold = `UPDATE finger_told SET done = $3, fault = $2, again_at = NULL WHERE task = $1`

// mark says why what was told cannot be used.
func (s *Store) mark(ctx context.Context, id uuid.UUID, fault string) error {
	_, err := s.cfg.DB.Pool.Exec(ctx, doneTold, id, fault, false)
	return err
}

// What is refused is tried again after a minute, then after twice as long each time, at most an hour: for about a day.
const (
	mostTries  = 30
	firstRetry = time.Minute
	lastRetry  = time.Hour
)

// later marks what was refused, and when it is tried again, if ever.
func (s *Store) later(ctx context.Context, t told) error {
	var again *time.Time
	if t.tries+1 < mostTries {
		at := s.cfg.Writer.Now().Add(min(firstRetry<<min(t.tries, 10), lastRetry))
		again = &at
	}
	_, err := s.cfg.DB.Pool.Exec(ctx, `UPDATE finger_told SET fault = 'refused', tries = tries + 1, again_at = $2 WHERE task = $1`, t.task, again)
	return err
}
