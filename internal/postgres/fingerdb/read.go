package fingerdb

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
)

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// stored is a sealed template or image of a print, with the key that opens it.
type stored struct {
	print   fingers.Print
	kind    string
	version int
	sealed  []byte
	key     sealdb.Key
}

const (
	storedColumns = `p.id, p.link, p.position, p.taken_at, p.station, p.accepted, s.kind, s.version, b.sealed, k.id, k.generation, k.wrapped`
	fromStored    = ` FROM biometric.print p JOIN biometric.sealed s ON s.id = p.id JOIN biometric.blob b USING (digest)
		JOIN biometric.link_key k ON k.id = s.key_id `
	templatesOnly = ` s.kind LIKE 'print.template.%' `

	templatesOfTaking = `SELECT ` + storedColumns + fromStored + `JOIN finger_taking t ON p.id = ANY (t.prints) WHERE ` + templatesOnly
	presentedOfScan   = templatesOfTaking + `AND t.scan_id = $1 AND t.current AND t.purged_at IS NULL ORDER BY p.position, p.id`
	ofTaking          = templatesOfTaking + `AND t.id = $1 ORDER BY p.position, p.id`
	referencesOfLink  = `SELECT ` + storedColumns + fromStored + `WHERE p.link = $1 AND p.state = 'reference' AND ` + templatesOnly +
		`ORDER BY p.position, p.quality DESC, p.id LIMIT 64`
	wholePrint = `SELECT ` + storedColumns + fromStored + `WHERE p.id = $1 ORDER BY s.kind`
)

func storedRow(row pgx.CollectableRow) (x stored, err error) {
	err = row.Scan(&x.print.ID, &x.print.Link, &x.print.Position, &x.print.TakenAt, &x.print.Station, &x.print.Accepted, &x.kind, &x.version,
		&x.sealed, &x.key.ID, &x.key.Generation, &x.key.Wrapped)
	x.print.TakenAt = x.print.TakenAt.UTC()
	return x, err
}

// opener opens what belongs to a few persons: each key is unwrapped once.
type opener struct {
	wrapping vault.Wrapping
	keys     map[uuid.UUID]*vault.DataKey
}

func (s *Store) opener() *opener { return &opener{s.o.Wrapping, map[uuid.UUID]*vault.DataKey{}} }

// open gives the plain bytes: ErrDestroyed when the key or the bytes are gone. What does not open where it stands is an error.
func (o *opener) open(x stored) ([]byte, error) {
	if x.sealed == nil {
		return nil, ErrDestroyed
	}
	k, known := o.keys[x.key.ID]
	if !known {
		var err error
		k, err = x.key.Open(o.wrapping)
		if errors.Is(err, vault.ErrDestroyed) {
			return nil, ErrDestroyed
		}
		if err != nil {
			return nil, err
		}
		o.keys[x.key.ID] = k
	}
	what, finger, err := ParseBlobKind(x.kind)
	if err != nil || finger != x.print.Position || x.print.Link != x.key.ID {
		return nil, errors.New("sealed print: not of the finger or the person that it stands with")
	}
	at := place(what, finger, x.print.ID)
	at.Version = x.version
	return k.Open(at, x.sealed)
}

// template gives the print with its template.
func (o *opener) template(x stored) (fingers.Print, error) {
	plain, err := o.open(x)
	if err != nil {
		return x.print, err
	}
	x.print.Template, err = DecodeTemplate(plain)
	return x.print, err
}

// templates are prints with their templates; what is gone is left out.
func (s *Store) templates(ctx context.Context, q querier, sql string, args ...any) ([]fingers.Print, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, storedRow)
	if err != nil {
		return nil, err
	}
	return s.opener().templates(list)
}

func (o *opener) templates(list []stored) ([]fingers.Print, error) {
	var prints []fingers.Print
	for _, x := range list {
		p, err := o.template(x)
		if errors.Is(err, ErrDestroyed) {
			continue
		}
		if err != nil {
			return nil, wrap(err, "print %s", x.print.ID)
		}
		prints = append(prints, p)
	}
	return prints, nil
}

// Of is the taking that stands of a scan; nil when there is none, or none any more.
func (s *Store) Of(ctx context.Context, scan uuid.UUID) (*fingers.Taking, error) {
	return taking(s.o.DB.Pool.QueryRow(ctx, `SELECT body FROM finger_taking WHERE scan_id = $1 AND current AND purged_at IS NULL`, scan))
}

func taking(row pgx.Row) (*fingers.Taking, error) {
	var body []byte
	err := row.Scan(&body)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // no taking: no error either
	}
	if err != nil {
		return nil, wrap(err, "taking")
	}
	var t fingers.Taking
	return &t, wrap(json.Unmarshal(body, &t), "taking")
}

// Presented are the prints of the taking that stands, without images. Who took them reads them: Keep's entry says so.
func (s *Store) Presented(ctx context.Context, scan uuid.UUID) ([]fingers.Print, error) {
	prints, err := s.templates(ctx, s.o.DB.Pool, presentedOfScan, scan)
	return prints, wrap(err, "prints of scan %s", scan)
}

// OfTaking is a taking with its prints, without images; nil when there is no such taking. The read is audited.
func (s *Store) OfTaking(ctx context.Context, id uuid.UUID, entry audit.Entry) (t *fingers.Taking, prints []fingers.Print, err error) {
	err = s.audited(ctx, entry, func(tx pgx.Tx) (int, error) {
		if t, err = taking(tx.QueryRow(ctx, `SELECT body FROM finger_taking WHERE id = $1 AND purged_at IS NULL`, id)); t == nil || err != nil {
			return 0, err
		}
		prints, err = s.templates(ctx, tx, ofTaking, id)
		return len(prints), err
	})
	if err != nil { // a read that is not in the log gives nothing
		return nil, nil, wrap(err, "taking %s", id)
	}
	return t, prints, nil
}

// References are a person's references by link, without images. The read is audited.
func (s *Store) References(ctx context.Context, link uuid.UUID, entry audit.Entry) (prints []fingers.Print, err error) {
	err = s.audited(ctx, entry, func(tx pgx.Tx) (int, error) {
		prints, err = s.templates(ctx, tx, referencesOfLink, link)
		return len(prints), err
	})
	if err != nil {
		return nil, wrap(err, "references of link %s", link)
	}
	return prints, nil
}

// Image is one print with its image and its template in clear, for drawing them. The look is audited, also when there is nothing to see
// any more: fingers.ErrNoPrint, ErrDestroyed.
func (s *Store) Image(ctx context.Context, id uuid.UUID, entry audit.Entry) (p fingers.Print, err error) {
	var answer error
	err = s.audited(ctx, entry, func(tx pgx.Tx) (int, error) {
		rows, err := tx.Query(ctx, wholePrint, id)
		if err != nil {
			return 0, err
		}
		list, err := pgx.CollectRows(rows, storedRow)
		if err != nil {
			return 0, err
		}
		p, answer = s.whole(list)
		switch {
		case answer == nil:
			return 1, nil
		case errors.Is(answer, fingers.ErrNoPrint), errors.Is(answer, ErrDestroyed):
			return 0, nil
		}
		return 0, answer
	})
	if err == nil {
		err = answer
	}
	if err != nil {
		return fingers.Print{}, wrap(err, "print %s", id)
	}
	return p, nil
}

// whole is a print of its two parts.
func (s *Store) whole(list []stored) (p fingers.Print, err error) {
	if len(list) == 0 {
		return p, fingers.ErrNoPrint
	}
	o := s.opener()
	p = list[0].print //nolint:forbidigo // a field, not the function
	for _, x := range list {
		plain, err := o.open(x)
		if err != nil {
			return p, err
		}
		switch what, _, _ := ParseBlobKind(x.kind); what {
		case Template:
			p.Template, err = DecodeTemplate(plain)
		case Image:
			m, wrong := DecodeImage(plain)
			p.Image, err = &m, wrong
		}
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

// audited reads in one transaction with the entry of the read; read gives how much was seen.
func (s *Store) audited(ctx context.Context, entry audit.Entry, read func(tx pgx.Tx) (int, error)) error {
	return s.o.DB.InTx(ctx, func(tx pgx.Tx) (err error) {
		if entry.ResultCount, err = read(tx); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
}
