package fingertaskdb

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
)

// ServiceName is who raises tasks in records and in the audit log: nobody decides.
const ServiceName = "fingerprints"

func (s *Store) service(lane string) audit.Actor {
	return audit.Actor{ID: ServiceName, Name: ServiceName, Role: "service", Post: s.cfg.Writer.Station, Lane: lane}
}

// Raise raises the task of a candidate or a mismatch in the caller's transaction, once: not when it is there, not for two links whose task
// waits or that were found to be different persons, and not for two files that are one person already. search is nil for a mismatch. Call
// Committed after the commit.
func (s *Store) Raise(ctx context.Context, tx pgx.Tx, taking uuid.UUID, c fingers.Candidacy, search *fingers.Search) error {
	_, err := s.raise(ctx, tx, taking, c, search)
	return err
}

const insertTask = `
INSERT INTO finger_task (id, taking, ground, place, link, file_id, candidate_link, candidate_file, candidate_station, score, raised_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING`

func (s *Store) raise(ctx context.Context, tx pgx.Tx, taking uuid.UUID, c fingers.Candidacy, search *fingers.Search) (bool, error) {
	t := &fingers.Task{ID: fingers.TaskID(taking, c.CandidateLink, c.Ground), Candidacy: c}
	act, err := s.cfg.Writer.Write(s.service(""), t, fingers.Event{Step: fingers.Raised, Taking: taking, Candidacy: &c, Search: search})
	if err != nil {
		return false, fmt.Errorf("raise task %s: %w", t.ID, err)
	}
	known, err := settled(ctx, tx, c)
	if err != nil || known {
		return false, err
	}
	tag, err := tx.Exec(ctx, insertTask, t.ID, taking, c.Ground, c.Place, c.Link, idOrNull(c.File), c.CandidateLink, idOrNull(c.CandidateFile),
		c.CandidateStation, c.Score, t.RaisedAt)
	if err != nil || tag.RowsAffected() == 0 {
		return false, err
	}
	return true, s.write(ctx, tx, t, act)
}

// pairLock keeps two transactions from raising the same pair at once: by the pair, whichever side is the traveller.
const pairLock = `SELECT pg_advisory_xact_lock(hashtextextended(least($1::uuid, $2)::text || greatest($1::uuid, $2)::text, 610))`

const selectSettled = `
SELECT EXISTS (SELECT FROM finger_apart WHERE a = least($1::uuid, $2) AND b = greatest($1::uuid, $2))
    OR EXISTS (SELECT FROM finger_task WHERE least(link, candidate_link) = least($1::uuid, $2)
        AND greatest(link, candidate_link) = greatest($1::uuid, $2) AND ground = 'candidate' AND decided_at IS NULL)
    OR EXISTS (SELECT FROM traveller x JOIN traveller y ON x.group_id = y.group_id WHERE x.id = $3 AND y.id = $4)`

// settled reports whether a candidate needs nobody: the pair waits, or people said already who the two are. A mismatch always does.
func settled(ctx context.Context, tx pgx.Tx, c fingers.Candidacy) (yes bool, err error) {
	if c.Ground != fingers.GroundCandidate {
		return false, nil
	}
	if _, err := tx.Exec(ctx, pairLock, c.Link, c.CandidateLink); err != nil {
		return false, err
	}
	err = tx.QueryRow(ctx, selectSettled, c.Link, c.CandidateLink, idOrNull(c.File), idOrNull(c.CandidateFile)).Scan(&yes)
	return yes, err
}

const selectApart = `
SELECT b, task, by, at FROM finger_apart WHERE a = ANY ($1) AND b = ANY ($2)
UNION ALL SELECT a, task, by, at FROM finger_apart WHERE b = ANY ($1) AND a = ANY ($2) ORDER BY 4, 1`

var _ fingers.Aparts = (*Store)(nil)

// Apart are those of others that somebody found to be other persons than the one whose links are own, while his word stands. The check makes
// a note of them, no hit.
func (s *Store) Apart(ctx context.Context, own, others []uuid.UUID) ([]fingers.Apart, error) {
	rows, err := s.cfg.DB.Pool.Query(ctx, selectApart, own, others)
	if err != nil {
		return nil, fmt.Errorf("different persons: %w", err)
	}
	apart, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a fingers.Apart, err error) {
		err = row.Scan(&a.Link, &a.Task, &a.By, &a.At)
		a.At = a.At.UTC()
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("different persons: %w", err)
	}
	return apart, nil
}

// Of is the task's id of a taking and a candidate's link, and whether there is one.
func (s *Store) Of(ctx context.Context, taking, candidate uuid.UUID, ground string) (uuid.UUID, bool, error) {
	id := fingers.TaskID(taking, candidate, ground)
	err := s.cfg.DB.Pool.QueryRow(ctx, `SELECT id FROM finger_task WHERE id = $1`, id).Scan(&id)
	if postgres.IsNoRows(err) {
		return id, false, nil
	}
	return id, err == nil, err
}
