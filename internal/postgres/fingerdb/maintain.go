package fingerdb

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// Keeping is how long things stay.
type Keeping struct {
	// Apart is how long prints stay that no decision made a file's, nor will.
	Apart time.Duration
	// Sent is how long the bytes of prints that are no references stay here after the centre confirmed them.
	Sent time.Duration
	// Generations is how long a key-encryption key stays after the month in which it was used last: the time for which backups are kept.
	Generations time.Duration
}

// GroundApart is the ground of what was erased because no decision followed.
const GroundApart = "no_decision"

// purgeAtOnce bounds one transaction of the upkeep.
const purgeAtOnce = 100

const (
	// dropSent forgets bytes that the centre has, of prints that nobody is compared with any more. What is disputed stays: somebody looks at it.
	dropSent = `WITH due AS (
			SELECT b.digest FROM biometric.blob b JOIN biometric.sealed s USING (digest) JOIN biometric.print p ON p.id = s.id
			WHERE b.state = 'sent' AND b.sealed IS NOT NULL AND b.sent_at < $1 AND p.state = 'presented'
			ORDER BY b.sent_at LIMIT $3 FOR UPDATE OF b, s SKIP LOCKED),
		unmarked AS (UPDATE biometric.sealed SET mark = NULL WHERE digest IN (SELECT digest FROM due))
		UPDATE biometric.blob SET sealed = NULL, dropped_at = $2 WHERE digest IN (SELECT digest FROM due)`
	// tooNew are marks of transactions that this database has not come to yet: it was restored. They would be given to galleries for ever.
	tooNew = `UPDATE biometric.link_key SET changed = 0 WHERE changed > pg_snapshot_xmax(pg_current_snapshot())::text::bigint`
)

// Maintain wraps keys anew after the month has changed, destroys generations whose time is over, erases prints that no decision made a
// file's, and drops bytes that the centre has and nobody needs here. What it does is idempotent and may stop anywhere.
func (s *Store) Maintain(ctx context.Context, keep Keeping) error {
	_, err := s.o.DB.Pool.Exec(ctx, tooNew)
	_, purged := s.Purge(ctx, s.o.Now().Add(-keep.Apart))
	return errors.Join(wrap(err, "marks of galleries"), s.Rotate(ctx), s.Retire(ctx, keep.Generations), purged, s.drop(ctx, keep.Sent))
}

func (s *Store) drop(ctx context.Context, kept time.Duration) error {
	for {
		now := s.o.Now()
		tag, err := s.o.DB.Pool.Exec(ctx, dropSent, now.Add(-kept), now, 5*purgeAtOnce)
		if err != nil || tag.RowsAffected() == 0 {
			return wrap(err, "drop prints that the centre has")
		}
	}
}

const (
	// forgotten are takings that no decision settled, and those that a later one of their inspection replaced.
	forgotten = `SELECT id, link, prints, coalesce(body ->> 'lane', '') FROM finger_taking
		WHERE crossing_id IS NULL AND purged_at IS NULL AND taken_at < $1 ORDER BY taken_at, id LIMIT $2 FOR UPDATE SKIP LOCKED`
	lockLink    = `SELECT id FROM biometric.link_key WHERE id = $1 FOR UPDATE`
	sentBefore  = `SELECT DISTINCT s.id FROM biometric.sealed s JOIN biometric.blob b USING (digest) WHERE s.id = ANY ($1) AND b.sent_at IS NOT NULL`
	erasePrints = `UPDATE biometric.print SET state = 'erased', erased_at = $2, ground = $3 WHERE id = ANY ($1) AND state <> 'erased'`
	eraseMarks  = `UPDATE biometric.sealed SET mark = NULL WHERE id = ANY ($1)`
	eraseBytes  = `UPDATE biometric.blob SET sealed = NULL, state = 'destroyed', dropped_at = $2
		WHERE digest IN (SELECT digest FROM biometric.sealed WHERE id = ANY ($1))`
	purgeTaking = `UPDATE finger_taking SET purged_at = $2 WHERE id = $1`
	linkInUse   = `SELECT EXISTS (SELECT FROM finger_link WHERE link = $1) OR EXISTS (SELECT FROM biometric.print WHERE link = $1 AND state <> 'erased')`
)

// Purge erases what was taken before an instant and is no file's: the rows stay as tombstones, the bytes go, and the key with them when it
// sealed nothing else. Each taking has an audit entry in its transaction. It gives how many takings there were.
func (s *Store) Purge(ctx context.Context, before time.Time) (n int, err error) {
	for {
		var some int
		err := s.o.DB.InTx(ctx, func(tx pgx.Tx) (err error) {
			some, err = s.purge(ctx, tx, before)
			return err
		})
		if err != nil || some == 0 {
			return n, wrap(err, "erase prints of no decision")
		}
		n += some
		s.Committed()
	}
}

// forgottenTaking is a taking that is purged.
type forgottenTaking struct {
	id     uuid.UUID
	link   *uuid.UUID
	prints []uuid.UUID
	lane   string
}

func (s *Store) purge(ctx context.Context, tx pgx.Tx, before time.Time) (int, error) {
	rows, err := tx.Query(ctx, forgotten, before, purgeAtOnce)
	if err != nil {
		return 0, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f forgottenTaking, err error) {
		err = row.Scan(&f.id, &f.link, &f.prints, &f.lane)
		return f, err
	})
	if err != nil {
		return 0, err
	}
	for _, f := range list {
		if err := s.purgeOne(ctx, tx, f); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

func (s *Store) purgeOne(ctx context.Context, tx pgx.Tx, f forgottenTaking) error {
	now := s.o.Now().UTC().Truncate(time.Microsecond)
	entry := s.service(f.lane).Entry(now, audit.Erasure, "fingerprint_taking", f.id.String())
	entry.Purpose, entry.Decision, entry.ResultCount = "retention", GroundApart, len(f.prints)
	if f.link == nil {
		if _, err := tx.Exec(ctx, purgeTaking, f.id, now); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	}
	var sent []uuid.UUID
	var used bool
	b := &pgx.Batch{}
	b.Queue(lockLink, *f.link) // whoever keeps another taking under it now waits
	b.Queue(sentBefore, f.prints).Query(func(rows pgx.Rows) (err error) { sent, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); return err })
	b.Queue(erasePrints, f.prints, now, GroundApart)
	b.Queue(eraseMarks, f.prints)
	b.Queue(eraseBytes, f.prints, now)
	b.Queue(purgeTaking, f.id, now)
	b.Queue(linkInUse, *f.link).QueryRow(func(row pgx.Row) error { return row.Scan(&used) })
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	if !used {
		if err := s.end(ctx, tx, []uuid.UUID{*f.link}, GroundApart); err != nil {
			return err
		}
	}
	if !used || len(sent) == 0 {
		return auditlog.Insert(ctx, tx, entry)
	}
	event := fingers.Event{
		Step: fingers.Erased, At: now, By: fingers.CheckName, Taking: f.id, Erasure: &fingers.Erasure{Prints: sent, Ground: GroundApart},
	}
	return s.write(ctx, tx, event, scene{lane: f.lane, officer: fingers.CheckName, at: now, status: s.o.Status()}, entry)
}

// Counts is how much is here and how far its sending and searching are. It tells of nobody and is not audited.
type Counts struct {
	Persons    int // with references
	References int
	Disputed   int
	Apart      int       // takings that no decision settled
	Due        int       // searches one to many
	DueSince   time.Time // of the oldest; zero without any
	Failing    int       // of them, those whose last attempt had no answer
	Sealed     int64     // bytes kept
	Destroyed  int       // keys
	Unreadable int       // prints that did not open when the gallery read them
}

const selectCounts = `SELECT (SELECT count(DISTINCT link) FROM biometric.print WHERE state = 'reference'),
		(SELECT count(*) FROM biometric.print WHERE state = 'reference'), (SELECT count(*) FROM biometric.print WHERE state = 'disputed'),
		(SELECT count(*) FROM finger_taking WHERE crossing_id IS NULL AND purged_at IS NULL),
		(SELECT count(*) FROM finger_search WHERE done_at IS NULL), (SELECT min(since) FROM finger_search WHERE done_at IS NULL),
		(SELECT count(*) FROM finger_search WHERE done_at IS NULL AND attempts > 0),
		(SELECT coalesce(sum(size), 0) FROM biometric.blob WHERE sealed IS NOT NULL), (SELECT count(*) FROM biometric.key_tombstone)`

// Counts counts.
func (s *Store) Counts(ctx context.Context) (c Counts, err error) {
	var since *time.Time
	err = s.o.DB.Pool.QueryRow(ctx, selectCounts).
		Scan(&c.Persons, &c.References, &c.Disputed, &c.Apart, &c.Due, &since, &c.Failing, &c.Sealed, &c.Destroyed)
	if since != nil {
		c.DueSince = since.UTC()
	}
	c.Unreadable = s.Unreadable()
	return c, wrap(err, "count prints")
}

// Due is how many searches one to many are due, or tried again.
func (s *Store) Due(ctx context.Context) (n int, err error) {
	err = s.o.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM finger_search WHERE done_at IS NULL`).Scan(&n)
	return n, wrap(err, "count searches")
}
