package riskdb

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
)

// MaxItems bounds a list of values.
const MaxItems = 10_000

// Lists are all lists as they stand now, in the order of their names.
func (s *Store) Lists(ctx context.Context) (list []risk.ValueList, err error) {
	rows, err := s.DB.Pool.Query(ctx, `SELECT DISTINCT ON (name) name, n, title, items, login, at FROM risk_list ORDER BY name, n DESC`)
	if err != nil {
		return nil, wrap(err, "lists of values")
	}
	list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[risk.ValueList])
	return list, wrap(err, "lists of values")
}

// Values are the lists of those names, as a version of a rule takes them up. One that does not exist is left out: the compiler says so.
func (s *Store) Values(ctx context.Context, names []string) (risk.Lists, error) {
	all, err := s.Lists(ctx)
	if err != nil {
		return nil, err
	}
	values := risk.Lists{}
	for _, l := range all {
		if slices.Contains(names, l.Name) {
			values[l.Name] = l.Items
		}
	}
	return values, nil
}

// WriteList keeps a list's next version. Rules that use it are not changed by it: their next version takes it up.
func (s *Store) WriteList(ctx context.Context, actor audit.Actor, name, title string, items []string) error {
	if err := may(actor, auth.RiskManage); err != nil {
		return err
	}
	title = strings.TrimSpace(title)
	kept, err := checkedList(name, title, items)
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('risk_list'))`)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO risk_list (name, n, title, items, by_id, login, at)
			SELECT $1, coalesce(max(n), 0) + 1, $2, $3, $4, $5, $6 FROM risk_list WHERE name = $1`, name, title, kept, actor.ID, actor.Name, s.clock())
		if err != nil {
			return err
		}
		entry := actor.Entry(s.clock(), audit.Alteration, "risk_list", name)
		entry.ResultCount, entry.Purpose = len(kept), risk.PurposeOfHits
		return auditlog.Insert(ctx, tx, entry)
	})
	return wrap(err, "write a list of values")
}

func checkedList(name, title string, items []string) ([]string, error) {
	if !risk.IsListName(name) {
		return nil, problem.New(problem.Invalid, "risk.list_name").At("name")
	}
	if title == "" || len([]rune(title)) > risk.MaxName {
		return nil, problem.New(problem.Invalid, "risk.name").At("title").With("max", risk.MaxName)
	}
	kept := []string{}
	for _, v := range items {
		if v = strings.ToUpper(strings.TrimSpace(v)); v != "" && len([]rune(v)) <= risk.MaxValue {
			kept = append(kept, v)
		} else if v != "" {
			return nil, problem.New(problem.Invalid, "risk.value_long").At("items").With("max", risk.MaxValue)
		}
	}
	slices.Sort(kept)
	if kept = slices.Compact(kept); len(kept) == 0 || len(kept) > MaxItems {
		return nil, problem.New(problem.Invalid, "risk.list_items").At("items").With("max", MaxItems)
	}
	return kept, nil
}
