package centraldb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/replication"
)

// projectorName signs the versions of dataset "files": nobody decides them, they follow from the records.
const projectorName = "projector"

// PublishedMovements is the greatest number of movements that a row of dataset "files" tells, the newest: a row has to stay small
// for those who cross every day, whose older movements no rule of stay looks at.
const PublishedMovements = 150

// open publishes dataset "files" when it was never published, though there is nothing to tell: a station that never heard of the
// dataset has to answer that it has not checked; one that holds an empty version knows that there is nothing. It reports whether the
// dataset is there now.
func (p *Projector) open(ctx context.Context) bool {
	published := false
	err := p.DB.InTx(ctx, func(tx pgx.Tx) error {
		now := p.Now().UTC()
		at, err := newestVersion(ctx, tx, file.Dataset)
		if err != nil || at.Version > 0 {
			return err
		}
		var first nextVersion
		if err := first.lock(ctx, tx, file.Dataset, now); err != nil || first.version > 1 {
			return err // another process of the centre was faster
		}
		_, err = first.write(ctx, tx, projectorName, now, nil, nil)
		published = err == nil
		return err
	})
	switch {
	case err == nil && published:
		p.Published(file.Dataset)
	case err != nil && ctx.Err() == nil:
		p.Log.WarnContext(ctx, "dataset not opened", "dataset", file.Dataset, "error", err)
	}
	return err == nil
}

// worthTelling reports whether the stations are told of a person: somebody with a movement in the days that are kept, be it one that
// does not stand any more, for the station that recorded it must learn that.
func (p *Projector) worthTelling(who *person, now time.Time) bool {
	at := who.lastVoided
	if last := who.latest(); last != nil {
		at = last.At
	}
	return at.After(now.Add(-p.Kept))
}

// published is file.Published with its papers as they are stored: nearly all of what is published is text already.
type published struct {
	File    uuid.UUID         `json:"file"`
	Members []uuid.UUID       `json:"members,omitempty"`
	Papers  []json.RawMessage `json:"papers"`
	stay.History
	Voided []uuid.UUID         `json:"voided,omitempty"`
	Links  []file.StandingLink `json:"links,omitempty"`
	Prints []string            `json:"prints,omitempty"`
	Absent []file.FingerWord   `json:"absent,omitempty"`
}

// publishedRow is what the stations are told of a person.
func publishedRow(who *person) (json.RawMessage, error) {
	row := published{
		File: who.key(), Papers: who.papers, History: who.history, Voided: who.voided, Links: who.links, Prints: who.prints,
		Absent: who.absent,
	}
	if len(who.files) > 1 {
		row.Members = who.files
	}
	if extra := len(row.Movements) - PublishedMovements; extra > 0 {
		row.Movements = row.Movements[extra:]
	}
	text, err := json.Marshal(row)
	if err != nil {
		return nil, fmt.Errorf("publish file %s: %w", row.File, err)
	}
	return text, nil
}

// publishFiles makes one version of dataset "files" of what has changed; a row that is the same is not published again.
func (p *Projector) publishFiles(ctx context.Context, tx pgx.Tx, persons []*person, now time.Time) (published bool, err error) {
	wanted := make(map[string]json.RawMessage, len(persons))
	keys := make([]string, 0, len(persons))
	for _, who := range persons {
		for _, id := range who.files {
			keys = append(keys, id.String())
		}
		if !p.worthTelling(who, now) {
			continue
		}
		if wanted[who.key().String()], err = publishedRow(who); err != nil {
			return false, err
		}
	}
	return p.publishRows(ctx, tx, keys, wanted, now)
}

// publishRows makes the rows of the keys what is wanted: a key that is not wanted goes.
func (p *Projector) publishRows(
	ctx context.Context, tx pgx.Tx, keys []string, wanted map[string]json.RawMessage, now time.Time,
) (bool, error) {
	old, err := readRows(ctx, tx, file.Dataset, keys)
	if err != nil {
		return false, err
	}
	var changes []replication.Change
	for _, key := range keys {
		row, want := wanted[key]
		before, has := old[key]
		switch {
		case want && before != string(row):
			changes = append(changes, replication.Change{Op: replication.OpPut, Key: key, Data: row})
		case !want && has:
			changes = append(changes, replication.Change{Op: replication.OpDelete, Key: key})
		}
	}
	if len(changes) == 0 {
		return false, nil
	}
	_, err = publishOver(ctx, tx, file.Dataset, projectorName, now, changes, old)
	return err == nil, err
}

// forgetBatch is how many persons one transaction of Forget takes off the dataset.
const forgetBatch = 2000

// keepChanges is how long the single changes of dataset "files" are kept. A station that was away for longer takes a snapshot.
const keepChanges = 30 * 24 * time.Hour

// forgetChanges deletes old changes of the dataset: its content and the digests of all versions stay.
func (p *Projector) forgetChanges(ctx context.Context) error {
	_, err := p.DB.Pool.Exec(ctx, `
		DELETE FROM ref_change WHERE dataset = $1 AND version <= (
			SELECT max(version) FROM ref_version WHERE dataset = $1 AND changed_at < $2)`, file.Dataset, p.Now().UTC().Add(-keepChanges))
	return wrap(err, "forget changes of dataset "+file.Dataset)
}

// Forget takes persons off dataset "files" who have not moved for so long that the stations need not know of them any
// more, and the changes that no station asks for.
func (p *Projector) Forget(ctx context.Context) error {
	for {
		n, err := p.forget(ctx)
		if err != nil {
			return wrap(err, "take old files off the dataset")
		}
		if n < forgetBatch {
			return p.forgetChanges(ctx)
		}
	}
}

func (p *Projector) forget(ctx context.Context) (n int, err error) {
	now := p.Now().UTC()
	published := false
	err = p.DB.InTx(ctx, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtext('projector'))`).Scan(&mine); err != nil || !mine {
			return err
		}
		rows, err := tx.Query(ctx, `
			UPDATE stay SET published = false WHERE group_id IN (
				SELECT group_id FROM stay WHERE published AND last_at <= $1 ORDER BY last_at LIMIT $2)
			RETURNING group_id`, now.Add(-p.Kept), forgetBatch)
		if err != nil {
			return err
		}
		gone, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return err
		}
		n = len(gone)
		keys := make([]string, n)
		for i, id := range gone {
			keys[i] = id.String()
		}
		published, err = p.publishRows(ctx, tx, keys, nil, now)
		return err
	})
	if published {
		p.Published(file.Dataset)
	}
	return n, err
}
