package auditlog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
)

// Alert is a finding of the witness about a log.
type Alert struct {
	ID       int64
	Origin   string
	Kind     audit.Misconduct
	Leaf     int64 // first wrong leaf; -1 when unknown
	Detail   string
	FirstAt  time.Time
	LastAt   time.Time
	Times    int64
	ClosedAt *time.Time
}

// Origin is a log that the witness follows.
type Origin struct {
	Name       string
	PublicKey  string
	LastSeenAt time.Time // zero if never
	Size       int64     // leaves of the last accepted checkpoint
	AcceptedAt time.Time // when it was accepted; zero if none
	OpenAlerts int
}

const maxDetail = 1000

// alert records a refusal, in a transaction of its own: the batch's was rolled back.
func (w *WitnessStore) alert(ctx context.Context, r *audit.Refusal, evidence []byte) error {
	if evidence == nil {
		evidence = []byte{}
	}
	_, err := w.db.Pool.Exec(ctx, `INSERT INTO witness_alert (origin, kind, leaf_no, detail, evidence, first_at, last_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6)
		ON CONFLICT (origin, kind, leaf_no) WHERE closed_at IS NULL
		DO UPDATE SET times = witness_alert.times + 1, last_at = excluded.last_at`,
		r.Origin, string(r.Kind), r.Leaf, r.Detail[:min(len(r.Detail), maxDetail)], evidence[:min(len(evidence), 16<<10)],
		w.now().UTC())
	if err != nil {
		return fmt.Errorf("record alert about audit log %s: %w", r.Origin, err)
	}
	return nil
}

// Alerts returns the open alerts, newest first.
func (w *WitnessStore) Alerts(ctx context.Context) ([]Alert, error) {
	rows, err := w.db.Pool.Query(ctx, `SELECT id, origin, kind, leaf_no, detail, first_at, last_at, times, closed_at
		FROM witness_alert WHERE closed_at IS NULL ORDER BY last_at DESC, id DESC`)
	if err != nil {
		return nil, fmt.Errorf("audit alerts: %w", err)
	}
	alerts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Alert])
	if err != nil {
		return nil, fmt.Errorf("audit alerts: %w", err)
	}
	return alerts, nil
}

// Origins returns the logs that are followed, by name.
func (w *WitnessStore) Origins(ctx context.Context) ([]Origin, error) {
	rows, err := w.db.Pool.Query(ctx, `SELECT o.origin, o.public_key, o.last_seen_at, c.size, c.accepted_at,
			(SELECT count(*) FROM witness_alert a WHERE a.origin = o.origin AND a.closed_at IS NULL)
		FROM witness_log o LEFT JOIN LATERAL (
			SELECT size, accepted_at FROM witness_checkpoint WHERE log_id = o.id ORDER BY size DESC LIMIT 1) c ON true
		WHERE o.retired_at IS NULL ORDER BY o.origin`)
	if err != nil {
		return nil, fmt.Errorf("witnessed audit logs: %w", err)
	}
	origins, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o Origin, err error) {
		var seen, accepted *time.Time
		var size *int64
		err = row.Scan(&o.Name, &o.PublicKey, &seen, &size, &accepted, &o.OpenAlerts)
		if seen != nil {
			o.LastSeenAt = *seen
		}
		if size != nil {
			o.Size, o.AcceptedAt = *size, *accepted
		}
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("witnessed audit logs: %w", err)
	}
	return origins, nil
}

// AlertSilent raises an alert for every log that was last heard, or enrolled and never heard, more than limit ago, and
// returns their names. Call it now and then.
func (w *WitnessStore) AlertSilent(ctx context.Context, limit time.Duration) ([]string, error) {
	rows, err := w.db.Pool.Query(ctx, `SELECT origin, coalesce(last_seen_at, enrolled_at) FROM witness_log WHERE retired_at IS NULL`)
	if err != nil {
		return nil, fmt.Errorf("silent audit logs: %w", err)
	}
	lastHeard := map[string]time.Time{}
	var origin string
	var at time.Time
	if _, err := pgx.ForEachRow(rows, []any{&origin, &at}, func() error { lastHeard[origin] = at; return nil }); err != nil {
		return nil, fmt.Errorf("silent audit logs: %w", err)
	}
	silent := audit.Silent(lastHeard, w.now(), limit)
	for _, name := range silent {
		refusal := &audit.Refusal{Kind: audit.Silence, Origin: name, Leaf: -1,
			Detail: "last heard " + lastHeard[name].UTC().Format(time.RFC3339)}
		if err := w.alert(ctx, refusal, nil); err != nil {
			return nil, err
		}
	}
	return silent, nil
}
