package centraldb

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// Conflicts gives the tasks of words about files that contradict each other, oldest first, at most limit, and the number of all.
func (r *Reader) Conflicts(
	ctx context.Context, purpose string, limit int, entry audit.Entry,
) (list []central.LinkConflict, total int, err error) {
	if err := r.requirePurpose(ctx, purpose, entry); err != nil {
		return nil, 0, err
	}
	err = snapshot(ctx, r.db, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM file_conflict`).Scan(&total); err != nil {
			return err
		}
		if list, err = readConflicts(ctx, tx, limit); err != nil {
			return err
		}
		entry.Purpose, entry.ResultCount = purpose, total
		return auditlog.Insert(ctx, tx, entry)
	})
	return list, total, wrap(err, "read contradicting decisions")
}

func readConflicts(ctx context.Context, tx pgx.Tx, limit int) ([]central.LinkConflict, error) {
	rows, err := tx.Query(ctx, `
		SELECT f.id, f.since, l.link, l.station, l.officer, l.a, l.b, pa.papers[1]::text, pb.papers[1]::text
		FROM (SELECT * FROM file_conflict ORDER BY since, id LIMIT $1) f JOIN file_link l ON l.record_id = ANY(f.links)
		JOIN traveller_file pa ON pa.file_id = l.a JOIN traveller_file pb ON pb.file_id = l.b
		ORDER BY f.since, f.id, l.event_time, l.record_id`, limit)
	if err != nil {
		return nil, err
	}
	var list []central.LinkConflict
	var c central.LinkConflict
	var w central.LinkWord
	var body []byte
	var a, b uuid.UUID
	var paperA, paperB *string
	_, err = pgx.ForEachRow(rows, []any{&c.ID, &c.Since, &body, &w.Station, &w.Officer, &a, &b, &paperA, &paperB}, func() error {
		if n := len(list); n == 0 || list[n-1].ID != c.ID {
			list = append(list, central.LinkConflict{ID: c.ID, Since: c.Since})
		}
		word := central.LinkWord{Station: w.Station, Officer: w.Officer}
		if err := json.Unmarshal(body, &word.StandingLink); err != nil {
			return fmt.Errorf("stored link: %w", err)
		}
		var err error
		if word.First, err = sideOf(a, paperA); err != nil {
			return err
		}
		if word.Second, err = sideOf(b, paperB); err != nil {
			return err
		}
		list[len(list)-1].Words = append(list[len(list)-1].Words, word)
		return nil
	})
	return list, err
}

func sideOf(traveller uuid.UUID, text *string) (central.LinkSide, error) {
	side := central.LinkSide{TravellerID: traveller}
	if text == nil {
		return side, nil // nobody has shown a document for this file
	}
	var p paper
	if err := json.Unmarshal([]byte(*text), &p); err != nil {
		return side, fmt.Errorf("stored paper of traveller %s: %w", traveller, err)
	}
	side.Name, side.Document = p.Identity.Surname+", "+p.Identity.GivenNames, p.Document.IssuingState+" "+p.Document.Number
	return side, nil
}
