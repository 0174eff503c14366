package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/replication"
)

// piece is one call of Piece.
type piece struct {
	*Archive
	tx      pgx.Tx
	station string
	blob    replication.Blob
	verdict error
}

const (
	// lockBlob lets one caller at a time work on a blob, also in other processes of the centre.
	lockBlob = `SELECT pg_advisory_xact_lock(hashtextextended($1 || encode($2::bytea, 'hex'), 400))`
	standing = `SELECT coalesce((SELECT max(at + length(bytes)) FROM {chunk} WHERE station = $1 AND digest = $2), 0),
		EXISTS (SELECT FROM {blob} WHERE station = $1 AND digest = $2),
		EXISTS (SELECT FROM {key} WHERE id = $3 AND destroyed_at IS NOT NULL)`
	settleNames = `UPDATE {named} SET settled_at = $3 WHERE station = $1 AND digest = $2 AND settled_at IS NULL`
	addChunk    = `INSERT INTO {chunk} (station, digest, at, bytes, received_at) VALUES ($1, $2, $3, $4, $5)`
	dropChunks  = `DELETE FROM {chunk} WHERE station = $1 AND digest = $2`
	// dropPartial forgets parts of other blobs that nobody goes on with: a station sends one after the other.
	dropPartial = `DELETE FROM {chunk} WHERE station = $1 AND digest <> $2 AND digest IN (
		SELECT digest FROM (SELECT digest, max(received_at) AS last, row_number() OVER (ORDER BY max(received_at) DESC) AS n
			FROM {chunk} WHERE station = $1 AND digest <> $2 GROUP BY digest) AS partial WHERE n >= $3 OR last < $4)`
)

func (p *piece) take(ctx context.Context, offset int64, part []byte) (have int64, done bool, err error) {
	if _, err := p.tx.Exec(ctx, lockBlob, p.station, p.blob.Digest); err != nil {
		return 0, false, err
	}
	var here, destroyed bool
	err = p.tx.QueryRow(ctx, p.sql(standing), p.station, p.blob.Digest, p.blob.Key).Scan(&have, &here, &destroyed)
	switch {
	case err != nil:
		return 0, false, err
	case here, destroyed:
		_, err := p.tx.Exec(ctx, p.sql(settleNames), p.station, p.blob.Digest, p.o.Now())
		return p.blob.Size, true, err
	case len(part) == 0, offset != have:
		return have, false, nil
	case have+int64(len(part)) < p.blob.Size:
		return have + int64(len(part)), false, p.add(ctx, have, part)
	}
	whole, err := p.whole(ctx, part)
	if err != nil {
		return 0, false, err
	}
	return p.complete(ctx, whole)
}

func (p *piece) add(ctx context.Context, at int64, part []byte) error {
	now := p.o.Now()
	b := &pgx.Batch{}
	if at == 0 {
		b.Queue(p.sql(dropPartial), p.station, p.blob.Digest, maxPartial, now.Add(-partialFor))
	}
	b.Queue(p.sql(addChunk), p.station, p.blob.Digest, at, part, now)
	return p.tx.SendBatch(ctx, b).Close()
}

func (p *piece) whole(ctx context.Context, last []byte) ([]byte, error) {
	rows, err := p.tx.Query(ctx, p.sql(`SELECT bytes FROM {chunk} WHERE station = $1 AND digest = $2 ORDER BY at`), p.station, p.blob.Digest)
	if err != nil {
		return nil, err
	}
	parts, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	return bytes.Join(append(parts, last), nil), err
}

// complete verifies the blob and keeps it, or says why not and forgets its pieces.
func (p *piece) complete(ctx context.Context, whole []byte) (have int64, done bool, err error) {
	sum := sha256.Sum256(whole)
	if p.verdict = replication.ErrBlobDigest; bytes.Equal(sum[:], p.blob.Digest) {
		if p.verdict, err = p.key(ctx, whole); err != nil {
			return 0, false, err
		}
	}
	b := &pgx.Batch{}
	b.Queue(p.sql(dropChunks), p.station, p.blob.Digest)
	if p.verdict == nil {
		now := p.o.Now()
		b.Queue(p.sql(`INSERT INTO {blob} (station, digest, exhibit_id, key_id, kind, version, size, sealed, received_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`),
			p.station, p.blob.Digest, p.blob.Exhibit, p.blob.Key, p.blob.Kind, p.blob.Version, len(whole), whole, now)
		b.Queue(p.sql(settleNames), p.station, p.blob.Digest, now)
	}
	if err := p.tx.SendBatch(ctx, b).Close(); err != nil || p.verdict != nil || p.o.Came == nil {
		return p.blob.Size, p.verdict == nil, err
	}
	return p.blob.Size, true, p.o.Came(ctx, p.tx, p.station, p.blob)
}

// key makes sure that the person's key is here and opens the blob: what is confirmed can be read. verdict says why it cannot.
func (p *piece) key(ctx context.Context, whole []byte) (verdict, err error) {
	k, verdict, err := p.held(ctx)
	if verdict != nil || err != nil {
		return verdict, err
	}
	fresh := k == nil
	if fresh {
		if k, err = p.o.Own.Open(p.blob.Key, p.blob.Envelope); err != nil {
			return &replication.BlobRefusal{Reason: ReasonEnvelope}, nil // the envelope is at fault, not the centre
		}
	}
	if _, err := k.Open(vault.Place{Kind: p.blob.Kind, Exhibit: p.blob.Exhibit, Version: p.blob.Version}, whole); err != nil {
		return &replication.BlobRefusal{Reason: ReasonUnread}, nil
	}
	if !fresh {
		return nil, nil
	}
	generation, wrapped, err := p.o.Wrapping.Wrap(k)
	if err != nil {
		return nil, err
	}
	tag, err := p.tx.Exec(ctx, p.sql(`INSERT INTO {key} (id, station, generation, wrapped, received_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO NOTHING`), p.blob.Key, p.station, generation, wrapped, p.o.Now())
	if err == nil && tag.RowsAffected() == 0 {
		err = errMeanwhile
	}
	return nil, err
}

// errMeanwhile asks for another try: the key came, or was destroyed, by another way just now.
var errMeanwhile = errors.New("the key changed meanwhile")

// held is the key as it is held here already; nil when it is not.
func (p *piece) held(ctx context.Context) (k *vault.DataKey, verdict, err error) {
	var station, generation string
	var wrapped []byte
	err = p.tx.QueryRow(ctx, p.sql(`SELECT station, generation, wrapped FROM {key} WHERE id = $1 FOR UPDATE`), p.blob.Key).
		Scan(&station, &generation, &wrapped)
	switch {
	case none(err):
		return nil, nil, nil
	case err != nil:
		return nil, nil, err
	case station != p.station:
		return nil, &replication.BlobRefusal{Reason: ReasonForeign}, nil
	case wrapped == nil:
		return nil, nil, errMeanwhile
	}
	k, err = p.o.Wrapping.Unwrap(p.blob.Key, generation, wrapped)
	if errors.Is(err, vault.ErrDestroyed) {
		return nil, &replication.BlobRefusal{Reason: ReasonKeyLost}, nil
	}
	return k, nil, err
}
