package centraldb

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/replication"
)

// Status keeps the newest heartbeat of every station; it implements replication.StatusSink.
type Status struct{ db *postgres.DB }

// NewStatus makes a Status.
func NewStatus(db *postgres.DB) *Status { return &Status{db} }

// Beat stores a heartbeat. The day summaries are left out: Completeness keeps them.
func (s *Status) Beat(ctx context.Context, station string, receivedAt time.Time, beat replication.Heartbeat) error {
	beat.Days = nil
	text, err := json.Marshal(beat)
	if err != nil {
		return fmt.Errorf("heartbeat of station %s: %w", station, err)
	}
	_, err = s.db.Pool.Exec(ctx, `
		INSERT INTO station_status AS s (station, heard_at, beat) VALUES ($1, $2, $3)
		ON CONFLICT (station) DO UPDATE SET heard_at = excluded.heard_at, beat = excluded.beat WHERE s.heard_at <= excluded.heard_at`,
		station, receivedAt.UTC(), text)
	return wrap(err, "heartbeat of station "+station)
}

// Alerts keeps one open alert per station and code; it implements replication.Alerts.
type Alerts struct {
	db  *postgres.DB
	now func() time.Time
	log *slog.Logger
}

// NewAlerts makes an Alerts.
func NewAlerts(db *postgres.DB, now func() time.Time, log *slog.Logger) *Alerts {
	return &Alerts{db, now, log}
}

// Raise stores the alert, or counts it when the same is open. What cannot be stored is at least logged.
func (a *Alerts) Raise(ctx context.Context, alert replication.Alert) {
	a.log.WarnContext(ctx, "station alert", "station", alert.Station, "code", string(alert.Code), "detail", alert.Detail)
	_, err := a.db.Pool.Exec(ctx, `
		INSERT INTO station_alert AS a (station, code, detail, first_at, last_at) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT (station, code) WHERE closed_at IS NULL
		DO UPDATE SET detail = excluded.detail, last_at = excluded.last_at, times = a.times + 1`,
		alert.Station, string(alert.Code), storable(alert.Detail), a.now().UTC())
	if err != nil {
		a.log.ErrorContext(ctx, "alert not stored", "station", alert.Station, "code", string(alert.Code), "error", err)
	}
}

// Close says that an operator has seen to an alert; what raises it again opens a new one.
func (a *Alerts) Close(ctx context.Context, station string, code replication.AlertCode, by string, entry audit.Entry) error {
	err := a.db.InTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE station_alert SET closed_at = $3, closed_by = $4 WHERE station = $1 AND code = $2 AND closed_at IS NULL`,
			station, string(code), a.now().UTC(), by)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return problem.New(problem.NotFound, "station_alert_unknown")
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	return wrap(err, "close an alert of station "+station)
}
