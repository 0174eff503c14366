package fingerdb

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// FoldFrom and FoldTo stand around a column: the statement of traveldoc.FoldNumber.
const (
	FoldFrom = `ltrim(regexp_replace(replace(upper(`
	FoldTo   = `), 'O', '0'), '[^[:alnum:]]', '', 'g'), '0')`
)

const (
	// overdue are links whose person's time of keeping is over: his last crossing, or the last taking where no crossing stands, is before $1,
	// and when the last crossing was an entry, that one before $2. A null instant keeps him. The files that are one person count together; a
	// bearer without a file counts from his taking and from the verdict. $3 are the links in question, null: all. tasks and hits say what keeps
	// him; a hit on somebody who was not decided names no file yet, but his document (unfiled).
	overdue = `WITH held AS (
			SELECT k.id AS link, l.file_id AS file, f.group_id AS person FROM biometric.link_key k LEFT JOIN finger_link l ON l.link = k.id
				LEFT JOIN traveller f ON f.id = l.file_id WHERE k.destroyed_at IS NULL AND k.created_at < greatest($1::timestamptz, $2::timestamptz)
				AND ($3::uuid[] IS NULL OR k.id = ANY ($3))),
		seen AS (
			SELECT h.link, h.file, h.person, greatest(m.at, t.at, b.since) AS at, CASE m.direction WHEN 'entry' THEN m.at END AS entered,
				coalesce(greatest(t.at, b.since) > m.at + interval '1 day', m.at IS NULL) AS later
			FROM held h
				LEFT JOIN LATERAL (SELECT m.at, m.direction FROM traveller f JOIN movement m ON m.file_id = f.id
					WHERE f.group_id = h.person AND m.voided_by IS NULL AND NOT m.withdrawn ORDER BY m.at DESC LIMIT 1) AS m ON true
				LEFT JOIN LATERAL (SELECT max(t.taken_at) AS at, bool_or(t.crossing_id IS NULL AND t.purged_at IS NULL) AS apart
					FROM finger_taking t WHERE t.link = h.link) AS t ON true
				LEFT JOIN finger_bearer b ON b.link = h.link AND b.returned_at IS NULL
			WHERE NOT coalesce(t.apart, false)),
		unfiled AS (SELECT f.group_id AS person FROM hit h JOIN scan s ON s.id = h.inspection_id
				JOIN traveller_document d ON d.issuing_state = s.document ->> 'issuing_state' AND d.birth_date = s.identity ->> 'birth_date'
					AND d.number_folded = ` + FoldFrom + `s.document ->> 'number'` + FoldTo + `
				JOIN traveller f ON f.id = d.traveller_id WHERE h.file_id IS NULL AND h.closed_at IS NULL),
		overdue AS (SELECT s.*,
				EXISTS (SELECT FROM finger_task t WHERE t.decided_at IS NULL AND (s.link IN (t.link, t.candidate_link)
					OR t.file_id IN (SELECT id FROM traveller WHERE group_id = s.person) OR t.candidate_file IN (SELECT id FROM traveller WHERE group_id = s.person))) AS tasks,
				EXISTS (SELECT FROM traveller f JOIN hit h ON h.file_id = f.id AND h.closed_at IS NULL WHERE f.group_id = s.person)
					OR EXISTS (SELECT FROM unfiled u WHERE u.person = s.person)
					OR EXISTS (SELECT FROM traveller f JOIN referral r ON r.file_id = f.id AND r.closed_at IS NULL WHERE f.group_id = s.person) AS hits
			FROM seen s WHERE CASE WHEN s.entered IS NULL THEN s.at < $1 ELSE s.entered < $2 AND (NOT s.later OR s.at < $1) END) `
	dueToEnd   = overdue + `SELECT link, coalesce(file, link) FROM overdue WHERE NOT tasks AND NOT hits ORDER BY at, link LIMIT $4`
	countToEnd = overdue + `SELECT count(*) FILTER (WHERE NOT tasks AND NOT hits), count(*) FILTER (WHERE tasks), count(*) FILTER (WHERE hits AND NOT tasks),
		(SELECT count(*) FROM biometric.key_tombstone WHERE ground = '` + fingers.GroundRetention + `') FROM overdue`
	lockToEnd = `SELECT id FROM biometric.link_key WHERE id = ANY ($1) AND destroyed_at IS NULL ORDER BY id FOR UPDATE SKIP LOCKED`
)

// retainAtOnce is how many persons one transaction of Retain erases.
const retainAtOnce = 50

// Before are the instants before which the last crossing of a person must lie for his prints to be erased; nil keeps them. An entry without an
// exit has its own.
func Before(p fingers.Policy, now time.Time) (crossing, inside *time.Time) {
	months := func(n int) *time.Time {
		if n == 0 {
			return nil
		}
		at := now.AddDate(0, -n, 0)
		return &at
	}
	return months(p.Kept), months(p.KeptInside)
}

// Retain destroys the keys of persons whose time of keeping is over, and lays a tombstone for each, of which the centre is told. Whoever has an
// open task, hit or case is kept until it is closed. Each person has an audit entry in the transaction. It gives how many keys there were.
func (s *Store) Retain(ctx context.Context, policy fingers.Policy) (n int, err error) {
	crossing, inside := Before(policy, s.o.Now())
	if crossing == nil && inside == nil {
		return 0, nil
	}
	for {
		var some int
		err := s.o.DB.InTx(ctx, func(tx pgx.Tx) (err error) {
			some, err = s.retain(ctx, tx, crossing, inside)
			return err
		})
		if err != nil || some == 0 {
			return n, wrap(err, "erase prints whose time is over")
		}
		n += some
		s.Committed()
	}
}

// retain asks again once it has the locks: somebody may have come back meanwhile.
func (s *Store) retain(ctx context.Context, tx pgx.Tx, crossing, inside *time.Time) (int, error) {
	found, err := due(ctx, tx, crossing, inside, nil)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	locked, err := lockedLinks(ctx, tx, lockToEnd, slices.Collect(maps.Keys(found)))
	if err != nil || len(locked) == 0 {
		return 0, err
	}
	whose, err := due(ctx, tx, crossing, inside, locked)
	if err != nil {
		return 0, err
	}
	if err := s.end(ctx, tx, slices.Collect(maps.Keys(whose)), fingers.GroundRetention); err != nil {
		return 0, err
	}
	for _, about := range whose {
		entry := s.service("").Entry(s.o.Now(), audit.Erasure, "biometric_key", about.String())
		entry.Purpose, entry.Decision, entry.ResultCount = "retention", fingers.GroundRetention, 1
		if err := auditlog.Insert(ctx, tx, entry); err != nil {
			return 0, err
		}
	}
	return len(whose), nil
}

// due are links whose time is over and whom nothing keeps, of those asked for (nil: all), with whom the audit log tells of: the file, or the
// link of somebody without one.
func due(ctx context.Context, tx pgx.Tx, crossing, inside *time.Time, of []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	rows, err := tx.Query(ctx, dueToEnd, crossing, inside, of, retainAtOnce)
	if err != nil {
		return nil, err
	}
	whose := map[uuid.UUID]uuid.UUID{}
	var link, about uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&link, &about}, func() error { whose[link] = about; return nil })
	return whose, err
}

// Retention is how the keeping stands.
func (s *Store) Retention(ctx context.Context, policy fingers.Policy) (r fingers.Retention, err error) {
	crossing, inside := Before(policy, s.o.Now())
	err = s.o.DB.Pool.QueryRow(ctx, countToEnd, crossing, inside, nil).Scan(&r.Expired, &r.OpenTasks, &r.OpenHits, &r.Erased)
	return r, wrap(err, "count persons whose time is over")
}
