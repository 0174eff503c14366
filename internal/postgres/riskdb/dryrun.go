package riskdb

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// Try asks for a dry run of a version on the flights that departed on days that are past, both included (UTC).
func (s *Store) Try(ctx context.Context, actor audit.Actor, rule uuid.UUID, n int, from, to traveldoc.Date) (d risk.DryRun, err error) {
	if err := may(actor, auth.RiskManage); err != nil {
		return d, err
	}
	if err := s.period(from, to); err != nil {
		return d, err
	}
	d = risk.DryRun{ID: s.NewID(), Rule: rule, Version: n, From: from, To: to, State: risk.RunQueued, Asked: risk.ByActor(actor), At: s.clock()}
	err = s.alone(ctx, rule, func(tx pgx.Tx) error {
		list, err := versions(ctx, tx, `v.rule = $1 AND v.n = $2`, rule, n)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return ErrNoRule
		}
		d.Digest = list[0].Digest
		_, err = tx.Exec(ctx, `INSERT INTO risk_dryrun (id, rule, n, digest, from_day, to_day, state, asked_by, asked_login, asked_at)
			VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $8, $9)`,
			d.ID, rule, n, d.Digest[:], from.First(), to.First(), actor.ID, actor.Name, d.At)
		if postgres.Code(err) == "23505" { // unique_violation
			return problem.New(problem.Conflict, "risk.already_trying").Because(err)
		}
		if err != nil {
			return err
		}
		return s.record(ctx, tx, actor, rule, n, "tried", from.String()+" - "+to.String())
	})
	if err == nil {
		s.nudge()
	}
	return d, wrap(err, "try a risk rule")
}

func (s *Store) period(from, to traveldoc.Date) error {
	today := s.clock().Truncate(24 * time.Hour)
	switch {
	case from.Precision() != traveldoc.PrecisionDay || from.First().After(today):
		return problem.New(problem.Invalid, "risk.period").At("from_day").With("max", risk.MaxDays)
	case to.Precision() != traveldoc.PrecisionDay || to.Before(from) || to.First().After(today) || to.First().Sub(from.First()) >= risk.MaxDays*24*time.Hour:
		return problem.New(problem.Invalid, "risk.period").At("to_day").With("max", risk.MaxDays)
	}
	return nil
}

// Cancel ends a dry run that is not done.
func (s *Store) Cancel(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	if err := may(actor, auth.RiskManage); err != nil {
		return err
	}
	err := s.DB.InTx(ctx, func(tx pgx.Tx) error {
		var rule uuid.UUID
		var n int
		err := tx.QueryRow(ctx, `UPDATE risk_dryrun SET cancel = true WHERE id = $1 AND state IN ('queued', 'running') RETURNING rule, n`, id).Scan(&rule, &n)
		if errors.Is(err, pgx.ErrNoRows) {
			return errState
		}
		if err != nil {
			return err
		}
		return s.record(ctx, tx, actor, rule, n, "cancelled", "")
	})
	s.nudge()
	return wrap(err, "cancel a dry run")
}

// Run takes the next dry run. One that an earlier process did not end begins anew.
func (s *Store) Run(ctx context.Context) (d risk.DryRun, v risk.Version, found bool, err error) {
	var id uuid.UUID
	err = s.DB.InTx(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `UPDATE risk_dryrun SET state = 'running', started_at = $1, done = 0, total = 0 WHERE id =
			(SELECT id FROM risk_dryrun WHERE state IN ('queued', 'running') ORDER BY state DESC, asked_at LIMIT 1) RETURNING id`, s.clock()).Scan(&id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM risk_dryrun_hit WHERE dryrun = $1`, id)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return d, v, false, nil
	}
	if err != nil {
		return d, v, false, wrap(err, "next dry run")
	}
	d, v, err = s.DryRun(ctx, id)
	return d, v, err == nil, err
}

// Progress keeps how far a dry run is and whom it hit, and tells whether it is to end.
func (s *Store) Progress(ctx context.Context, id uuid.UUID, done, total int, hits []risk.RunHit) (cancelled bool, err error) {
	err = s.DB.InTx(ctx, func(tx pgx.Tx) error {
		var people, flights []uuid.UUID
		var departs []time.Time
		var known []bool
		for _, h := range hits {
			people, flights, departs, known = append(people, h.Person), append(flights, h.Flight), append(departs, h.Departs), append(known, h.Known)
		}
		_, err := tx.Exec(ctx, `INSERT INTO risk_dryrun_hit (dryrun, person, flight, departs, known)
			SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::boolean[]) ON CONFLICT DO NOTHING`, id, people, flights, departs, known)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `UPDATE risk_dryrun SET done = $2, total = $3 WHERE id = $1 RETURNING cancel`, id, done, total).Scan(&cancelled)
	})
	return cancelled, wrap(err, "progress of a dry run")
}

// Finish ends a dry run.
func (s *Store) Finish(ctx context.Context, id uuid.UUID, state risk.RunState, r risk.Result) error {
	result, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = s.DB.Pool.Exec(ctx, `UPDATE risk_dryrun SET state = $2, finished_at = $3, result = $4 WHERE id = $1`, id, state, s.clock(), result)
	return wrap(err, "end of a dry run")
}

// RunHits are those whom a dry run hit, by departure, from after a place: who looks is in the audit log with the entry, which names a
// purpose.
func (s *Store) RunHits(ctx context.Context, id uuid.UUID, after uuid.UUID, limit int, entry audit.Entry) (list []risk.RunHit, total int, err error) {
	err = s.DB.InTx(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM risk_dryrun_hit WHERE dryrun = $1`, id).Scan(&total); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT person, flight, departs, known FROM risk_dryrun_hit WHERE dryrun = $1 AND person > $2 ORDER BY person LIMIT $3`, id, after, limit)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[risk.RunHit])
		if err != nil {
			return err
		}
		entry.ResultCount = len(list)
		return auditlog.Insert(ctx, tx, entry)
	})
	return list, total, wrap(err, "whom a dry run hit")
}
