// Package archive keeps at the centre the fingerprints that stations send: sealed under their bearers' keys, in tables that name nobody
// (schema biometric), and apart from them whose they are. It gives everybody's references to the centre's gallery, keeps the searches that
// are due among all stations' people, and tells stations of candidates. It exists so that one person with two names is found although he
// crossed at two posts.
//
// It must never keep a plain byte, never tell a station more than scores and references, and never give a print without an audit entry.
package archive

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	sealed "github.com/openbmis/openbmis/internal/postgres/sealdb/archive"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/replication"
)

// Place is who searches and publishes at the centre.
const Place = "central"

// Impressions is how many prints of a finger stand for a person in the gallery: the best.
const Impressions = 3

// Options are what an archive is made of; all but Space, Changed and Published are needed.
type Options struct {
	DB       *postgres.DB
	Own      *vault.PrivateKey // opens what stations sealed for the centre
	Wrapping vault.Wrapping
	Policy   func() fingers.Policy
	Now      func() time.Time
	Log      *slog.Logger
	// Images lets a search wait for the images of its taking and have them: an outside ABIS needs them.
	Images bool
	// Space, when set, keeps what is left of a full disk for reading: blobs then wait at their stations.
	Space func() pgcluster.Space
	// Changed is called when prints have come or changed: the gallery and the searches look again. Published is told of a new version of a
	// dataset. Neither may block.
	Changed   func()
	Published func(dataset string)
}

// Archive implements replication.BlobStore for prints, fingers.Queue and fingers.Enrolments.
type Archive struct {
	*sealed.Archive
	o          Options
	unreadable fingers.Unopened
}

var (
	_ replication.BlobStore = (*Archive)(nil)
	_ fingers.Queue         = (*Archive)(nil)
	_ fingers.Enrolments    = (*Archive)(nil)
)

// New makes the archive.
func New(o Options) *Archive {
	if o.Changed == nil {
		o.Changed = func() {}
	}
	if o.Published == nil {
		o.Published = func(string) {}
	}
	a := &Archive{o: o}
	a.Archive = sealed.New(sealed.Options{
		Tables: sealed.Tables{
			Key: "biometric.link_key", Named: "biometric.named", Blob: "biometric.blob", Chunk: "biometric.chunk", Missing: "biometric.missing",
		},
		Came: a.came, DB: o.DB, Own: o.Own, Wrapping: o.Wrapping, Now: o.Now, Space: o.Space,
	})
	return a
}

// came notes that another person's prints are to be looked at: his gallery entry may be whole now.
func (a *Archive) came(ctx context.Context, tx pgx.Tx, _ string, b replication.Blob) error {
	_, err := tx.Exec(ctx, `UPDATE biometric.link_key SET changed = pg_current_xact_id()::text::bigint WHERE id = $1`, b.Key)
	return err
}

// ReasonKind is why a blob is refused that is no print's: a key of the text catalogue below "exhibits.reasons.".
const ReasonKind = "kind"

// Piece takes bytes of a station's blob; a whole one is news for the gallery. What is no template or image of a finger is refused.
func (a *Archive) Piece(ctx context.Context, station string, b replication.Blob, offset int64, bytes []byte) (have int64, done bool, err error) {
	if _, _, err := fingerdb.ParseBlobKind(b.Kind); err != nil {
		return 0, false, fmt.Errorf("blob %x of station %s: %w", b.Digest, station, &replication.BlobRefusal{Reason: ReasonKind})
	}
	have, done, err = a.Archive.Piece(ctx, station, b, offset, bytes)
	if done {
		a.o.Changed()
	}
	return have, done, err
}

const (
	erasePrintsOf = `UPDATE biometric.print SET state = 'erased' WHERE link = $1 AND station = $2 AND state <> 'erased'`
	forgetSearch  = `DELETE FROM finger_search WHERE done_at IS NULL AND taking_id IN (SELECT taking_id FROM finger_enrolment WHERE link = $1 AND station = $2)`
	// publishAgain lets the projector tell the stations that this one holds prints of the person no more.
	publishAgain = `INSERT INTO stay_dirty (travellers, queued_at) SELECT array_agg(DISTINCT traveller_id), $3 FROM finger_enrolment
		WHERE link = $1 AND station = $2 HAVING count(*) > 0`
)

// Bury destroys a station's key of a person with everything it sealed: nobody finds him any more, and nobody searches for him.
func (a *Archive) Bury(ctx context.Context, station string, t replication.Tombstone) error {
	if err := a.Archive.Bury(ctx, station, t); err != nil {
		return err
	}
	err := a.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		b.Queue(erasePrintsOf, t.Key, station)
		b.Queue(forgetSearch, t.Key, station)
		b.Queue(publishAgain, t.Key, station, a.o.Now())
		b.Queue(`UPDATE biometric.link_key SET changed = pg_current_xact_id()::text::bigint WHERE id = $1 AND station = $2`, t.Key, station)
		return tx.SendBatch(ctx, b).Close()
	})
	a.o.Changed()
	return wrap(err, "erase prints of link %s", t.Key)
}

func wrap(err error, doing string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(doing+": %w", append(args, err)...)
}

func orNil(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}
