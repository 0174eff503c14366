package centraldb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/replication"
)

// overdueStays is what follows FROM for the overstayers of a query: $1 and $2 are the zones of the posts with the date there now,
// $3 nationality, $4 station, $5 days.
const overdueStays = ` stay s JOIN unnest($1::text[], $2::date[]) AS z(zone, today) ON z.zone = s.entry_zone
	WHERE s.inside AND s.last_lawful < z.today AND s.last_lawful < (SELECT max(d) FROM unnest($2::date[]) AS d)
	AND ($3 = '' OR s.nationality = $3) AND ($4 = '' OR s.entry_station = $4) AND z.today - s.last_lawful >= $5`

// overdueRow are the columns of an overstayer. Who entered is read from the crossing, or from the record that supplied the entry.
const overdueRow = ` s.group_id, s.traveller_id, s.movement_id, s.entered_at, s.entered_on, s.entry_station, s.entry_zone, s.nationality,
	s.last_lawful, z.today - s.last_lawful, s.uncertain, coalesce(c.surname, r.body->'identity'->>'surname', ''),
	coalesce(c.given_names, r.body->'identity'->>'given_names', ''), coalesce(c.birth_date, r.body->'identity'->>'birth_date', ''),
	coalesce(c.doc_code, r.body->'document'->>'code', ''), coalesce(c.doc_number, r.body->'document'->>'number', ''),
	coalesce(c.issuing_state, r.body->'document'->>'issuing_state', '')`

// whoEntered joins the crossing or the record of an entry to s.
const whoEntered = `
	LEFT JOIN LATERAL (SELECT * FROM crossing c WHERE c.crossed_at = s.entered_at AND c.crossing_id = s.movement_id LIMIT 1) c ON true
	LEFT JOIN LATERAL (SELECT r.payload->'body' AS body FROM record r WHERE r.id = s.movement_id AND c.crossing_id IS NULL) r ON true`

// Overstayers gives a page of the list and its counts, of one snapshot. Without a purpose there are counts and no rows. now decides
// which day it is at each crossing point.
func (r *Reader) Overstayers(
	ctx context.Context, q central.OverstayQuery, now time.Time, after central.Cursor, limit int, entry audit.Entry,
) (page central.OverstayPage, err error) {
	if err := r.admitOverstay(ctx, q, &entry); err != nil {
		return page, err
	}
	err = snapshot(ctx, r.db, func(tx pgx.Tx) error {
		args, err := overdueArgs(ctx, tx, q, now)
		if err != nil {
			return err
		}
		if err := countOverstays(ctx, tx, args, &page); err != nil {
			return err
		}
		if q.Purpose == "" {
			return nil
		}
		if page.Rows, err = overstayRows(ctx, tx, args, after, limit+1); err != nil {
			return err
		}
		entry.ResultCount = page.Total
		return auditlog.Insert(ctx, tx, entry)
	})
	if len(page.Rows) > limit {
		page.Rows = page.Rows[:limit]
		last := page.Rows[limit-1]
		page.Next = central.Cursor{At: last.LastLawful.First(), ID: last.Group}
	}
	return page, wrap(err, "read overstayers")
}

// admitOverstay checks a query and completes its audit entry.
func (r *Reader) admitOverstay(ctx context.Context, q central.OverstayQuery, entry *audit.Entry) error {
	if q.Purpose != "" {
		if err := r.requirePurpose(ctx, q.Purpose, *entry); err != nil {
			return err
		}
	}
	if err := q.Check(); err != nil {
		return err
	}
	hash, err := audit.QueryHMAC(r.key, q.Terms()...)
	if err != nil {
		return fmt.Errorf("hash of criteria: %w", err)
	}
	entry.Purpose, entry.QueryHMAC = q.Purpose, hash
	return nil
}

// overdueArgs are the arguments of overdueStays.
func overdueArgs(ctx context.Context, tx pgx.Tx, q central.OverstayQuery, now time.Time) ([]any, error) {
	rows, err := tx.Query(ctx, `SELECT zone FROM stay_zone`)
	if err != nil {
		return nil, err
	}
	zones, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	days := make([]time.Time, len(zones))
	for i, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			return nil, fmt.Errorf("zone %q of a crossing point: %w", name, err)
		}
		days[i] = today(now, zone).First()
	}
	return []any{zones, days, q.Nationality, q.Station, max(q.MinDays, 1)}, nil
}

func countOverstays(ctx context.Context, tx pgx.Tx, args []any, page *central.OverstayPage) error {
	rows, err := tx.Query(ctx, `SELECT s.nationality, s.entry_station, count(*) FROM`+overdueStays+`
		GROUP BY GROUPING SETS ((s.nationality), (s.entry_station), ()) ORDER BY 3 DESC, 1, 2`, args...)
	if err != nil {
		return err
	}
	var nationality, station *string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&nationality, &station, &n}, func() error {
		switch {
		case nationality != nil:
			page.ByNationality = append(page.ByNationality, central.OverstayCount{Of: *nationality, N: n})
		case station != nil:
			page.ByStation = append(page.ByStation, central.OverstayCount{Of: *station, N: n})
		default:
			page.Total = n
		}
		return nil
	})
	if err != nil {
		return err
	}
	var since *time.Time
	err = tx.QueryRow(ctx, `SELECT min(queued_at) FROM stay_dirty`).Scan(&since)
	page.Behind = orZero(since)
	return err
}

func overstayRows(ctx context.Context, tx pgx.Tx, args []any, after central.Cursor, limit int) ([]central.Overstayer, error) {
	where := ``
	if !after.IsZero() {
		where, args = ` AND (s.last_lawful, s.group_id) > ($6::date, $7::uuid)`, append(args[:5:5], after.At, after.ID)
	}
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT %s FROM (SELECT s.*, z.today FROM %s%s ORDER BY s.last_lawful, s.group_id LIMIT %d) s
		CROSS JOIN LATERAL (SELECT s.today) AS z(today) %s ORDER BY s.last_lawful, s.group_id`, overdueRow, overdueStays, where, limit, whoEntered), args...)
	if err != nil {
		return nil, err
	}
	heard, err := collectOverstayers(rows)
	if err != nil {
		return nil, err
	}
	return heard, addSilent(ctx, tx, heard)
}

func collectOverstayers(rows pgx.Rows) ([]central.Overstayer, error) {
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (o central.Overstayer, err error) {
		var entered *time.Time
		var last time.Time
		err = row.Scan(&o.Group, &o.TravellerID, &o.MovementID, &o.EnteredAt, &entered, &o.Station, &o.Zone, &o.Nationality,
			&last, &o.DaysOver, &o.Uncertain, &o.Surname, &o.GivenNames, &o.BirthDate, &o.DocCode, &o.DocNumber, &o.IssuedBy)
		o.LastLawful = dateOf(last)
		if entered != nil {
			o.EnteredOn = dateOf(*entered)
		}
		return o, err
	})
}

// addSilent names the crossing points where the exit of each may still sit.
func addSilent(ctx context.Context, tx pgx.Tx, list []central.Overstayer) error {
	heard, err := readHeard(ctx, tx)
	if err != nil {
		return err
	}
	for i := range list {
		zone, err := time.LoadLocation(list[i].Zone)
		if err != nil {
			zone = time.UTC
		}
		list[i].Silent = central.SilentSince(heard, list[i].LastLawful, zone)
	}
	return nil
}

// readHeard says of every crossing point up to when everything that it wrote is here: when it was last heard, or, while events
// wait there, when the oldest of them was written.
func readHeard(ctx context.Context, tx pgx.Tx) ([]central.Heard, error) {
	rows, err := tx.Query(ctx, `
		SELECT n.station, s.heard_at, s.beat FROM (SELECT station FROM replication_cursor UNION SELECT station FROM station_status) n
		LEFT JOIN station_status s USING (station) ORDER BY n.station`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (h central.Heard, err error) {
		var at *time.Time
		var text []byte
		if err := row.Scan(&h.Station, &at, &text); err != nil || at == nil {
			return h, err
		}
		var beat replication.Heartbeat
		if err := json.Unmarshal(text, &beat); err != nil {
			return h, fmt.Errorf("heartbeat of station %s: %w", h.Station, err)
		}
		h.Whole = *at
		if beat.Backlog > 0 && beat.OldestAt.Before(h.Whole) {
			h.Whole = beat.OldestAt
		}
		return h, nil
	})
}

// ExportOverstayers hands the whole list to each, the longest first. The disclosure is in the audit log before the first row is
// handed out; begin is told the count, which is of the same snapshot.
func (r *Reader) ExportOverstayers(
	ctx context.Context, q central.OverstayQuery, now time.Time, entry audit.Entry, begin func(count int) error,
	each func(central.Overstayer) error,
) error {
	if err := r.requirePurpose(ctx, q.Purpose, entry); err != nil {
		return err
	}
	if err := r.admitOverstay(ctx, q, &entry); err != nil {
		return err
	}
	err := snapshot(ctx, r.db, func(tx pgx.Tx) error {
		args, err := overdueArgs(ctx, tx, q, now)
		if err != nil {
			return err
		}
		list, err := overstayRows(ctx, tx, args, central.Cursor{}, central.ExportLimit+1)
		if err != nil {
			return err
		}
		if len(list) > central.ExportLimit {
			return problem.New(problem.Invalid, "export_too_large").With("max", central.ExportLimit)
		}
		entry.ResultCount = len(list)
		if err := auditlog.Insert(ctx, r.db.Pool, entry); err != nil {
			return err
		}
		if err := begin(len(list)); err != nil {
			return err
		}
		for i := range list {
			if err := each(list[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return wrap(err, "export overstayers")
}

// OverstayEnds gives those who left the list, newest first, with what took them off it.
func (r *Reader) OverstayEnds(
	ctx context.Context, purpose string, before int64, limit int, entry audit.Entry,
) (page central.OverstayEndPage, err error) {
	if err := r.requirePurpose(ctx, purpose, entry); err != nil {
		return page, err
	}
	err = snapshot(ctx, r.db, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM overstay_end`).Scan(&page.Total); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			SELECT s.id, s.traveller_id, s.entered_at, s.station, s.nationality, s.last_lawful, s.days_over, s.left_at, s.cause,
				coalesce(by.payload->'body'->>'ground', ''), coalesce(by.payload->'body'->>'evidence', ''), coalesce(by.officer, ''),
				coalesce(by.station, ''), coalesce(c.surname, r.body->'identity'->>'surname', ''),
				coalesce(c.given_names, r.body->'identity'->>'given_names', '')
			FROM overstay_end s `+whoEntered+`
			LEFT JOIN LATERAL (SELECT * FROM record b WHERE b.id = s.by_record OR s.cause = 'entry_voided' AND b.id = (
				SELECT v.record_id FROM movement_void v WHERE v.movement_id = s.movement_id ORDER BY v.record_id DESC LIMIT 1) LIMIT 1) by ON true
			WHERE $1 = 0 OR s.id < $1 ORDER BY s.id DESC LIMIT $2`, before, limit+1)
		if err != nil {
			return err
		}
		if page.Rows, err = pgx.CollectRows(rows, scanEnd); err != nil {
			return err
		}
		entry.Purpose, entry.ResultCount = purpose, page.Total
		return auditlog.Insert(ctx, tx, entry)
	})
	if len(page.Rows) > limit {
		page.Rows = page.Rows[:limit]
		page.Next = page.Rows[limit-1].ID
	}
	return page, wrap(err, "read who left the list of overstayers")
}

func scanEnd(row pgx.CollectableRow) (e central.OverstayEnd, err error) {
	var last time.Time
	err = row.Scan(&e.ID, &e.TravellerID, &e.EnteredAt, &e.Station, &e.Nationality, &last, &e.DaysOver, &e.LeftAt, &e.Cause,
		&e.Ground, &e.Evidence, &e.Officer, &e.At, &e.Surname, &e.GivenNames)
	e.LastLawful = dateOf(last)
	return e, err
}

// CountOverstays keeps the list's counts of the day, as they stand; it is called through the day, and the last call stays.
func (p *Projector) CountOverstays(ctx context.Context) error {
	now := p.Now().UTC()
	err := p.DB.InTx(ctx, func(tx pgx.Tx) error {
		args, err := overdueArgs(ctx, tx, central.OverstayQuery{}, now)
		if err != nil {
			return err
		}
		day := today(now, time.UTC).First()
		if _, err := tx.Exec(ctx, `DELETE FROM overstay_day WHERE day = $1`, day); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO overstay_day (day, station, nationality, n)
			SELECT $6, s.entry_station, s.nationality, count(*) FROM`+overdueStays+` GROUP BY 2, 3`, append(args, day)...)
		return err
	})
	return wrap(err, "count overstayers")
}

// OverstayDays gives the number of overstayers at the end of each of the last days that were counted, oldest first.
func (r *Reader) OverstayDays(ctx context.Context, limit int) ([]central.OverstayDay, error) {
	rows, err := r.db.Pool.Query(ctx, `
		SELECT day, n FROM (SELECT day, sum(n)::bigint AS n FROM overstay_day GROUP BY day ORDER BY day DESC LIMIT $1) d ORDER BY day`, limit)
	if err != nil {
		return nil, fmt.Errorf("read counts of overstayers: %w", err)
	}
	days, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d central.OverstayDay, err error) {
		var day time.Time
		err = row.Scan(&day, &d.N)
		d.Day = dateOf(day)
		return d, err
	})
	return days, wrap(err, "read counts of overstayers")
}

// groupOf gives the travellers and the files of the person that a file, of whatever station, belongs to; none when it is not known.
func groupOf(ctx context.Context, tx pgx.Tx, id uuid.UUID) (travellers, files []uuid.UUID, err error) {
	rows, err := tx.Query(ctx, `
		WITH mine AS (SELECT f.traveller_id AS id, g.leader FROM traveller_file f LEFT JOIN traveller_group g USING (traveller_id) WHERE f.file_id = $1),
		members AS (SELECT id FROM mine UNION SELECT g.traveller_id FROM traveller_group g JOIN mine ON g.leader = mine.leader)
		SELECT m.id, f.files FROM members m JOIN traveller_file f ON f.file_id = m.id ORDER BY m.id`, id)
	if err != nil {
		return nil, nil, fmt.Errorf("read a person's files: %w", err)
	}
	var traveller uuid.UUID
	var others []uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&traveller, &others}, func() error {
		travellers = append(travellers, traveller)
		files = append(append(files, traveller), others...)
		return nil
	})
	return travellers, files, wrap(err, "read a person's files")
}
