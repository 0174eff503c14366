package visausedb

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/traveldoc"
)

// mostTold bounds one round.
const mostTold = 100

// untoldSQL are the entries on visas that the register does not have, of which their platform was not told, or not that they count for nothing.
const untoldSQL = `SELECT u.number, u.crossing_id, u.station, u.crossed_at, u.local_date, NOT (` + counted + `)
FROM visa_use u WHERE u.told < 2 AND u.direction = 'entry' AND NOT EXISTS (SELECT FROM visa v WHERE v.number = u.number)
    AND (u.told = 0 AND ` + counted + ` OR u.told = 1 AND NOT (` + counted + `)) ORDER BY u.crossed_at, u.crossing_id LIMIT $1`

// Tell hands the entries on an outside platform's visas to report, each until it was told once; an error of report ends the round, and the
// entry is told again.
func Tell(ctx context.Context, db *postgres.DB, report func(ctx context.Context, n evisa.Number, u evisa.Use) error) error {
	type telling struct {
		number evisa.Number
		use    evisa.Use
	}
	rows, err := db.Pool.Query(ctx, untoldSQL, mostTold)
	if err != nil {
		return fmt.Errorf("entries to tell: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t telling, err error) {
		var date string
		if err := row.Scan(&t.number, &t.use.Crossing, &t.use.Station, &t.use.At, &date, &t.use.Void); err != nil {
			return t, err
		}
		t.use.At = t.use.At.UTC()
		t.use.Date, err = traveldoc.ParseDate(date)
		return t, err
	})
	if err != nil {
		return fmt.Errorf("entries to tell: %w", err)
	}
	for _, t := range list {
		if err := report(ctx, t.number, t.use); err != nil {
			return fmt.Errorf("tell of an entry: %w", err)
		}
		told := map[bool]int{false: 1, true: 2}[t.use.Void]
		if _, err := db.Pool.Exec(ctx, `UPDATE visa_use SET told = $2 WHERE crossing_id = $1`, t.use.Crossing, told); err != nil {
			return fmt.Errorf("tell of an entry: %w", err)
		}
	}
	return nil
}
