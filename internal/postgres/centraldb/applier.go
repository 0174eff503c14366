package centraldb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/replication"
)

// Applier commits the events of stations; it implements replication.Applier.
type Applier struct {
	db     *postgres.DB
	now    func() time.Time
	newID  func() uuid.UUID
	alerts replication.Alerts
	months *months
	log    *slog.Logger
	// onCommit is told after every commit that stored crossings.
	onCommit func()
}

// ApplierConfig is what an Applier needs. OnCommit may be nil.
type ApplierConfig struct {
	DB       *postgres.DB
	Now      func() time.Time
	NewID    func() uuid.UUID
	Alerts   replication.Alerts
	Log      *slog.Logger
	OnCommit func()
}

var _ replication.Preparer = (*Applier)(nil)

// NewApplier makes an Applier.
func NewApplier(c ApplierConfig) *Applier {
	onCommit := c.OnCommit
	if onCommit == nil {
		onCommit = func() {}
	}
	return &Applier{
		db: c.DB, now: c.Now, newID: c.NewID, alerts: c.Alerts, log: c.Log, onCommit: onCommit, months: newMonths(c.DB),
	}
}

// applyTries bounds how often a transaction that met a deadlock, or was not first with a traveller, is run again before the station
// is asked to send again.
const applyTries = 12

// Apply commits a batch; see replication.Applier for the rules.
func (a *Applier) Apply(
	ctx context.Context, station string, epoch uuid.UUID, events []replication.Event,
) (replication.Reply, error) {
	return a.Prepare(station, events)(ctx, epoch)
}

// Prepare reads the payloads of a batch; it implements replication.Preparer.
func (a *Applier) Prepare(station string, events []replication.Event) func(context.Context, uuid.UUID) (replication.Reply, error) {
	decoded := decodeAll(station, events)
	return func(ctx context.Context, epoch uuid.UUID) (replication.Reply, error) {
		return a.commit(ctx, station, epoch, events, decoded)
	}
}

func (a *Applier) commit(
	ctx context.Context, station string, epoch uuid.UUID, events []replication.Event, decoded []decoded,
) (replication.Reply, error) {
	receivedAt := a.now().UTC()
	a.months.ensure(ctx, decoded)
	singly := false
	for try := 1; ; try++ {
		reply, parked, err := a.once(ctx, station, epoch, events, decoded, receivedAt, singly)
		switch {
		case err == nil:
			a.after(ctx, station, parked)
			return reply, nil
		case isData(err) && !singly:
			singly = true
			continue
		case (postgres.IsRetryable(err) || errors.Is(err, errRaced)) && try < applyTries:
			continue
		}
		return replication.Reply{}, fmt.Errorf("apply events of station %s: %w", station, err)
	}
}

// once is one attempt: all of the batch in bulk, or, after the database has refused some value in it, event by event.
func (a *Applier) once(
	ctx context.Context, station string, epoch uuid.UUID, events []replication.Event, decoded []decoded, receivedAt time.Time, singly bool,
) (reply replication.Reply, parked int, err error) {
	err = a.db.InTx(ctx, func(tx pgx.Tx) error {
		cur, err := lockCursor(ctx, tx, station, epoch)
		if err != nil {
			return err
		}
		var keep []replication.Event
		keep, reply = replication.Continue(cur.at, events)
		if len(keep) == 0 {
			return nil
		}
		b := &batch{
			tx: tx, origin: cur.origin, station: station, receivedAt: receivedAt, newID: a.newID,
			items: decoded[len(events)-len(keep):], out: new(pgx.Batch),
		}
		apply := b.applyBulk
		if singly {
			apply = b.applySingly
		}
		if parked, err = apply(ctx); err != nil {
			return err
		}
		b.finish(epoch, keep)
		return b.flush(ctx)
	})
	return reply, parked, err
}

func (a *Applier) after(ctx context.Context, station string, parked int) {
	if parked > 0 && a.alerts != nil {
		a.alerts.Raise(ctx, replication.Alert{
			Station: station, Code: replication.AlertDeadLetter, Detail: fmt.Sprintf("parked: %d", parked),
		})
	}
	a.onCommit()
}

// Position is what is committed for (station, epoch).
func (a *Applier) Position(ctx context.Context, station string, epoch uuid.UUID) (replication.Position, error) {
	at := replication.Position{Head: replication.Genesis(station, epoch)}
	err := a.db.Pool.QueryRow(ctx, `SELECT last_seq, last_hash FROM replication_cursor WHERE station = $1 AND epoch = $2`,
		station, epoch).Scan(&at.Seq, &at.Head)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return replication.Position{}, fmt.Errorf("cursor of station %s: %w", station, err)
	}
	return at, nil
}

// cursor is a locked row of replication_cursor.
type cursor struct {
	origin int32
	at     replication.Position
}

func lockCursor(ctx context.Context, tx pgx.Tx, station string, epoch uuid.UUID) (cursor, error) {
	const query = `SELECT origin, last_seq, last_hash FROM replication_cursor WHERE station = $1 AND epoch = $2 FOR UPDATE`
	var c cursor
	err := tx.QueryRow(ctx, query, station, epoch).Scan(&c.origin, &c.at.Seq, &c.at.Head)
	if !errors.Is(err, pgx.ErrNoRows) {
		return c, wrap(err, "lock cursor")
	}
	_, err = tx.Exec(ctx, `INSERT INTO replication_cursor (station, epoch, last_hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		station, epoch, replication.Genesis(station, epoch))
	if err != nil {
		return c, fmt.Errorf("create cursor: %w", err)
	}
	err = tx.QueryRow(ctx, query, station, epoch).Scan(&c.origin, &c.at.Seq, &c.at.Head)
	return c, wrap(err, "lock new cursor")
}

// finish accounts for the kept events: counts per day, then the cursor. Confidential events count there too, or some would seem to be
// missing; how many they are, and when the last other event came, stands beside it for what people see.
func (b *batch) finish(epoch uuid.UUID, keep []replication.Event) {
	countDays(b.out, b.station, replication.Summarise(epoch, keep))
	last := &keep[len(keep)-1]
	withheld := 0
	for i := range keep {
		if border.RecordKind(keep[i].Kind).Confidential() {
			withheld++
		}
	}
	b.out.Queue(`UPDATE replication_cursor SET last_seq = $2, last_hash = $3, updated_at = $4, withheld = withheld + $5,
		shown_at = CASE WHEN $6 THEN $4 ELSE shown_at END WHERE origin = $1`,
		b.origin, last.Seq, last.Hash, b.receivedAt, withheld, withheld < len(keep))
}

// isData says that the database refused a value, not the work: data exceptions (22) and integrity violations (23).
func isData(err error) bool {
	code := postgres.Code(err)
	return strings.HasPrefix(code, "22") || strings.HasPrefix(code, "23")
}

func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
