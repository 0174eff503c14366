package archive

import (
	"context"
	"crypto/sha256"
	"errors"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
)

// Outside is an outside ABIS in the place of the gallery: it is given everybody's prints with their images, once, and what it has stands in
// the database. It implements abis.Engine, with what identify.Gallery gives and takes.
type Outside struct {
	abis.Engine
	archive *Archive
	name    string
}

// Outside lets an ABIS of that name search for the archive.
func (a *Archive) Outside(name string, engine abis.Engine) *Outside { return &Outside{engine, a, name} }

// Name is the ABIS's.
func (o *Outside) Name() string { return o.name }

const (
	held    = `SELECT mark FROM biometric.abis WHERE abis = $1 AND link = $2`
	putHeld = `INSERT INTO biometric.abis (abis, link, mark, refused, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (abis, link) DO UPDATE SET mark = excluded.mark, refused = excluded.refused, at = excluded.at`
	dropHeld = `DELETE FROM biometric.abis WHERE abis = $1 AND link = $2`
	// nobodys are those whom the ABIS has and for whom no print stands any more.
	nobodys = `SELECT o.link FROM biometric.abis o WHERE o.abis = $1 AND NOT EXISTS (SELECT FROM biometric.print p
		JOIN biometric.link_key k ON k.id = p.link AND k.station = p.station AND k.wrapped IS NOT NULL
		WHERE p.link = o.link AND p.state = 'reference') LIMIT 500`
	refusedHeld  = `SELECT count(*) FROM biometric.abis WHERE abis = $1 AND refused <> ''`
	wholePersons = `SELECT ` + storedColumns + ` FROM ` + best + `AND p.link = $1) p JOIN biometric.named n ON n.print_id = p.id
			JOIN biometric.blob b ON b.station = n.station AND b.digest = n.digest
			JOIN biometric.link_key k ON k.id = n.key_id AND k.station = n.station AND k.id = p.link
		WHERE p.place <= $2 ORDER BY p.position, p.id, n.kind DESC`
	wholeTaking = `SELECT ` + storedColumns + fromStored + `WHERE p.taking_id = $1 AND p.state <> 'erased' ORDER BY p.position, p.id, n.kind DESC`
)

// Insert gives a person, unless the ABIS has these very prints. One whom it does not take is remembered with its reason: he must not keep the
// others waiting.
func (o *Outside) Insert(ctx context.Context, link uuid.UUID, _ []abis.Finger) error {
	list, mark, err := o.archive.fingers(ctx, wholePersons, link, Impressions)
	if err != nil || len(list) == 0 {
		return wrap(err, "prints of link %s", link)
	}
	var has []byte
	err = o.archive.o.DB.Pool.QueryRow(ctx, held, o.name, link).Scan(&has)
	if err == nil && string(has) == string(mark) {
		return nil
	}
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return wrap(err, "what the ABIS has of link %s", link)
	}
	refused := ""
	var failure *abis.Failure
	switch err := o.Engine.Insert(ctx, link, list); {
	case errors.As(err, &failure) && !failure.Reason.Temporary():
		refused = strconv.Itoa(int(failure.Reason))
	case err != nil:
		return err
	}
	_, err = o.archive.o.DB.Pool.Exec(ctx, putHeld, o.name, link, mark, refused, o.archive.o.Now())
	return wrap(err, "what the ABIS has of link %s", link)
}

// Delete takes a person back, whom the ABIS may not have.
func (o *Outside) Delete(ctx context.Context, link uuid.UUID) error {
	if err := o.Engine.Delete(ctx, link); err != nil {
		return err
	}
	_, err := o.archive.o.DB.Pool.Exec(ctx, dropHeld, o.name, link)
	return wrap(err, "what the ABIS has of link %s", link)
}

// Tidy takes back those for whom no print stands any more, also when that was so while the centre was away.
func (o *Outside) Tidy(ctx context.Context) error {
	rows, err := o.archive.o.DB.Pool.Query(ctx, nobodys, o.name)
	if err != nil {
		return wrap(err, "what the ABIS has")
	}
	links, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return wrap(err, "what the ABIS has")
	}
	for _, link := range links {
		if err := o.Delete(ctx, link); err != nil {
			return err
		}
	}
	return nil
}

// Refused is how many persons the ABIS does not take: it finds none of them.
func (o *Outside) Refused(ctx context.Context) (n int, err error) {
	err = o.archive.o.DB.Pool.QueryRow(ctx, refusedHeld, o.name).Scan(&n)
	return n, wrap(err, "whom the ABIS refuses")
}

// Known says which of some references have no prints here.
func (a *Archive) Known(ctx context.Context, references []uuid.UUID) (unknown []uuid.UUID, err error) {
	rows, err := a.o.DB.Pool.Query(ctx, `SELECT r FROM unnest($1::uuid[]) AS r WHERE NOT EXISTS (
		SELECT FROM biometric.print p WHERE p.link = r AND p.state = 'reference')`, references)
	if err != nil {
		return nil, wrap(err, "known references")
	}
	unknown, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return unknown, wrap(err, "known references")
}

// fingers are prints with their images, in clear, and the mark of them all.
func (a *Archive) fingers(ctx context.Context, sql string, args ...any) (list []abis.Finger, mark []byte, err error) {
	rows, err := a.o.DB.Pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, nil, err
	}
	all, err := pgx.CollectRows(rows, storedRow)
	if err != nil {
		return nil, nil, err
	}
	o, sum, last := a.opener(), sha256.New(), uuid.Nil
	for _, x := range all {
		what, _, err := fingerdb.ParseBlobKind(x.kind)
		if err != nil || what == fingerdb.Image && last != x.print.ID {
			continue
		}
		switch plain, err := o.open(x); {
		case errors.Is(err, fingerdb.ErrDestroyed):
			continue
		case err != nil:
			a.shut(ctx, x.print.ID, err)
			continue
		case what == fingerdb.Image:
			m, err := fingerdb.DecodeImage(plain)
			if err != nil {
				a.shut(ctx, x.print.ID, err)
				continue
			}
			list[len(list)-1].Image = &m
		default:
			t, err := fingerdb.DecodeTemplate(plain)
			if err != nil {
				a.shut(ctx, x.print.ID, err)
				continue
			}
			list, last = append(list, abis.Finger{Position: x.print.Position, Template: t}), x.print.ID
		}
		_, _ = sum.Write(append(x.print.ID[:], x.kind...)) // a hash takes everything
	}
	return list, sum.Sum(nil), nil
}
