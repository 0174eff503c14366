package fingertaskdb

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/filedb"
)

var _ file.ByFingerprint = (*Store)(nil)

// OfLinks are the documents of the persons of links.
func (s *Store) OfLinks(ctx context.Context, links []uuid.UUID, entry audit.Entry) (papers map[uuid.UUID][]file.Known, err error) {
	papers = make(map[uuid.UUID][]file.Known, len(links))
	err = s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT link, file_id FROM finger_link WHERE link = ANY ($1)`, links)
		if err != nil {
			return err
		}
		files := map[uuid.UUID]uuid.UUID{}
		var link, id uuid.UUID
		if _, err := pgx.ForEachRow(rows, []any{&link, &id}, func() error {
			files[link] = id
			return nil
		}); err != nil {
			return err
		}
		for link, id := range files {
			p, err := filedb.Brief(ctx, tx, id)
			if err != nil {
				return err
			}
			papers[link] = p.Papers
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return nil, fmt.Errorf("files of prints: %w", err)
	}
	return papers, nil
}
