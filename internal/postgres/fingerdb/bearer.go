package fingerdb

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
)

const (
	disputedTaking = `SELECT body, file_id, link, prints FROM finger_taking WHERE id = $1 AND outcome = 'disputed' AND purged_at IS NULL FOR UPDATE`
	// movable are the prints of a taking that stand under a link, whose key is locked: it is not destroyed meanwhile.
	movable = `SELECT ` + storedColumns + `, p.quality` + fromStored + `JOIN finger_taking t ON p.id = ANY (t.prints)
		WHERE t.id = $1 AND p.link = $2 AND p.state <> 'erased' ORDER BY p.position, p.id, s.kind FOR UPDATE OF k`
	keyOfLink  = `SELECT id, generation, wrapped FROM biometric.link_key WHERE id = $1 AND destroyed_at IS NULL FOR UPDATE`
	moveTaking = `UPDATE finger_taking SET link = $2, prints = $3, body = $4 WHERE id = $1`
	putParted  = `INSERT INTO finger_bearer (link, taking, task, holder, by, since) VALUES ($1, $2, $3, $4, $5, $6)`
	ofParted   = `SELECT link, holder FROM finger_bearer WHERE taking = $1 AND task = $2 AND returned_at IS NULL FOR UPDATE`
	takeParted = `UPDATE finger_bearer SET returned_at = $2, joined_by = NULL WHERE link = $1`
	freeParted = `DELETE FROM finger_link WHERE link = $1`
	partedKnow = `SELECT link, task, by, since FROM finger_bearer WHERE link = ANY ($1) AND returned_at IS NULL ORDER BY since, link`
)

var _ fingers.Bearers = (*Store)(nil)

// Bearers are those of some links whom the second line found to be bearers of other persons' documents.
func (s *Store) Bearers(ctx context.Context, links []uuid.UUID) ([]fingers.Bearer, error) {
	rows, err := s.o.DB.Pool.Query(ctx, partedKnow, links)
	if err != nil {
		return nil, wrap(err, "bearers of other persons' documents")
	}
	list, err := pgx.CollectRows(rows, bearerOfRow)
	return list, wrap(err, "bearers of other persons' documents")
}

func bearerOfRow(row pgx.CollectableRow) (b fingers.Bearer, err error) {
	err = row.Scan(&b.Link, &b.Task, &b.By, &b.Since)
	b.Since = b.Since.UTC()
	return b, err
}

// Separate gives the prints of a taking that did not match their file a link and a key of their own, of a person without a file: somebody
// found that the bearer is not the document's holder. They are sealed anew, because a seal binds its person, and the old bytes go. They are
// references from then on: whoever has these fingers is found. It is no error when the prints are gone. Prints that the centre held against
// those of another station (Holder) have a link and a key already: the link goes from the file as a whole.
func (s *Store) Separate(ctx context.Context, tx pgx.Tx, p fingers.Parting) error {
	if p.Holder != uuid.Nil {
		return wrap(s.disown(ctx, tx, p), "separate prints of taking %s", p.Taking)
	}
	m, err := s.toMove(ctx, tx, p)
	if err != nil || m == nil || len(m.prints) == 0 {
		return wrap(err, "separate prints of taking %s", p.Taking)
	}
	key, err := s.newKey(ctx, tx)
	if err != nil {
		return wrap(err, "separate prints of taking %s", p.Taking)
	}
	if err := s.move(ctx, tx, m, key, fingers.StateReference, fingers.Separated); err != nil {
		return wrap(err, "separate prints of taking %s", p.Taking)
	}
	_, err = tx.Exec(ctx, putParted, key.ID(), p.Taking, p.Task, m.from, p.By, p.At)
	return wrap(err, "separate prints of taking %s", p.Taking)
}

// Return takes Separate back: the prints are disputed ones of the document's holder again, and the key that they had meanwhile is destroyed.
// Where the holder's key is gone they get one that is nobody's.
func (s *Store) Return(ctx context.Context, tx pgx.Tx, p fingers.Parting) error {
	if p.Holder != uuid.Nil {
		return wrap(s.own(ctx, tx, p), "return prints of taking %s", p.Taking)
	}
	var own, holder uuid.UUID
	err := tx.QueryRow(ctx, ofParted, p.Taking, p.Task).Scan(&own, &holder)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return wrap(err, "return prints of taking %s", p.Taking)
	}
	return wrap(s.giveBack(ctx, tx, p, own, holder), "return prints of taking %s", p.Taking)
}

func (s *Store) giveBack(ctx context.Context, tx pgx.Tx, p fingers.Parting, own, holder uuid.UUID) error {
	m, err := s.toMove(ctx, tx, p)
	if err != nil {
		return err
	}
	if m != nil && len(m.prints) > 0 {
		key, err := sealdb.FindKey(tx.QueryRow(ctx, keyOfLink, holder), s.o.Wrapping)
		if err == nil && key == nil {
			key, err = s.newKey(ctx, tx)
		}
		if err != nil {
			return err
		}
		if err := s.move(ctx, tx, m, key, fingers.StateDisputed, fingers.Returned); err != nil {
			return err
		}
	}
	b := &pgx.Batch{}
	b.Queue(takeParted, own, p.At)
	b.Queue(freeParted, own)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	links, err := lockedLinks(ctx, tx, `SELECT id FROM biometric.link_key WHERE id = $1 AND destroyed_at IS NULL FOR UPDATE`, own)
	if err != nil {
		return err
	}
	return s.end(ctx, tx, links, GroundReturned)
}

// GroundReturned is the ground on which the key of a bearer is destroyed who is none after all; GroundMoved that of prints that stand under
// another name now.
const (
	GroundReturned = "verdict_reopened"
	GroundMoved    = "moved"
)

func (s *Store) newKey(ctx context.Context, tx pgx.Tx) (*vault.DataKey, error) {
	k, row, err := sealdb.NewKey(s.o.NewID(), s.o.Random, s.o.Wrapping)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, insertKey, row.ID, row.Generation, row.Wrapped, s.o.Now())
	return k, err
}

// moving are the prints of a taking on their way to another link, in clear.
type moving struct {
	fingers.Parting
	taking fingers.Taking
	file   uuid.UUID
	from   uuid.UUID
	all    []uuid.UUID // prints of the taking
	prints []part      // those that open
}

// toMove are the prints of a disputed taking; nil when there is none.
func (s *Store) toMove(ctx context.Context, tx pgx.Tx, p fingers.Parting) (*moving, error) {
	m := &moving{Parting: p}
	var body []byte
	var from *uuid.UUID
	err := tx.QueryRow(ctx, disputedTaking, p.Taking).Scan(&body, &m.file, &from, &m.all)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && from == nil {
		return nil, nil //nolint:nilnil // nothing to move: no error either
	}
	if err != nil {
		return nil, err
	}
	m.from = *from
	if err := json.Unmarshal(body, &m.taking); err != nil {
		return nil, err
	}
	m.prints, err = s.openParts(ctx, tx, m)
	return m, err
}

// openParts opens templates and images. A print of which one does not open stays where it is: it cannot be sealed anew.
func (s *Store) openParts(ctx context.Context, tx pgx.Tx, m *moving) ([]part, error) {
	rows, err := tx.Query(ctx, movable, m.Taking, m.from)
	if err != nil {
		return nil, err
	}
	type graded struct {
		stored
		quality int
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g graded, err error) {
		x := &g.stored
		err = row.Scan(&x.print.ID, &x.print.Link, &x.print.Position, &x.print.TakenAt, &x.print.Station, &x.print.Accepted, &x.kind, &x.version,
			&x.sealed, &x.key.ID, &x.key.Generation, &x.key.Wrapped, &g.quality)
		return g, err
	})
	if err != nil {
		return nil, err
	}
	var parts []part
	o := s.opener()
	for _, g := range list {
		if n := len(parts); n == 0 || parts[n-1].slot.Print != g.print.ID {
			parts = append(parts, part{slot: fingers.Slot{
				Position: g.print.Position, Print: g.print.ID, Quality: g.quality, Accepted: g.print.Accepted,
			}})
		}
		one := &parts[len(parts)-1]
		plain, err := o.open(g.stored)
		what, _, wrong := ParseBlobKind(g.kind)
		switch {
		case err != nil || wrong != nil || g.version != Version:
		case what == Template:
			one.template = plain
		default:
			one.image = plain
		}
	}
	var whole []part
	for _, one := range parts {
		if one.template != nil && one.image != nil {
			whole = append(whole, one)
		}
	}
	return whole, nil
}

// move seals prints under another key and under new names, erases what stood before, and tells the centre.
func (s *Store) move(ctx context.Context, tx pgx.Tx, m *moving, key *vault.DataKey, state string, step fingers.Step) error {
	moved, body, err := s.renamed(m, key, state)
	if err != nil {
		return err
	}
	text, err := json.Marshal(body.Taking)
	if err != nil {
		return err
	}
	states := make([]string, len(moved.ids))
	for n := range states {
		states[n] = state
	}
	now := s.o.Now()
	b := &pgx.Batch{}
	b.Queue(insertPrints, key.ID(), m.taking.At, m.taking.Station, moved.ids, moved.positions, moved.qualities, moved.accepted)
	b.Queue(insertSealed, key.ID(), Version, moved.prints, moved.kinds, moved.sizes, moved.marks, moved.digests)
	b.Queue(insertBlobs, moved.digests, moved.sealed)
	b.Queue(settlePrints, moved.ids, states)
	b.Queue(oweBlobs, moved.digests, now)
	b.Queue(erasePrints, body.Gone, now, GroundMoved)
	b.Queue(eraseMarks, body.Gone)
	b.Queue(eraseBytes, body.Gone, now)
	b.Queue(moveTaking, m.Taking, key.ID(), m.all, string(text))
	b.Queue(linksChanged, []uuid.UUID{m.from, key.ID()})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	event := fingers.Event{Step: step, At: m.At, By: m.By, Taking: m.Taking, Task: m.Task, Separation: body}
	return s.write(ctx, tx, event, scene{file: m.file, lane: m.taking.Lane, officer: m.By, at: m.At, status: s.o.Status()},
		aboutMove(m.Entry, m.Taking, step, len(body.Gone)))
}

func aboutMove(entry audit.Entry, taking uuid.UUID, step fingers.Step, n int) audit.Entry {
	entry = about(entry, taking, string(step), n)
	entry.Verb, entry.Purpose = audit.Alteration, fingers.PurposeOfAdjudication
	return entry
}

// renamed are the rows of prints under another key, and what is told of them. m.all names them anew.
func (s *Store) renamed(m *moving, key *vault.DataKey, state string) (*rows, *fingers.Separation, error) {
	moved, told := &rows{}, &fingers.Separation{Taking: m.taking, From: m.from, Link: key.ID()}
	told.Taking.Slots = append([]fingers.Slot{}, m.taking.Slots...)
	for _, one := range m.prints {
		before := one.slot.Print
		one.slot.Print = s.o.NewID()
		told.Gone = append(told.Gone, before)
		for n := range m.all {
			if m.all[n] == before {
				m.all[n] = one.slot.Print
			}
		}
		for n := range told.Taking.Slots {
			if told.Taking.Slots[n].Print == before {
				told.Taking.Slots[n].Print = one.slot.Print
			}
		}
		moved.add(one.slot)
		if err := errors.Join(moved.seal(key, one.slot, Template, one.template), moved.seal(key, one.slot, Image, one.image)); err != nil {
			return nil, nil, err
		}
	}
	for n, id := range moved.prints {
		what, finger, err := ParseBlobKind(moved.kinds[n])
		if err != nil {
			return nil, nil, err
		}
		told.Prints = append(told.Prints, fingers.Named{
			ID: id, Link: key.ID(), Position: finger, Kind: what, Version: Version, Size: int(moved.sizes[n]), Digest: moved.digests[n], State: state,
		})
	}
	return moved, told, nil
}

func lockedLinks(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// linksOfTask are the bearers' own links that a task gave: those of nobody's file.
const linksOfTask = `SELECT k.id FROM finger_bearer b JOIN biometric.link_key k ON k.id = b.link
	WHERE b.task = $1 AND b.returned_at IS NULL AND k.destroyed_at IS NULL ORDER BY k.id FOR UPDATE OF k`

// HeldOfBearer is what EraseBearer would erase of the bearer whom a task found. The look is audited.
func (s *Store) HeldOfBearer(ctx context.Context, task uuid.UUID, entry audit.Entry) (h Holding, err error) {
	err = s.audited(ctx, entry, func(tx pgx.Tx) (int, error) {
		h, _, err = heldBy(ctx, tx, linksOfTask, task)
		return h.Prints, err
	})
	return h, wrap(err, "prints of the bearer of task %s", task)
}

// EraseBearer destroys the key of a bearer of another person's document, whom a task found: he has no file to erase. The holder's stays.
func (s *Store) EraseBearer(ctx context.Context, task uuid.UUID, ground string, entry audit.Entry) (h Holding, err error) {
	if ground == "" || task == uuid.Nil {
		return h, errors.New("erase prints of a bearer: expected a ground and a task")
	}
	err = s.audited(ctx, entry, func(tx pgx.Tx) (int, error) {
		var links []uuid.UUID
		if h, links, err = heldBy(ctx, tx, linksOfTask, task); err != nil {
			return 0, err
		}
		return len(links), s.end(ctx, tx, links, ground)
	})
	if err != nil {
		return Holding{}, wrap(err, "erase prints of the bearer of task %s", task)
	}
	s.Committed()
	return h, nil
}
