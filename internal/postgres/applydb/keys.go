package applydb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc"
)

// newKeys are the keys of applications, named by their ids.
func newKeys(o Options) *sealdb.Subjects {
	return sealdb.NewSubjects(sealdb.SubjectOptions{
		Table: "visa_application_key", DB: o.DB, Wrapping: o.Wrapping, Random: o.Random, Now: o.Now, NewID: o.NewID,
	})
}

// applicationKey opens the key of an application: desk.ErrErased when it is destroyed, desk.ErrUnknown when there never was one.
func (s *Store) applicationKey(ctx context.Context, q querier, id uuid.UUID) (*vault.DataKey, error) {
	k, err := s.keys.Find(ctx, q, id.String())
	switch {
	case errors.Is(err, vault.ErrDestroyed):
		return nil, desk.ErrErased
	case noRows(err):
		return nil, desk.ErrUnknown
	}
	return k, err
}

// makeKey opens the key of an application, and makes it when there is none.
func (s *Store) makeKey(ctx context.Context, q querier, subject string) (*vault.DataKey, error) {
	return s.keys.Make(ctx, q, subject)
}

// indexKey gives the key of the keyed hashes.
func (s *Store) indexKey(ctx context.Context) (*vault.DataKey, error) {
	k, err := s.keys.Index(ctx)
	return k, wrap(err, "key of the index of applications")
}

// Kinds of sealed bytes (vault.Place), and the version of their forms.
const (
	eventKind   = "visa_application_event"
	summaryKind = "visa_application"
	fileKind    = "visa_application_file"
	parcelKind  = "visa_application_parcel"
	formVersion = 1
)

func eventPlace(application uuid.UUID, seq int) vault.Place {
	return vault.Place{Kind: fmt.Sprintf("%s/%d", eventKind, seq), Exhibit: application, Version: formVersion}
}

func place(kind string, id uuid.UUID) vault.Place {
	return vault.Place{Kind: kind, Exhibit: id, Version: formVersion}
}

func seal(key *vault.DataKey, at vault.Place, v any) ([]byte, error) { return sealdb.Seal(key, at, v) }

func open(key *vault.DataKey, at vault.Place, sealed []byte, into any) error {
	return sealdb.Open(key, at, sealed, into)
}

// The kinds of marks.
const (
	markDocument = 1
	markPerson   = 2
)

// markSize is how much of a keyed hash is kept, in bytes; what is found is compared with what was asked for.
const markSize = 16

func newMark(key *vault.DataKey, kind int16, what string) ([]byte, error) {
	sum, err := key.Fingerprint([]byte(strconv.Itoa(int(kind)) + "\x00" + what))
	if err != nil {
		return nil, err
	}
	return sum[:markSize], nil
}

// documentTerm and personTerm are what marks are made of; "" for what is not known.
func documentTerm(number string) string { return traveldoc.FoldNumber(number) }

func personTerm(who traveldoc.Identity) string {
	name := traveldoc.NameKey(who.Surname, who.GivenNames)
	if name == "" || who.BirthDate.IsZero() {
		return ""
	}
	return name + "\x00" + who.BirthDate.String()
}

// term is one thing that applications are found by.
type term struct {
	kind int16
	what string
}

// termsOf are what an application is found by: what the applicant confirmed, and what the zone of his photographed data page says where that
// is something else. Who types another number, or another name, is found all the same.
func termsOf(a *evisa.Application) (list []term) {
	add := func(kind int16, what string) {
		if t := (term{kind, what}); what != "" && !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	add(markDocument, documentTerm(a.Document.Number))
	add(markPerson, personTerm(a.Identity))
	if zone := desk.ZoneOf(a, traveldoc.DateOf(a.SentAt.UTC()), true); zone != nil { // whose codes it has is the document check's to judge
		add(markDocument, documentTerm(zone.TravelDocument().Number))
		add(markPerson, personTerm(zone.Identity()))
	}
	return list
}

// Maintain wraps every key with the current generation of its wrapping, and destroys the generations that no key needs and that were last
// used longer ago than backups are kept.
func (s *Store) Maintain(ctx context.Context, backups time.Duration) error {
	return wrap(s.keys.Maintain(ctx, backups), "keys of applications")
}
