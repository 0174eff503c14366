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

// known is what is remembered of a document: whose it is, and the name it was first seen with.
type known struct {
	traveller uuid.UUID
	name      string
}

// identify gives every crossing its traveller, making travellers for documents not seen before, and makes names findable.
func (b *batch) identify(ctx context.Context, crossings []*crossingRow) error {
	if len(crossings) == 0 {
		return nil
	}
	documents := distinctDocuments(crossings)
	found := make(map[documentKey]known, len(documents))
	if err := b.lookUp(ctx, documents, found); err != nil {
		return err
	}
	missing := slices.DeleteFunc(documents, func(c *crossingRow) bool { _, ok := found[c.key]; return ok })
	fresh, err := b.addTravellers(ctx, missing, found)
	if err != nil {
		return err
	}
	var unindexed []*crossingRow
	for _, c := range crossings {
		k, ok := found[c.key]
		if !ok {
			return errors.New("a document has no traveller after it was given one")
		}
		c.traveller, c.fresh = k.traveller, fresh[c.key]
		if k.name != c.name || c.fresh {
			unindexed = append(unindexed, c)
		}
	}
	return b.indexNames(ctx, unindexed)
}

// distinctDocuments picks one crossing of each document, sorted by document.
func distinctDocuments(crossings []*crossingRow) []*crossingRow {
	sorted := slices.Clone(crossings)
	slices.SortStableFunc(sorted, func(x, y *crossingRow) int {
		a, b := x.key, y.key
		return cmp.Or(cmp.Compare(a.issuingState, b.issuingState), cmp.Compare(a.docNo, b.docNo), cmp.Compare(a.birthDate, b.birthDate))
	})
	return slices.CompactFunc(sorted, func(x, y *crossingRow) bool { return x.key == y.key })
}

// addTravellers inserts documents in sorted order and says which are new. A document that another batch has inserted meanwhile
// is looked up again.
func (b *batch) addTravellers(
	ctx context.Context, missing []*crossingRow, found map[documentKey]known,
) (fresh map[documentKey]bool, err error) {
	if len(missing) == 0 {
		return nil, nil
	}
	ids, names := make([]uuid.UUID, len(missing)), make([]string, len(missing))
	for i, c := range missing {
		ids[i], names[i] = b.newID(), c.name
	}
	states, numbers, births := keyColumns(missing)
	rows, err := b.tx.Query(ctx, `
		INSERT INTO traveller_document (issuing_state, doc_no, birth_date, traveller_id, name)
		SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[])
		ON CONFLICT DO NOTHING RETURNING issuing_state, doc_no, birth_date, traveller_id, name`, states, numbers, births, ids, names)
	if err != nil {
		return nil, fmt.Errorf("store travellers: %w", err)
	}
	fresh = make(map[documentKey]bool, len(missing))
	if err := collectKnown(rows, found, func(k documentKey) { fresh[k] = true }); err != nil {
		return nil, fmt.Errorf("store travellers: %w", err)
	}
	if len(fresh) == len(missing) {
		return fresh, nil
	}
	return fresh, b.lookUp(ctx, missing, found)
}

func (b *batch) lookUp(ctx context.Context, documents []*crossingRow, into map[documentKey]known) error {
	states, numbers, births := keyColumns(documents)
	rows, err := b.tx.Query(ctx, `
		SELECT d.issuing_state, d.doc_no, d.birth_date, d.traveller_id, d.name
		FROM unnest($1::text[], $2::text[], $3::text[]) AS k(issuing_state, doc_no, birth_date)
		JOIN traveller_document d USING (issuing_state, doc_no, birth_date)`, states, numbers, births)
	if err != nil {
		return fmt.Errorf("look up travellers: %w", err)
	}
	return wrap(collectKnown(rows, into, func(documentKey) {}), "look up travellers")
}

func collectKnown(rows pgx.Rows, into map[documentKey]known, each func(documentKey)) error {
	var key documentKey
	var k known
	_, err := pgx.ForEachRow(rows, []any{&key.issuingState, &key.docNo, &key.birthDate, &k.traveller, &k.name}, func() error {
		into[key] = k
		each(key)
		return nil
	})
	return err
}

func keyColumns(documents []*crossingRow) (states, numbers, births []string) {
	states, numbers, births = make([]string, len(documents)), make([]string, len(documents)), make([]string, len(documents))
	for i, c := range documents {
		states[i], numbers[i], births[i] = c.key.issuingState, c.key.docNo, c.key.birthDate
	}
	return states, numbers, births
}
