package fingerdb

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
)

const (
	galleryMark = `SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint`
	// galleryAll are everybody's references, person by person.
	galleryAll = `SELECT ` + storedColumns + fromStored + `WHERE p.state = 'reference' AND` + templatesOnly + `ORDER BY p.link, p.position, p.id`
	// galleryNews are those who changed since a mark, with their references or without any. Transactions that ran then are looked at again.
	galleryNews = `SELECT k.id, coalesce(p.id, k.id), coalesce(p.position, 0), coalesce(p.taken_at, k.created_at), coalesce(p.station, ''),
			coalesce(p.accepted, ''), coalesce(s.kind, ''), coalesce(s.version, 0), b.sealed, k.generation, k.wrapped
		FROM biometric.link_key k LEFT JOIN biometric.print p ON p.link = k.id AND p.state = 'reference'
			LEFT JOIN biometric.sealed s ON s.id = p.id AND` + templatesOnly + `LEFT JOIN biometric.blob b USING (digest)
		WHERE k.changed >= $1 ORDER BY k.id, p.position, p.id`
	galleryPersons = `SELECT count(DISTINCT link) FROM biometric.print WHERE state = 'reference'`
)

// Persons is how many have references: how much Each gives.
func (s *Store) Persons(ctx context.Context) (n int, err error) {
	err = s.o.DB.Pool.QueryRow(ctx, galleryPersons).Scan(&n)
	return n, wrap(err, "count enrolled persons")
}

// Unreadable is how many prints of the last Each, and of what Since gave after it, did not open.
func (s *Store) Unreadable() int { return s.unreadable.Prints() }

// Incomplete is how many persons they are of.
func (s *Store) Incomplete() int { return s.unreadable.Persons() }

// Each gives the references of every person, as of one moment, and the mark of that moment.
func (s *Store) Each(ctx context.Context, give func(link uuid.UUID, prints []fingers.Print) error) (mark int64, err error) {
	err = s.asOfOneMoment(ctx, func(tx pgx.Tx) error {
		s.unreadable.Begin()
		if err := tx.QueryRow(ctx, galleryMark).Scan(&mark); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, galleryAll)
		if err != nil {
			return err
		}
		return s.persons(rows, storedRow, give)
	})
	return mark, wrap(err, "references of all")
}

// Since gives those whose references changed after a mark; a person without prints is gone. Some may be given again.
func (s *Store) Since(ctx context.Context, mark int64, give func(link uuid.UUID, prints []fingers.Print) error) (next int64, err error) {
	err = s.asOfOneMoment(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, galleryMark).Scan(&next); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, galleryNews, mark)
		if err != nil {
			return err
		}
		return s.persons(rows, newsRow, give)
	})
	return next, wrap(err, "changed references")
}

func (s *Store) asOfOneMoment(ctx context.Context, read func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, s.o.DB.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, read)
}

// newsRow is a print, or nothing of a person who has none.
func newsRow(row pgx.CollectableRow) (x stored, err error) {
	err = row.Scan(&x.print.Link, &x.print.ID, &x.print.Position, &x.print.TakenAt, &x.print.Station, &x.print.Accepted, &x.kind, &x.version,
		&x.sealed, &x.key.Generation, &x.key.Wrapped)
	x.key.ID, x.print.TakenAt = x.print.Link, x.print.TakenAt.UTC()
	return x, err
}

// persons gives rows in the order of links person by person, and never holds more than one.
func (s *Store) persons(rows pgx.Rows, read pgx.RowToFunc[stored], give func(link uuid.UUID, prints []fingers.Print) error) error {
	defer rows.Close()
	var link uuid.UUID
	var prints []fingers.Print
	shut := 0
	over := func() error {
		if link == uuid.Nil {
			return nil
		}
		s.unreadable.Tell(link, shut)
		return give(link, prints)
	}
	o := s.opener()
	for rows.Next() {
		x, err := read(rows)
		if err != nil {
			return err
		}
		if x.print.Link != link {
			if err := over(); err != nil {
				return err
			}
			link, prints, shut = x.print.Link, nil, 0
			clear(o.keys)
		}
		if x.print.ID == x.print.Link { // nobody's print: a person without any
			continue
		}
		p, err := o.template(x)
		if err != nil { // one print that does not open must not keep everybody from being searched for; it is counted
			shut++
			continue
		}
		prints = append(prints, p)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return over()
}
