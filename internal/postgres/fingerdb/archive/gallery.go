package archive

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
)

const (
	galleryMark = `SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint`
	// best are a person's references, the best of each finger: the station keeps as many.
	best = ` (SELECT p.*, row_number() OVER (PARTITION BY p.link, p.position ORDER BY p.quality DESC, p.taken_at DESC, p.id) AS place
		FROM biometric.print p WHERE p.state = 'reference' `
	galleryAll = `SELECT ` + storedColumns + ` FROM ` + best + `) p JOIN biometric.named n ON n.print_id = p.id AND` + templatesOnly + `
			JOIN biometric.blob b ON b.station = n.station AND b.digest = n.digest
			JOIN biometric.link_key k ON k.id = n.key_id AND k.station = n.station AND k.id = p.link
		WHERE p.place <= $1 ORDER BY p.link, p.position, p.id`
	// galleryNews are those who changed since a mark, with their references or without any. Transactions that ran then are looked at again.
	galleryNews = `SELECT coalesce(p.id, k.id), k.id, coalesce(p.position, 0), coalesce(p.taken_at, k.received_at), k.station, coalesce(n.kind, ''),
			coalesce(n.version, 0), b.sealed, k.id, k.generation, k.wrapped
		FROM biometric.link_key k
			LEFT JOIN LATERAL ` + best + `AND p.link = k.id) p ON p.place <= $2
			LEFT JOIN biometric.named n ON n.print_id = p.id AND n.key_id = k.id AND n.station = k.station AND` + templatesOnly + `
			LEFT JOIN biometric.blob b ON b.station = n.station AND b.digest = n.digest
		WHERE k.changed >= $1 ORDER BY k.id, p.position, p.id`
	galleryPersons = `SELECT count(DISTINCT p.link) FROM biometric.print p JOIN biometric.link_key k ON k.id = p.link AND k.station = p.station
		WHERE p.state = 'reference' AND k.wrapped IS NOT NULL`
)

// Persons is how many have references here: how much Each gives at most.
func (a *Archive) Persons(ctx context.Context) (n int, err error) {
	err = a.o.DB.Pool.QueryRow(ctx, galleryPersons).Scan(&n)
	return n, wrap(err, "count enrolled persons")
}

// Unreadable is how many prints of the last Each, and of every Since after it, could not be opened.
func (a *Archive) Unreadable() int { return a.unreadable.Prints() }

// Incomplete is how many persons they are of.
func (a *Archive) Incomplete() int { return a.unreadable.Persons() }

// Each gives the references of every person of every station, as of one moment, and the mark of that moment.
func (a *Archive) Each(ctx context.Context, give func(link uuid.UUID, prints []fingers.Print) error) (mark int64, err error) {
	a.unreadable.Begin()
	err = a.asOfOneMoment(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, galleryMark).Scan(&mark); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, galleryAll, Impressions)
		if err != nil {
			return err
		}
		return a.persons(rows, give)
	})
	return mark, wrap(err, "references of all")
}

// Since gives those whose references changed after a mark; a person without prints is gone. Some may be given again.
func (a *Archive) Since(ctx context.Context, mark int64, give func(link uuid.UUID, prints []fingers.Print) error) (next int64, err error) {
	err = a.asOfOneMoment(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, galleryMark).Scan(&next); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, galleryNews, mark, Impressions)
		if err != nil {
			return err
		}
		return a.persons(rows, give)
	})
	return next, wrap(err, "changed references")
}

func (a *Archive) asOfOneMoment(ctx context.Context, read func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, a.o.DB.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, read)
}

// persons gives rows in the order of links person by person, and never holds more than one. What does not open is counted and left out.
func (a *Archive) persons(rows pgx.Rows, give func(link uuid.UUID, prints []fingers.Print) error) error {
	defer rows.Close()
	var link uuid.UUID
	var prints []fingers.Print
	shut := 0
	over := func() error {
		if link == uuid.Nil {
			return nil
		}
		a.unreadable.Tell(link, shut)
		return give(link, prints)
	}
	o := a.opener()
	for rows.Next() {
		x, err := storedRow(rows)
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
		if x.kind == "" || x.sealed == nil {
			continue
		}
		p, err := o.template(x)
		switch {
		case err == nil:
			prints = append(prints, p)
		case !errors.Is(err, fingerdb.ErrDestroyed) || x.key.Wrapped != nil: // a key that stands and opens no more is a loss, and no erasure
			shut++
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return over()
}
