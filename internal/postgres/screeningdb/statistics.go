package screeningdb

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/traveldoc"
)

// Statistics counts the hits that were raised in a period, both days included (UTC). The owner's word goes before that of the second line.
// Hits of a simulator are not counted.
func (s *Store) Statistics(ctx context.Context, from, to traveldoc.Date, entry audit.Entry) (out screening.Statistics, err error) {
	out.From, out.To = from, to
	first, last := from.First(), to.Last().AddDate(0, 0, 1)
	err = pgx.BeginTxFunc(ctx, s.db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		if err := countHits(ctx, tx, first, last, &out); err != nil {
			return err
		}
		if err := countTravellers(ctx, tx, first, last, &out); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	return out, wrap(err, "count hits")
}

// Which set a row of GROUPING SETS belongs to, as grouping() numbers them: a bit for each column that is not grouped by.
const (
	byNothing = 31
	byList    = 15
	byStation = 23
	byMatcher = 27
	byBand    = 29
	byBoth    = 13 // list and band
	byMonth   = 30
)

func countHits(ctx context.Context, tx pgx.Tx, first, last time.Time, out *screening.Statistics) error {
	rows, err := tx.Query(ctx, `
		SELECT grouping(list, station, matcher, band, month), coalesce(list, ''), coalesce(station, ''), coalesce(matcher, ''), coalesce(band, ''),
			coalesce(month, ''), count(*), count(*) FILTER (WHERE verdict), count(*) FILTER (WHERE NOT verdict),
			count(*) FILTER (WHERE asked_at IS NOT NULL), count(*) FILTER (WHERE retro <> ''),
			coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - raised_at)::float8), 0)
		FROM (SELECT list, station, matcher, band, to_char(raised_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, coalesce(confirmed, same) AS verdict,
			asked_at, retro, decided_at, raised_at FROM desk_hit WHERE raised_at >= $1 AND raised_at < $2 AND NOT coalesce((raise->>'simulator')::boolean, false)) h
		GROUP BY GROUPING SETS ((), (list), (station), (matcher), (band), (list, band), (month))
		ORDER BY 2, 3, 4, array_position(ARRAY['certain', 'probable', 'possible'], band), 6`, first, last)
	if err != nil {
		return err
	}
	var set int
	var list, station, matcher, band, month string
	var seconds float64
	var c screening.Count
	_, err = pgx.ForEachRow(rows, []any{
		&set, &list, &station, &matcher, &band, &month, &c.Hits, &c.True, &c.False, &c.Asked, &c.Retro, &seconds,
	}, func() error {
		line := c
		line.Median = time.Duration(seconds * float64(time.Second)).Round(time.Second)
		switch set {
		case byNothing:
			out.All = line
		case byList:
			line.By = list
			out.Lists = append(out.Lists, line)
		case byStation:
			line.By = station
			out.Stations = append(out.Stations, line)
		case byMatcher:
			line.By = matcher
			out.Matchers = append(out.Matchers, line)
		case byBand:
			line.By = band
			out.Bands = append(out.Bands, line)
		case byBoth:
			line.By, line.And = list, band
			out.ListsAndBands = append(out.ListsAndBands, line)
		case byMonth:
			line.By = month
			out.Months = append(out.Months, line)
		}
		return nil
	})
	return err
}

// countTravellers adds how many people were decided on meanwhile: everybody meets every list, so a list's travellers are all.
func countTravellers(ctx context.Context, tx pgx.Tx, first, last time.Time, out *screening.Statistics) error {
	rows, err := tx.Query(ctx, `SELECT station, to_char(day, 'YYYY-MM'), sum(n)::bigint FROM flow_day_bcp WHERE day >= $1 AND day < $2 GROUP BY 1, 2`,
		first, last)
	if err != nil {
		return err
	}
	var station, month string
	var n, all int64
	stations, months := map[string]int64{}, map[string]int64{}
	_, err = pgx.ForEachRow(rows, []any{&station, &month, &n}, func() error {
		stations[station] += n
		months[month] += n
		all += n
		return nil
	})
	if err != nil {
		return err
	}
	out.All.Travellers = all
	for i := range out.Lists {
		out.Lists[i].Travellers = all
	}
	for i := range out.Stations {
		out.Stations[i].Travellers = stations[out.Stations[i].By]
	}
	for i := range out.Months {
		out.Months[i].Travellers = months[out.Months[i].By]
	}
	return nil
}
