package applydb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/vault"
)

// quarantine notes that the contents of a parcel do not read. It is tried again when somebody asks: only another program reads them.
func (s *Store) quarantine(ctx context.Context, tx pgx.Tx, p evisa.Parcel, size int) error {
	now := s.clock()
	tag, err := tx.Exec(ctx, `INSERT INTO visa_parcel_quarantine
			(parcel_id, application_id, kind, made_at, centre_key, files, bytes, reason, state, first_at, last_at, tries)
		VALUES ($1, $2, $3, $4, '', (SELECT count(*) FROM visa_application_file WHERE parcel_id = $1), $5, 'contents', 'waiting', $6, $6, 1)
		ON CONFLICT (parcel_id) DO UPDATE SET reason = 'contents', state = 'waiting', last_at = excluded.last_at, next_at = NULL,
			tries = visa_parcel_quarantine.tries + 1`, p.ID, p.Application, string(p.Kind), micro(p.At), size, now)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	if err := portaldb.TellUnread(ctx, tx, p.Application, now); err != nil {
		return err
	}
	return auditlog.Insert(ctx, tx, portaldb.QuarantineEntry(applicant().Actor, now, p.ID, "quarantined"))
}

// unparked says of a parcel that was parked that it is used.
func unparked(ctx context.Context, tx pgx.Tx, p evisa.Parcel, now time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE visa_application_parcel SET sealed = NULL WHERE id = $1`, p.ID); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `UPDATE visa_parcel_quarantine SET state = 'taken', last_at = $2 WHERE parcel_id = $1`, p.ID, now)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	return portaldb.TellUnread(ctx, tx, p.Application, now)
}

// Quarantine is the parcels of the portal that cannot be used, for the desk: those that the centre cannot open, and those whose contents do
// not read. It drops nothing: what is set aside is kept as long as a refused application.
type Quarantine struct {
	Store  *Store
	Centre *portaldb.Centre
}

// inQuarantine are the rows that somebody has to look at, or has set aside.
const inQuarantine = ` visa_parcel_quarantine q WHERE (q.reason <> 'contents'
	OR EXISTS (SELECT FROM visa_application_parcel p WHERE p.id = q.parcel_id AND p.sealed IS NOT NULL)) AND q.state `

// Waiting is how many wait for somebody.
func (q Quarantine) Waiting(ctx context.Context) (n int, err error) {
	err = q.Store.o.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM`+inQuarantine+`= 'waiting'`).Scan(&n)
	return n, wrap(err, "count parcels in quarantine")
}

// List is a page of those that wait, the oldest first, and behind them of those that were set aside.
func (q Quarantine) List(ctx context.Context, actor audit.Actor, p paging.Page) (l paging.Listed[desk.Quarantined], err error) {
	var aside bool
	var first time.Time
	var id uuid.UUID
	if err := p.Read(&aside, &first, &id); err != nil {
		return l, err
	}
	s := q.Store
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM`+inQuarantine+`IN ('waiting', 'set_aside')`).Scan(&l.Total); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT q.parcel_id, q.application_id, q.kind, q.made_at, q.centre_key, q.files, q.bytes, q.reason, q.state = 'set_aside',
				q.first_at, q.last_at, q.tries, q.next_at, q.decided_at, q.decided_by, q.why,
				coalesce((SELECT a.reference FROM visa_application a WHERE a.id = q.application_id),
					(SELECT s.reference FROM portal.standing s WHERE s.application_id = q.application_id), ''),
				EXISTS (SELECT FROM visa_application a WHERE a.id = q.application_id AND a.erased_at IS NULL),
				(SELECT count(*) FROM portal.parcel l JOIN portal.parcel own ON own.id = q.parcel_id
				  WHERE l.application_id = q.application_id AND l.seq > own.seq AND own.taken_at IS NULL AND l.taken_at IS NULL AND NOT l.held)
			FROM`+inQuarantine+`IN ('waiting', 'set_aside') AND ((q.state = 'set_aside'), q.first_at, q.parcel_id) > ($1, $2, $3)
			ORDER BY (q.state = 'set_aside'), q.first_at, q.parcel_id LIMIT $4`, aside, first, id, p.Most()+1)
		if err != nil {
			return err
		}
		if l.Rows, err = pgx.CollectRows(rows, quarantinedOf); err != nil {
			return err
		}
		l.Cut(p, func(q desk.Quarantined) []any { return []any{q.SetAside, q.FirstAt, q.ID} })
		entry := actor.Entry(s.clock(), audit.Consultation, "visa_parcel", "")
		entry.Purpose, entry.ResultCount = Purpose, len(l.Rows)
		return auditlog.Insert(ctx, tx, entry)
	})
	return l, wrap(err, "parcels in quarantine")
}

func quarantinedOf(r pgx.CollectableRow) (q desk.Quarantined, err error) {
	var next, decided *time.Time
	err = r.Scan(&q.ID, &q.Application, &q.Kind, &q.MadeAt, &q.Key, &q.Files, &q.Bytes, &q.Reason, &q.SetAside, &q.FirstAt, &q.LastAt, &q.Tries, &next,
		&decided, &q.By, &q.Why, &q.Reference, &q.Here, &q.Behind)
	if next != nil && !q.SetAside {
		q.NextAt = next.UTC()
	}
	if decided != nil {
		q.DecidedAt = decided.UTC()
	}
	return q, err
}

// decided locks a parcel in quarantine for somebody's decision, alone with its application.
func (q Quarantine) decided(ctx context.Context, tx pgx.Tx, id uuid.UUID) (p evisa.Parcel, reason desk.QuarantineReason, aside bool, err error) {
	p.ID = id
	err = tx.QueryRow(ctx, `SELECT application_id FROM visa_parcel_quarantine WHERE parcel_id = $1 AND state IN ('waiting', 'set_aside')`, id).Scan(&p.Application)
	if noRows(err) {
		return p, "", false, desk.ErrNotQuarantined
	}
	if err != nil {
		return p, "", false, err
	}
	if err := portaldb.Alone(ctx, tx, p.Application); err != nil {
		return p, "", false, err
	}
	err = tx.QueryRow(ctx, `SELECT kind, made_at, reason, state = 'set_aside' FROM visa_parcel_quarantine WHERE parcel_id = $1
		AND state IN ('waiting', 'set_aside') FOR UPDATE`, id).Scan(&p.Kind, &p.At, &reason, &aside)
	if noRows(err) {
		return p, "", false, desk.ErrNotQuarantined
	}
	return p, reason, aside, err
}

// Again tries a parcel again, now, also one that was set aside. It reports whether it could be used.
func (q Quarantine) Again(ctx context.Context, actor audit.Actor, id uuid.UUID) (used bool, err error) {
	var p evisa.Parcel
	var reason desk.QuarantineReason
	s := q.Store
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) (err error) {
		if p, reason, _, err = q.decided(ctx, tx, id); err != nil {
			return err
		}
		now := micro(q.Centre.Now()) // by whose clock it is taken
		_, err = tx.Exec(ctx, `UPDATE visa_parcel_quarantine SET state = 'waiting', next_at = CASE WHEN reason = 'contents' THEN NULL ELSE $2::timestamptz END,
			decided_at = $2, decided_by = $3, why = '' WHERE parcel_id = $1`, id, now, actor.Name)
		if err != nil {
			return err
		}
		if err := portaldb.TellUnread(ctx, tx, p.Application, now); err != nil {
			return err
		}
		if err := auditlog.Insert(ctx, tx, portaldb.QuarantineEntry(actor, now, id, "again")); err != nil || reason != desk.QuarantineContents {
			return err
		}
		return s.reread(ctx, tx, p)
	})
	if err == nil && reason != desk.QuarantineContents {
		err = q.Centre.TakeOf(ctx, p.Application, s.Keep)
		if errors.Is(err, portaldb.ErrUnusable) {
			err = nil // it is noted, and shown
		}
	}
	if err != nil {
		return false, wrap(err, "try a parcel again")
	}
	err = s.o.DB.Pool.QueryRow(ctx, `SELECT state = 'taken' FROM visa_parcel_quarantine WHERE parcel_id = $1`, id).Scan(&used)
	return used, wrap(err, "try a parcel again")
}

// reread puts a parcel to its application whose contents did not read.
func (s *Store) reread(ctx context.Context, tx pgx.Tx, p evisa.Parcel) error {
	key, err := s.lockedKey(ctx, tx, p.Application)
	if errors.Is(err, vault.ErrDestroyed) {
		return desk.ErrErased
	}
	if err != nil {
		return err
	}
	err = tx.QueryRow(ctx, `SELECT sealed FROM visa_application_parcel WHERE id = $1 AND sealed IS NOT NULL`, p.ID).Scan(&p.Body)
	if noRows(err) {
		return desk.ErrNotQuarantined
	}
	if err != nil {
		return err
	}
	if p.Body, err = key.Open(place(parcelKind, p.ID), p.Body); err != nil {
		return err
	}
	if err := unparked(ctx, tx, p, s.clock()); err != nil {
		return err
	}
	return s.keep(ctx, tx, key, p) // what does not read still is back in quarantine
}

// SetAside says that a parcel is not waited for any more, and why; what waits behind it goes on. It is kept as it came.
func (q Quarantine) SetAside(ctx context.Context, actor audit.Actor, id uuid.UUID, why string) error {
	why = strings.TrimSpace(why)
	if why == "" || utf8.RuneCountInString(why) > desk.MaxReason || !utf8.ValidString(why) || strings.ContainsRune(why, 0) {
		return desk.ErrAsideReason.At("reason").With("max", desk.MaxReason)
	}
	s := q.Store
	err := s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		p, _, aside, err := q.decided(ctx, tx, id)
		if err != nil {
			return err
		}
		if aside {
			return desk.ErrAsideAlready
		}
		now := s.clock()
		_, err = tx.Exec(ctx, `UPDATE visa_parcel_quarantine SET state = 'set_aside', next_at = NULL, decided_at = $2, decided_by = $3, why = $4
			WHERE parcel_id = $1`, id, now, actor.Name, why)
		if err != nil {
			return err
		}
		if err := portaldb.TellUnread(ctx, tx, p.Application, now); err != nil {
			return err
		}
		entry := portaldb.QuarantineEntry(actor, now, id, "set_aside")
		entry.Justification = why
		return auditlog.Insert(ctx, tx, entry)
	})
	return wrap(err, "set a parcel aside")
}

// Erase empties what was set aside longer ago than a refused application is kept.
func (q Quarantine) Erase(ctx context.Context) error {
	before := q.Store.clock().AddDate(0, 0, -q.Store.o.Rules.Policy.KeepDays())
	if err := q.Centre.EraseSetAside(ctx, before); err != nil {
		return fmt.Errorf("quarantine: %w", err)
	}
	return nil
}
