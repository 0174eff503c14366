package centraldb

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// errRaced: another batch has made the same traveller meanwhile. The transaction is run again, and finds it.
var errRaced = errors.New("another station's batch was first with a traveller")

// known is what is remembered of a document: whose it is, the name and the paper it was first seen with.
type known struct {
	traveller uuid.UUID
	name      string
	paper     int64
}

// people is what is known of the documents and files of a batch, and what the batch adds.
type people struct {
	documents map[documentKey]known
	files     map[uuid.UUID]uuid.UUID

	newDocuments []*sighting
	newFiles     map[uuid.UUID]uuid.UUID // to travellers; one whose file is the traveller is new too
	edges        map[[2]uuid.UUID]bool
	papers       map[uuid.UUID]map[int64]*sighting // to be added to travellers
}

// identify gives every sighting its traveller, and makes names findable. A traveller is a file that shows documents: files that
// showed the same document are one traveller, and a document shown for a file of a known traveller is his. When a file shows the
// document of another traveller the two are joined by an edge; physically nothing is merged, so the order of arrival decides who
// gives the id and nothing else.
func (b *batch) identify(ctx context.Context, seen []*sighting) error {
	if len(seen) == 0 {
		return nil
	}
	p, err := b.lookUp(ctx, seen)
	if err != nil {
		return err
	}
	for _, s := range seen {
		p.place(s)
	}
	if err := b.adopt(ctx, p); err != nil {
		return err
	}
	var unindexed []*sighting
	for _, s := range seen {
		_, s.fresh = p.newFiles[s.traveller]
		if s.name != "" && (s.fresh || p.documents[s.key].name != s.name) {
			unindexed = append(unindexed, s)
		}
	}
	return b.indexNames(ctx, unindexed)
}

// lookUp asks for the documents and the files of all sightings in one round trip.
func (b *batch) lookUp(ctx context.Context, seen []*sighting) (*people, error) {
	p := &people{
		documents: make(map[documentKey]known, len(seen)), files: make(map[uuid.UUID]uuid.UUID, len(seen)),
		newFiles: map[uuid.UUID]uuid.UUID{}, edges: map[[2]uuid.UUID]bool{}, papers: map[uuid.UUID]map[int64]*sighting{},
	}
	documents, files := map[documentKey]bool{}, map[uuid.UUID]bool{}
	for _, s := range seen {
		documents[s.key], files[s.file] = true, true
	}
	delete(documents, documentKey{})
	numbers, states, births := keyColumns(slices.Collect(maps.Keys(documents)))
	ask := new(pgx.Batch)
	ask.Queue(`
		SELECT d.doc_no, d.issuing_state, d.birth_date, d.traveller_id, d.name, d.paper
		FROM unnest($1::text[], $2::text[], $3::text[]) AS k(doc_no, issuing_state, birth_date)
		JOIN traveller_document d USING (doc_no, issuing_state, birth_date)`, numbers, states, births).Query(func(rows pgx.Rows) error {
		var key documentKey
		var k known
		_, err := pgx.ForEachRow(rows, []any{&key.docNo, &key.issuingState, &key.birthDate, &k.traveller, &k.name, &k.paper}, func() error {
			p.documents[key] = k
			return nil
		})
		return err
	})
	ask.Queue(`SELECT f.file_id, f.traveller_id FROM unnest($1::uuid[]) AS k(file_id) JOIN traveller_file f USING (file_id)`,
		slices.Collect(maps.Keys(files))).Query(func(rows pgx.Rows) error {
		var file, traveller uuid.UUID
		_, err := pgx.ForEachRow(rows, []any{&file, &traveller}, func() error {
			p.files[file] = traveller
			return nil
		})
		return err
	})
	return p, wrap(b.tx.SendBatch(ctx, ask).Close(), "look up travellers")
}

// place finds the traveller of a sighting, adding what is new.
func (p *people) place(s *sighting) {
	byFile, fileKnown := p.files[s.file]
	byDocument, documentKnown := p.documents[s.key]
	switch {
	case documentKnown:
		s.traveller = byDocument.traveller
	case fileKnown:
		s.traveller = byFile
	default:
		s.traveller = s.file
	}
	if !fileKnown {
		p.files[s.file], p.newFiles[s.file] = s.traveller, s.traveller
	} else if byFile != s.traveller {
		p.edges[edge(byFile, s.traveller)] = true
	}
	if s.docNo != "" && !documentKnown {
		p.documents[s.key] = known{s.traveller, s.name, s.hash}
		p.newDocuments = append(p.newDocuments, s)
	}
	if s.hash != 0 && (!documentKnown || byDocument.paper != s.hash) {
		if p.papers[s.traveller] == nil {
			p.papers[s.traveller] = map[int64]*sighting{}
		}
		p.papers[s.traveller][s.hash] = s
	}
}

func edge(a, b uuid.UUID) [2]uuid.UUID {
	if bytes.Compare(a[:], b[:]) > 0 {
		a, b = b, a
	}
	return [2]uuid.UUID{a, b}
}

// adopt stores what is new. Documents and files are inserted in sorted order, so that batches never wait for each other in a
// circle; when another batch was first with one of them the transaction begins anew.
func (b *batch) adopt(ctx context.Context, p *people) error {
	insert := new(pgx.Batch)
	b.insertDocuments(insert, p.newDocuments)
	if err := b.insertFiles(insert, p); err != nil {
		return err
	}
	if insert.Len() > 0 {
		if err := b.tx.SendBatch(ctx, insert).Close(); err != nil {
			return wrap(err, "store travellers")
		}
	}
	for _, e := range slices.SortedFunc(maps.Keys(p.edges), compareEdges) {
		b.out.Queue(`INSERT INTO traveller_edge (a, b) VALUES ($1, $2) ON CONFLICT DO NOTHING`, e[0], e[1])
		b.regroup = append(b.regroup, e[0], e[1])
	}
	return b.addPapers(p)
}

func compareIDs(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

func compareEdges(a, b [2]uuid.UUID) int {
	return cmp.Or(compareIDs(a[0], b[0]), compareIDs(a[1], b[1]))
}

// whole lets a queued insert fail with errRaced when not all rows went in.
func whole(n int) func(pgconn.CommandTag) error {
	return func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() != int64(n) {
			return errRaced
		}
		return nil
	}
}

func (b *batch) insertDocuments(into *pgx.Batch, list []*sighting) {
	if len(list) == 0 {
		return
	}
	slices.SortFunc(list, func(x, y *sighting) int { return compareKeys(x.key, y.key) })
	keys, ids := make([]documentKey, len(list)), make([]uuid.UUID, len(list))
	names, papers := make([]string, len(list)), make([]int64, len(list))
	for i, s := range list {
		keys[i], ids[i], names[i], papers[i] = s.key, s.traveller, s.name, s.hash
	}
	numbers, states, births := keyColumns(keys)
	into.Queue(`
		INSERT INTO traveller_document (doc_no, issuing_state, birth_date, traveller_id, name, paper)
		SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::bigint[]) ON CONFLICT DO NOTHING`,
		numbers, states, births, ids, names, papers).Exec(whole(len(list)))
}

func compareKeys(a, b documentKey) int {
	return cmp.Or(cmp.Compare(a.docNo, b.docNo), cmp.Compare(a.issuingState, b.issuingState), cmp.Compare(a.birthDate, b.birthDate))
}

// insertFiles stores new files; a new traveller gets his first paper at once.
func (b *batch) insertFiles(into *pgx.Batch, p *people) error {
	if len(p.newFiles) == 0 {
		return nil
	}
	files := slices.SortedFunc(maps.Keys(p.newFiles), compareIDs)
	travellers, papers, hashes := make([]uuid.UUID, len(files)), make([]string, len(files)), make([]int64, len(files))
	for i, file := range files {
		travellers[i] = p.newFiles[file]
		if travellers[i] != file {
			b.out.Queue(`UPDATE traveller_file SET files = files || $2::uuid WHERE file_id = $1`, travellers[i], file)
			b.dirty = append(b.dirty, travellers[i])
			continue
		}
		for hash, s := range p.papers[file] {
			text, err := s.paper.text()
			if err != nil {
				return err
			}
			papers[i], hashes[i] = text, hash
			delete(p.papers[file], hash)
			break // further ones are added after it
		}
	}
	into.Queue(`
		INSERT INTO traveller_file (file_id, traveller_id, papers, paper_hashes)
		SELECT f, t, CASE WHEN h = 0 THEN '{}' ELSE ARRAY[p::json] END, CASE WHEN h = 0 THEN '{}' ELSE ARRAY[h] END
		FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[]) AS u(f, t, p, h) ON CONFLICT DO NOTHING`,
		files, travellers, papers, hashes).Exec(whole(len(files)))
	return nil
}

// addPapers adds papers to travellers known before.
func (b *batch) addPapers(p *people) error {
	for _, traveller := range slices.SortedFunc(maps.Keys(p.papers), compareIDs) {
		for _, hash := range slices.Sorted(maps.Keys(p.papers[traveller])) {
			text, err := p.papers[traveller][hash].paper.text()
			if err != nil {
				return err
			}
			b.out.Queue(`UPDATE traveller_file SET papers = papers || $2::json, paper_hashes = paper_hashes || $3::bigint
				WHERE file_id = $1 AND NOT paper_hashes @> ARRAY[$3::bigint]`, traveller, text, hash)
			b.dirty = append(b.dirty, traveller)
		}
	}
	return nil
}

func keyColumns(keys []documentKey) (numbers, states, births []string) {
	numbers, states, births = make([]string, len(keys)), make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		numbers[i], states[i], births[i] = k.docNo, k.issuingState, k.birthDate
	}
	return numbers, states, births
}
