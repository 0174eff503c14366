package centraldb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/internal/postgres"
)

// Projector keeps the stays, the list of overstayers and dataset "files" current with what the Applier stored. It works after the
// commits, by the notes that the Applier leaves in stay_dirty: a note goes in the transaction that did its work, so nothing is
// forgotten when the program is killed. What it writes depends on what is stored alone, never on the order of arrival.
type Projector struct {
	ProjectorConfig
	zones map[string]*time.Location // by name, as posts call them; nil: not known here
}

// ProjectorConfig is what a Projector needs. Published may be nil.
type ProjectorConfig struct {
	DB      *postgres.DB
	Now     func() time.Time
	Regimes stay.Regimes
	// Kept is how long after his last movement a person is published to the stations; 0 is DefaultFilesKept.
	Kept time.Duration
	// Published is told after every commit that published something, to nudge the stations.
	Published func(dataset string)
	Log       *slog.Logger
}

// DefaultFilesKept is a little over the three years for which Regulation (EU) 2017/2226, article 34, keeps files.
const DefaultFilesKept = 1100 * 24 * time.Hour

const (
	// projectRows and projectTravellers bound one transaction of the projector.
	projectRows       = 2000
	projectTravellers = 3000
	// projectEvery is the least time between two rounds: what arrives meanwhile is done together, as one version of the dataset.
	projectEvery = time.Second
	// While a backlog comes in it goes first: the projector waits until no more than idleNotes notes were added in a round, but never
	// longer than projectLatest.
	projectLatest = 10 * time.Second
	idleNotes     = 40
)

// NewProjector makes a Projector.
func NewProjector(c ProjectorConfig) *Projector {
	if c.Kept == 0 {
		c.Kept = DefaultFilesKept
	}
	if c.Published == nil {
		c.Published = func(string) {}
	}
	return &Projector{ProjectorConfig: c, zones: map[string]*time.Location{}}
}

// Run projects until ctx ends. A failure is logged: the notes are still there, and the next round may succeed.
func (p *Projector) Run(ctx context.Context) error {
	if err := p.applyRules(ctx); err != nil && ctx.Err() == nil {
		p.Log.WarnContext(ctx, "stays not marked for the rules in force", "error", err)
	}
	opened := false
	ticker := time.NewTicker(projectEvery)
	defer ticker.Stop()
	var seen int64
	var waiting time.Time
	for {
		if !opened {
			opened = p.open(ctx)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		last, err := p.lastNote(ctx)
		busy := err == nil && last-seen > idleNotes
		seen = last
		if busy && waiting.IsZero() {
			waiting = p.Now()
		}
		if busy && p.Now().Sub(waiting) < projectLatest {
			continue
		}
		waiting = time.Time{}
		if err == nil {
			err = p.Drain(ctx)
		}
		if err != nil && ctx.Err() == nil {
			p.Log.WarnContext(ctx, "stays not brought up to date", "error", err)
		}
	}
}

// applyRules lets everybody be looked at again when the rules of stay are others than those that the stays were computed by.
func (p *Projector) applyRules(ctx context.Context) error {
	return p.DB.InTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO stay_rules AS r (version) VALUES ($1)
			ON CONFLICT (one) DO UPDATE SET version = excluded.version WHERE r.version <> excluded.version`, p.Regimes.Version())
		if err != nil || tag.RowsAffected() == 0 {
			return wrap(err, "compare rules of stay")
		}
		_, err = tx.Exec(ctx, `INSERT INTO stay_dirty (travellers, queued_at)
			SELECT array_agg(traveller_id), $1 FROM (SELECT traveller_id, row_number() OVER () / $2 AS part FROM stay) s GROUP BY part`,
			p.Now().UTC(), projectTravellers)
		return wrap(err, "mark stays")
	})
}

// lastNote is how many notes were ever made; it tells how busy the Applier is.
func (p *Projector) lastNote(ctx context.Context) (n int64, err error) {
	err = p.DB.Pool.QueryRow(ctx, `SELECT last_value FROM stay_dirty_n_seq`).Scan(&n)
	return n, wrap(err, "look for notes")
}

// Drain works until no note is left.
func (p *Projector) Drain(ctx context.Context) error {
	for {
		n, err := p.Project(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

// Project takes some notes and brings what they name up to date, in one transaction. It reports how many notes it took; 0 also when
// another process of the centre is at it.
func (p *Projector) Project(ctx context.Context) (taken int, err error) {
	published := false
	err = p.DB.InTx(ctx, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtext('projector'))`).Scan(&mine); err != nil || !mine {
			return err
		}
		var n notes
		if n, err = takeNotes(ctx, tx); err != nil || n.taken == 0 {
			return err
		}
		taken = n.taken
		published, err = p.project(ctx, tx, n)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("project: %w", err)
	}
	if published {
		p.Published(file.Dataset)
	}
	return taken, nil
}

func (p *Projector) project(ctx context.Context, tx pgx.Tx, n notes) (published bool, err error) {
	now := p.Now().UTC()
	scope, err := regroup(ctx, tx, n, now)
	if err != nil {
		return false, err
	}
	persons, err := readPersons(ctx, tx, scope)
	if err != nil {
		return false, err
	}
	for _, person := range persons {
		person.timeline = stay.Build(person.history)
	}
	if err := p.keepStays(ctx, tx, persons, now); err != nil {
		return false, err
	}
	return p.publishFiles(ctx, tx, persons, now)
}

// notes are what the Applier left to be looked at.
type notes struct {
	taken      int
	travellers []uuid.UUID
	regroup    []uuid.UUID
}

// takeNotes takes the oldest notes away, as many as one transaction should work on.
func takeNotes(ctx context.Context, tx pgx.Tx) (notes, error) {
	var out notes
	rows, err := tx.Query(ctx, `SELECT n, travellers, regroup FROM stay_dirty ORDER BY n LIMIT $1`, projectRows)
	if err != nil {
		return out, fmt.Errorf("read notes: %w", err)
	}
	var ids []int64
	var n int64
	var travellers, linked []uuid.UUID
	enough := errors.New("enough")
	_, err = pgx.ForEachRow(rows, []any{&n, &travellers, &linked}, func() error {
		if len(out.travellers) >= projectTravellers {
			return enough
		}
		ids, out.travellers, out.regroup = append(ids, n), append(out.travellers, travellers...), append(out.regroup, linked...)
		return nil
	})
	if err != nil && !errors.Is(err, enough) {
		return out, fmt.Errorf("read notes: %w", err)
	}
	out.taken, out.travellers, out.regroup = len(ids), distinctIDs(out.travellers), distinctIDs(out.regroup)
	if len(ids) == 0 {
		return out, nil
	}
	if err := storeMovements(ctx, tx, ids); err != nil {
		return out, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM stay_dirty WHERE n = ANY($1)`, ids)
	return out, wrap(err, "take notes")
}

// zone is a post's zone, or UTC when its name is not known here.
func (p *Projector) zone(name string) (string, *time.Location) {
	at, asked := p.zones[name]
	if !asked {
		if zone, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
			at = zone
		}
		p.zones[name] = at
	}
	if at == nil {
		return "UTC", time.UTC
	}
	return name, at
}
