package visadb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
)

// newKeys are the keys of the register, one for each application.
func newKeys(o Options) *sealdb.Subjects {
	return sealdb.NewSubjects(sealdb.SubjectOptions{Table: "visa_key", DB: o.DB, Wrapping: o.Wrapping, Random: o.Random, Now: o.Now, NewID: o.NewID})
}

func applicationSubject(id uuid.UUID) string { return "application/" + id.String() }

// indexKey gives the key of the keyed hashes.
func (r *Register) indexKey(ctx context.Context) (*vault.DataKey, error) {
	k, err := r.keys.Index(ctx)
	return k, wrap(err, "key of the register's index")
}

// formVersion is the version of the forms that are sealed.
const formVersion = 1

// sealedAt is where sealed bytes of a visa belong: they open as nothing else.
func sealedAt(what string, number evisa.Number, version int, application uuid.UUID) vault.Place {
	return vault.Place{Kind: fmt.Sprintf("%s/%s/%d", what, number, version), Exhibit: application, Version: formVersion}
}

// What is sealed.
const (
	visaKind  = "visa"
	eventKind = "visa_event"
)

// Maintain wraps every key with the current generation of its wrapping, and destroys the generations that no key needs and that were last
// used longer ago than backups are kept.
func (r *Register) Maintain(ctx context.Context, backups time.Duration) error {
	return wrap(r.keys.Maintain(ctx, backups), "keys of the register of visas")
}
