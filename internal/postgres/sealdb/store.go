// Package sealdb is what stores of sealed bytes have in common: data keys, which stand in the database wrapped, their rotation and their end; and a
// station's sealed bytes on their way to the centre. Evidence of documents (evidencedb) and prints (fingerdb) have a key for each person; the
// centre's passenger data, applications and visas one for each flight, day or application (Subjects). Each has tables of its own.
//
// It must never see a plain byte, and never let a blob leave before a decision put it in the queue.
package sealdb

import (
	"fmt"
	"strings"
	"time"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/vault"
)

// Tables are the tables of one store, by name. They have the columns that this package uses (see the station's migrations 00400 and 00600):
// Key is of persons' data keys, Item of what was sealed, Blob of the sealed bytes by their digest, Tombstone of keys that were destroyed.
type Tables struct {
	Key, Item, Blob, Tombstone string
	// Mark is the column of Item that tells the same bytes of the same person.
	Mark string
	// Kind says with a tombstone which of the centre's stores it is for; empty for evidence of documents.
	Kind string
}

// sql puts the names of the tables into a statement.
func (t Tables) sql(statement string) string {
	return strings.NewReplacer("{key}", t.Key, "{item}", t.Item, "{blob}", t.Blob, "{tombstone}", t.Tombstone, "{mark}", t.Mark).Replace(statement)
}

// Options are what a Store is made of; all are needed.
type Options struct {
	Tables   Tables
	What     string // in the words of errors: "evidence", "prints"
	DB       *postgres.DB
	Wrapping vault.Wrapping
	Now      func() time.Time
}

// Store is the queue of one store's blobs, and the upkeep of its keys. It implements replication.BlobOutbox.
type Store struct{ o Options }

// New makes the store.
func New(o Options) *Store { return &Store{o} }

func (s *Store) wrap(err error, doing string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(s.o.What+": "+doing+": %w", append(args, err)...)
}
