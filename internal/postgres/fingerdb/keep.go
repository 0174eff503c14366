package fingerdb

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc"
)

const (
	lockScan     = `UPDATE scan SET prints = true WHERE id = $1 AND status = 'open' RETURNING identity, document`
	replaceOlder = `UPDATE finger_taking SET current = false WHERE scan_id = $1 AND current`
	insertTaking = `INSERT INTO finger_taking (id, scan_id, link, taken_at, body, prints, current) VALUES ($1, $2, $3, $4, $5, $6, true)`
	insertPrints = `INSERT INTO biometric.print (id, link, position, quality, taken_at, station, accepted)
		SELECT id, $1, position, quality, $2, $3, accepted FROM unnest($4::uuid[], $5::smallint[], $6::smallint[], $7::text[])
			AS p (id, position, quality, accepted)`
	insertSealed = `INSERT INTO biometric.sealed (id, key_id, kind, size, version, mark, digest)
		SELECT id, $1, kind, size, $2, mark, digest FROM unnest($3::uuid[], $4::text[], $5::integer[], $6::bytea[], $7::bytea[])
			AS s (id, kind, size, mark, digest)`
	insertBlobs = `INSERT INTO biometric.blob (digest, size, sealed) SELECT digest, length(sealed), sealed
		FROM unnest($1::bytea[], $2::bytea[]) AS b (digest, sealed)`
)

// Keep keeps a taking of an undecided scan with its prints, each template and image sealed by itself. It becomes what stands of the scan.
func (s *Store) Keep(ctx context.Context, taking fingers.Taking, prints []fingers.Print, entry audit.Entry) error {
	parts, err := s.parts(taking, prints)
	if err != nil {
		return wrap(err, "keep prints of scan %s", taking.Scan)
	}
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		var identity traveldoc.Identity
		var document traveldoc.Document
		err := tx.QueryRow(ctx, lockScan, taking.Scan).Scan(&identity, &document)
		if errors.Is(err, pgx.ErrNoRows) {
			return border.ErrScanNotOpen
		}
		if err != nil {
			return err
		}
		var key *vault.DataKey
		if len(parts) > 0 {
			if key, err = s.keyFor(ctx, tx, taking.Scan, identity, document); err != nil {
				return err
			}
		}
		if err := keep(ctx, tx, key, taking, parts); err != nil {
			return err
		}
		entry.ResultCount = len(prints)
		return auditlog.Insert(ctx, tx, entry)
	})
	return wrap(err, "keep prints of scan %s", taking.Scan)
}

// part is one print in the form in which it is sealed.
type part struct {
	slot            fingers.Slot
	template, image []byte
}

// parts are the prints of a taking in the order of its slots: every slot that has a print has exactly one, with its image.
func (s *Store) parts(taking fingers.Taking, prints []fingers.Print) ([]part, error) {
	taken := taking.Taken()
	if len(taken) != len(prints) || len(prints) > maxPrints {
		return nil, ErrTaking
	}
	parts := make([]part, len(taken))
	seen := map[uuid.UUID]bool{}
	for n, slot := range taken {
		at := slices.IndexFunc(prints, func(p fingers.Print) bool { return p.ID == slot.Print })
		if at < 0 || seen[slot.Print] || slot.Print == uuid.Nil || prints[at].Position != slot.Position || !slot.Position.Finger() ||
			prints[at].Image == nil {
			return nil, ErrTaking
		}
		seen[slot.Print] = true
		template, err := prints[at].Template.MarshalBinary()
		if err != nil {
			return nil, err
		}
		image, err := EncodeImage(*prints[at].Image)
		if err != nil {
			return nil, err
		}
		parts[n] = part{slot, template, image}
	}
	return parts, nil
}

// keep writes the taking, and its prints in three statements however many they are.
func keep(ctx context.Context, tx pgx.Tx, key *vault.DataKey, taking fingers.Taking, parts []part) error {
	body, err := json.Marshal(taking)
	if err != nil {
		return err
	}
	rows := &rows{}
	for _, p := range parts {
		rows.add(p.slot)
		if err := errors.Join(rows.seal(key, p.slot, Template, p.template), rows.seal(key, p.slot, Image, p.image)); err != nil {
			return err
		}
	}
	b := &pgx.Batch{}
	var link *uuid.UUID
	if key != nil {
		id := key.ID()
		link = &id
		b.Queue(insertPrints, id, taking.At, taking.Station, rows.ids, rows.positions, rows.qualities, rows.accepted)
		b.Queue(insertSealed, id, Version, rows.prints, rows.kinds, rows.sizes, rows.marks, rows.digests)
		b.Queue(insertBlobs, rows.digests, rows.sealed)
	}
	b.Queue(replaceOlder, taking.Scan)
	b.Queue(insertTaking, taking.ID, taking.Scan, link, taking.At, string(body), append([]uuid.UUID{}, rows.ids...))
	return tx.SendBatch(ctx, b).Close()
}

// rows are what is written of prints, column by column: one row a print, and one each template and image.
type rows struct {
	ids                  []uuid.UUID
	positions, qualities []int16
	accepted             []string

	prints                 []uuid.UUID
	kinds                  []string
	sizes                  []int32
	marks, digests, sealed [][]byte
}

func (r *rows) add(s fingers.Slot) {
	r.ids, r.accepted = append(r.ids, s.Print), append(r.accepted, s.Accepted)
	r.positions, r.qualities = append(r.positions, int16(s.Position)), append(r.qualities, int16(s.Quality)) //nolint:gosec // 0 to 100
}

// place is where a print's template or image belongs: it opens with this person's key, as this finger, print and form alone.
func place(what string, finger biometrics.Position, id uuid.UUID) vault.Place {
	return vault.Place{Kind: BlobKind(what, finger), Exhibit: id, Version: Version}
}

func (r *rows) seal(key *vault.DataKey, slot fingers.Slot, what string, plain []byte) error {
	at := place(what, slot.Position, slot.Print)
	sealed, err := key.Seal(at, plain)
	if err != nil {
		return err
	}
	mark, err := key.Fingerprint(plain)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(sealed)
	r.prints, r.kinds, r.sizes = append(r.prints, slot.Print), append(r.kinds, at.Kind), append(r.sizes, int32(len(plain))) //nolint:gosec // bounded
	r.marks, r.digests, r.sealed = append(r.marks, mark), append(r.digests, digest[:]), append(r.sealed, sealed)
	return nil
}
