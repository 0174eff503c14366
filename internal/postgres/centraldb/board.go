package centraldb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/replication"
)

// Stations gives the state of every station that has been heard of or has delivered, by name, from one snapshot.
func (r *Reader) Stations(ctx context.Context) (list []central.Station, err error) {
	err = snapshot(ctx, r.db, func(tx pgx.Tx) error {
		if list, err = readStations(ctx, tx); err != nil {
			return err
		}
		byName := make(map[string]*central.Station, len(list))
		for i := range list {
			byName[list[i].Name] = &list[i]
		}
		if err := addStationAlerts(ctx, tx, byName); err != nil {
			return err
		}
		return addDatasets(ctx, tx, list)
	})
	return list, wrap(err, "read stations")
}

// StationNames lists the crossing points that crossings may be of.
func (r *Reader) StationNames(ctx context.Context) ([]string, error) {
	rows, err := r.db.Pool.Query(ctx, `SELECT station FROM replication_cursor UNION SELECT station FROM station_status ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("list stations: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return names, wrap(err, "list stations")
}

func readStations(ctx context.Context, tx pgx.Tx) ([]central.Station, error) {
	rows, err := tx.Query(ctx, `
		WITH names AS (SELECT station FROM replication_cursor UNION SELECT station FROM station_status),
		cursors AS (SELECT station, sum(last_seq - withheld)::bigint AS received, max(shown_at) AS last_at
			FROM replication_cursor GROUP BY station),
		parked AS (SELECT station, count(*) AS n FROM dead_letter WHERE resolved_at IS NULL GROUP BY station),
		missing AS (SELECT station, count(DISTINCT digest) AS n FROM exhibit_missing GROUP BY station),
		odd AS (SELECT station, count(*) AS n FROM crossing_odd GROUP BY station)
		SELECT n.station, s.heard_at, s.beat, coalesce(c.received, 0), c.last_at, coalesce(p.n, 0), coalesce(o.n, 0), coalesce(m.n, 0), k.checked_at, k.comparison
		FROM names n LEFT JOIN station_status s USING (station) LEFT JOIN cursors c USING (station) LEFT JOIN parked p USING (station)
			LEFT JOIN odd o USING (station) LEFT JOIN missing m USING (station) LEFT JOIN station_check k USING (station)
		ORDER BY n.station`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanStation)
}

func scanStation(row pgx.CollectableRow) (s central.Station, err error) {
	var heard, last, checked *time.Time
	var beat, comparison []byte
	if err := row.Scan(&s.Name, &heard, &beat, &s.Received, &last, &s.Parked, &s.Odd, &s.EvidenceMissing, &checked, &comparison); err != nil {
		return s, err
	}
	s.HeardAt, s.LastAt, s.Checked = orZero(heard), orZero(last), orZero(checked)
	if beat != nil {
		if err := json.Unmarshal(beat, &s.Beat); err != nil {
			return s, fmt.Errorf("heartbeat of station %s: %w", s.Name, err)
		}
	}
	if comparison != nil {
		if err := json.Unmarshal(comparison, &s.Comparison); err != nil {
			return s, fmt.Errorf("completeness of station %s: %w", s.Name, err)
		}
	}
	return s, nil
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func addStationAlerts(ctx context.Context, tx pgx.Tx, stations map[string]*central.Station) error {
	rows, err := tx.Query(ctx, `SELECT station, code, detail, first_at, last_at, times FROM station_alert
		WHERE closed_at IS NULL ORDER BY last_at DESC, code`)
	if err != nil {
		return err
	}
	var name string
	var a central.StationAlert
	_, err = pgx.ForEachRow(rows, []any{&name, &a.Code, &a.Detail, &a.FirstAt, &a.LastAt, &a.Times}, func() error {
		if s := stations[name]; s != nil {
			s.Alerts = append(s.Alerts, a)
		}
		return nil
	})
	return err
}

// addDatasets sets what each station holds beside the newest version.
func addDatasets(ctx context.Context, tx pgx.Tx, list []central.Station) error {
	rows, err := tx.Query(ctx, `SELECT dataset, version FROM ref_dataset ORDER BY dataset`)
	if err != nil {
		return err
	}
	var dataset string
	var newest int64
	_, err = pgx.ForEachRow(rows, []any{&dataset, &newest}, func() error {
		for i := range list {
			held := heldOf(list[i].Beat.Datasets, dataset)
			list[i].Datasets = append(list[i].Datasets, central.DatasetAge{
				Dataset: dataset, Held: held.Version, Newest: newest, ConfirmedAt: held.ConfirmedAt,
			})
		}
		return nil
	})
	return err
}

func heldOf(held []replication.DatasetStatus, dataset string) replication.DatasetStatus {
	for _, d := range held {
		if d.Dataset == dataset {
			return d
		}
	}
	return replication.DatasetStatus{}
}
