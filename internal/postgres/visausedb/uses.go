package visausedb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// Used is how a visa was used, as the centre knows it.
type Used struct {
	Uses []evisa.Use // in order of time; those that count for nothing are marked
	Case bool        // a case of it is open
}

// Querier is a pool or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// counted is the condition of rows u of visa_use that use an entry: nobody annulled them, and no case found them to be a mistake.
const counted = standing + ` AND NOT EXISTS (SELECT FROM visa_case d WHERE d.crossing_id = u.crossing_id AND d.outcome = 'clerical')`

// standing is the condition of rows u of visa_use that nobody annulled or struck out.
const standing = `NOT u.annulled AND NOT EXISTS (SELECT FROM movement_void v WHERE v.movement_id = u.crossing_id
        AND NOT EXISTS (SELECT FROM record_superseded s WHERE s.record_id = v.record_id))`

const usesSQL = `SELECT n.number, u.crossing_id, u.station, u.crossed_at, u.local_date,
    NOT (` + counted + `), EXISTS (SELECT FROM visa_case c WHERE c.number = n.number AND c.state = 'open')
FROM (SELECT DISTINCT unnest($1::text[]) AS number) AS n LEFT JOIN visa_use u ON u.number = n.number AND u.direction = 'entry'
ORDER BY n.number, u.crossed_at, u.crossing_id`

// UsesOf is how visas were used; every number that was asked for is in the answer, also one that was named twice. The publisher of the dataset of visas asks it.
func UsesOf(ctx context.Context, db Querier, numbers []evisa.Number) (map[evisa.Number]Used, error) {
	rows, err := db.Query(ctx, usesSQL, numbers)
	if err != nil {
		return nil, fmt.Errorf("uses of visas: %w", err)
	}
	uses := make(map[evisa.Number]Used, len(numbers))
	var number evisa.Number
	var crossing *uuid.UUID
	var station, date *string
	var at *time.Time
	var void *bool
	var open bool
	_, err = pgx.ForEachRow(rows, []any{&number, &crossing, &station, &at, &date, &void, &open}, func() error {
		u := uses[number]
		u.Case = open
		if crossing != nil {
			day, err := traveldoc.ParseDate(*date)
			if err != nil {
				return err
			}
			u.Uses = append(u.Uses, evisa.Use{Crossing: *crossing, Station: *station, At: at.UTC(), Date: day, Void: *void})
		}
		uses[number] = u
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("uses of visas: %w", err)
	}
	return uses, nil
}
