package sealdb

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/replication"
)

var _ replication.BlobOutbox = (*Store)(nil)

// parkedFor is how long after a refusal a blob is offered again: what was wrong at the centre may have been put right.
const parkedFor = time.Hour

const (
	selectNext = `SELECT e.digest, b.size, e.id, e.kind, e.version, k.id, k.generation, k.wrapped FROM {blob} b
		JOIN {item} e USING (digest) JOIN {key} k ON k.id = e.key_id `
	// Of what waits since the same moment the small things go first: a template is searched for before its image is there.
	selectWaiting   = selectNext + `WHERE b.state = 'waiting' ORDER BY b.waiting_at, b.size, b.digest LIMIT 1`
	selectDueParked = selectNext + `WHERE b.state = 'parked' AND b.next_at <= $1 ORDER BY b.next_at, b.digest LIMIT 1`
	selectCentreKey = `SELECT point FROM centre_evidence_key ORDER BY since DESC, id LIMIT 1`
)

// Next is the blob that has waited longest, with its key sealed for the centre; nil when there is none, or while the centre's key is
// not known. Parked blobs come after all others.
func (s *Store) Next(ctx context.Context) (*replication.Blob, error) {
	public, err := s.centreKey(ctx)
	if err != nil || public == nil {
		return nil, s.wrap(err, "next to send")
	}
	b, k, err := s.waiting(ctx, selectWaiting)
	if errors.Is(err, pgx.ErrNoRows) {
		b, k, err = s.waiting(ctx, selectDueParked, s.o.Now())
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // nothing waits
	}
	if err != nil {
		return nil, s.wrap(err, "next to send")
	}
	opened, err := k.Open(s.o.Wrapping)
	if errors.Is(err, vault.ErrDestroyed) { // nobody could read it: the next one is not to wait for it
		return nil, s.wrap(s.Park(ctx, b.Digest, "key_lost"), "next to send")
	}
	if err != nil {
		return nil, s.wrap(err, "next to send")
	}
	b.EnvelopeTo = public.ID
	b.Envelope, err = public.Seal(opened)
	return &b, s.wrap(err, "next to send")
}

func (s *Store) waiting(ctx context.Context, sql string, args ...any) (b replication.Blob, k Key, err error) {
	err = s.o.DB.Pool.QueryRow(ctx, s.o.Tables.sql(sql), args...).
		Scan(&b.Digest, &b.Size, &b.Exhibit, &b.Kind, &b.Version, &k.ID, &k.Generation, &k.Wrapped)
	b.Key = k.ID
	return b, k, err
}

// centreKey is the centre's newest key; nil while none is known.
func (s *Store) centreKey(ctx context.Context) (*vault.PublicKey, error) {
	var point []byte
	err := s.o.DB.Pool.QueryRow(ctx, selectCentreKey).Scan(&point)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // see above
	}
	if err != nil {
		return nil, err
	}
	public, err := vault.ParsePublicKey(point)
	return &public, err
}

// Read gives bytes of a blob from an offset on.
func (s *Store) Read(ctx context.Context, digest []byte, offset int64, limit int) ([]byte, error) {
	var part []byte
	err := s.o.DB.Pool.QueryRow(ctx, s.o.Tables.sql(`SELECT substring(sealed FROM $2::integer FOR $3::integer) FROM {blob} WHERE digest = $1`),
		digest, offset+1, limit).Scan(&part)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && part == nil {
		return nil, replication.ErrNoBlob
	}
	return part, s.wrap(err, "read %x", digest)
}

// Confirm says that the centre has committed the blob.
func (s *Store) Confirm(ctx context.Context, digest []byte) error {
	_, err := s.o.DB.Pool.Exec(ctx, s.o.Tables.sql(`UPDATE {blob} SET state = 'sent', sent_at = $2, next_at = NULL, reason = ''
		WHERE digest = $1 AND state IN ('waiting', 'parked')`), digest, s.o.Now())
	return s.wrap(err, "confirm %x", digest)
}

// Park puts a blob aside that the centre would not take.
func (s *Store) Park(ctx context.Context, digest []byte, reason string) error {
	now := s.o.Now()
	_, err := s.o.DB.Pool.Exec(ctx, s.o.Tables.sql(`UPDATE {blob} SET state = 'parked', reason = $2, attempts = attempts + 1, next_at = $3
		WHERE digest = $1 AND state IN ('waiting', 'parked')`), digest, reason, now.Add(parkedFor))
	return s.wrap(err, "park %x", digest)
}

// Tombstones are keys that were destroyed and of which the centre has not been told.
func (s *Store) Tombstones(ctx context.Context, limit int) ([]replication.Tombstone, error) {
	rows, err := s.o.DB.Pool.Query(ctx, s.o.Tables.sql(`SELECT key_id, ground, destroyed_at FROM {tombstone} WHERE sent_at IS NULL
		ORDER BY destroyed_at, key_id LIMIT $1`), limit)
	if err != nil {
		return nil, s.wrap(err, "tombstones")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t replication.Tombstone, err error) {
		err = row.Scan(&t.Key, &t.Ground, &t.DestroyedAt)
		t.Kind = s.o.Tables.Kind
		return t, err
	})
	return list, s.wrap(err, "tombstones")
}

// Told says that the centre has committed the tombstone of a key.
func (s *Store) Told(ctx context.Context, key uuid.UUID) error {
	_, err := s.o.DB.Pool.Exec(ctx, s.o.Tables.sql(`UPDATE {tombstone} SET sent_at = $2 WHERE key_id = $1`), key, s.o.Now())
	return s.wrap(err, "tombstone of key %s", key)
}

// Missing hears which blobs the centre has not although it had confirmed them: those that are still here wait again.
func (s *Store) Missing(ctx context.Context, digests [][]byte) error {
	_, err := s.o.DB.Pool.Exec(ctx, s.o.Tables.sql(`UPDATE {blob} SET state = 'waiting', waiting_at = $2
		WHERE digest = ANY ($1) AND state = 'sent' AND sealed IS NOT NULL`), digests, s.o.Now())
	return s.wrap(err, "send again")
}

// Progress is how far the sending is.
func (s *Store) Progress(ctx context.Context) (p replication.BlobProgress, err error) {
	var oldest *time.Time
	var known bool
	err = s.o.DB.Pool.QueryRow(ctx, s.o.Tables.sql(`SELECT count(*), coalesce(sum(size), 0), min(waiting_at),
			count(*) FILTER (WHERE state = 'parked'), EXISTS (SELECT FROM centre_evidence_key)
		FROM {blob} WHERE state IN ('waiting', 'parked')`)).Scan(&p.Waiting, &p.Bytes, &oldest, &p.Parked, &known)
	if oldest != nil {
		p.OldestAt = oldest.UTC()
	}
	if p.Waiting > 0 && !known {
		p.Held = "no_key"
	}
	return p, s.wrap(err, "progress")
}
