package centraldb

import (
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/replication"
)

// countDays adds received events to their days.
func countDays(out *pgx.Batch, station string, days []replication.DaySummary) {
	for _, d := range days {
		out.Queue(`
			INSERT INTO station_day AS s (station, epoch, day, received, received_first, received_last, received_head)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (station, epoch, day) DO UPDATE SET
				received = s.received + excluded.received,
				received_first = CASE WHEN s.received = 0 THEN excluded.received_first ELSE least(s.received_first, excluded.received_first) END,
				received_last = excluded.received_last, received_head = excluded.received_head`,
			station, d.Epoch, d.Day, d.Count, d.FirstSeq, d.LastSeq, d.Head)
	}
}
