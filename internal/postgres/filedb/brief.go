package filedb

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/file"
)

// Brief is a person as far as another area's page names him: files, papers and words about links, nothing of what was recorded. The caller
// audits the read. file.ErrNoSuchFile when the file is not known here.
func Brief(ctx context.Context, tx pgx.Tx, id uuid.UUID) (p file.Person, err error) {
	rows, err := tx.Query(ctx, filesOfPerson, id)
	if err != nil {
		return p, fmt.Errorf("file %s: %w", id, err)
	}
	p.Files, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (i file.Info, err error) {
		err = row.Scan(&i.ID, &p.Group, &i.CreatedAt, &i.Here)
		return i, err
	})
	if err != nil {
		return p, fmt.Errorf("file %s: %w", id, err)
	}
	if len(p.Files) == 0 {
		return p, file.ErrNoSuchFile
	}
	all := make([]uuid.UUID, len(p.Files))
	for n, i := range p.Files {
		all[n] = i.ID
	}
	b := &pgx.Batch{}
	b.Queue(papersOf, all).Query(func(rows pgx.Rows) (err error) {
		p.Papers, err = pgx.CollectRows(rows, knownRow)
		return err
	})
	b.Queue(wordsOf, all).Query(func(rows pgx.Rows) (err error) {
		p.Words, err = pgx.CollectRows(rows, wordRow)
		markWords(p.Words)
		return err
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return p, fmt.Errorf("file %s: %w", id, err)
	}
	return p, nil
}

// HeadsIn are the words that stand about a pair, within a transaction.
func HeadsIn(ctx context.Context, tx pgx.Tx, pair file.Pair) ([]uuid.UUID, error) {
	return headsOf(ctx, tx, pair)
}
