package evidencedb

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/exhibit"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

const (
	selectEvent = `SELECT event, inspection_id FROM decision WHERE crossing_id = $1`
	selectKept  = `SELECT e.id, e.kind, e.name, e.media_type, e.size, e.digest, e.key_id, s.taken_at, s.device, NOT s.current, b.state,
			b.sealed IS NOT NULL, b.sent_at, b.reason, coalesce(t.ground, ''), coalesce(k.destroyed_at, b.dropped_at)
		FROM crossing_exhibit c JOIN exhibit e ON e.id = c.exhibit_id JOIN exhibit_blob b USING (digest) JOIN person_key k ON k.id = e.key_id
			JOIN scan_exhibit s ON s.exhibit_id = e.id AND s.scan_id = $2 LEFT JOIN key_tombstone t ON t.key_id = k.id
		WHERE c.crossing_id = $1 ORDER BY NOT s.current, e.kind, e.name, e.kept_at, e.id`
	selectVerified = `SELECT id, crossing_id, at, by, trust_version, steps FROM exhibit_verification WHERE crossing_id = $1 ORDER BY at DESC, id`
)

// Evidence is what was kept with a decision, without its bytes. The look is audited in the same transaction; entry names its purpose.
func (s *Store) Evidence(ctx context.Context, crossing uuid.UUID, entry audit.Entry) (found exhibit.Evidence, err error) {
	if err := file.CheckPurpose(entry.Purpose); err != nil {
		return found, err
	}
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		if found, err = evidence(ctx, tx, crossing); err != nil {
			return err
		}
		entry.ResultCount = len(found.Kept)
		return auditlog.Insert(ctx, tx, entry)
	})
	return found, wrap(err, "evidence of crossing %s", crossing)
}

func evidence(ctx context.Context, tx pgx.Tx, crossing uuid.UUID) (found exhibit.Evidence, err error) {
	var event []byte
	var inspection uuid.UUID
	err = tx.QueryRow(ctx, selectEvent, crossing).Scan(&event, &inspection)
	if errors.Is(err, pgx.ErrNoRows) {
		return found, ErrNoExhibit
	}
	if err != nil {
		return found, err
	}
	if err := json.Unmarshal(event, &found.Event); err != nil {
		return found, err
	}
	rows, err := tx.Query(ctx, selectKept, crossing, inspection)
	if err != nil {
		return found, err
	}
	if found.Kept, err = pgx.CollectRows(rows, keptRow); err != nil {
		return found, err
	}
	found.Verified, err = verified(ctx, tx, crossing)
	return found, err
}

func keptRow(row pgx.CollectableRow) (k exhibit.Kept, err error) {
	var sent, ended *time.Time
	err = row.Scan(&k.ID, &k.Kind, &k.Name, &k.MediaType, &k.Size, &k.Digest, &k.Key, &k.TakenAt, &k.Device, &k.Replaced, &k.State, &k.Here,
		&sent, &k.Reason, &k.Ground, &ended)
	k.SentAt, k.EndedAt = orZero(sent), orZero(ended)
	return k, err
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// Open gives one exhibit of a decision with its bytes in clear. The look is audited in the same transaction, also when there is nothing
// to see any more: ErrNoExhibit, ErrDestroyed, ErrElsewhere.
func (s *Store) Open(ctx context.Context, crossing, id uuid.UUID, entry audit.Entry) (k exhibit.Kept, plain []byte, err error) {
	if err := file.CheckPurpose(entry.Purpose); err != nil {
		return k, nil, err
	}
	var answer error
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		if k, plain, answer = s.show(ctx, tx, crossing, id); answer == nil {
			entry.ResultCount = 1
		} else if !isAnswer(answer) {
			return answer
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err == nil {
		err = answer
	}
	return k, plain, wrap(err, "exhibit %s", id)
}

func isAnswer(err error) bool {
	return errors.Is(err, ErrNoExhibit) || errors.Is(err, ErrDestroyed) || errors.Is(err, ErrElsewhere)
}

func (s *Store) show(ctx context.Context, tx pgx.Tx, crossing, id uuid.UUID) (k exhibit.Kept, plain []byte, err error) {
	found, err := evidence(ctx, tx, crossing)
	if err != nil {
		return k, nil, err
	}
	for _, k := range found.Kept {
		if k.ID != id {
			continue
		}
		stored, err := query(ctx, tx, storedExhibits, []uuid.UUID{id})
		if err != nil {
			return k, nil, err
		}
		plain, err := stored[0].Open(s.o.Wrapping)
		return k, plain, err
	}
	return k, nil, ErrNoExhibit
}

const selectCounts = `SELECT count(*) FILTER (WHERE sealed IS NOT NULL), coalesce(sum(size) FILTER (WHERE sealed IS NOT NULL), 0),
		count(*) FILTER (WHERE state = 'sent'), (SELECT count(DISTINCT x.scan_id) FROM scan_exhibit x JOIN exhibit e ON e.id = x.exhibit_id
			JOIN exhibit_blob b USING (digest) WHERE b.state = 'apart' AND NOT EXISTS (SELECT FROM decision d WHERE d.inspection_id = x.scan_id)),
		(SELECT count(*) FROM key_tombstone)
	FROM exhibit_blob`

// Counts is how much evidence is here and how far its sending is. It tells of nobody and is not audited.
func (s *Store) Counts(ctx context.Context) (c exhibit.Counts, err error) {
	p, err := s.Progress(ctx)
	if err != nil {
		return c, err
	}
	c = exhibit.Counts{Waiting: p.Waiting, Bytes: p.Bytes, OldestAt: p.OldestAt, Parked: p.Parked, Held: p.Held}
	err = s.o.DB.Pool.QueryRow(ctx, selectCounts).Scan(&c.Kept, &c.KeptBytes, &c.Sent, &c.Apart, &c.Destroyed)
	return c, wrap(err, "count evidence")
}

// Stuck are the exhibits that the centre would not take, those that are offered again soonest first.
func (s *Store) Stuck(ctx context.Context, limit int) ([]exhibit.Stuck, error) {
	rows, err := s.o.DB.Pool.Query(ctx, `SELECT (SELECT c.crossing_id FROM crossing_exhibit c WHERE c.exhibit_id = e.id ORDER BY 1 LIMIT 1),
			e.kind, e.name, b.reason, b.attempts, b.next_at
		FROM exhibit_blob b JOIN exhibit e USING (digest) WHERE b.state = 'parked' ORDER BY b.next_at, b.digest LIMIT $1`, limit)
	if err != nil {
		return nil, wrap(err, "parked evidence")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x exhibit.Stuck, err error) {
		err = row.Scan(&x.Crossing, &x.Kind, &x.Name, &x.Reason, &x.Attempts, &x.NextAt)
		return x, err
	})
	return list, wrap(err, "parked evidence")
}

// Retry offers everything that is parked again now.
func (s *Store) Retry(ctx context.Context, entry audit.Entry) error {
	return wrap(s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE exhibit_blob SET state = 'waiting', next_at = NULL WHERE state = 'parked'`)
		if err != nil {
			return err
		}
		entry.ResultCount = int(tag.RowsAffected())
		return auditlog.Insert(ctx, tx, entry)
	}), "offer parked evidence again")
}
