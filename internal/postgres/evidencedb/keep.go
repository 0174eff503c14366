package evidencedb

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/vault"
)

// Keep keeps scan.Reading in the caller's transaction: every image, file and barcode, and the reading that names them, encrypted. It
// becomes what stands of the scan; what was kept of the scan before stays beside it.
func (s *Store) Keep(ctx context.Context, tx pgx.Tx, scan border.Scan) error {
	parts, fill := split(*scan.Reading)
	for _, p := range parts {
		if len(p.data) > MaxExhibit {
			return ErrTooLarge
		}
	}
	k, err := s.keyFor(ctx, tx, scan)
	if err != nil {
		return wrap(err, "key of scan %s", scan.ID)
	}
	keeping := &keeping{Store: s, tx: tx, key: k, out: &pgx.Batch{}}
	ids, err := keeping.keep(ctx, parts)
	if err != nil {
		return wrap(err, "keep reading of scan %s", scan.ID)
	}
	whole, err := fill(ids).part()
	if err != nil {
		return wrap(err, "keep reading of scan %s", scan.ID)
	}
	own, err := keeping.keep(ctx, []part{whole})
	if err != nil {
		return wrap(err, "keep reading of scan %s", scan.ID)
	}
	return wrap(keeping.stand(ctx, scan, append(ids, own...)), "keep reading of scan %s", scan.ID)
}

// keeping is one call of Keep.
type keeping struct {
	*Store
	tx  pgx.Tx
	key *vault.DataKey
	out *pgx.Batch
}

const (
	// knownExhibits locks what it finds: what is read again now must not be dropped before it stands with the scan.
	knownExhibits = `SELECT id, kind, name, fingerprint FROM exhibit WHERE key_id = $1 AND fingerprint = ANY ($2) FOR SHARE`
	insertExhibit = `INSERT INTO exhibit (id, key_id, kind, name, media_type, size, version, fingerprint, digest, kept_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	insertBlob = `INSERT INTO exhibit_blob (digest, size, sealed) VALUES ($1, $2, $3)`
)

// known names an exhibit within a person's: what it is and what it holds.
type known struct {
	kind, name, fingerprint string
}

// keep gives the parts' ids: of what the person has already, or of what is added. A part without bytes has the nil id.
func (k *keeping) keep(ctx context.Context, parts []part) ([]uuid.UUID, error) {
	prints := make([][]byte, len(parts))
	for n, p := range parts {
		var err error
		if prints[n], err = k.key.Fingerprint(p.data); err != nil {
			return nil, err
		}
	}
	have, err := k.have(ctx, prints)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(parts))
	for n, p := range parts {
		if len(p.data) == 0 {
			continue
		}
		name := known{string(p.kind), p.name, string(prints[n])}
		if have[name] == uuid.Nil {
			if have[name], err = k.add(p, prints[n]); err != nil {
				return nil, err
			}
		}
		ids[n] = have[name]
	}
	return ids, nil
}

func (k *keeping) have(ctx context.Context, prints [][]byte) (map[known]uuid.UUID, error) {
	have := map[known]uuid.UUID{}
	rows, err := k.tx.Query(ctx, knownExhibits, k.key.ID(), prints)
	if err != nil {
		return nil, err
	}
	var id uuid.UUID
	var of known
	var mark []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &of.kind, &of.name, &mark}, func() error {
		have[known{of.kind, of.name, string(mark)}] = id
		return nil
	})
	return have, err
}

func (k *keeping) add(p part, mark []byte) (uuid.UUID, error) {
	id := k.o.NewID()
	sealed, err := k.key.Seal(vault.Place{Kind: string(p.kind), Exhibit: id, Version: version}, p.data)
	if err != nil {
		return id, err
	}
	digest := sha256.Sum256(sealed)
	k.out.Queue(insertExhibit, id, k.key.ID(), p.kind, p.name, p.media, len(p.data), version, mark, digest[:], k.o.Now())
	k.out.Queue(insertBlob, digest[:], len(sealed), sealed)
	return id, nil
}

const putScanExhibit = `INSERT INTO scan_exhibit (scan_id, exhibit_id, taken_at, device, current) SELECT $1, unnest($2::uuid[]), $3, $4, true
	ON CONFLICT (scan_id, exhibit_id) DO UPDATE SET current = true`

// stand makes the exhibits what stands of the scan.
func (k *keeping) stand(ctx context.Context, scan border.Scan, ids []uuid.UUID) error {
	device, err := json.Marshal(scan.Reading.Device)
	if err != nil {
		return err
	}
	var there []uuid.UUID
	seen := map[uuid.UUID]bool{uuid.Nil: true}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			there = append(there, id)
		}
	}
	taken := scan.Reading.At
	if taken.IsZero() {
		taken = k.o.Now()
	}
	k.out.Queue(`UPDATE scan_exhibit SET current = false WHERE scan_id = $1`, scan.ID)
	k.out.Queue(putScanExhibit, scan.ID, there, taken, string(device))
	return k.tx.SendBatch(ctx, k.out).Close()
}
