package storm

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/replication"
)

// crossed is a decision as station and centre both have it.
type crossed struct {
	ID       uuid.UUID
	Document string
	Verdict  string
}

// exact requires what must hold after every storm.
func (w *world) exact(t *testing.T, l *ledger) {
	t.Helper()
	ctx := t.Context()
	require.NoError(t, until(ctx, func() error { return w.settled(ctx) }), "the station has nothing more to send")
	here, there := w.decisions(t), w.crossings(t)
	require.Equal(t, here, there, "the centre has what the station has, no more and no less")
	times := map[string]int{}
	for _, c := range there {
		times[c.Document]++
	}
	for document, n := range times {
		require.Equal(t, 1, n, "document %s crossed more than once", document)
	}
	for document := range l.acked {
		require.Equal(t, 1, times[document], "the crossing of %s was acknowledged", document)
	}
	require.Empty(t, l.wrong, "answers that no fault explains")
	records := len(rowsOf[struct{ ID uuid.UUID }](t, w.station, `SELECT id FROM record`)) // lanes that were taken, and the like
	w.chained(t, len(here)+records)
	require.NoError(t, until(ctx, func() error { return w.complete(ctx, len(here)+records) }))
	require.NoError(t, w.station.stop(), "what is stopped in order signs its audit log to the end")
	require.NoError(t, w.station.start(ctx))
	w.audited(t)
}

// settled is an error until the outbox is empty, everything in it was confirmed, and what was provisional has been looked at again.
func (w *world) settled(ctx context.Context) error {
	return w.station.with(ctx, func(db *postgres.DB) error {
		var waiting, last, confirmed int64
		err := db.Pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM outbox)
			+ (SELECT count(*) FROM recheck WHERE state = 'waiting' AND attempts = 0), last_seq, confirmed_seq FROM outbox_state`).Scan(&waiting, &last, &confirmed)
		if err == nil && (waiting > 0 || last != confirmed) {
			err = fmt.Errorf("%d events wait, %d of %d are confirmed", waiting, confirmed, last)
		}
		return err
	})
}

func (w *world) decisions(t *testing.T) (list []crossed) {
	t.Helper()
	return rowsOf[crossed](t, w.station, `SELECT d.crossing_id, i.document ->> 'number', d.verdict
		FROM decision d JOIN inspection i ON i.id = d.inspection_id ORDER BY d.crossing_id`)
}

func (w *world) crossings(t *testing.T) []crossed {
	t.Helper()
	return rowsOf[crossed](t, w.central, `SELECT crossing_id, doc_number, outcome FROM crossing ORDER BY crossing_id`)
}

func rowsOf[T any](t *testing.T, p *program, sql string, args ...any) (list []T) {
	t.Helper()
	require.NoError(t, p.with(t.Context(), func(db *postgres.DB) error {
		rows, err := db.Pool.Query(t.Context(), sql, args...)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[T])
		return err
	}))
	return list
}

// received is an event as the centre keeps it.
type received struct {
	Seq       int64
	ID        uuid.UUID
	Kind      string
	CreatedAt time.Time
	Payload   json.RawMessage
}

// chained makes the hash chain again from what the centre keeps: the station's numbers without a gap, and its last hash.
func (w *world) chained(t *testing.T, n int) {
	t.Helper()
	type state struct {
		Epoch uuid.UUID
		Last  int64
		Hash  []byte
	}
	at := rowsOf[state](t, w.station, `SELECT epoch, last_seq, last_hash FROM outbox_state`)[0]
	require.Equal(t, []state{at}, rowsOf[state](t, w.central, `SELECT epoch, last_seq, last_hash FROM replication_cursor WHERE station = $1`, stationID))
	require.Equal(t, int64(n), at.Last, "per station max(seq) = count")
	events := rowsOf[received](t, w.central, `
		SELECT origin_seq, event_id, $2::text, crossed_at, payload FROM crossing WHERE station = $1
		UNION ALL SELECT origin_seq, id, kind, recorded_at, payload FROM record WHERE station = $1 ORDER BY 1`, stationID, border.KindCrossing)
	hash := replication.Genesis(stationID, at.Epoch)
	for i, r := range events {
		require.Equal(t, int64(i+1), r.Seq)
		e := replication.Event{Seq: r.Seq, ID: r.ID, Kind: r.Kind, Version: border.EventVersion, CreatedAt: r.CreatedAt.UTC(), Payload: r.Payload}
		e.Seal(hash)
		hash = e.Hash
	}
	require.True(t, bytes.Equal(at.Hash, hash), "the chain over what the centre keeps ends in the station's last hash")
}

// complete is an error until the station's own count has reached the centre and the centre says that nothing is missing.
func (w *world) complete(ctx context.Context, n int) error {
	return w.central.with(ctx, func(db *postgres.DB) error {
		comparison, err := centraldb.NewCompleteness(db, time.Now).Compare(ctx, stationID)
		if err != nil {
			return err
		}
		if !comparison.Complete() {
			return fmt.Errorf("not complete: %+v", comparison)
		}
		var claimed, alerts, parked int
		err = db.Pool.QueryRow(ctx, `SELECT (SELECT coalesce(sum(claimed), 0) FROM station_day WHERE station = $1),
			(SELECT count(*) FROM station_alert), (SELECT count(*) FROM dead_letter)`, stationID).Scan(&claimed, &alerts, &parked)
		switch {
		case err != nil:
			return err
		case alerts > 0 || parked > 0:
			return fatal(fmt.Errorf("%d alerts and %d dead letters at the centre, expected none", alerts, parked))
		case claimed != n:
			return fmt.Errorf("the station claims %d events, expected %d", claimed, n)
		}
		return nil
	})
}

// audited verifies both audit logs; that of the station against what the centre has witnessed, to its last entry.
func (w *world) audited(t *testing.T) {
	t.Helper()
	station, central := w.secrets(t, w.station).Audit.Verifier(), w.secrets(t, w.central).Audit.Verifier()
	report := w.verified(t, w.central, auditlog.VerifyOptions{Keys: []note.Verifier{central}})
	require.Positive(t, report.Signed)
	require.NoError(t, w.central.with(t.Context(), func(db *postgres.DB) error {
		return until(t.Context(), func() error {
			report = w.verified(t, w.station, auditlog.VerifyOptions{
				Keys: []note.Verifier{station, central}, Reference: auditlog.NewWitnessReader(db),
			})
			if report.Entries == 0 || report.Cosigned != report.Entries || report.Pending > 0 {
				return fmt.Errorf("%d of %d entries are co-signed, %d wait", report.Cosigned, report.Entries, report.Pending)
			}
			return nil
		})
	}))
	require.Empty(t, rowsOf[struct{ Kind string }](t, w.central, `SELECT kind FROM witness_alert`), "the witness saw nothing odd")
}

func (w *world) verified(t *testing.T, p *program, options auditlog.VerifyOptions) (report auditlog.Report) {
	t.Helper()
	require.NoError(t, p.with(t.Context(), func(db *postgres.DB) (err error) {
		report, err = auditlog.Verify(t.Context(), db, options)
		return err
	}))
	require.Nil(t, report.Problem, "audit log of %s: %v", p.name, report.Problem)
	require.Empty(t, slices.DeleteFunc(report.Warnings, func(s string) bool { return bytes.Contains([]byte(s), []byte("not signed yet")) }))
	return report
}
