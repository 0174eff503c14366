package applydb_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/postgres"
)

// many puts n open applications, and three times as many that ended, behind one that was sent: rows alone, without names.
func (w *world) many(n int) uuid.UUID {
	w.t.Helper()
	a := w.applied(1, "T")
	copied := func(state string, from, count int) {
		_, err := w.db.Pool.Exec(ctx, `INSERT INTO visa_application
			SELECT (json_populate_record(v, json_build_object('id', gen_random_uuid(), 'group_id', gen_random_uuid(), 'reference', 'R' || g,
				'state', $2::text, 'sealed', NULL, 'erased_at', now(), 'visa', 'V' || g, 'due_at', v.due_at + g * interval '1 minute', 'type', (ARRAY['T', 'B', 'S', 'H', 'A'])[1 + g % 5],
				'rank', CASE WHEN g % 50 = 0 THEN 0 ELSE 1 END, 'humanitarian', g % 50 = 0, 'risk_points', g % 80, 'owner_id', CASE WHEN g % 3 = 0 THEN $5 ELSE '' END,
				'received_at', v.received_at - g * interval '10 seconds'))).*
			FROM visa_application v, generate_series($3::int, $4::int) g WHERE v.id = $1`, a.ID, state, from, from+count-1, ada.ID)
		require.NoError(w.t, err)
	}
	copied("examined", 1, n)
	copied("refused", n+1, 3*n)
	_, err := admin(w).Pool.Exec(ctx, `VACUUM ANALYZE visa_application`)
	require.NoError(w.t, err)
	return a.ID
}

// Every page of the queue is reached, once, in order, whatever the filter, and its count is the number of its rows.
func TestQueuePages(t *testing.T) {
	w := newWorld(t)
	w.many(300)
	for _, q := range []desk.Query{{}, {Type: "B"}, {Owner: desk.Mine}, {Owner: desk.Nobodys}, {Risk: desk.High}, {Humanitarian: true}, {State: "refused"}} {
		seen := map[uuid.UUID]bool{}
		last := desk.Cursor{}
		for {
			q.After = last
			page, err := w.desk.Queue(ctx, ada, q)
			require.NoError(t, err)
			for _, r := range page.Rows {
				require.False(t, seen[r.ID])
				seen[r.ID] = true
			}
			require.True(t, slices.IsSortedFunc(page.Rows, inOrder))
			if last = page.Next; last.Zero() {
				require.Len(t, seen, page.Counts.Matching, "%+v", q)
				require.Equal(t, 301, page.Counts.Open)
				break
			}
		}
	}
}

// inOrder: the humanitarian first, then whichever is due first.
func inOrder(a, b desk.Row) int {
	if a.Humanitarian != b.Humanitarian {
		if a.Humanitarian {
			return -1
		}
		return 1
	}
	return a.Due.Compare(b.Due)
}

// The plan of a page does not grow with what has ended.
func TestTheQueueUsesItsIndex(t *testing.T) {
	w := newWorld(t)
	w.many(1000)
	rows, err := w.db.Pool.Query(ctx, `EXPLAIN SELECT * FROM visa_application WHERE state IN ('received', 'examined', 'asked', 'interview', 'proposed', 'appealed')
		AND (rank, due_at, id) > (1, $1, $2) ORDER BY rank, due_at, id LIMIT 51`, noon, uuid.Nil)
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Contains(t, lines[1], "visa_application_queue")
}

// BenchmarkQueue is a page of the queue with its counts: 10,000 open applications and 30,000 that ended.
func BenchmarkQueue(b *testing.B) {
	w := newWorld(b)
	for n := range desk.PageSize {
		w.applied(100+n, "A") // due first, with names: the first page is as in life
	}
	w.many(10_000)
	for name, q := range map[string]desk.Query{"first": {}, "mine": {Owner: desk.Mine}, "deep": {After: desk.Cursor{Rank: 1, Due: noon.AddDate(0, 0, 5), ID: uuid.Nil}}} {
		if name == "deep" {
			q.After.ID = uuid.Max
		}
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				begun := time.Now()
				if _, err := w.desk.Queue(ctx, ada, q); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(begun))
			}
			report(b, took)
		})
	}
}

// BenchmarkCase is everything of an application.
func BenchmarkCase(b *testing.B) {
	w := newWorld(b)
	id := w.many(10_000)
	var took []time.Duration
	for b.Loop() {
		begun := time.Now()
		if _, err := w.desk.Case(ctx, ada, id); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begun))
	}
	report(b, took)
}

// BenchmarkTake is an application that is sent, paid and checked.
func BenchmarkTake(b *testing.B) {
	w := newWorld(b)
	n := 0
	var took []time.Duration
	for b.Loop() {
		n++
		begun := time.Now()
		w.applied(n, "T")
		took = append(took, time.Since(begun))
	}
	report(b, took)
}

func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

func admin(w *world) *postgres.DB { return adminOf(w.t, w.db) }
