// Package publish tells the crossing points which visas there are: it writes the dataset evisa.DatasetVisas of what the register noted.
// It exists so that a counter knows a visa, and that it was revoked, without a line to the centre.
//
// It must never tell more than a counter needs, never leave a note undone, and never keep a visa in the dataset for longer after its end
// than was agreed.
package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/replication"
)

// Signer signs the versions of the dataset: nobody decides them, they follow from the register.
const Signer = "visas"

// Config is what a Publisher is made of.
type Config struct {
	DB       *postgres.DB
	Register *visadb.Register
	// Kept is how long after the last day of its validity a visa stays in the dataset: those who overstayed leave with it.
	Kept time.Duration
	// Published is told after every commit that published something, to nudge the stations.
	Published func(dataset string)
	Now       func() time.Time
	Log       *slog.Logger
}

const (
	// most is how many notes one round takes.
	most = 1000
	// The bounds of one version: a station takes whole versions in one message.
	versionBytes   = 256 << 10
	versionChanges = 1000
	// maxRow is the largest row that replication carries.
	maxRow = 60 << 10
	// HistoryKept is how long single changes are kept: they hold visas too. A station that was away for longer takes a snapshot.
	HistoryKept = 7 * 24 * time.Hour
	// sweepEvery is how often what ended long ago is looked for.
	sweepEvery = 10 * time.Minute
)

// Publisher writes the dataset. One goroutine uses it.
type Publisher struct {
	cfg   Config
	swept time.Time
}

// New makes a Publisher.
func New(cfg Config) *Publisher {
	if cfg.Published == nil {
		cfg.Published = func(string) {}
	}
	return &Publisher{cfg: cfg}
}

// Run publishes until ctx ends. The first version is written at once: a post that holds an empty dataset knows that there is no visa; one
// that never heard of it has to answer that it has not checked.
func (p *Publisher) Run(ctx context.Context) error {
	return p.cfg.Register.Watch(ctx, "publish visas", func(ctx context.Context) error {
		for more := true; more; {
			var err error
			if more, err = p.Round(ctx); err != nil {
				return err
			}
		}
		return nil
	}, p.cfg.Log)
}

// Round publishes what the oldest notes are about, and what ended long ago goes; more says that something is left. Another process of the
// centre that is at it does the work.
func (p *Publisher) Round(ctx context.Context) (more bool, err error) {
	published := false
	now := p.cfg.Now().UTC()
	sweep := now.Sub(p.swept) >= sweepEvery
	err = p.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtext('visas published'))`).Scan(&mine); err != nil || !mine {
			return err
		}
		published, more, err = p.noted(ctx, tx, now)
		if err != nil || !sweep || more {
			return err
		}
		gone, left, err := p.ended(ctx, tx, now)
		published, more = published || gone, left
		return err
	})
	if err != nil {
		return false, fmt.Errorf("publish visas: %w", err)
	}
	if sweep && !more {
		p.swept = now
	}
	if published {
		p.cfg.Published(evisa.DatasetVisas)
	}
	return more, nil
}

// noted publishes the visas that notes are about.
func (p *Publisher) noted(ctx context.Context, tx pgx.Tx, now time.Time) (published, more bool, err error) {
	rows, err := tx.Query(ctx, `DELETE FROM visa_note WHERE id IN (SELECT id FROM visa_note ORDER BY id LIMIT $1) RETURNING number`, most)
	if err != nil {
		return false, false, err
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[evisa.Number])
	if err != nil {
		return false, false, err
	}
	more = len(numbers) == most
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	list, err := p.cfg.Register.Rows(ctx, tx, numbers)
	if err != nil {
		return false, false, err
	}
	w := writer{tx: tx, at: now}
	for _, row := range list {
		if row.Terms.Until.Last().Add(p.cfg.Kept).Before(now) {
			w.gone = append(w.gone, string(row.Number))
			continue
		}
		data, err := encode(row)
		if err != nil {
			return false, false, named(ctx, tx, row.Number, err)
		}
		w.put(string(row.Number), data)
	}
	published, err = w.write(ctx)
	return published, more, err
}

// named says of which application's visa an error is: the number itself stands in no log.
func named(ctx context.Context, tx pgx.Tx, number evisa.Number, err error) error {
	var application uuid.UUID
	if err := tx.QueryRow(ctx, `SELECT application FROM visa WHERE number = $1`, number).Scan(&application); err != nil {
		return err
	}
	return fmt.Errorf("visa of application %s: %w", application, err)
}

// encode writes a row; what is too large for replication is an error.
func encode(row evisa.Row) (json.RawMessage, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(row); err != nil {
		return nil, err
	}
	data := bytes.TrimSuffix(out.Bytes(), []byte("\n"))
	if len(data) > maxRow {
		return nil, fmt.Errorf("a row of %d bytes, expected at most %d", len(data), maxRow)
	}
	return data, nil
}

// ended takes visas away that ended long ago, and forgets old changes; left says that there are more.
func (p *Publisher) ended(ctx context.Context, tx pgx.Tx, now time.Time) (published, left bool, err error) {
	rows, err := tx.Query(ctx, `SELECT number FROM visa WHERE published AND ends_on < $1 ORDER BY ends_on LIMIT $2`,
		now.Add(-p.cfg.Kept).Truncate(24*time.Hour), most)
	if err != nil {
		return false, false, err
	}
	w := writer{tx: tx, at: now}
	if w.gone, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return false, false, err
	}
	if published, err = w.write(ctx); err != nil || len(w.gone) == most {
		return published, err == nil, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM ref_change WHERE dataset = $1 AND version <= (
		SELECT max(version) FROM ref_version WHERE dataset = $1 AND changed_at < $2)`, evisa.DatasetVisas, now.Add(-HistoryKept))
	return published, false, err
}

// writer makes versions of what differs from what the dataset has.
type writer struct {
	tx    pgx.Tx
	at    time.Time
	keys  []string
	datas []string
	gone  []string
}

func (w *writer) put(key string, data json.RawMessage) {
	w.keys, w.datas = append(w.keys, key), append(w.datas, string(data))
}

func (w *writer) write(ctx context.Context) (bool, error) {
	var version int64
	err := w.tx.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM ref_dataset WHERE dataset = $1`, evisa.DatasetVisas).Scan(&version)
	if err != nil {
		return false, err
	}
	changes, err := w.differing(ctx)
	if err != nil {
		return false, err
	}
	if len(changes) == 0 && version > 0 {
		return false, nil
	}
	for first := true; len(changes) > 0 || first && version == 0; first = false {
		n, size := 0, 0
		for n < len(changes) && n < versionChanges && (n == 0 || size+len(changes[n].Data) <= versionBytes) {
			size += len(changes[n].Data) + len(changes[n].Key) + 64
			n++
		}
		if _, err := centraldb.Publish(ctx, w.tx, evisa.DatasetVisas, Signer, w.at, changes[:n]); err != nil {
			return false, err
		}
		changes = changes[n:]
	}
	_, err = w.tx.Exec(ctx, `UPDATE visa SET published = number = ANY ($1) WHERE number = ANY ($1) OR number = ANY ($2)`, notNil(w.keys), notNil(w.gone))
	return err == nil, err
}

func notNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// differing are the changes that make the rows what is wanted, in the order of their keys.
func (w *writer) differing(ctx context.Context) ([]replication.Change, error) {
	rows, err := w.tx.Query(ctx, `SELECT key, row::text FROM ref_row WHERE dataset = $1 AND key = ANY ($2)`, evisa.DatasetVisas,
		append(slices.Clone(w.keys), w.gone...))
	if err != nil {
		return nil, err
	}
	old := map[string]string{}
	var key, row string
	if _, err := pgx.ForEachRow(rows, []any{&key, &row}, func() error { old[key] = row; return nil }); err != nil {
		return nil, err
	}
	var changes []replication.Change
	for n, key := range w.keys {
		if old[key] != w.datas[n] {
			changes = append(changes, replication.Change{Op: replication.OpPut, Key: key, Data: json.RawMessage(w.datas[n])})
		}
	}
	for _, key := range w.gone {
		if _, has := old[key]; has {
			changes = append(changes, replication.Change{Op: replication.OpDelete, Key: key})
		}
	}
	slices.SortFunc(changes, func(a, b replication.Change) int { return bytes.Compare([]byte(a.Key), []byte(b.Key)) })
	return changes, nil
}
