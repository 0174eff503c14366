package applydb

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// within are the applications of a query: $1 and $2 the span, $3 type, $4 nationality.
const within = ` a.received_at >= $1 AND a.received_at < $2 AND ($3 = '' OR a.type = $3) AND ($4 = '' OR a.nationality = $4)`

// took is the time from received to decided, without the time that the applicant was waited for, in seconds.
const took = `extract(epoch FROM a.decided_at - a.received_at - a.waited)::float8`

const selectFigures = `SELECT a.type, a.nationality, to_char(a.received_at AT TIME ZONE 'UTC', 'YYYY-MM'), count(*),
	count(*) FILTER (WHERE a.decided_at IS NULL), count(*) FILTER (WHERE a.state = 'approved'), count(*) FILTER (WHERE a.state = 'refused' OR a.grounds <> '{}'),
	count(*) FILTER (WHERE a.state = 'withdrawn'), count(*) FILTER (WHERE a.state = 'lapsed'), count(*) FILTER (WHERE a.appeal),
	count(*) FILTER (WHERE a.reversed), count(*) FILTER (WHERE a.state IN ('approved', 'refused') AND a.decided_at - a.waited <= a.due_at),
	coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY ` + took + `) FILTER (WHERE a.state IN ('approved', 'refused')), 0),
	coalesce(percentile_cont(0.9) WITHIN GROUP (ORDER BY ` + took + `) FILTER (WHERE a.state IN ('approved', 'refused')), 0)
	FROM visa_application a WHERE` + within + `
	GROUP BY GROUPING SETS ((a.type), (a.nationality), (to_char(a.received_at AT TIME ZONE 'UTC', 'YYYY-MM')), ()) ORDER BY 1, 2, 3`

// Statistics are the numbers of a span of days. They are of nobody, and stay when applications are erased.
func (s *Store) Statistics(ctx context.Context, actor audit.Actor, q desk.StatisticsQuery, now time.Time) (out desk.Statistics, err error) {
	args := []any{q.From.First(), stay.AddDays(q.Until, 1).First(), q.Type, q.Nationality}
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		if err := s.figures(ctx, tx, args, &out); err != nil {
			return err
		}
		if err := refusals(ctx, tx, args, &out); err != nil {
			return err
		}
		if err := overstays(ctx, tx, args, now, &out); err != nil {
			return err
		}
		entry := actor.Entry(s.clock(), audit.Consultation, "visa_statistics", "")
		entry.Purpose, entry.ResultCount = "STATISTICS", out.Total.Received
		return auditlog.Insert(ctx, tx, entry)
	})
	return out, wrap(err, "statistics of applications")
}

func (s *Store) figures(ctx context.Context, tx pgx.Tx, args []any, out *desk.Statistics) error {
	rows, err := tx.Query(ctx, selectFigures, args...)
	if err != nil {
		return err
	}
	var kind, nationality, month *string
	var f desk.Figures
	var median, p90 float64
	_, err = pgx.ForEachRow(rows, []any{&kind, &nationality, &month, &f.Received, &f.Open, &f.Approved, &f.Refused, &f.Withdrawn, &f.Lapsed, &f.Appeals,
		&f.Reversed, &f.InTarget, &median, &p90}, func() error {
		f.Of, f.Target, f.Median, f.P90 = "", 0, seconds(median), seconds(p90)
		switch {
		case kind != nil:
			f.Of = *kind
			if t, known := s.o.Rules.Policy.Type(*kind); known {
				f.Target = t.Target()
			}
			out.ByType = append(out.ByType, f)
		case nationality != nil:
			f.Of = *nationality
			out.ByNationality = append(out.ByNationality, f)
		case month != nil:
			f.Of = *month
			out.ByMonth = append(out.ByMonth, f)
		default:
			out.Total = f
		}
		return nil
	})
	return err
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

func refusals(ctx context.Context, tx pgx.Tx, args []any, out *desk.Statistics) error {
	rows, err := tx.Query(ctx, `SELECT g, count(*) FROM visa_application a, unnest(a.grounds) g WHERE`+within+`
		GROUP BY g ORDER BY 2 DESC, 1`, args...)
	if err != nil {
		return err
	}
	out.Refusals, err = pgx.CollectRows(rows, pgx.RowToStructByPos[desk.GroundCount])
	return err
}

// overstays joins visas to the entries that were made on them, and these to the stays that last too long at the instant, or did. A visa that
// was issued anew on another passport is one, with the entries of all its numbers; an entry that was struck out, or found to be a mistake,
// counts for nothing.
func overstays(ctx context.Context, tx pgx.Tx, args []any, at time.Time, out *desk.Statistics) error {
	rows, err := tx.Query(ctx, `
		SELECT a.type, count(*), count(*) FILTER (WHERE u.n > 0), coalesce(sum(u.over), 0) FROM visa_application a
		CROSS JOIN LATERAL (
			SELECT count(*) AS n, count(*) FILTER (WHERE
				EXISTS (SELECT FROM stay s WHERE s.inside AND s.movement_id = u.crossing_id AND s.last_lawful < ($5::timestamptz AT TIME ZONE 'UTC')::date)
				OR EXISTS (SELECT FROM overstay_end e WHERE e.movement_id = u.crossing_id AND e.cause IN ('late_exit', 'repaired', 'new_entry'))) AS over
			FROM visa v JOIN visa_use u ON u.number = v.number
			WHERE v.application = a.id AND u.direction = 'entry' AND NOT u.annulled
				AND NOT EXISTS (SELECT FROM movement_void m WHERE m.movement_id = u.crossing_id
					AND NOT EXISTS (SELECT FROM record_superseded r WHERE r.record_id = m.record_id))
				AND NOT EXISTS (SELECT FROM visa_case c WHERE c.crossing_id = u.crossing_id AND c.outcome = 'clerical')) u
		WHERE EXISTS (SELECT FROM visa v WHERE v.application = a.id) AND`+within+` GROUP BY a.type ORDER BY a.type`, append(args, at)...)
	if err != nil {
		return err
	}
	out.Overstays, err = pgx.CollectRows(rows, pgx.RowToStructByPos[desk.OverstayCount])
	return err
}
