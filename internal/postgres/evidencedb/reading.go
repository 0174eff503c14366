package evidencedb

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// stored is an exhibit with its key and bytes as they are kept.
type stored struct {
	id      uuid.UUID
	kind    string
	version int
	sealed  []byte
	key     wrappedKey
}

const (
	selectStored = `SELECT e.id, e.kind, e.version, b.sealed, k.id, k.generation, k.wrapped FROM exhibit e
		JOIN exhibit_blob b USING (digest) JOIN person_key k ON k.id = e.key_id `
	standingOutline = selectStored + `JOIN scan_exhibit s ON s.exhibit_id = e.id WHERE s.scan_id = $1 AND s.current AND e.kind = $2`
	storedExhibits  = selectStored + `WHERE e.id = ANY ($1)`
)

// Reading is what stands of a scan, decrypted for the desk that goes on with it after a restart; nil when nothing was read, or when its
// key was destroyed.
func (s *Store) Reading(ctx context.Context, scan uuid.UUID) (*reader.Reading, error) {
	found, err := query(ctx, s.o.DB.Pool, standingOutline, scan, border.ExhibitReading)
	if err != nil || len(found) == 0 {
		return nil, wrap(err, "reading of scan %s", scan)
	}
	r, err := s.assemble(ctx, s.o.DB.Pool, found[0])
	if errors.Is(err, vault.ErrDestroyed) {
		return nil, nil //nolint:nilnil // the desk goes on with the zone alone
	}
	return r, wrap(err, "reading of scan %s", scan)
}

func query(ctx context.Context, q querier, sql string, args ...any) ([]stored, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (x stored, err error) {
		err = row.Scan(&x.id, &x.kind, &x.version, &x.sealed, &x.key.id, &x.key.generation, &x.key.wrapped)
		return x, err
	})
}

// assemble opens an outline and what it names. Bytes that are no longer here are left out.
func (s *Store) assemble(ctx context.Context, q querier, whole stored) (*reader.Reading, error) {
	plain, err := s.open(whole)
	if err != nil {
		return nil, err
	}
	o, err := parseOutline(plain)
	if err != nil {
		return nil, err
	}
	parts, err := query(ctx, q, storedExhibits, o.exhibits())
	if err != nil {
		return nil, err
	}
	bytes := make(map[uuid.UUID][]byte, len(parts))
	for _, p := range parts {
		switch plain, err := s.open(p); {
		case errors.Is(err, vault.ErrDestroyed), errors.Is(err, ErrAtCentre):
		case err != nil:
			return nil, err
		default:
			bytes[p.id] = plain
		}
	}
	return o.join(bytes), nil
}

// open decrypts: vault.ErrDestroyed when the key is gone, ErrAtCentre when the bytes are.
func (s *Store) open(x stored) ([]byte, error) {
	switch {
	case x.key.wrapped == nil:
		return nil, vault.ErrDestroyed
	case x.sealed == nil:
		return nil, ErrAtCentre
	}
	k, err := s.o.Wrapping.Unwrap(x.key.id, x.key.generation, x.key.wrapped)
	if err != nil {
		return nil, err
	}
	return k.Open(vault.Place{Kind: x.kind, Exhibit: x.id, Version: x.version}, x.sealed)
}
