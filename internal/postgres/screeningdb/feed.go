package screeningdb

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/traveldoc"
)

var _ screening.Store = (*Store)(nil)

// Lists are all lists with their policies.
func (s *Store) Lists(ctx context.Context) (map[string]alerts.ListInfo, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT id, title, owner, policy, as_of, version, entries, coalesce(published, 'epoch') FROM alert_list`)
	if err != nil {
		return nil, wrap(err, "read lists")
	}
	lists := map[string]alerts.ListInfo{}
	var l alerts.ListInfo
	var policy []byte
	var asOf string
	_, err = pgx.ForEachRow(rows, []any{&l.ID, &l.Title, &l.Owner, &policy, &asOf, &l.Version, &l.Entries, &l.Published}, func() (err error) {
		l.Policy = alerts.Policy{}
		if err := json.Unmarshal(policy, &l.Policy); err != nil {
			return fmt.Errorf("policy of list %s: %w", l.ID, err)
		}
		if l.AsOf, err = traveldoc.ParseDate(asOf); err != nil {
			return fmt.Errorf("date of list %s: %w", l.ID, err)
		}
		lists[l.ID] = l
		return nil
	})
	return lists, wrap(err, "read lists")
}

// Newest is the newest change of alerts.
func (s *Store) Newest(ctx context.Context) (seq int64, err error) {
	err = s.db.Pool.QueryRow(ctx, `SELECT coalesce(max(seq), 0) FROM alert_version`).Scan(&seq)
	return seq, wrap(err, "look for changes of alerts")
}

// Changes are alerts whose newest version came in a span of changes.
func (s *Store) Changes(ctx context.Context, after, upto int64, limit int) ([]screening.Change, error) {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT v.seq, v.body, a.status, a.secrecy FROM alert_version v JOIN alert a ON a.list = v.list AND a.id = v.id AND a.version = v.version
		WHERE v.seq > $1 AND v.seq <= $2 ORDER BY v.seq LIMIT $3`, after, upto, limit)
	if err != nil {
		return nil, wrap(err, "read changes of alerts")
	}
	list, err := pgx.CollectRows(rows, scanChange)
	return list, wrap(err, "read changes of alerts")
}

func scanChange(row pgx.CollectableRow) (c screening.Change, err error) {
	var body []byte
	var status, secrecy string
	if err = row.Scan(&c.Seq, &body, &status, &secrecy); err != nil {
		return c, err
	}
	if c.Alert, err = alerts.ParseRow(body); err != nil {
		return c, err
	}
	c.Alert.Status, c.Alert.Secrecy = alerts.Status(status), alerts.Secrecy(secrecy)
	return c, nil
}

// Alerts are the alerts of the keys as they are now.
func (s *Store) Alerts(ctx context.Context, keys []string) (map[string]alerts.Alert, error) {
	return readAlerts(ctx, s.db.Pool, keys)
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func readAlerts(ctx context.Context, q querier, keys []string) (map[string]alerts.Alert, error) {
	lists, ids := make([]string, 0, len(keys)), make([]string, 0, len(keys))
	for _, key := range keys {
		list, id, _ := strings.Cut(key, "/")
		lists, ids = append(lists, list), append(ids, id)
	}
	rows, err := q.Query(ctx, `
		SELECT v.seq, v.body, a.status, a.secrecy FROM alert a
		JOIN alert_version v ON v.list = a.list AND v.id = a.id AND v.version = a.version
		WHERE (a.list, a.id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`, lists, ids)
	if err != nil {
		return nil, wrap(err, "read alerts")
	}
	found, err := pgx.CollectRows(rows, scanChange)
	if err != nil {
		return nil, wrap(err, "read alerts")
	}
	byKey := make(map[string]alerts.Alert, len(found))
	for _, c := range found {
		byKey[c.Alert.Key()] = c.Alert
	}
	return byKey, nil
}
