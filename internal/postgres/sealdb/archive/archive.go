// Package archive keeps at the centre the sealed bytes that stations send, under the persons' keys, which stations sealed for the centre and
// the centre wraps with keys that do not stand in its database. Evidence of documents and fingerprints stand on it, each with tables of
// its own. It exists so that what was kept outlives a station.
//
// It must never confirm a blob that is not whole, verified, openable and committed, never take a blob or key of one station for another's,
// and never keep what a destroyed key sealed.
package archive

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/replication"
)

// Tables are the tables of one store of the centre, by name, with the columns that this package uses (see the centre's migrations 00400 and
// 00600): Key is of persons' data keys, Named of what events name, Blob of sealed bytes, Chunk of parts of them on their way, Missing the
// view of what is named and has not come.
type Tables struct{ Key, Named, Blob, Chunk, Missing string }

// Options are what an archive is made of; all but Space and Came are needed.
type Options struct {
	Tables   Tables
	DB       *postgres.DB
	Own      *vault.PrivateKey // opens what stations sealed for the centre
	Wrapping vault.Wrapping
	Now      func() time.Time
	// Came, when set, is told in its transaction of each blob that has come whole.
	Came func(ctx context.Context, tx pgx.Tx, station string, b replication.Blob) error
	// Space, when set, keeps what is left of a full disk for reading: blobs then wait at their stations.
	Space func() pgcluster.Space
}

// Archive implements replication.BlobStore.
type Archive struct{ o Options }

var _ replication.BlobStore = (*Archive)(nil)

// New makes the archive.
func New(o Options) *Archive { return &Archive{o} }

// sql puts the names of the tables into a statement.
func (a *Archive) sql(statement string) string {
	t := a.o.Tables
	return strings.NewReplacer("{key}", t.Key, "{named}", t.Named, "{blob}", t.Blob, "{chunk}", t.Chunk, "{missing}", t.Missing).Replace(statement)
}

// Codes of refusals; keys of the text catalogue below "exhibits.reasons.".
const (
	ReasonEnvelope = "envelope"     // the centre's key does not open the envelope
	ReasonUnread   = "unreadable"   // the person's key does not open the blob
	ReasonForeign  = "foreign_key"  // the key is another station's
	ReasonKeyLost  = "key_lost"     // the person's key cannot be opened here any more
	maxPartial     = 8              // blobs of a station of which only a part is here
	partialFor     = 24 * time.Hour // how long a part is kept that nobody goes on with
)

// Piece takes bytes of a station's blob; see replication.BlobStore.
func (a *Archive) Piece(ctx context.Context, station string, b replication.Blob, offset int64, bytes []byte) (have int64, done bool, err error) {
	if a.o.Space != nil && a.o.Space() != pgcluster.Ample {
		return 0, false, postgres.ErrFull
	}
	var verdict error // what is told although the transaction is committed
	err = a.o.DB.InTx(ctx, func(tx pgx.Tx) (err error) {
		p := &piece{Archive: a, tx: tx, station: station, blob: b}
		have, done, err = p.take(ctx, offset, bytes)
		verdict = p.verdict
		return err
	})
	if err == nil {
		err = verdict
	}
	if err != nil {
		return 0, false, fmt.Errorf("blob %x of station %s: %w", b.Digest, station, err)
	}
	return have, done, nil
}

const (
	bury = `INSERT INTO {key} AS k (id, station, received_at, destroyed_at, ground) VALUES ($1, $2, $3, $3, $4)
		ON CONFLICT (id) DO UPDATE SET wrapped = NULL, destroyed_at = coalesce(k.destroyed_at, excluded.destroyed_at),
			ground = CASE WHEN k.ground = '' THEN excluded.ground ELSE k.ground END
		WHERE k.station = excluded.station`
	buryBytes  = `UPDATE {blob} SET sealed = NULL WHERE key_id = $1 AND station = $2`
	buryPieces = `DELETE FROM {chunk} WHERE station = $2 AND digest IN (SELECT digest FROM {named} WHERE key_id = $1 AND station = $2)`
	buryNames  = `UPDATE {named} SET settled_at = $3 WHERE key_id = $1 AND station = $2 AND settled_at IS NULL`
)

// Bury destroys a station's key and everything it sealed. A key that comes later finds its tombstone.
func (a *Archive) Bury(ctx context.Context, station string, t replication.Tombstone) error {
	now := a.o.Now()
	err := a.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, a.sql(bury), t.Key, station, now, t.Ground)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return &replication.BlobRefusal{Reason: ReasonForeign}
		}
		b := &pgx.Batch{}
		b.Queue(a.sql(buryBytes), t.Key, station)
		b.Queue(a.sql(buryPieces), t.Key, station)
		b.Queue(a.sql(buryNames), t.Key, station, now)
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return fmt.Errorf("destroy key %s of station %s: %w", t.Key, station, err)
	}
	return nil
}

// justNamed is how long the centre waits for a blob before it asks for it: it follows its event.
const justNamed = time.Minute

const (
	// settleLate accounts for what came at the same moment as its event.
	settleLate = `UPDATE {named} AS n SET settled_at = $2 WHERE station = $1 AND settled_at IS NULL AND named_at < $3
		AND NOT EXISTS (SELECT FROM {missing} m WHERE m.station = n.station AND m.digest = n.digest)`
	selectMissing = `SELECT digest FROM {missing} WHERE station = $1 AND named_at < $2 GROUP BY digest ORDER BY min(named_at), digest LIMIT $3`
)

// Missing are blobs that the station's events name and that are not here.
func (a *Archive) Missing(ctx context.Context, station string, limit int) ([][]byte, error) {
	now := a.o.Now()
	if _, err := a.o.DB.Pool.Exec(ctx, a.sql(settleLate), station, now, now.Add(-justNamed)); err != nil {
		return nil, fmt.Errorf("missing blobs of station %s: %w", station, err)
	}
	rows, err := a.o.DB.Pool.Query(ctx, a.sql(selectMissing), station, now.Add(-justNamed), limit)
	if err != nil {
		return nil, fmt.Errorf("missing blobs of station %s: %w", station, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, fmt.Errorf("missing blobs of station %s: %w", station, err)
	}
	return list, nil
}

// Maintain wraps keys anew after the month has changed and destroys generations that backups need no longer.
func (a *Archive) Maintain(ctx context.Context, kept time.Duration) error {
	return sealdb.Tables{Key: a.o.Tables.Key}.Maintain(ctx, a.o.DB, a.o.Wrapping, a.o.Now().Add(-kept))
}

// none says that a row is not there.
func none(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
