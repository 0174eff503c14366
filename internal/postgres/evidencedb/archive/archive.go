// Package archive keeps at the centre the evidence that stations send: encrypted, under the persons' keys (see sealdb/archive). It exists so
// that evidence outlives a station, and can be judged again with newer trust material.
package archive

import (
	"time"

	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
	sealed "github.com/openbmis/openbmis/internal/postgres/sealdb/archive"
	"github.com/openbmis/openbmis/internal/vault"
)

// Options are what an archive is made of; all but Space are needed.
type Options struct {
	DB       *postgres.DB
	Own      *vault.PrivateKey // opens what stations sealed for the centre
	Wrapping vault.Wrapping
	Now      func() time.Time
	// Space, when set, keeps what is left of a full disk for reading: blobs then wait at their stations.
	Space func() pgcluster.Space
}

// Archive implements replication.BlobStore for evidence of documents.
type Archive struct {
	*sealed.Archive
	o Options
}

// New makes the archive.
func New(o Options) *Archive {
	tables := sealed.Tables{Key: "person_key", Named: "exhibit_named", Blob: "exhibit_blob", Chunk: "exhibit_chunk", Missing: "exhibit_missing"}
	return &Archive{sealed.New(sealed.Options{Tables: tables, DB: o.DB, Own: o.Own, Wrapping: o.Wrapping, Now: o.Now, Space: o.Space}), o}
}
