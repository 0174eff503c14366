package filedb

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// Sink takes dataset "files": what the centre knows of people's documents, movements, authorisations and links. What happened here
// is never changed by it; what the centre tells of besides is added, and taken away again when the centre tells of it no longer.
type Sink struct {
	Random io.Reader
	Now    func() time.Time
	Log    *slog.Logger
}

var _ relaydb.Sink = Sink{}

// Clear forgets what the centre told: a snapshot follows. Files and documents stay, for records of this station may name them.
func (s Sink) Clear(ctx context.Context, tx pgx.Tx) error {
	if err := lockGroups(ctx, tx); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT id FROM traveller WHERE group_id IN (SELECT group_id FROM traveller WHERE group_id <> id)`)
	if err != nil {
		return err
	}
	joined, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	for _, forget := range []string{
		`DELETE FROM movement WHERE source = 'centre'`, `UPDATE movement SET withdrawn = false WHERE withdrawn`,
		`DELETE FROM authorisation WHERE source = 'centre'`, `DELETE FROM file_link_told`, `DELETE FROM file_link WHERE source <> 'local'`,
		`DELETE FROM file_unusable`,
	} {
		b.Queue(forget)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("forget what the centre told of files: %w", err)
	}
	return regroup(ctx, tx, joined, s.Now(), nil)
}

// Apply takes changes in order.
func (s Sink) Apply(ctx context.Context, tx pgx.Tx, changes []replication.Change) error {
	if err := lockGroups(ctx, tx); err != nil {
		return err
	}
	told := read(changes)
	if err := s.resolve(ctx, tx, told); err != nil {
		return fmt.Errorf("files of the centre: %w", err)
	}
	touched, err := s.write(ctx, tx, told)
	if err != nil {
		return fmt.Errorf("files of the centre: %w", err)
	}
	now := s.Now()
	if err := regroup(ctx, tx, touched, now, nil); err != nil {
		return fmt.Errorf("files of the centre: %w", err)
	}
	if len(told.made) == 0 {
		return nil
	}
	if _, err = tx.Exec(ctx, stationdb.FindDuplicates, told.made, now); err != nil {
		return fmt.Errorf("duplicates of the centre's files: %w", err)
	}
	_, err = tx.Exec(ctx, settleTasks, told.made, now, nil, []uuid.UUID{}, []uuid.UUID{})
	return err
}

// told is what a number of changes say, whole: of each row only its last state counts.
type told struct {
	keys     []string
	rows     []row
	unusable map[string][]file.Unusable
	// documents are the files of the documents named, aliases those of the ids named that are no file's own id here.
	documents map[documentKey]uuid.UUID
	known     map[uuid.UUID]uuid.UUID
	made      []uuid.UUID // files that the centre's rows made
}

type row struct {
	key string
	file.Published
	// files are the files here that the row is about, the one that its movements go to first.
	files []uuid.UUID
}

type documentKey struct{ state, number, born string }

func keyOf(p file.Paper) documentKey {
	return documentKey{p.Document.IssuingState, traveldoc.FoldNumber(p.Document.Number), p.Identity.BirthDate.String()}
}

func read(changes []replication.Change) *told {
	last := map[string]int{}
	for n := range changes {
		last[changes[n].Key] = n
	}
	t := &told{unusable: map[string][]file.Unusable{}, documents: map[documentKey]uuid.UUID{}, known: map[uuid.UUID]uuid.UUID{}}
	for n := range changes {
		c := &changes[n]
		if last[c.Key] != n {
			continue
		}
		t.keys = append(t.keys, c.Key)
		if c.Op != replication.OpPut {
			continue
		}
		p, bad := file.ParsePublished(c.Key, c.Data)
		if len(bad) > 0 {
			t.unusable[c.Key] = bad
		}
		if p.File != uuid.Nil {
			t.rows = append(t.rows, row{key: c.Key, Published: p})
		}
	}
	return t
}

// resolve finds the files here of all documents and ids that the rows name, and makes those that are missing.
func (s Sink) resolve(ctx context.Context, tx pgx.Tx, t *told) error {
	if err := t.lookUp(ctx, tx); err != nil {
		return err
	}
	b := &pgx.Batch{}
	now := s.Now()
	for n := range t.rows {
		r := &t.rows[n]
		for i := range r.Papers {
			if err := s.place(b, t, r, &r.Papers[i], now); err != nil {
				return err
			}
		}
		if _, known := t.known[r.File]; !known && len(r.files) == 0 { // no document is known of it: movements alone
			if err := s.make(b, t, r.File, now); err != nil {
				return err
			}
		}
		t.gather(r)
	}
	return tx.SendBatch(ctx, b).Close()
}

func (t *told) lookUp(ctx context.Context, tx pgx.Tx) error {
	var states, numbers, births []string
	var named []uuid.UUID
	for _, r := range t.rows {
		named = append(append(named, r.File), r.Members...)
		for _, p := range r.Papers {
			k := keyOf(p)
			states, numbers, births = append(states, k.state), append(numbers, k.number), append(births, k.born)
			named = append(named, p.File)
		}
		for _, l := range r.Links {
			named = append(named, l.A, l.B)
		}
	}
	b := &pgx.Batch{}
	b.Queue(`SELECT d.issuing_state, d.number_folded, d.birth_date, d.traveller_id FROM traveller_document d
		JOIN unnest($1::text[], $2::text[], $3::text[]) AS n (s, f, b) ON d.issuing_state = n.s AND d.number_folded = n.f AND d.birth_date = n.b`,
		states, numbers, births).Query(func(rows pgx.Rows) error {
		var k documentKey
		var of uuid.UUID
		_, err := pgx.ForEachRow(rows, []any{&k.state, &k.number, &k.born, &of}, func() error { t.documents[k] = of; return nil })
		return err
	})
	b.Queue(`SELECT foreign_id, file_id FROM file_alias WHERE foreign_id = ANY ($1) UNION ALL SELECT id, id FROM traveller WHERE id = ANY ($1)`,
		ids(named)).Query(func(rows pgx.Rows) error {
		var id, of uuid.UUID
		_, err := pgx.ForEachRow(rows, []any{&id, &of}, func() error { t.known[id] = of; return nil })
		return err
	})
	return tx.SendBatch(ctx, b).Close()
}

// place finds or makes the file of a paper.
func (s Sink) place(b *pgx.Batch, t *told, r *row, p *file.Paper, now time.Time) error {
	if p.File == uuid.Nil {
		p.File = r.File
	}
	key := keyOf(*p)
	of, documented := t.documents[key]
	if !documented {
		var known bool
		if of, known = t.known[p.File]; !known {
			of = p.File
			if err := s.make(b, t, of, now); err != nil {
				return err
			}
		}
		addPaper(b, of, *p, now)
		t.documents[key] = of
	}
	t.alias(b, p.File, of)
	r.add(of)
	return nil
}

func (s Sink) make(b *pgx.Batch, t *told, id uuid.UUID, now time.Time) error {
	salt := make([]byte, 32)
	if _, err := io.ReadFull(s.Random, salt); err != nil {
		return fmt.Errorf("salt: %w", err)
	}
	b.Queue(`INSERT INTO traveller (id, created_at, audit_salt, group_id, origin) VALUES ($1, $2, $3, $1, 'centre')`, id, now, salt)
	t.known[id] = id
	t.made = append(t.made, id)
	return nil
}

func addPaper(b *pgx.Batch, of uuid.UUID, p file.Paper, now time.Time) {
	i, d, key := p.Identity, p.Document, keyOf(p)
	b.Queue(`INSERT INTO traveller_document (issuing_state, number_folded, birth_date, traveller_id, surname, given_names, nationality, sex,
		first_seen, name_key, born_first, born_last, code, number, expiry_date, origin)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'centre') ON CONFLICT DO NOTHING`,
		key.state, key.number, key.born, of, i.Surname, i.GivenNames, i.Nationality, i.Sex, now, traveldoc.NameKey(i.Surname, i.GivenNames),
		dayOrNull(i.BirthDate.First()), dayOrNull(i.BirthDate.Last()), d.Code, d.Number, d.ExpiryDate.String())
}

func dayOrNull(day time.Time) *time.Time {
	if day.IsZero() {
		return nil
	}
	return &day
}

// alias remembers that a foreign id means a file here; an id that is a file's own means that file.
func (t *told) alias(b *pgx.Batch, foreign, of uuid.UUID) {
	if foreign == uuid.Nil || t.known[foreign] == of || t.known[foreign] == foreign {
		return
	}
	t.known[foreign] = of
	b.Queue(`INSERT INTO file_alias (foreign_id, file_id) VALUES ($1, $2) ON CONFLICT (foreign_id) DO UPDATE SET file_id = $2`, foreign, of)
	b.Queue(`UPDATE file_link SET a = $2 WHERE told_a = $1 AND a <> $2`, foreign, of)
	b.Queue(`UPDATE file_link SET b = $2 WHERE told_b = $1 AND b <> $2`, foreign, of)
}

func (r *row) add(of uuid.UUID) {
	if !slices.Contains(r.files, of) {
		r.files = append(r.files, of)
	}
}

// gather completes the files that a row is about; the row's own comes first.
func (t *told) gather(r *row) {
	for _, id := range append([]uuid.UUID{r.File}, r.Members...) {
		if of, known := t.known[id]; known {
			r.add(of)
		}
	}
	if own, known := t.known[r.File]; known {
		at := slices.Index(r.files, own)
		r.files[0], r.files[at] = r.files[at], r.files[0]
	}
}
