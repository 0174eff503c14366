package centraldb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// identify gives every crossing its traveller, making travellers for documents not seen before, and remembers their names.
func (b *batch) identify(ctx context.Context, crossings []*crossingRow) error {
	if len(crossings) == 0 {
		return nil
	}
	travellers, err := b.travellers(ctx, distinctKeys(crossings))
	if err != nil {
		return err
	}
	for _, c := range crossings {
		id, known := travellers[c.key]
		if !known {
			return errors.New("a document has no traveller after it was given one")
		}
		c.traveller = id
	}
	return b.rememberNames(ctx, crossings)
}

func distinctKeys(crossings []*crossingRow) []documentKey {
	keys := make([]documentKey, len(crossings))
	for i, c := range crossings {
		keys[i] = c.key
	}
	slices.SortFunc(keys, func(a, b documentKey) int {
		return cmp.Or(cmp.Compare(a.issuingState, b.issuingState), cmp.Compare(a.docNo, b.docNo), cmp.Compare(a.birthDate, b.birthDate))
	})
	return slices.Compact(keys)
}

// travellers looks the documents up and inserts the missing ones in sorted order. A document that another batch inserted
// meanwhile is found by the second look.
func (b *batch) travellers(ctx context.Context, keys []documentKey) (map[documentKey]uuid.UUID, error) {
	found := make(map[documentKey]uuid.UUID, len(keys))
	if err := b.lookUp(ctx, keys, found); err != nil {
		return nil, err
	}
	missing := slices.DeleteFunc(slices.Clone(keys), func(k documentKey) bool { return found[k] != uuid.Nil })
	if len(missing) == 0 {
		return found, nil
	}
	states, numbers, births := columns(missing)
	ids := make([]uuid.UUID, len(missing))
	for i := range ids {
		ids[i] = b.newID()
	}
	_, err := b.tx.Exec(ctx, `
		INSERT INTO traveller_document (issuing_state, doc_no, birth_date, traveller_id)
		SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) ON CONFLICT DO NOTHING`, states, numbers, births, ids)
	if err != nil {
		return nil, fmt.Errorf("store travellers: %w", err)
	}
	return found, b.lookUp(ctx, missing, found)
}

func (b *batch) lookUp(ctx context.Context, keys []documentKey, into map[documentKey]uuid.UUID) error {
	states, numbers, births := columns(keys)
	rows, err := b.tx.Query(ctx, `
		SELECT d.issuing_state, d.doc_no, d.birth_date, d.traveller_id
		FROM unnest($1::text[], $2::text[], $3::text[]) AS k(issuing_state, doc_no, birth_date)
		JOIN traveller_document d USING (issuing_state, doc_no, birth_date)`, states, numbers, births)
	if err != nil {
		return fmt.Errorf("look up travellers: %w", err)
	}
	var key documentKey
	var id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&key.issuingState, &key.docNo, &key.birthDate, &id}, func() error {
		into[key] = id
		return nil
	})
	return wrap(err, "look up travellers")
}

func columns(keys []documentKey) (states, numbers, births []string) {
	states, numbers, births = make([]string, len(keys)), make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		states[i], numbers[i], births[i] = k.issuingState, k.docNo, k.birthDate
	}
	return states, numbers, births
}

// travellerName is a name that a traveller crossed under.
type travellerName struct {
	traveller                      uuid.UUID
	surname, givenNames, birthDate string
}

// rememberNames makes the names findable.
func (b *batch) rememberNames(ctx context.Context, crossings []*crossingRow) error {
	names := make([]travellerName, len(crossings))
	for i, c := range crossings {
		names[i] = travellerName{c.traveller, c.surname, c.givenNames, c.Identity.BirthDate.String()}
	}
	slices.SortFunc(names, func(a, b travellerName) int {
		return cmp.Or(slices.Compare(a.traveller[:], b.traveller[:]), cmp.Compare(a.surname, b.surname),
			cmp.Compare(a.givenNames, b.givenNames), cmp.Compare(a.birthDate, b.birthDate))
	})
	names = slices.Compact(names)
	ids := make([]uuid.UUID, len(names))
	surnames, given, births := make([]string, len(names)), make([]string, len(names)), make([]string, len(names))
	for i, n := range names {
		ids[i], surnames[i], given[i], births[i] = n.traveller, n.surname, n.givenNames, n.birthDate
	}
	_, err := b.tx.Exec(ctx, `
		INSERT INTO traveller_name (traveller_id, surname, given_names, birth_date)
		SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) ON CONFLICT DO NOTHING`, ids, surnames, given, births)
	return wrap(err, "store names")
}
