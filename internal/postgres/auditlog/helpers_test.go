package auditlog_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/migrations"
)

var start = time.Date(2026, 11, 21, 8, 0, 0, 123456000, time.UTC)

// station is a node with its own log.
type station struct {
	t     testing.TB
	db    *postgres.DB
	admin *postgres.DB // the owner, who can do anything
	key   audit.Key
	seq   *auditlog.Sequencer
	log   *auditlog.Log
}

func newStation(t testing.TB) *station {
	t.Helper()
	return stationWith(t, newKey(t, "airport-1"))
}

func stationWith(t testing.TB, key audit.Key) *station {
	t.Helper()
	db := pgtest.New(t, migrations.Station)
	return &station{
		t: t, db: db, admin: pgtest.Admin(t, db), key: key, log: auditlog.NewLog(db),
		seq: auditlog.NewSequencer(db, key, fixed(start), slog.New(slog.DiscardHandler)),
	}
}

func newKey(t testing.TB, origin string) audit.Key {
	t.Helper()
	key, err := audit.NewKey(rand.Reader, origin)
	require.NoError(t, err)
	return key
}

func fixed(at time.Time) func() time.Time { return func() time.Time { return at } }

// entry is the i-th of a series in which no two entries are alike.
func entry(i int) audit.Entry {
	actor := audit.Actor{ID: fmt.Sprintf("officer-%d", i%7), Role: "officer", Post: "AIR1", Lane: fmt.Sprint(i % 5), Workstation: "ws-3"}
	e := actor.Entry(start.Add(time.Duration(i)*time.Second), audit.Consultation, "traveller", fmt.Sprintf("t-%d", i))
	e.Purpose, e.Justification, e.Decision, e.ResultCount = "inspection", "regular control", "admit", i%3
	e.QueryHMAC, e.Commitment = []byte{1, byte(i)}, []byte{2, byte(i >> 8), byte(i)}
	return e
}

// record writes the entries [from, to) as the application does.
func (s *station) record(from, to int) {
	s.t.Helper()
	require.NoError(s.t, s.db.InTx(s.t.Context(), func(tx pgx.Tx) error {
		for i := from; i < to; i++ {
			if err := auditlog.Insert(s.t.Context(), tx, entry(i)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// chainEvery numbers what was recorded and signs as often as a busy station does: every so many leaves.
func (s *station) chainEvery(rows int64) {
	s.t.Helper()
	seq := auditlog.NewSequencer(s.db, s.key, fixed(start), slog.New(slog.DiscardHandler), auditlog.WithBatch(int(rows)))
	for n := 1; n > 0; {
		var err error
		n, err = seq.Step(s.t.Context())
		require.NoError(s.t, err)
		_, err = seq.Sign(s.t.Context())
		require.NoError(s.t, err)
	}
}

// chain numbers and signs what was recorded.
func (s *station) chain() audit.Checkpoint {
	s.t.Helper()
	for {
		n, err := s.seq.Step(s.t.Context())
		require.NoError(s.t, err)
		if n == 0 {
			break
		}
	}
	checkpoint, err := s.seq.Sign(s.t.Context())
	require.NoError(s.t, err)
	return checkpoint
}

// grow records n further entries, signing after every step of them.
func (s *station) grow(n, step int) {
	s.t.Helper()
	var rows int
	s.value(&rows, `SELECT count(*) FROM audit`)
	for i := rows; i < rows+n; i += step {
		s.record(i, min(i+step, rows+n))
		s.chain()
	}
}

// tamper does as the owner of the schema what no program may do, with the triggers out of the way.
func (s *station) tamper(statements ...string) {
	s.t.Helper()
	ctx := context.WithoutCancel(s.t.Context())
	guards := []string{
		`audit TRIGGER_ append_only`, `audit TRIGGER_ audit_enqueue`, `audit_leaf TRIGGER_ append_only`, `audit_hash TRIGGER_ append_only`,
		`audit_checkpoint TRIGGER_ append_only`, `audit_cosignature TRIGGER_ append_only`,
	}
	all := []string{`SET LOCAL session_replication_role = replica`}
	for _, guard := range guards {
		all = append(all, `ALTER TABLE `+strings.Replace(guard, "TRIGGER_", "DISABLE TRIGGER", 1))
	}
	all = append(all, statements...)
	for _, guard := range guards {
		all = append(all, `ALTER TABLE `+strings.Replace(guard, "TRIGGER_", "ENABLE ALWAYS TRIGGER", 1))
	}
	require.NoError(s.t, s.admin.InTx(ctx, func(tx pgx.Tx) error {
		for _, statement := range all {
			tag, err := tx.Exec(ctx, statement, pgx.QueryExecModeSimpleProtocol)
			if err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
			if tag.Insert() || tag.Update() || tag.Delete() {
				require.NotZero(s.t, tag.RowsAffected(), "%s changed nothing", statement)
			}
		}
		return nil
	}))
}

// tables are all that Verify reads.
var tables = []string{"audit", "audit_pending", "audit_leaf", "audit_hash", "audit_checkpoint", "audit_cosignature"}

// save keeps a copy of the log beside it; restore brings it back and makes sure that it is whole.
func (s *station) save() {
	s.t.Helper()
	for _, table := range tables {
		s.tamper(`CREATE TABLE saved_` + table + ` AS TABLE ` + table)
	}
}

func (s *station) restore() {
	s.t.Helper()
	var statements []string
	for _, table := range tables {
		statements = append(statements, `TRUNCATE `+table+` CASCADE`)
	}
	for _, table := range tables {
		var rows int
		s.value(&rows, `SELECT count(*) FROM saved_`+table)
		if rows > 0 {
			statements = append(statements, `INSERT INTO `+table+` OVERRIDING SYSTEM VALUE SELECT * FROM saved_`+table)
		}
	}
	s.tamper(statements...)
	require.Nil(s.t, s.verify().Problem)
}

func (s *station) value(to any, sql string, args ...any) {
	s.t.Helper()
	require.NoError(s.t, s.admin.Pool.QueryRow(context.WithoutCancel(s.t.Context()), sql, args...).Scan(to))
}

func (s *station) verify(change ...func(*auditlog.VerifyOptions)) auditlog.Report {
	s.t.Helper()
	opts := auditlog.VerifyOptions{Keys: []note.Verifier{s.key.Verifier()}}
	for _, fn := range change {
		fn(&opts)
	}
	report, err := auditlog.Verify(context.WithoutCancel(s.t.Context()), s.db, opts)
	require.NoError(s.t, err)
	return report
}
