package portaldb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/pay"
)

// CentreKey is the newest public key of the centre.
func (t *portalTx) CentreKey(ctx context.Context) (point []byte, err error) {
	err = t.QueryRow(ctx, `SELECT point FROM portal.centre_key ORDER BY version DESC LIMIT 1`).Scan(&point)
	return point, none("centre's key", err)
}

// InsertPortalKey tells the centre the portal's key. When that was, is the database's word: the newest key is the one that counts.
func (t *portalTx) InsertPortalKey(ctx context.Context, id string, point []byte) error {
	return t.run(ctx, "portal's key", `INSERT INTO portal.portal_key (id, point) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, point)
}

// InsertBlindKey keeps the key of marks; one that is there stays.
func (t *portalTx) InsertBlindKey(ctx context.Context, k apply.BlindKeyRow) error {
	return t.run(ctx, "key of marks", `INSERT INTO portal.blind_key (id, for_portal, for_centre, for_centre_key, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, k.ID, k.ForPortal, k.ForCentre, k.CentreKey, k.At)
}

// BlindKey is the portal's envelope of the key of marks.
func (t *portalTx) BlindKey(ctx context.Context) (id uuid.UUID, envelope []byte, err error) {
	err = t.QueryRow(ctx, `SELECT id, for_portal FROM portal.blind_key`).Scan(&id, &envelope)
	return id, envelope, none("key of marks", err)
}

// InsertParcel hands a parcel over; the centre is told, unless it waits for its fee.
func (t *portalTx) InsertParcel(ctx context.Context, p apply.ParcelRow) error {
	err := t.run(ctx, "parcel", `
		INSERT INTO portal.parcel (id, kind, group_id, application_id, at, key_id, envelope, centre_key, sealed, held)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		p.ID, p.Kind, p.Group, p.Application, p.At, p.Key, p.Envelope, p.CentreKey, p.Sealed, p.Held)
	if err != nil || p.Held {
		return err
	}
	return t.wake(ctx)
}

// MoveFiles takes files of a draft into a parcel, sealed as they are. All must be there.
func (t *portalTx) MoveFiles(ctx context.Context, draft uuid.UUID, files []uuid.UUID, parcel uuid.UUID) error {
	n, err := t.affect(ctx, "files of parcel", `
		INSERT INTO portal.parcel_file (parcel_id, file_id, sealed) SELECT $1, id, sealed FROM portal.file WHERE draft_id = $2 AND id = ANY ($3)`,
		parcel, draft, files)
	if err == nil && n != int64(len(files)) {
		err = fmt.Errorf("files of parcel: %d of %d are there", n, len(files))
	}
	return err
}

// InsertParcelFile adds a file to a parcel.
func (t *portalTx) InsertParcelFile(ctx context.Context, parcel, file uuid.UUID, sealed []byte) error {
	return t.run(ctx, "file of parcel", `INSERT INTO portal.parcel_file (parcel_id, file_id, sealed) VALUES ($1, $2, $3)`, parcel, file, sealed)
}

// Owe makes the order of a fee.
func (t *portalTx) Owe(ctx context.Context, n pay.New) error {
	if t.store.Order == nil {
		return apply.ErrNoPayment
	}
	_, err := t.store.Order(ctx, t.Tx, n)
	return err
}

// InsertStanding makes an application findable by its reference.
func (t *portalTx) InsertStanding(ctx context.Context, s apply.StandingRow) error {
	var paid *time.Time
	if s.Paid {
		paid = &s.SentAt
	}
	return t.run(ctx, "standing", `
		INSERT INTO portal.standing (application_id, group_id, reference, birth_mark, type, fee_minor, fee_currency, sent_at, paid_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		s.Application, s.Group, s.Reference, s.BirthMark, s.Type, s.Fee.Minor, s.Fee.Currency, s.SentAt, paid)
}

// Note keeps what was done with somebody's record.
func (t *portalTx) Note(ctx context.Context, a apply.Act) error {
	return t.run(ctx, "act", `INSERT INTO portal.act (id, at, verb, kind, object, result) VALUES ($1, $2, $3, $4, $5, $6)`,
		a.ID, a.At, string(a.Verb), a.Kind, a.Object, a.Result)
}

// Mail puts a letter into the outbox, and wakes whoever sends it.
func (t *portalTx) Mail(ctx context.Context, m apply.MailRow) error {
	return insertMail(ctx, t, m, m.At)
}
