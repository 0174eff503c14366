package auditlog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

const fillSQL = `INSERT INTO audit (at, result_count, actor, role, post, lane, workstation, verb, object_kind, object_id, purpose,
		justification, decision, query_hmac, commitment)
	SELECT timestamptz '2026-11-21 08:00Z' + i * interval '1 second', i % 3, gen_random_uuid()::text, 'officer', 'AIR1', '4',
		'ws-3', 'consultation', 'traveller', gen_random_uuid()::text, 'inspection', 'regular control at the first line',
		'admit', sha256(i::text::bytea), sha256((-i)::text::bytea)
	FROM generate_series(1, $1::int) i`

// fill inserts n entries in bulk, as a station gathers them in weeks.
func (s *station) fill(n int) {
	s.t.Helper()
	_, err := s.admin.Pool.Exec(s.t.Context(), fillSQL, n)
	require.NoError(s.t, err)
}

// fillFast is fill without the trigger that queues row by row.
func (s *station) fillFast(n int) {
	s.t.Helper()
	for _, sql := range []string{
		`ALTER TABLE audit DISABLE TRIGGER audit_enqueue`,
		`WITH new AS (` + strings.Replace(fillSQL, "$1", fmt.Sprint(n), 1) + ` RETURNING id) INSERT INTO audit_pending SELECT id FROM new`,
		`ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_enqueue`, `VACUUM ANALYZE audit`,
	} {
		_, err := s.admin.Pool.Exec(s.t.Context(), sql)
		require.NoError(s.t, err)
	}
}

func BenchmarkInsert(b *testing.B) {
	s := newStation(b)
	ctx := b.Context()
	require.NoError(b, s.db.InTx(ctx, func(tx pgx.Tx) error {
		for b.Loop() {
			if err := auditlog.Insert(ctx, tx, entry(7)); err != nil {
				return err
			}
		}
		return nil
	}))
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

func BenchmarkSequence(b *testing.B) {
	const batch = 20_000
	s := newStation(b)
	ctx := b.Context()
	for b.Loop() {
		b.StopTimer()
		s.fillFast(batch)
		b.StartTimer()
		for n := 1; n > 0; {
			var err error
			n, err = s.seq.Step(ctx)
			require.NoError(b, err)
			_, err = s.seq.Sign(ctx)
			require.NoError(b, err)
		}
	}
	b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "entries/s")
}

func BenchmarkVerify(b *testing.B) {
	const entries = 1_000_000
	s := newStation(b)
	s.fillFast(entries)
	s.chainEvery(1000)
	_, err := s.admin.Pool.Exec(b.Context(), `VACUUM ANALYZE`)
	require.NoError(b, err)
	opts := auditlog.VerifyOptions{Keys: []note.Verifier{s.key.Verifier()}}
	for b.Loop() {
		report, err := auditlog.Verify(b.Context(), s.db, opts)
		require.NoError(b, err)
		require.Nil(b, report.Problem)
		require.EqualValues(b, entries, report.Entries)
	}
	b.ReportMetric(float64(b.N*entries)/b.Elapsed().Seconds(), "entries/s")
}
