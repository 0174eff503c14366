package visausedb

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres"
)

// WorkConfig is what a Worker is made of.
type WorkConfig struct {
	DB *postgres.DB
	// Changed is told of numbers whose uses or cases changed, in the transaction that looked at them.
	Changed Changed
	// Opened is told, in the same transaction, of every case that was opened; nil: nobody waits.
	Opened func(ctx context.Context, tx pgx.Tx, c Found) error
	// Committed is called after a commit that changed something; it must not block. Nil: nobody waits.
	Committed func()
	Now       func() time.Time
	Log       *slog.Logger
}

// Worker makes cases of uses. What it writes depends on what is stored alone, never on the order in which events came.
type Worker struct {
	cfg  WorkConfig
	news chan struct{}
}

// NewWorker makes a Worker.
func NewWorker(cfg WorkConfig) *Worker {
	if cfg.Changed == nil {
		cfg.Changed = func(context.Context, pgx.Tx, []evisa.Number) error { return nil }
	}
	if cfg.Opened == nil {
		cfg.Opened = func(context.Context, pgx.Tx, Found) error { return nil }
	}
	if cfg.Committed == nil {
		cfg.Committed = func() {}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Worker{cfg: cfg, news: make(chan struct{}, 1)}
}

// Nudge says that events were committed. It never blocks.
func (w *Worker) Nudge() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

const (
	// mostNotes is how many notes one transaction takes.
	mostNotes = 1000
	// lookEvery is how often notes are looked for that another process of the centre left.
	lookEvery = time.Second
)

// Run works until ctx ends. What fails is logged: the notes are still there.
func (w *Worker) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for told := ""; ; {
		err := w.Drain(ctx)
		switch {
		case err == nil:
			told = ""
		case ctx.Err() == nil && err.Error() != told:
			told = err.Error()
			w.cfg.Log.WarnContext(ctx, "uses of visas not looked at", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-w.news:
		case <-tick.C:
		}
	}
}

// Drain works until no note is left.
func (w *Worker) Drain(ctx context.Context) error {
	for {
		n, err := w.Round(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

// Round takes some notes and looks at their visas, in one transaction. It says how many notes it took; 0 also when another process of the
// centre is at it.
func (w *Worker) Round(ctx context.Context) (taken int, err error) {
	err = w.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtext('visa uses'))`).Scan(&mine); err != nil || !mine {
			return err
		}
		rows, err := tx.Query(ctx, `DELETE FROM visa_use_note WHERE n IN (SELECT n FROM visa_use_note ORDER BY n LIMIT $1) RETURNING number`, mostNotes)
		if err != nil {
			return err
		}
		noted, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if taken = len(noted); err != nil || taken == 0 {
			return err
		}
		slices.Sort(noted)
		return w.look(ctx, tx, slices.Compact(noted))
	})
	if err != nil {
		return 0, fmt.Errorf("uses of visas: %w", err)
	}
	if taken > 0 {
		w.cfg.Committed()
	}
	return taken, nil
}

// chain are the numbers that one visa had on its holder's passports: they share its entries.
type chain struct{ numbers []string }

// chainsSQL: what was issued anew is of the same application. A number that is not in the register (of an outside platform) stands alone.
const chainsSQL = `SELECT coalesce(v.application::text, n.number), array_agg(DISTINCT coalesce(w.number, n.number))
FROM unnest($1::text[]) AS n (number) LEFT JOIN visa v ON v.number = n.number LEFT JOIN visa w ON w.application = v.application GROUP BY 1 ORDER BY 1`

func (w *Worker) look(ctx context.Context, tx pgx.Tx, noted []string) error {
	rows, err := tx.Query(ctx, chainsSQL, noted)
	if err != nil {
		return err
	}
	chains, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c chain, err error) {
		var name string
		return c, row.Scan(&name, &c.numbers)
	})
	if err != nil {
		return err
	}
	var all []evisa.Number
	for _, c := range chains {
		if err := w.one(ctx, tx, c); err != nil {
			return err
		}
		for _, n := range c.numbers {
			all = append(all, evisa.Number(n))
		}
	}
	return w.cfg.Changed(ctx, tx, all)
}

// one makes the cases of one visa what its uses say.
func (w *Worker) one(ctx context.Context, tx pgx.Tx, c chain) error {
	events, err := eventsOf(ctx, tx, c.numbers)
	if err != nil {
		return err
	}
	found := Judge(events)
	keep := make([]uuid.UUID, len(found))
	for n, f := range found {
		keep[n] = f.Crossing
		opened, err := open(ctx, tx, f, w.cfg.Now().UTC())
		if err != nil {
			return err
		}
		if !opened {
			continue
		}
		if err := w.cfg.Opened(ctx, tx, f); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE visa_case SET state = 'gone' WHERE number = ANY ($1) AND state = 'open' AND NOT crossing_id = ANY ($2)`, c.numbers, keep)
	return err
}

// open opens a case, or again one that had gone, or keeps what it is about up to date; it says whether it was opened now.
func open(ctx context.Context, tx pgx.Tx, f Found, at time.Time) (opened bool, err error) {
	err = tx.QueryRow(ctx, `WITH old AS (SELECT state FROM visa_case WHERE crossing_id = $1), put AS (
			INSERT INTO visa_case AS c (crossing_id, number, kind, state, crossings, opened_at) VALUES ($1, $2, $3, 'open', $4, $5)
			ON CONFLICT (crossing_id) DO UPDATE SET kind = excluded.kind, crossings = excluded.crossings,
				state = CASE WHEN c.state = 'gone' THEN 'open' ELSE c.state END RETURNING state)
		SELECT put.state = 'open' AND coalesce((SELECT state FROM old), '') <> 'open' FROM put`, f.Crossing, string(f.Number), string(f.Kind), f.Crossings, at).Scan(&opened)
	return opened, err
}

const eventsSQL = `SELECT u.crossing_id, u.number, u.crossed_at, u.station, u.direction, u.entries, u.known, (` + standing + `), coalesce(d.outcome, '')
FROM visa_use u LEFT JOIN visa_case d ON d.crossing_id = u.crossing_id AND d.state = 'decided' WHERE u.number = ANY ($1)`

func eventsOf(ctx context.Context, tx pgx.Tx, numbers []string) ([]Event, error) {
	rows, err := tx.Query(ctx, eventsSQL, numbers)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Event, err error) {
		var stands bool
		var outcome Outcome
		err = row.Scan(&e.Crossing, &e.Number, &e.At, &e.Station, &e.Direction, &e.Entries, &e.Known, &stands, &outcome)
		e.Annulled = !stands || outcome == Clerical
		return e, err
	})
}
