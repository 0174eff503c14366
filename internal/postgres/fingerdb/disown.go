package fingerdb

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
)

const (
	// foundedBy is the link that a taking gave its file: what the centre compares with other stations' is the first of its file here. Whatever
	// was enrolled under it since matched it.
	foundedBy = `SELECT t.body, t.file_id, t.link FROM finger_taking t JOIN finger_link l ON l.link = t.link AND l.file_id = t.file_id
			JOIN biometric.link_key k ON k.id = t.link
		WHERE t.id = $1 AND t.outcome = 'enrolled' AND t.purged_at IS NULL AND k.destroyed_at IS NULL FOR UPDATE OF t, l, k`
	putDisowned = `INSERT INTO finger_bearer (link, taking, task, holder, by, since) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (link) DO UPDATE SET taking = excluded.taking, task = excluded.task, holder = excluded.holder, by = excluded.by,
			since = excluded.since, returned_at = NULL, joined_by = NULL`
	// ofDisowned is a link that Separate took from its file as a whole; of prints that it moved the taking is disputed.
	ofDisowned = `SELECT t.body, t.file_id, b.link FROM finger_bearer b JOIN finger_taking t ON t.id = b.taking AND t.link = b.link
		WHERE b.taking = $1 AND b.task = $2 AND b.returned_at IS NULL AND t.outcome = 'enrolled' FOR UPDATE OF b, t`
	ownAgain = `INSERT INTO finger_link (link, file_id, crossing_id, since) SELECT t.link, t.file_id, t.crossing_id, t.settled_at
		FROM finger_taking t JOIN biometric.link_key k ON k.id = t.link WHERE t.id = $1 AND k.destroyed_at IS NULL ON CONFLICT (link) DO NOTHING`
)

// disown takes the link of a taking from its file: another station has prints of the document's holder, and somebody found that these are
// another person's. They stay references, sealed as they are, of a person without a file. It is no error when the taking founded none.
func (s *Store) disown(ctx context.Context, tx pgx.Tx, p fingers.Parting) error {
	d, err := linkOfTaking(ctx, tx, foundedBy, p.Taking)
	if err != nil || d == nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(freeParted, d.link)
	b.Queue(putDisowned, d.link, p.Taking, p.Task, p.Holder, p.By, p.At)
	b.Queue(linksChanged, []uuid.UUID{d.link})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	return s.tellDisowned(ctx, tx, p, d, fingers.Separated)
}

// own takes disown back.
func (s *Store) own(ctx context.Context, tx pgx.Tx, p fingers.Parting) error {
	d, err := linkOfTaking(ctx, tx, ofDisowned, p.Taking, p.Task)
	if err != nil || d == nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(takeParted, d.link, p.At)
	b.Queue(freeParted, d.link) // whose file a later verdict said that it is
	b.Queue(ownAgain, p.Taking)
	b.Queue(linksChanged, []uuid.UUID{d.link})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	return s.tellDisowned(ctx, tx, p, d, fingers.Returned)
}

// disowned is a link with the taking that founded it.
type disowned struct {
	taking     fingers.Taking
	file, link uuid.UUID
}

func linkOfTaking(ctx context.Context, tx pgx.Tx, statement string, args ...any) (*disowned, error) {
	d := &disowned{}
	var body []byte
	err := tx.QueryRow(ctx, statement, args...).Scan(&body, &d.file, &d.link)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // nothing to part: no error either
	}
	if err != nil {
		return nil, err
	}
	return d, json.Unmarshal(body, &d.taking)
}

func (s *Store) tellDisowned(ctx context.Context, tx pgx.Tx, p fingers.Parting, d *disowned, step fingers.Step) error {
	event := fingers.Event{
		Step: step, At: p.At, By: p.By, Taking: p.Taking, Task: p.Task,
		Separation: &fingers.Separation{Taking: d.taking, From: p.Holder, Link: d.link},
	}
	at := scene{file: d.file, lane: d.taking.Lane, officer: p.By, at: p.At, status: s.o.Status()}
	return s.write(ctx, tx, event, at, aboutMove(p.Entry, p.Taking, step, len(d.taking.Taken())))
}
