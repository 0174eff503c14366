package applydb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/vault"
)

// applicant is who acts when a parcel comes, in audit entries.
func applicant() desk.Doer {
	return desk.Doer{Actor: audit.Actor{ID: "applicant", Role: "applicant", Post: "portal"}, System: true}
}

// Keep keeps a parcel of the portal, in the caller's transaction. The same parcel again changes nothing; one of an application that has not
// come, or whose body says nothing that can be read, is parked and shown; one of an application that is erased leaves its name alone.
func (s *Store) Keep(ctx context.Context, tx pgx.Tx, p evisa.Parcel) error {
	tag, err := tx.Exec(ctx, `INSERT INTO visa_application_parcel (id, application_id, kind, at, taken_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO NOTHING`, p.ID, p.Application, string(p.Kind), micro(p.At), s.clock())
	if err != nil || tag.RowsAffected() == 0 {
		return wrap(err, "take a parcel")
	}
	key, err := s.lockedKey(ctx, tx, p.Application)
	if errors.Is(err, vault.ErrDestroyed) {
		return nil
	}
	if err != nil {
		return wrap(err, "take a parcel")
	}
	return wrap(s.keep(ctx, tx, key, p), "take a parcel")
}

// lockedKey is the key of an application; whoever has it is alone with the application, also before it has come.
func (s *Store) lockedKey(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*vault.DataKey, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 810))`, id.String()); err != nil {
		return nil, err
	}
	return s.makeKey(ctx, tx, id.String())
}

func (s *Store) keep(ctx context.Context, tx pgx.Tx, key *vault.DataKey, p evisa.Parcel) error {
	_, erased, err := stateOf(ctx, tx, p.Application)
	if erased {
		return nil
	}
	here := !noRows(err)
	if err != nil && here {
		return err
	}
	if err := s.keepFiles(ctx, tx, key, p); err != nil {
		return err
	}
	if here {
		err = s.took(ctx, tx, key, p)
	} else {
		err = s.arrived(ctx, tx, key, p)
	}
	if errors.Is(err, errPark) {
		return s.park(ctx, tx, key, p, errors.Is(err, errUnread))
	}
	return err
}

// errPark says that a parcel cannot be used now; errUnread, that it cannot because its contents do not read.
var (
	errPark   = errors.New("parcel is parked")
	errUnread = fmt.Errorf("its contents do not read: %w", errPark)
)

// took puts a parcel to an application that is here.
func (s *Store) took(ctx context.Context, tx pgx.Tx, key *vault.DataKey, p evisa.Parcel) error {
	c, _, err := s.load(ctx, tx, p.Application)
	if err != nil {
		return err
	}
	if desk.Back(p) {
		if c, err = s.whose(ctx, tx, c, p); err != nil {
			return err
		}
		if key, err = s.applicationKey(ctx, tx, c.ID); err != nil {
			return err
		}
	}
	list, err := s.o.Rules.Take(c, p)
	if errors.Is(err, desk.ErrBody) {
		return errUnread
	}
	if err != nil || len(list) == 0 {
		return err
	}
	after, err := s.change(ctx, tx, key, applicant(), c, desk.Change{Events: list})
	if err == nil && after.State == evisa.Received {
		s.o.Changed()
	}
	return err
}

// arrived begins an application, with the parcels of it that came before.
func (s *Store) arrived(ctx context.Context, tx pgx.Tx, key *vault.DataKey, p evisa.Parcel) error {
	if p.Kind != evisa.ParcelApplication {
		return errPark
	}
	none := s.o.Rules.Fold(p.Application, nil)
	list, err := s.o.Rules.Take(none, p)
	if errors.Is(err, desk.ErrBody) {
		return errUnread
	}
	if err != nil {
		return err
	}
	if err := s.write(ctx, tx, key, none, desk.Officer{}, list); err != nil {
		return err
	}
	c := s.o.Rules.Fold(p.Application, list)
	if err := s.insert(ctx, tx, key, c); err != nil {
		return err
	}
	if err := s.follow(ctx, tx, nil, c); err != nil {
		return err
	}
	if err := s.audited(ctx, tx, applicant().Actor, p.Application, list); err != nil {
		return err
	}
	s.o.Changed()
	return s.unpark(ctx, tx, key, p.Application)
}

// park keeps a parcel as it is; one whose contents do not read is in quarantine.
func (s *Store) park(ctx context.Context, tx pgx.Tx, key *vault.DataKey, p evisa.Parcel, unread bool) error {
	sealed, err := key.Seal(place(parcelKind, p.ID), p.Body)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE visa_application_parcel SET key_id = $2, sealed = $3 WHERE id = $1`, p.ID, key.ID(), sealed)
	if err != nil || !unread {
		return err
	}
	return s.quarantine(ctx, tx, p, len(sealed))
}

// unpark puts what was parked to an application that has come, in the order in which it was made.
func (s *Store) unpark(ctx context.Context, tx pgx.Tx, key *vault.DataKey, application uuid.UUID) error {
	list, err := s.parkedOf(ctx, tx, key, application)
	if err != nil {
		return err
	}
	for _, p := range list {
		if err := s.took(ctx, tx, key, p); errors.Is(err, errPark) {
			if err := s.quarantine(ctx, tx, p, len(p.Body)); err != nil {
				return err
			}
			continue
		} else if err != nil {
			return err
		}
		if err := unparked(ctx, tx, p, s.clock()); err != nil {
			return err
		}
	}
	return nil
}

// parkedOf are the parked parcels of an application but those that were set aside, in the order in which they were made.
func (s *Store) parkedOf(ctx context.Context, tx pgx.Tx, key *vault.DataKey, application uuid.UUID) ([]evisa.Parcel, error) {
	rows, err := tx.Query(ctx, `SELECT id, kind, at, sealed FROM visa_application_parcel p WHERE application_id = $1 AND sealed IS NOT NULL
		AND NOT EXISTS (SELECT FROM visa_parcel_quarantine q WHERE q.parcel_id = p.id AND q.state = 'set_aside') ORDER BY at, id`, application)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (p evisa.Parcel, err error) {
		p.Application = application
		return p, r.Scan(&p.ID, &p.Kind, &p.At, &p.Body)
	})
	if err != nil {
		return nil, err
	}
	for n := range list {
		if list[n].Body, err = key.Open(place(parcelKind, list[n].ID), list[n].Body); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// keptFile is what is sealed of a file: what it is, and its bytes behind it.
type keptFile struct {
	File  evisa.File `json:"file"`
	Bytes []byte     `json:"bytes"`
}

// named are the files that a parcel's body names.
func named(p evisa.Parcel) []evisa.File {
	return desk.FilesOf(p)
}

// keepFiles seals the files of a parcel under the application's key. Bytes that nothing names are kept as "other": nothing is dropped.
func (s *Store) keepFiles(ctx context.Context, tx pgx.Tx, key *vault.DataKey, p evisa.Parcel) error {
	about := map[uuid.UUID]evisa.File{}
	for _, f := range named(p) {
		about[f.ID] = f
	}
	for id, bytes := range p.Files {
		f, known := about[id]
		if !known {
			f = evisa.File{ID: id, Kind: evisa.FileOther, Type: "application/octet-stream", Size: len(bytes)}
		}
		sealed, err := seal(key, place(fileKind, id), keptFile{f, bytes})
		if err != nil {
			return err
		}
		var likeness *int64
		if f.Kind == evisa.FilePortrait && f.Likeness != 0 {
			signed := int64(f.Likeness) //nolint:gosec // the same bits
			likeness = &signed
		}
		_, err = tx.Exec(ctx, `INSERT INTO visa_application_file (application_id, id, parcel_id, came_with, at, likeness, key_id, sealed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
			p.Application, id, p.ID, string(p.Kind), micro(p.At), likeness, key.ID(), sealed)
		if err != nil {
			return err
		}
	}
	return nil
}

// parked are parcels of applications that have not come; those that say nothing that can be read are in quarantine.
const parked = ` FROM visa_application_parcel p WHERE sealed IS NOT NULL
	AND NOT EXISTS (SELECT FROM visa_parcel_quarantine q WHERE q.parcel_id = p.id AND q.state IN ('waiting', 'set_aside'))`

// Parked is a page of the parcels of applications that have not come, oldest first.
func (s *Store) Parked(ctx context.Context, actor audit.Actor, after string) (desk.ParkedPage, error) {
	p := paging.Page{After: after, Limit: desk.PageSize}
	var l paging.Listed[desk.ParkedParcel]
	var taken time.Time
	var id uuid.UUID
	if err := p.Read(&taken, &id); err != nil {
		return desk.ParkedPage{}, err
	}
	err := s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT count(*)`+parked).Scan(&l.Total); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT id, application_id, kind, at, taken_at`+parked+` AND (taken_at, id) > ($1, $2) ORDER BY taken_at, id LIMIT $3`,
			taken, id, p.Most()+1)
		if err != nil {
			return err
		}
		l.Rows, err = pgx.CollectRows(rows, pgx.RowToStructByPos[desk.ParkedParcel])
		if err != nil {
			return err
		}
		l.Cut(p, func(one desk.ParkedParcel) []any { return []any{one.TakenAt, one.ID} })
		entry := s.entry(actor, audit.Consultation, uuid.Nil)
		entry.ObjectID, entry.ObjectKind, entry.ResultCount = "", "visa_parcel", len(l.Rows)
		return insertAudit(ctx, tx, entry)
	})
	return desk.ParkedPage{List: l.Rows, Total: l.Total, Next: l.Next}, wrap(err, "parked parcels")
}

// ToCheck hands out applications whose checks are to be asked. What is handed out and not done comes again after a while.
func (s *Store) ToCheck(ctx context.Context, at time.Time, limit int) ([]uuid.UUID, error) {
	rows, err := s.o.DB.Pool.Query(ctx, `UPDATE visa_application SET check_at = $1::timestamptz + interval '1 minute' WHERE id IN (
			SELECT id FROM visa_application WHERE check_at <= $1 ORDER BY check_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
		RETURNING id`, micro(at), limit)
	if err != nil {
		return nil, wrap(err, "applications to check")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return list, wrap(err, "applications to check")
}

// ToLapse are applications whose reply is late, or of whose interview nothing came. While something that the applicant sent cannot be read,
// nothing is late: it may be the reply.
func (s *Store) ToLapse(ctx context.Context, at time.Time, limit int) ([]uuid.UUID, error) {
	rows, err := s.o.DB.Pool.Query(ctx, `SELECT id FROM visa_application WHERE state IN ('asked', 'interview') AND ask_until <= $1 AND erased_at IS NULL
		AND NOT EXISTS (SELECT FROM visa_parcel_quarantine q WHERE q.application_id = visa_application.id AND q.state = 'waiting') ORDER BY ask_until, id LIMIT $2`, micro(at), limit)
	if err != nil {
		return nil, wrap(err, "applications whose reply is late")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return list, wrap(err, "applications whose reply is late")
}

// ToScreen are open applications behind an id whose alerts were asked on lists older than a change. What is only received is asked anyway.
func (s *Store) ToScreen(ctx context.Context, lists int64, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	rows, err := s.o.DB.Pool.Query(ctx, `SELECT id FROM visa_application WHERE `+openStates+` AND state <> 'received' AND erased_at IS NULL
		AND screened < $1 AND id > $2 ORDER BY id LIMIT $3`, lists, after, limit)
	if err != nil {
		return nil, wrap(err, "applications on older lists")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return list, wrap(err, "applications on older lists")
}
