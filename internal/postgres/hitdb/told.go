package hitdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/postgres/tolddb"
	"github.com/openbmis/openbmis/replication"
)

// Sink takes the dataset hit.AnswersDataset: what the centre tells waits here until the worker has written it into the way of its hit.
type Sink struct{}

var _ relaydb.Sink = Sink{}

// Clear forgets nothing that was told: a snapshot that follows tells it again, and what it leaves out was told all the same.
func (Sink) Clear(context.Context, pgx.Tx) error { return nil }

// told is where what the centre tells of hits waits.
func told(cfg Config) tolddb.Box {
	return tolddb.Box{Table: "hit_told", Key: "hit", DB: cfg.DB, Now: cfg.Writer.Now}
}

// Apply keeps what is told. A key that is no hit's id is kept from nobody: the rows stay in the reference data, and this takes none.
func (Sink) Apply(ctx context.Context, tx pgx.Tx, changes []replication.Change) error {
	for _, c := range changes {
		id, err := uuid.Parse(c.Key)
		if c.Op != replication.OpPut || err != nil {
			continue
		}
		if err := told(Config{}).Keep(ctx, tx, id, c.Data); err != nil {
			return err
		}
	}
	return nil
}

// TakeTold writes what the centre told into the way of the hits, at most limit of them, and says how many it took. What cannot be used
// is marked, counted by Stuck, and never stands in the way of the others.
func (s *Store) TakeTold(ctx context.Context, limit int) (int, error) {
	taken, err := told(s.cfg).Take(ctx, limit, s.take)
	if taken > 0 {
		s.Committed()
	}
	return taken, err
}

// Stuck is how much of what the centre told cannot be used.
func (s *Store) Stuck(ctx context.Context) (n int, err error) { return told(s.cfg).Stuck(ctx) }

func (s *Store) take(ctx context.Context, tx pgx.Tx, id uuid.UUID, data []byte) error {
	var t hit.Told
	if err := json.Unmarshal(data, &t); err != nil {
		return &tolddb.Unusable{Fault: "unreadable", Err: tolddb.ErrUnreadable}
	}
	if t.Station != s.cfg.Writer.Station {
		return nil
	}
	err := s.takeIn(ctx, tx, id, t)
	switch {
	case errors.Is(err, errNoCrossing):
		return &tolddb.Unusable{Fault: "no_crossing", Err: err}
	case errors.Is(err, hit.ErrNoSuchHit):
		return &tolddb.Unusable{Fault: "no_hit", Err: err}
	}
	return err
}

func (s *Store) takeIn(ctx context.Context, tx pgx.Tx, id uuid.UUID, t hit.Told) error {
	if t.Retro != nil {
		if err := s.raiseRetro(ctx, tx, id, *t.Retro); err != nil {
			return err
		}
	}
	if t.Answer == nil {
		return nil
	}
	a := *t.Answer
	if a.At.IsZero() {
		a.At = t.At
	}
	return s.change(ctx, tx, id, func(h *hit.Hit) ([]hit.Step, error) {
		if answeredAlready(h, a) {
			return nil, nil
		}
		return s.steps(s.service(h.Raise.Lane), h, []hit.Event{{Kind: hit.Answered, Answer: &a}})
	})
}

// answeredAlready: the same word told twice is one.
func answeredAlready(h *hit.Hit, a hit.Answer) bool {
	return slices.ContainsFunc(h.Course, func(e hit.Event) bool {
		return e.Answer != nil && e.Answer.At.Equal(a.At) && e.Answer.Confirmed == a.Confirmed && e.Answer.By == a.By && e.Answer.Text == a.Text &&
			e.Answer.Instructions == a.Instructions
	})
}

var errNoCrossing = errors.New("no such crossing here")

const selectScan = `SELECT id, scanned_at, station, lane, direction, transport, identity, document FROM scan WHERE id = $1`

const selectCrossing = `SELECT event, inspection_id FROM decision WHERE crossing_id = $1`

// raiseRetro raises a hit that the centre found on a crossing of this station, with where and when the person crossed.
func (s *Store) raiseRetro(ctx context.Context, tx pgx.Tx, id uuid.UUID, r hit.Retro) error {
	there, err := s.changedAlert(ctx, tx, id, r)
	if err != nil || there {
		return err
	}
	base, err := occasionOf(ctx, tx, r)
	if err != nil {
		return err
	}
	m := hit.Match{
		Check: alerts.CheckName, Alert: r.Alert, AlertVersion: r.AlertVersion, Band: r.Band, Action: r.Action, Safety: r.Safety, Subject: alerts.Person,
	}
	m.List = listOf(r.Alert)
	known, err := lookUp(ctx, tx, []hit.Match{m})
	if err != nil {
		return err
	}
	return s.raise(ctx, tx, id, known.complete(m.Of(base)))
}

// occasionOf is when and where the person of a retro-hit was met: at a decision, or at a scan that was put aside.
func occasionOf(ctx context.Context, tx pgx.Tx, r hit.Retro) (hit.Raise, error) {
	var e border.CrossingEvent
	var inspection uuid.UUID
	err := tx.QueryRow(ctx, selectCrossing, r.Crossing).Scan(&e, &inspection)
	if err == nil {
		return retroOf(e, inspection, r.Why), nil
	}
	if !postgres.IsNoRows(err) {
		return hit.Raise{}, err
	}
	var scan border.Scan
	err = tx.QueryRow(ctx, selectScan, r.Crossing).Scan(&scan.ID, &scan.At, &scan.Station, &scan.Lane, &scan.Direction, &scan.Transport,
		&scan.Identity, &scan.Document)
	if postgres.IsNoRows(err) {
		return hit.Raise{}, errNoCrossing
	}
	base := raiseOfScan(scan)
	base.Retro = r.Why
	return base, err
}

// changedAlert says whether the hit is there, and opens it again when it was closed on an older version of its alert. The same version
// told twice opens it once.
func (s *Store) changedAlert(ctx context.Context, tx pgx.Tx, id uuid.UUID, r hit.Retro) (there bool, err error) {
	note := fmt.Sprintf("%s: %d", r.Why, r.AlertVersion)
	err = s.change(ctx, tx, id, func(h *hit.Hit) ([]hit.Step, error) {
		told := slices.ContainsFunc(h.Course, func(e hit.Event) bool { return e.Kind == hit.Reopened && e.Note == note })
		if h.Outcome == nil || r.AlertVersion <= h.Raise.AlertVersion || told {
			return nil, nil
		}
		return s.steps(s.service(h.Raise.Lane), h, []hit.Event{{Kind: hit.Reopened, Note: note}, {Kind: hit.Released}})
	})
	if errors.Is(err, hit.ErrNoSuchHit) {
		return false, nil
	}
	return err == nil, err
}

// retroOf is a hit on somebody who has crossed.
func retroOf(e border.CrossingEvent, inspection uuid.UUID, why string) hit.Raise {
	return hit.Raise{
		Inspection: inspection, Crossing: e.CrossingID, File: e.TravellerID, Station: e.Station, Lane: e.Lane, CrossedAt: e.CrossedAt,
		Direction: e.Direction, Retro: why, Identity: e.Identity, Document: e.Document, Transport: e.Transport,
	}
}

func listOf(alert string) string {
	for n := range alert {
		if alert[n] == '/' {
			return alert[:n]
		}
	}
	return alert
}

// WasNotChecked is why a hit is raised that a check found when it was asked again.
const WasNotChecked = "was_not_checked"

// Rechecked raises, in the transaction of its result, what checking a decision again found. A hit that the counter had is not raised
// anew.
func (s *Store) Rechecked(ctx context.Context, tx pgx.Tx, crossing uuid.UUID, findings []border.Finding) (bool, error) {
	matches := hit.Raises(findings)
	if len(matches) == 0 {
		return false, nil
	}
	var e border.CrossingEvent
	var inspection uuid.UUID
	if err := tx.QueryRow(ctx, selectCrossing, crossing).Scan(&e, &inspection); err != nil {
		return false, err
	}
	already, err := known(ctx, tx, inspection, crossing)
	if err != nil {
		return false, err
	}
	matches = slices.DeleteFunc(matches, func(m hit.Match) bool { return slices.Contains(already, m.Alert) })
	if len(matches) == 0 {
		return false, nil
	}
	_, err = s.raiseAll(ctx, tx, retroOf(e, inspection, WasNotChecked), matches)
	return true, err
}

func known(ctx context.Context, tx pgx.Tx, inspection, crossing uuid.UUID) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT alert FROM hit WHERE inspection_id = $1 OR crossing_id = $2`, inspection, crossing)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

const selectDue = `SELECT id, due_at FROM hit WHERE due_at <= $1 AND (due_at, id) > ($2, $3) ORDER BY due_at, id LIMIT $4`

type dueHit struct {
	id uuid.UUID
	at time.Time
}

// Timeouts takes the steps of the timers that have run out, at most limit of them, and says how many. Those that cannot be written, however
// many, do not keep the others from it.
func (s *Store) Timeouts(ctx context.Context, now time.Time, limit int) (int, error) {
	var faults []error
	taken := 0
	for after := (dueHit{at: time.Unix(0, 0).UTC()}); taken < limit; {
		all, err := s.due(ctx, now, after, limit-taken)
		if err != nil {
			return taken, errors.Join(append(faults, fmt.Errorf("timers of hits: %w", err))...)
		}
		if len(all) == 0 {
			break
		}
		for _, h := range all {
			if err := s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error { return s.timeout(ctx, tx, h.id, now) }); err != nil {
				faults = append(faults, fmt.Errorf("timer of hit %s: %w", h.id, err))
				continue
			}
			taken++
		}
		after = all[len(all)-1]
	}
	if taken > 0 {
		s.Committed()
	}
	return taken, errors.Join(faults...)
}

func (s *Store) due(ctx context.Context, now time.Time, after dueHit, limit int) ([]dueHit, error) {
	rows, err := s.cfg.DB.Pool.Query(ctx, selectDue, now, after.at, after.id, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (h dueHit, err error) {
		err = row.Scan(&h.id, &h.at)
		return h, err
	})
}

func (s *Store) timeout(ctx context.Context, tx pgx.Tx, id uuid.UUID, now time.Time) error {
	return s.change(ctx, tx, id, func(h *hit.Hit) ([]hit.Step, error) {
		kind := h.Timeout(now)
		if kind == "" {
			return nil, nil // somebody was faster
		}
		return s.steps(audit.Actor{ID: ServiceName, Name: ServiceName, Role: "service", Post: s.cfg.Writer.Station}, h, []hit.Event{{Kind: kind}})
	})
}
