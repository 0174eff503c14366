package auditlog_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

func TestAnIntactLogVerifies(t *testing.T) {
	s := newStation(t)
	s.grow(700, 300)
	s.record(700, 705)

	report := s.verify()

	require.Nil(t, report.Problem, "%v", report.Problem)
	require.EqualValues(t, 700, report.Entries)
	require.EqualValues(t, 700, report.Signed)
	require.EqualValues(t, 5, report.Pending)
	require.EqualValues(t, 3, report.Checkpoints)
	require.Equal(t, "airport-1", report.Origin)
	require.Empty(t, report.Warnings)
}

func TestAnEmptyLogVerifies(t *testing.T) {
	s := newStation(t)
	report := s.verify()
	require.Nil(t, report.Problem)
	require.Zero(t, report.Entries)
	state, err := s.log.State(t.Context())
	require.NoError(t, err)
	require.Zero(t, state)
	batch, err := s.log.Outgoing(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Nil(t, batch)
	_, err = s.log.Outgoing(t.Context(), 1, 10)
	require.ErrorIs(t, err, auditlog.ErrWitnessAhead)
}

func TestLeavesAreWhatWasInserted(t *testing.T) {
	s := newStation(t)
	s.grow(3, 3)
	leaves, err := s.log.Leaves(t.Context(), 1, 10)
	require.NoError(t, err)
	require.Len(t, leaves, 2)
	leaf, err := audit.DecodeLeaf(leaves[0])
	require.NoError(t, err)
	require.EqualValues(t, 1, leaf.No)
	require.Equal(t, entry(1), leaf.Entry)
}

func TestTheEntryLivesAndDiesWithTheAct(t *testing.T) {
	s := newStation(t)
	failed := errors.New("the act failed")
	err := s.db.InTx(t.Context(), func(tx pgx.Tx) error {
		if err := auditlog.Insert(t.Context(), tx, entry(0)); err != nil {
			return err
		}
		return failed
	})
	require.ErrorIs(t, err, failed)
	require.NoError(t, s.db.InGormTx(t.Context(), func(tx *gorm.DB) error {
		return auditlog.Insert(t.Context(), postgres.GormExecer(tx), entry(1))
	}))
	s.chain()
	leaves, err := s.log.Leaves(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Len(t, leaves, 1)
	leaf, err := audit.DecodeLeaf(leaves[0])
	require.NoError(t, err)
	require.Equal(t, entry(1), leaf.Entry)
}

func TestAnInvalidEntryIsRefused(t *testing.T) {
	s := newStation(t)
	bad := entry(0)
	bad.Verb = "look"
	require.ErrorContains(t, auditlog.Insert(t.Context(), s.db.Pool, bad), "verb")
}

// A row that took its id early and committed late must be numbered too: the serial's order is not the order of commits.
func TestARowThatCommitsLateGetsALaterNumber(t *testing.T) {
	s := newStation(t)
	ctx := t.Context()
	late, err := s.db.Pool.Begin(ctx)
	require.NoError(t, err)
	require.NoError(t, auditlog.Insert(ctx, late, entry(0)))
	s.record(1, 4)
	s.chain()
	require.NoError(t, late.Commit(ctx))
	require.EqualValues(t, 4, s.chain().Size)

	var leaf int64
	s.value(&leaf, `SELECT leaf_no FROM audit_leaf WHERE audit_id = (SELECT min(id) FROM audit)`)
	require.EqualValues(t, 3, leaf)
	require.Nil(t, s.verify().Problem)
}

// One row that is very late makes its chunk's ids lie far apart.
func TestAVeryLateRowIsVerified(t *testing.T) {
	s := newStation(t)
	ctx := t.Context()
	late, err := s.db.Pool.Begin(ctx)
	require.NoError(t, err)
	require.NoError(t, auditlog.Insert(ctx, late, entry(0)))
	s.fill(20_000)
	s.chain()
	require.NoError(t, late.Commit(ctx))
	require.EqualValues(t, 20_001, s.chain().Size)
	report := s.verify()
	require.Nil(t, report.Problem, "%v", report.Problem)
	require.EqualValues(t, 20_001, report.Entries)
}

// killed stands for a process that dies: its connection goes, in the middle of a step.
func TestAStepThatIsKilledLosesNothing(t *testing.T) {
	s := newStation(t)
	s.record(0, 500)
	ctx := t.Context()
	_, err := s.admin.Pool.Exec(ctx, `CREATE FUNCTION kill() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
		BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
		CREATE TRIGGER kill AFTER DELETE ON audit_pending FOR EACH STATEMENT EXECUTE FUNCTION kill()`)
	require.NoError(t, err)
	_, err = s.seq.Step(ctx)
	require.Error(t, err)
	var leaves, pending int
	s.value(&leaves, `SELECT count(*) FROM audit_leaf`)
	s.value(&pending, `SELECT count(*) FROM audit_pending`)
	require.Equal(t, []int{0, 500}, []int{leaves, pending})

	_, err = s.admin.Pool.Exec(ctx, `DROP TRIGGER kill ON audit_pending`)
	require.NoError(t, err)
	require.EqualValues(t, 500, s.chain().Size)
	require.Nil(t, s.verify().Problem)
}

func TestSequencersShareTheWork(t *testing.T) {
	s := newStation(t)
	var group sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	var nudges []chan struct{}
	for range 3 {
		nudge := make(chan struct{}, 1)
		nudges = append(nudges, nudge)
		group.Go(func() {
			seq := auditlog.NewSequencer(s.db, s.key, time.Now, slog.New(slog.DiscardHandler), auditlog.WithBatch(7),
				auditlog.WithPolicy(audit.Policy{Every: time.Hour, Rows: 50}), auditlog.WithPoll(time.Hour))
			if err := seq.Run(ctx, nudge); err != nil {
				t.Errorf("sequencer: %v", err)
			}
		})
	}
	for i := range 40 {
		s.record(10*i, 10*i+10)
		nudges[i%3] <- struct{}{}
	}
	stop()
	group.Wait()
	report := s.verify()
	require.Nil(t, report.Problem, "%v", report.Problem)
	require.EqualValues(t, 400, report.Entries)
	require.EqualValues(t, 400, report.Signed, "a sequencer that stops signs what is left")
	require.Zero(t, report.Pending)
}

func TestTheApplicationCanOnlyAppend(t *testing.T) {
	s := newStation(t)
	s.grow(10, 10)
	for _, db := range []*postgres.DB{s.db, s.admin} {
		for _, table := range []string{"audit", "audit_leaf", "audit_hash", "audit_checkpoint", "audit_cosignature"} {
			for _, sql := range []string{`DELETE FROM ` + table, `TRUNCATE ` + table + ` CASCADE`} {
				_, err := db.Pool.Exec(t.Context(), sql)
				require.Error(t, err, sql)
				require.True(t, postgres.IsDenied(err), "%s: %v", sql, err)
			}
		}
		_, err := db.Pool.Exec(t.Context(), `UPDATE audit SET actor = 'x'`)
		require.True(t, postgres.IsDenied(err), "%v", err)
	}
	require.Nil(t, s.verify().Problem)
}

func TestDisabledGuardsAreReported(t *testing.T) {
	s := newStation(t)
	_, err := s.admin.Pool.Exec(t.Context(), `ALTER TABLE audit DISABLE TRIGGER append_only`)
	require.NoError(t, err)
	require.Len(t, s.verify().Warnings, 1)
}
