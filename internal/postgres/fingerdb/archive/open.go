package archive

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
)

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// stored is a sealed template or image of a print, with the key that opens it. kind is empty for a person without prints.
type stored struct {
	print   fingers.Print
	kind    string
	version int
	sealed  []byte
	key     sealdb.Key
}

const (
	storedColumns = `p.id, p.link, p.position, p.taken_at, p.station, n.kind, n.version, b.sealed, k.id, k.generation, k.wrapped`
	fromStored    = ` FROM biometric.print p JOIN biometric.named n ON n.print_id = p.id
		JOIN biometric.blob b ON b.station = n.station AND b.digest = n.digest
		JOIN biometric.link_key k ON k.id = n.key_id AND k.station = n.station AND k.id = p.link `
	templatesOnly = ` n.kind LIKE 'print.template.%' `
)

func storedRow(row pgx.CollectableRow) (x stored, err error) {
	err = row.Scan(&x.print.ID, &x.print.Link, &x.print.Position, &x.print.TakenAt, &x.print.Station, &x.kind, &x.version, &x.sealed,
		&x.key.ID, &x.key.Generation, &x.key.Wrapped)
	x.print.TakenAt = x.print.TakenAt.UTC()
	return x, err
}

// opener opens what belongs to a few persons: each key is unwrapped once.
type opener struct {
	wrapping vault.Wrapping
	keys     map[uuid.UUID]*vault.DataKey
}

func (a *Archive) opener() *opener { return &opener{a.o.Wrapping, map[uuid.UUID]*vault.DataKey{}} }

// open gives the plain bytes: fingerdb.ErrDestroyed when the key or the bytes are gone.
func (o *opener) open(x stored) ([]byte, error) {
	if x.sealed == nil {
		return nil, fingerdb.ErrDestroyed
	}
	k, known := o.keys[x.key.ID]
	if !known {
		var err error
		k, err = x.key.Open(o.wrapping)
		if errors.Is(err, vault.ErrDestroyed) {
			return nil, fingerdb.ErrDestroyed
		}
		if err != nil {
			return nil, err
		}
		o.keys[x.key.ID] = k
	}
	if _, finger, err := fingerdb.ParseBlobKind(x.kind); err != nil || finger != x.print.Position {
		return nil, errors.New("sealed print: not of the finger that it stands with")
	}
	return k.Open(vault.Place{Kind: x.kind, Exhibit: x.print.ID, Version: x.version}, x.sealed)
}

// template gives the print with its template.
func (o *opener) template(x stored) (fingers.Print, error) {
	plain, err := o.open(x)
	if err != nil {
		return x.print, err
	}
	x.print.Template, err = fingerdb.DecodeTemplate(plain)
	return x.print, err
}

// shut tells of a print that does not open where it stands. Its name means nothing elsewhere.
func (a *Archive) shut(ctx context.Context, id uuid.UUID, err error) {
	a.o.Log.ErrorContext(ctx, "a print does not open", "print", id, "error", err)
}

// templates are prints with their templates; what is gone is left out. What cannot be opened is told, and left out too: the others must not
// wait for it. A search for which nothing is left has no answer.
func (a *Archive) templates(ctx context.Context, q querier, sql string, args ...any) ([]fingers.Print, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, storedRow)
	if err != nil {
		return nil, err
	}
	o := a.opener()
	var prints []fingers.Print
	for _, x := range list {
		p, err := o.template(x)
		switch {
		case err == nil:
			prints = append(prints, p)
		case !errors.Is(err, fingerdb.ErrDestroyed):
			a.shut(ctx, x.print.ID, err)
		}
	}
	return prints, nil
}
