package applydb

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// Templates are the desk's own letters, retired ones among them.
func (s *Store) Templates(ctx context.Context) ([]desk.Template, error) {
	rows, err := s.o.DB.Pool.Query(ctx, `SELECT id, kind, version, title, words, changed_at, changed_by, retired FROM visa_letter_template ORDER BY kind, title, id`)
	if err != nil {
		return nil, wrap(err, "templates of letters")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (t desk.Template, err error) {
		var words []byte
		if err := r.Scan(&t.ID, &t.Kind, &t.Version, &t.Title, &words, &t.ChangedAt, &t.ChangedBy, &t.Retired); err != nil {
			return t, err
		}
		return t, json.Unmarshal(words, &t.Words)
	})
	return list, wrap(err, "templates of letters")
}

// SaveTemplate writes a template over the version that its writer saw.
func (s *Store) SaveTemplate(ctx context.Context, actor audit.Actor, t desk.Template) (desk.Template, error) {
	words, err := json.Marshal(t.Words)
	if err != nil {
		return t, err
	}
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO visa_letter_template AS l (id, kind, version, title, words, changed_at, changed_by, retired)
			SELECT $1, $2, $3 + 1, $4, $5, $6, $7, $8 WHERE $3 = 0 OR EXISTS (SELECT FROM visa_letter_template WHERE id = $1)
			ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, version = excluded.version, title = excluded.title, words = excluded.words,
				changed_at = excluded.changed_at, changed_by = excluded.changed_by, retired = excluded.retired WHERE l.version = $3`,
			t.ID, string(t.Kind), t.Version, t.Title, words, micro(t.ChangedAt), t.ChangedBy, t.Retired)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return desk.ErrChanged
		}
		entry := actor.Entry(s.clock(), audit.Administration, "visa_template", t.ID.String())
		entry.Purpose, entry.Decision = Purpose, string(t.Kind)
		return auditlog.Insert(ctx, tx, entry)
	})
	t.Version++
	return t, wrap(err, "save a template")
}
