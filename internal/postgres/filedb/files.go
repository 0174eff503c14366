package filedb

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/traveldoc"
)

// Options are what the files are made of; all are needed.
type Options struct {
	DB          *postgres.DB
	Attachments *Attachments
	Key         []byte // of the keyed hashes of search terms in the audit log
	Now         func() time.Time
	NewID       func() uuid.UUID
	// Nudge is called after each commit that has something for the centre; it must not block.
	Nudge func()
}

// Files reads and writes individual files for people. Every read is audited in its transaction.
type Files struct{ Options }

// New makes it.
func New(o Options) *Files { return &Files{o} }

const knownColumns = `d.issuing_state, d.number, d.code, d.expiry_date, d.surname, d.given_names, d.birth_date, d.sex, d.nationality,
	d.traveller_id, t.group_id, d.first_seen, d.origin = 'local'`

func knownRow(row pgx.CollectableRow) (k file.Known, err error) {
	var expiry, born string
	err = row.Scan(&k.Document.IssuingState, &k.Document.Number, &k.Document.Code, &expiry, &k.Identity.Surname, &k.Identity.GivenNames,
		&born, &k.Identity.Sex, &k.Identity.Nationality, &k.File, &k.Group, &k.FirstSeen, &k.Here)
	if err != nil {
		return k, err
	}
	if err := readDate(expiry, &k.Document.ExpiryDate); err != nil {
		return k, err
	}
	return k, readDate(born, &k.Identity.BirthDate)
}

// Search finds documents, by name. The entry is completed with purpose, keyed hash of the terms, and count of results.
func (f *Files) Search(ctx context.Context, s file.Search, entry audit.Entry) (found file.Found, err error) {
	if err := s.Check(); err != nil {
		return found, err
	}
	if entry.QueryHMAC, err = audit.QueryHMAC(f.Key, s.Terms()...); err != nil {
		return found, fmt.Errorf("hash of search terms: %w", err)
	}
	entry.Purpose = s.Purpose
	sql, args := searchQuery(s)
	err = f.DB.InTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		if found.Papers, err = pgx.CollectRows(rows, knownRow); err != nil {
			return err
		}
		if found.More = len(found.Papers) > file.MaxFound; found.More {
			found.Papers = found.Papers[:file.MaxFound]
		}
		entry.ResultCount = len(found.Papers)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return file.Found{}, fmt.Errorf("search files: %w", err)
	}
	return found, nil
}

func searchQuery(s file.Search) (sql string, args []any) {
	var where []string
	arg := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	if number := traveldoc.FoldNumber(s.Number); number != "" {
		where = append(where, "d.number_folded = "+arg(number))
	}
	if state := strings.ToUpper(strings.TrimSpace(s.State)); state != "" {
		where = append(where, "d.issuing_state = "+arg(state))
	}
	for _, word := range s.Words() { // folded words hold letters and digits alone
		where = append(where, "(' ' || d.name_key) LIKE "+arg("% "+word+"%"))
	}
	if b := s.BirthDate; !b.IsZero() {
		where = append(where, "(d.born_first IS NULL OR d.born_first <= "+arg(b.Last())+" AND d.born_last >= "+arg(b.First())+")")
	}
	return `SELECT ` + knownColumns + ` FROM traveller_document d JOIN traveller t ON t.id = d.traveller_id WHERE ` + strings.Join(where, " AND ") +
		` ORDER BY d.name_key, d.birth_date, t.group_id, d.first_seen, d.number_folded LIMIT ` + arg(file.MaxFound+1), args
}

// Others are other people's files with a document of the number, to choose one to link with the given file; the look is audited.
func (f *Files) Others(ctx context.Context, id uuid.UUID, number, state string, entry audit.Entry) (others []file.Known, err error) {
	found, err := f.Search(ctx, file.Search{Number: number, State: state, Purpose: entry.Purpose}, entry)
	if err != nil {
		return nil, err
	}
	var group uuid.UUID
	if err := f.DB.Pool.QueryRow(ctx, `SELECT group_id FROM traveller WHERE id = $1`, id).Scan(&group); err != nil {
		return nil, fmt.Errorf("file %s: %w", id, err)
	}
	for _, k := range found.Papers {
		if k.Group != group {
			others = append(others, k)
		}
	}
	return others, nil
}
