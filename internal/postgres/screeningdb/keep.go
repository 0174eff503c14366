package screeningdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/replication"
)

// keeper gathers what a transaction has for the stations.
type keeper struct {
	s    *Store
	at   time.Time
	open int // open hits that were raised or reopened
	told []uuid.UUID
	// again are expected persons of whom a changed alert says something new: their checks are made again.
	again []uuid.UUID
}

// write runs work in a transaction, publishes what it has to tell, and nudges the stations after the commit.
func (s *Store) write(ctx context.Context, doing string, work func(pgx.Tx, *keeper) error) error {
	k := &keeper{s: s, at: s.clock()}
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		*k = keeper{s: s, at: k.at}
		if err := work(tx, k); err != nil {
			return err
		}
		if err := k.recheck(ctx, tx); err != nil {
			return err
		}
		return k.publish(ctx, tx)
	})
	if err == nil && len(k.told) > 0 {
		s.published(hit.AnswersDataset)
	}
	if err == nil && len(k.again) > 0 {
		s.rechecked()
	}
	return wrap(err, doing)
}

// recheck has the checks of expected persons made again.
func (k *keeper) recheck(ctx context.Context, tx pgx.Tx) error {
	if len(k.again) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE passenger_screening SET recheck_at = $2 WHERE person = ANY($1)`, k.again, k.at)
	return err
}

// Expected keeps what was found of people who are expected.
func (s *Store) Expected(ctx context.Context, found []screening.Found) error {
	return s.write(ctx, "keep what was found of expected people", func(tx pgx.Tx, k *keeper) error { return k.keep(ctx, tx, found) })
}

// Screened keeps what was found among arrivals, brings the hits up to date whose records have come, and takes the notes away.
func (s *Store) Screened(ctx context.Context, a screening.Arrivals, found []screening.Found) error {
	return s.write(ctx, "keep what the screening found", func(tx pgx.Tx, k *keeper) error {
		tag, err := tx.Exec(ctx, `DELETE FROM screening_due WHERE n = ANY($1)`, a.Notes)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		ids := slices.Clone(a.Hits)
		slices.SortFunc(ids, func(x, y uuid.UUID) int { return slices.Compare(x[:], y[:]) })
		for _, id := range slices.Compact(ids) { // before what is found: an open hit, or a cleared one, counts already
			if err := k.project(ctx, tx, id); err != nil {
				return err
			}
		}
		if err := k.keep(ctx, tx, found); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE screening_state SET screened = screened + $1, last_at = $2`, a.Events, k.at)
		return err
	})
}

// errNotKept is all that is told of a failure that a discreet hit met: any other word might say that there is one.
var errNotKept = errors.New("keep what was found: not done")

func (k *keeper) keep(ctx context.Context, tx pgx.Tx, found []screening.Found) error {
	for _, f := range found {
		if f.Discreet() {
			if k.keepDiscreet(ctx, tx, f) != nil {
				return errNotKept
			}
			continue
		}
		keep := k.keepOpen
		if f.Outside() {
			keep = k.keepOutside
		}
		if err := keep(ctx, tx, f); err != nil {
			return fmt.Errorf("hit %s: %w", f.ID, err)
		}
	}
	return nil
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func (k *keeper) keepOpen(ctx context.Context, tx pgx.Tx, f screening.Found) error {
	known, err := k.known(ctx, tx, f)
	if err != nil || known {
		return err
	}
	if done, err := k.renew(ctx, tx, f); err != nil || done {
		return err
	}
	var version int
	var closed, central bool
	err = tx.QueryRow(ctx, `SELECT alert_version, closed_at IS NOT NULL, central FROM desk_hit WHERE id = $1 FOR UPDATE`, f.ID).
		Scan(&version, &closed, &central)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		err = k.raise(ctx, tx, f)
	case err != nil:
		return err
	case central && closed && version < f.Raise.AlertVersion:
		err = k.reopen(ctx, tx, f, fmt.Sprintf("%s: %d", screening.AlertChanged, f.Raise.AlertVersion))
	default:
		return nil
	}
	if err != nil {
		return err
	}
	k.open++
	if f.Raise.Flight == nil {
		k.told = append(k.told, f.ID) // his station; of somebody who is still to come it is told with his flight
	} else if f.Raise.Retro == screening.AlertChanged {
		k.again = append(k.again, f.Raise.Flight.Person)
	}
	return k.log(ctx, tx, f.ID, "raised: "+f.Raise.Retro)
}

// log writes the audit entry of a hit that was raised or changed here.
func (k *keeper) log(ctx context.Context, tx pgx.Tx, id uuid.UUID, decision string) error {
	entry := screener().Entry(k.at, audit.Alteration, "hit", id.String())
	entry.Purpose, entry.Decision = hit.PurposeOfHits, decision
	return auditlog.Insert(ctx, tx, entry)
}

func (k *keeper) raise(ctx context.Context, tx pgx.Tx, f screening.Found) error {
	h := &hit.Hit{ID: f.ID}
	if err := k.apply(ctx, tx, h, hit.Event{Kind: hit.Raised, By: Name, Raise: &f.Raise}, func() error {
		return k.insertHit(ctx, tx, f)
	}); err != nil {
		return err
	}
	return nil
}

func (k *keeper) insertHit(ctx context.Context, tx pgx.Tx, f screening.Found) error {
	raise, err := json.Marshal(f.Raise)
	if err != nil {
		return err
	}
	r := f.Raise
	_, err = tx.Exec(ctx, `
		INSERT INTO desk_hit (id, central, station, agency, list, alert, alert_version, matcher, band, score, retro, traveller_id, crossing, raised_at,
			crossed_at, stage, raise, updated_at)
		VALUES ($1, true, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $13)`,
		f.ID, r.Station, f.Agency, r.List, r.Alert, r.AlertVersion, r.Matcher, string(r.Band), r.Score, r.Retro, orNull(f.Person.Traveller),
		orNull(r.Crossing), k.at, r.CrossedAt, string(hit.StageOpen), raise)
	return err
}

// reopen raises a closed hit anew: the alert is another than it was when somebody closed it, which note says.
func (k *keeper) reopen(ctx context.Context, tx pgx.Tx, f screening.Found, note string) error {
	h, err := readCourse(ctx, tx, f.ID)
	if err != nil {
		return err
	}
	if err := k.apply(ctx, tx, h, hit.Event{Kind: hit.Reopened, By: Name, Note: note}, nil); err != nil {
		return err
	}
	if err := k.apply(ctx, tx, h, hit.Event{Kind: hit.Released, By: Name}, nil); err != nil {
		return err
	}
	return k.rewrite(ctx, tx, f.ID, f, `, same = NULL, confirmed = NULL, answered_at = NULL`)
}

// apply takes a step of the centre and keeps it; first, where given, makes the row that it belongs to.
func (k *keeper) apply(ctx context.Context, tx pgx.Tx, h *hit.Hit, e hit.Event, first func() error) error {
	e.Hit, e.Seq, e.At = h.ID, len(h.Course)+1, k.at
	if err := h.Apply(e); err != nil {
		return err
	}
	if first != nil {
		if err := first(); err != nil {
			return err
		}
	}
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO desk_step (hit, n, event) VALUES ($1, $2, $3)`, h.ID, e.Seq, body); err != nil {
		return err
	}
	return k.summarise(ctx, tx, h, true)
}

// publish tells the stations of every hit that has news for them, in one version of the dataset.
func (k *keeper) publish(ctx context.Context, tx pgx.Tx) error {
	if err := k.leaveOut(ctx, tx); err != nil || len(k.told) == 0 {
		return err
	}
	changes := make([]replication.Change, 0, len(k.told))
	for _, id := range k.told {
		told, err := readTold(ctx, tx, id)
		if err != nil {
			return err
		}
		data, err := json.Marshal(told)
		if err != nil {
			return err
		}
		changes = append(changes, replication.Change{Op: replication.OpPut, Key: id.String(), Data: data})
	}
	_, err := centraldb.Publish(ctx, tx, hit.AnswersDataset, Name, k.at, changes)
	return err
}

// leaveOut takes hits on expected persons off those that stations are told of: no station has a crossing of theirs.
func (k *keeper) leaveOut(ctx context.Context, tx pgx.Tx) error {
	if len(k.told) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT id FROM desk_hit WHERE id = ANY($1) AND raise ? 'flight'`, k.told)
	if err != nil {
		return err
	}
	expected, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	k.told = slices.DeleteFunc(k.told, func(id uuid.UUID) bool { return slices.Contains(expected, id) })
	return err
}

// readTold is what the station is told of a hit: the last answer, and, of one that was raised here, what it is.
func readTold(ctx context.Context, tx pgx.Tx, id uuid.UUID) (hit.Told, error) {
	var told hit.Told
	var central bool
	var raise, answer []byte
	var raised time.Time
	var at *time.Time
	err := tx.QueryRow(ctx, `
		SELECT h.station, h.central, h.raise, h.raised_at, a.answer, a.at FROM desk_hit h
		LEFT JOIN LATERAL (SELECT answer, at FROM desk_answer WHERE hit = h.id ORDER BY n DESC LIMIT 1) a ON true WHERE h.id = $1`, id).
		Scan(&told.Station, &central, &raise, &raised, &answer, &at)
	if err != nil {
		return told, err
	}
	told.At = raised.UTC()
	if at != nil {
		told.At, told.Answer = at.UTC(), new(hit.Answer)
		if err := json.Unmarshal(answer, told.Answer); err != nil {
			return told, fmt.Errorf("answer: %w", err)
		}
	}
	if !central {
		return told, nil
	}
	var r hit.Raise
	if err := json.Unmarshal(raise, &r); err != nil {
		return told, fmt.Errorf("hit: %w", err)
	}
	told.Retro = &hit.Retro{Crossing: r.Crossing, Alert: r.Alert, AlertVersion: r.AlertVersion, Action: r.Action, Safety: r.Safety, Band: r.Band, Why: r.Retro}
	if r.Crossing == uuid.Nil {
		told.Retro.Crossing = r.Inspection
	}
	return told, nil
}
