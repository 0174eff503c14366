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
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/traveldoc"
)

func (s *Store) audit(ctx context.Context, entry audit.Entry) error {
	return s.DB.InTx(ctx, func(tx pgx.Tx) error { return auditlog.Insert(ctx, tx, entry) })
}

// Active are the versions that are active, whatever their dates.
func (s *Store) Active(ctx context.Context) (list []risk.Version, err error) {
	err = s.read(ctx, func(tx pgx.Tx) error {
		list, err = versions(ctx, tx, `v.state = 'active' ORDER BY r.n`)
		return err
	})
	return list, wrap(err, "active risk rules")
}

// Rules are all rules with their newest version and the one that is active, those that wait for somebody first.
func (s *Store) Rules(ctx context.Context) (list []risk.Rule, err error) {
	err = s.read(ctx, func(tx pgx.Tx) error {
		all, err := versions(ctx, tx, `v.state IN ('active', 'proposed', 'suspended') OR v.n = (SELECT max(n) FROM risk_version m WHERE m.rule = v.rule) ORDER BY r.n DESC, v.n DESC`)
		if err != nil {
			return err
		}
		for _, v := range all {
			if n := len(list); n == 0 || list[n-1].ID != v.Rule {
				list = append(list, risk.Rule{ID: v.Rule, Code: v.Code})
			}
			last := &list[len(list)-1]
			last.Versions = append(last.Versions, v)
		}
		return s.counts(ctx, tx, list)
	})
	return list, wrap(err, "risk rules")
}

func (s *Store) counts(ctx context.Context, tx pgx.Tx, list []risk.Rule) error {
	rows, err := tx.Query(ctx, `SELECT rule, count(*) FILTER (WHERE state IN ('new', 'in_review')), count(*) FILTER (WHERE found_at > $1)
		FROM risk_hit WHERE state IN ('new', 'in_review') OR found_at > $1 GROUP BY rule`, s.clock().Add(-24*time.Hour))
	if err != nil {
		return err
	}
	var rule uuid.UUID
	var open, today int
	_, err = pgx.ForEachRow(rows, []any{&rule, &open, &today}, func() error {
		for i := range list {
			if list[i].ID == rule {
				list[i].Open, list[i].Today = open, today
			}
		}
		return nil
	})
	return err
}

// Rule is one rule with everything about it.
func (s *Store) Rule(ctx context.Context, id uuid.UUID) (r risk.Rule, err error) {
	err = s.read(ctx, func(tx pgx.Tx) error {
		if r.Versions, err = versions(ctx, tx, `v.rule = $1 ORDER BY v.n DESC`, id); err != nil {
			return err
		}
		if len(r.Versions) == 0 {
			return ErrNoRule
		}
		r.ID, r.Code = id, r.Versions[0].Code
		if r.DryRuns, err = runs(ctx, tx, `rule = $1 ORDER BY asked_at DESC, id`, id); err != nil {
			return err
		}
		if r.Acts, err = acts(ctx, tx, id); err != nil {
			return err
		}
		one := []risk.Rule{r}
		err = s.counts(ctx, tx, one)
		r = one[0]
		return err
	})
	return r, wrap(err, "risk rule")
}

func acts(ctx context.Context, tx pgx.Tx, rule uuid.UUID) ([]risk.Act, error) {
	rows, err := tx.Query(ctx, `SELECT n, act, login, at, why FROM risk_act WHERE rule = $1 ORDER BY id DESC`, rule)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a risk.Act, err error) {
		err = row.Scan(&a.Number, &a.What, &a.By, &a.At, &a.Why)
		a.At = a.At.UTC()
		return a, err
	})
}

const runFields = `id, rule, n, digest, from_day, to_day, state, cancel, asked_by, asked_login, asked_at, started_at, finished_at, done, total, result`

func scanRun(row pgx.CollectableRow) (d risk.DryRun, err error) {
	var digest, result []byte
	var from, to time.Time
	var started, ended *time.Time
	err = row.Scan(&d.ID, &d.Rule, &d.Version, &digest, &from, &to, &d.State, &d.Cancel, &d.Asked.ID, &d.Asked.Login, &d.At, &started, &ended,
		&d.Done, &d.Total, &result)
	if err != nil {
		return d, err
	}
	copy(d.Digest[:], digest)
	d.From, d.To = traveldoc.DateOf(from), traveldoc.DateOf(to)
	d.At, d.Started, d.Ended = d.At.UTC(), utc(started), utc(ended)
	return d, json.Unmarshal(result, &d.Result)
}

func runs(ctx context.Context, tx pgx.Tx, where string, args ...any) ([]risk.DryRun, error) {
	rows, err := tx.Query(ctx, `SELECT `+runFields+` FROM risk_dryrun WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanRun)
}

// DryRun is one dry run with the version that it is of.
func (s *Store) DryRun(ctx context.Context, id uuid.UUID) (d risk.DryRun, v risk.Version, err error) {
	err = s.read(ctx, func(tx pgx.Tx) error {
		list, err := runs(ctx, tx, `id = $1`, id)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return ErrNoRun
		}
		d = list[0]
		of, err := versions(ctx, tx, `v.rule = $1 AND v.n = $2`, d.Rule, d.Version)
		if err != nil || len(of) == 0 {
			return errors.Join(err, ErrNoRun)
		}
		v = of[0]
		return nil
	})
	return d, v, wrap(err, "dry run of a risk rule")
}
