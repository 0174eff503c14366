package evidencedb

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Stored is an exhibit as a database keeps it.
type Stored struct {
	ID      uuid.UUID
	Kind    string
	Version int
	Sealed  []byte // nil when the bytes are not here
	// Key is the person's key, which Wrapped holds under a generation of the key-encryption key; nil once it is destroyed.
	Key        uuid.UUID
	Generation string
	Wrapped    []byte
}

// StoredRow reads a row of the columns in the order of Stored.
func StoredRow(row pgx.CollectableRow) (x Stored, err error) {
	err = row.Scan(&x.ID, &x.Kind, &x.Version, &x.Sealed, &x.Key, &x.Generation, &x.Wrapped)
	return x, err
}

// Open decrypts: ErrDestroyed when the key is gone, ErrElsewhere when the bytes are not here.
func (x Stored) Open(w vault.Wrapping) ([]byte, error) {
	switch {
	case x.Wrapped == nil:
		return nil, ErrDestroyed
	case x.Sealed == nil:
		return nil, ErrElsewhere
	}
	k, err := w.Unwrap(x.Key, x.Generation, x.Wrapped)
	if errors.Is(err, vault.ErrDestroyed) {
		return nil, ErrDestroyed
	}
	if err != nil {
		return nil, err
	}
	return k.Open(vault.Place{Kind: x.Kind, Exhibit: x.ID, Version: x.Version}, x.Sealed)
}

// Assemble opens the exhibit of kind "reading" and puts the bytes of what it names back into it. Bytes that are not here are left out.
func Assemble(w vault.Wrapping, whole Stored, fetch func(ids []uuid.UUID) ([]Stored, error)) (*reader.Reading, error) {
	r, _, err := assemble(w, whole, fetch)
	return r, err
}

// assemble is Assemble that says whether every byte was there.
func assemble(w vault.Wrapping, outer Stored, fetch func(ids []uuid.UUID) ([]Stored, error)) (r *reader.Reading, whole bool, err error) {
	plain, err := outer.Open(w)
	if err != nil {
		return nil, false, err
	}
	o, err := parseOutline(plain)
	if err != nil {
		return nil, false, err
	}
	parts, err := fetch(o.exhibits())
	if err != nil {
		return nil, false, err
	}
	bytes := make(map[uuid.UUID][]byte, len(parts))
	for _, p := range parts {
		switch plain, err := p.Open(w); {
		case errors.Is(err, ErrDestroyed), errors.Is(err, ErrElsewhere):
		case err != nil:
			return nil, false, err
		default:
			bytes[p.ID] = plain
		}
	}
	gone := slices.ContainsFunc(o.exhibits(), func(id uuid.UUID) bool { return id != uuid.Nil && bytes[id] == nil })
	return o.join(bytes), !gone, nil
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
	r, err := s.standing(ctx, s.o.DB.Pool, scan)
	if errors.Is(err, ErrNoExhibit) || errors.Is(err, ErrDestroyed) || errors.Is(err, ErrElsewhere) {
		return nil, nil //nolint:nilnil // the desk goes on with the zone alone
	}
	return r, wrap(err, "reading of scan %s", scan)
}

// KeptReading is the reading that stands of a scan, whole and decrypted, to be checked again: nil when nothing was read,
// border.ErrReadingGone when its key was destroyed or any of its bytes have left. A look at what was read is audited in the same
// transaction.
func (s *Store) KeptReading(ctx context.Context, scan uuid.UUID, entry audit.Entry) (r *reader.Reading, err error) {
	var answer error
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		var whole bool
		r, whole, answer = s.standingWhole(ctx, tx, scan)
		switch {
		case errors.Is(answer, ErrNoExhibit):
			answer = nil
			return nil
		case errors.Is(answer, ErrDestroyed), errors.Is(answer, ErrElsewhere), answer == nil && !whole:
			r, answer = nil, border.ErrReadingGone
		case answer != nil:
			return answer
		default:
			entry.ResultCount = 1
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err == nil {
		err = answer
	}
	return r, wrap(err, "reading of scan %s", scan)
}

// standing is the reading that stands of a scan; ErrNoExhibit when there is none.
func (s *Store) standing(ctx context.Context, q querier, scan uuid.UUID) (*reader.Reading, error) {
	r, _, err := s.standingWhole(ctx, q, scan)
	return r, err
}

func (s *Store) standingWhole(ctx context.Context, q querier, scan uuid.UUID) (r *reader.Reading, whole bool, err error) {
	found, err := query(ctx, q, standingOutline, scan, border.ExhibitReading)
	if err != nil {
		return nil, false, err
	}
	if len(found) == 0 {
		return nil, false, ErrNoExhibit
	}
	return assemble(s.o.Wrapping, found[0], func(ids []uuid.UUID) ([]Stored, error) { return query(ctx, q, storedExhibits, ids) })
}

func query(ctx context.Context, q querier, sql string, args ...any) ([]Stored, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, StoredRow)
}
