package bench_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/border/previous"
	"github.com/openbmis/openbmis/traveldoc"
)

// sighting is a number that the centre was seen to have committed.
type sighting struct {
	at  time.Time
	seq int64
}

// How often the centre's cursor is looked at: what is measured by it is too large by half of that, never too small. A drain is looked
// at less often, because looking takes of what is measured.
const (
	lookEvery      = 2 * time.Millisecond
	lookDrainEvery = 20 * time.Millisecond
)

// cursor is the number of the last event of the station that the centre has committed.
func (c *country) cursor(ctx context.Context) (seq int64, err error) {
	err = c.centreDB.Pool.QueryRow(ctx, `SELECT coalesce(max(last_seq), 0) FROM replication_cursor WHERE station = $1`, stationID).Scan(&seq)
	return seq, err
}

// watch looks at the centre's cursor until the returned function is called, which gives each new number with when it was seen.
func (c *country) watch(b *testing.B, every time.Duration) (seen func() []sighting) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan []sighting)
	go func() {
		var all []sighting
		defer func() { done <- all }()
		tick := time.NewTicker(every)
		defer tick.Stop()
		for last := int64(0); ; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			seq, err := c.cursor(ctx)
			if err == nil && seq > last {
				last = seq
				all = append(all, sighting{time.Now(), seq})
			}
		}
	}()
	return func() []sighting { cancel(); return <-done }
}

// settle waits until the centre has all that the station wrote.
func (c *country) settle(b *testing.B) {
	b.Helper()
	await(b, "the centre to have everything", func() bool {
		var last, unnumbered int64
		require.NoError(b, c.postDB.Pool.QueryRow(b.Context(), `SELECT last_seq, (SELECT count(*) FROM outbox WHERE seq IS NULL) FROM outbox_state`).
			Scan(&last, &unnumbered))
		seq, err := c.cursor(b.Context())
		return err == nil && unnumbered == 0 && seq == last
	})
}

// reached is how long each crossing recorded since an instant took from the beginning of its transaction at the station (its event
// time, from the same machine's clock) to the centre's commit.
func (c *country) reached(b *testing.B, since time.Time, seen []sighting) (took durations) {
	b.Helper()
	rows, err := c.centreDB.Pool.Query(b.Context(), `SELECT crossed_at, origin_seq FROM crossing WHERE crossed_at >= $1`, since)
	require.NoError(b, err)
	var at time.Time
	var seq int64
	_, err = pgx.ForEachRow(rows, []any{&at, &seq}, func() error {
		n, _ := slices.BinarySearchFunc(seen, seq, func(s sighting, seq int64) int { return int(s.seq - seq) })
		if n < len(seen) {
			took = append(took, seen[n].at.Sub(at))
		}
		return nil
	})
	require.NoError(b, err)
	return took
}

// backlog lets the station have written n crossings while the centre was away, as Record would have: the outbox rows alone, and
// waits until they are numbered.
func (c *country) backlog(b *testing.B, n int) (bytes int) {
	b.Helper()
	c.copy(b, "outbox", []string{"event_id", "kind", "schema_ver", "created_at", "payload", "size"}, n, func(i int) []any {
		e := c.event(i)
		payload, err := json.Marshal(e)
		require.NoError(b, err)
		bytes += len(payload)
		return []any{e.CrossingID, border.KindCrossing, border.EventVersion, e.CrossedAt, payload, len(payload)}
	})
	await(b, "the backlog to be numbered", func() bool {
		var left int
		require.NoError(b, c.postDB.Pool.QueryRow(b.Context(), `SELECT count(*) FROM outbox WHERE seq IS NULL`).Scan(&left))
		return left == 0
	})
	return bytes / n
}

// event is the crossing of somebody of the town's second half, a third of whom come twice.
func (c *country) event(n int) border.CrossingEvent {
	now := time.Now()
	who := c.town.Person(c.town.Size/2+n%(c.town.Size/4), false)
	id := uuid.Must(uuid.NewV7())
	finding := func(check string, evidence ...border.Evidence) border.Finding {
		return border.Finding{Check: check, Source: border.Source{Name: check, Version: "1", AsOf: now}, Outcome: border.NoHit, At: now,
			Took: 400 * time.Microsecond, Evidence: evidence}
	}
	return border.CrossingEvent{
		CrossingID: id, TravellerID: uuid.NewSHA1(uuid.Nil, []byte(who.Document.IssuingState+who.Document.Number)), Station: stationID, Lane: "7",
		Officer: uuid.NewString(), Direction: border.Entry, Mode: border.Air, Transport: "XX123", Purpose: "holiday", CrossedAt: now,
		ScannedAt: now.Add(-12 * time.Second), Zone: "Africa/Nairobi", LocalDate: traveldoc.DateOf(now), Identity: who.Identity,
		Document: who.Document, Decision: border.Decision{Verdict: border.Admit},
		Findings: []border.Finding{finding(documentcheck.Name), finding(alerts.CheckName),
			finding(previous.Name, border.Evidence{Code: "previous_none", Severity: border.Note})},
	}
}

// drain takes the centre away, lets a backlog of n gather, brings the centre back and measures how fast the backlog is committed
// there, from the first commit to the last.
func (c *country) drain(b *testing.B, n int) (rate float64, bytes int) {
	b.Helper()
	c.settle(b)
	c.centre.stop(b)
	bytes = c.backlog(b, n)
	c.centre.start(b)
	c.centreDB.Close()
	c.centreDB = c.centre.database(b)
	before, err := c.cursor(b.Context())
	require.NoError(b, err)
	seen := c.watch(b, lookDrainEvery)
	tick := time.NewTicker(10 * lookDrainEvery)
	defer tick.Stop()
	for seq := before; seq < before+int64(n); seq, err = c.cursor(b.Context()) {
		require.NoError(b, err)
		<-tick.C
	}
	all := seen()
	for len(all) > 1 && all[0].seq <= before {
		all = all[1:]
	}
	first, last := all[0], all[len(all)-1]
	return float64(last.seq-first.seq) / last.at.Sub(first.at).Seconds(), bytes
}
