package applydb

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/vault"
)

// Case is everything of an application. That it was looked at is written down, and which version of it.
func (s *Store) Case(ctx context.Context, actor audit.Actor, id uuid.UUID) (found desk.Case, err error) {
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		// The row is locked against changes: what is shown is what is noted as seen.
		var erased bool
		err := tx.QueryRow(ctx, `SELECT erased_at IS NOT NULL FROM visa_application WHERE id = $1 FOR SHARE`, id).Scan(&erased)
		switch {
		case noRows(err):
			return desk.ErrUnknown
		case err != nil:
			return err
		case erased:
			return desk.ErrErased
		}
		c, key, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.beside(ctx, tx, key, c); err != nil {
			return err
		}
		found = *c
		return s.seen(ctx, tx, actor, c)
	})
	if err != nil { // a look that is not in the audit log gives nothing
		return desk.Case{}, wrap(err, "read an application")
	}
	return found, nil
}

func (s *Store) seen(ctx context.Context, tx pgx.Tx, actor audit.Actor, c *desk.Case) error {
	_, err := tx.Exec(ctx, `INSERT INTO visa_application_seen (application_id, account, version, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (application_id, account) DO UPDATE SET version = excluded.version, at = excluded.at`, c.ID, actor.ID, c.Version, s.clock())
	if err != nil {
		return err
	}
	entry := s.entry(actor, audit.Consultation, c.ID)
	entry.ResultCount = 1
	return auditlog.Insert(ctx, tx, entry)
}

// beside reads what stands beside the events.
func (s *Store) beside(ctx context.Context, tx pgx.Tx, key *vault.DataKey, c *desk.Case) (err error) {
	if c.Files, err = files(ctx, tx, key, c); err != nil {
		return err
	}
	if c.Members, err = s.members(ctx, tx, c); err != nil {
		return err
	}
	c.Earlier, err = s.earlier(ctx, tx, c.Application)
	return err
}

// files are what is kept of files, and what was named and did not come. Their bytes are left.
func files(ctx context.Context, tx pgx.Tx, key *vault.DataKey, c *desk.Case) (list []desk.KeptFile, err error) {
	rows, err := tx.Query(ctx, `SELECT id, came_with, at, sealed FROM visa_application_file WHERE application_id = $1 AND sealed IS NOT NULL
		ORDER BY at, id`, c.ID)
	if err != nil {
		return nil, err
	}
	var id uuid.UUID
	var with evisa.ParcelKind
	var at time.Time
	var sealed []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &with, &at, &sealed}, func() error {
		var kept keptFile
		if err := open(key, place(fileKind, id), sealed, &kept); err != nil {
			return err
		}
		list = append(list, desk.KeptFile{File: kept.File, At: at.UTC(), From: with})
		return nil
	})
	for _, f := range c.Named() {
		if !slices.ContainsFunc(list, func(k desk.KeptFile) bool { return k.ID == f.ID }) {
			list = append(list, desk.KeptFile{File: f, Absent: true})
		}
	}
	return list, err
}

// File is a file with its bytes. That it was looked at is written down.
func (s *Store) File(ctx context.Context, actor audit.Actor, application, file uuid.UUID) (kept desk.KeptFile, bytes []byte, err error) {
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		key, err := s.applicationKey(ctx, tx, application)
		if err != nil {
			return err
		}
		var sealed []byte
		err = tx.QueryRow(ctx, `SELECT came_with, at, sealed FROM visa_application_file WHERE application_id = $1 AND id = $2 AND sealed IS NOT NULL`,
			application, file).Scan(&kept.From, &kept.At, &sealed)
		if noRows(err) {
			return desk.ErrUnknown
		}
		if err != nil {
			return err
		}
		var whole keptFile
		if err := open(key, place(fileKind, file), sealed, &whole); err != nil {
			return err
		}
		kept.File, bytes = whole.File, whole.Bytes
		entry := s.entry(actor, audit.Consultation, application)
		entry.Decision, entry.ResultCount = "file", 1
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return desk.KeptFile{}, nil, wrap(err, "read a file of an application")
	}
	return kept, bytes, nil
}

// members are the others of the group.
func (s *Store) members(ctx context.Context, tx pgx.Tx, c *desk.Case) ([]desk.Member, error) {
	rows, err := tx.Query(ctx, `SELECT a.id, a.reference, a.lead, a.type, a.state, a.sealed, k.id, k.generation, k.wrapped
		FROM visa_application a LEFT JOIN visa_application_key k ON k.subject = a.id::text
		WHERE a.group_id = $1 AND a.id <> $2 ORDER BY a.lead DESC, a.reference`, c.Application.Group, c.ID)
	if err != nil {
		return nil, err
	}
	opened := s.opener()
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (m desk.Member, err error) {
		var key keyRow
		var sealed []byte
		if err := r.Scan(&m.ID, &m.Reference, &m.Lead, &m.Type, &m.State, &sealed, &key.id, &key.generation, &key.wrapped); err != nil {
			return m, err
		}
		about, err := opened.summary(m.ID, key, sealed)
		m.Name, m.BirthDate, m.Relation = about.Name, about.Birth, about.Relation
		return m, err
	})
}

// earlier are other applications on the document, of the person, or with a portrait that is alike.
func (s *Store) earlier(ctx context.Context, q querier, a *evisa.Application) ([]desk.Earlier, error) {
	others, err := s.others(ctx, q, a)
	list := make([]desk.Earlier, 0, len(others.List))
	for _, o := range others.List {
		list = append(list, o.Earlier)
	}
	return list, err
}
