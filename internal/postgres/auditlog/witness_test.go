package auditlog_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
)

var (
	_ replication.AuditLog = (*auditlog.Log)(nil)
	_ replication.Witness  = (*auditlog.WitnessStore)(nil)
)

// centre is a witness with a clock that the test moves.
type centre struct {
	t     testing.TB
	db    *postgres.DB
	key   audit.Key
	store *auditlog.WitnessStore
	now   time.Time
}

func newCentre(t testing.TB, stations ...*station) *centre {
	t.Helper()
	c := &centre{t: t, db: pgtest.New(t, migrations.Central), key: newKey(t, "central"), now: start}
	c.store = auditlog.NewWitnessStore(c.db, c.key, func() time.Time { return c.now })
	for _, s := range stations {
		require.NoError(t, c.store.Enrol(t.Context(), s.key.Public()))
	}
	return c
}

// follow sends what the station has, as the relay does, and stores the co-signature at the station.
func (c *centre) follow(s *station, limit int) audit.Receipt {
	c.t.Helper()
	ctx := c.t.Context()
	for size := int64(0); ; {
		batch, err := s.log.Outgoing(ctx, size, limit)
		require.NoError(c.t, err)
		receipt, err := c.store.Append(ctx, s.key.Origin(), *batch)
		require.NoError(c.t, err)
		if receipt.Cosigned != nil {
			require.NoError(c.t, s.log.StoreCosignature(ctx, receipt.Cosigned, s.key.Verifier(), c.key.Verifier(), c.now))
			return receipt
		}
		require.Greater(c.t, receipt.Size, size, "the link makes no progress")
		size = receipt.Size
	}
}

// send is one batch from the station as it is, whatever comes of it.
func (c *centre) send(s *station, from int64) (audit.Receipt, error) {
	c.t.Helper()
	batch, _ := s.log.Outgoing(c.t.Context(), from, 10_000)
	require.NotNil(c.t, batch)
	return c.store.Append(c.t.Context(), s.key.Origin(), *batch)
}

func (c *centre) requireAlert(kind audit.Misconduct, leaf int64) {
	c.t.Helper()
	alerts, err := c.store.Alerts(c.t.Context())
	require.NoError(c.t, err)
	require.Len(c.t, alerts, 1)
	require.Equal(c.t, kind, alerts[0].Kind, alerts[0].Detail)
	require.Equal(c.t, leaf, alerts[0].Leaf, alerts[0].Detail)
}

// held is what the witness knows of its stations, as an option of Verify.
func (c *centre) held(o *auditlog.VerifyOptions) {
	o.Reference, o.Keys = auditlog.NewWitnessReader(c.db), append(o.Keys, c.key.Verifier())
}

// kept is what was copied from the witness to a file.
func (c *centre) kept(o *auditlog.VerifyOptions) {
	c.t.Helper()
	notes, err := auditlog.NewWitnessReader(c.db).Checkpoints(c.t.Context(), "airport-1", 0, 100)
	require.NoError(c.t, err)
	o.External, o.Keys = notes, append(o.Keys, c.key.Verifier())
}

func TestTheWitnessFollowsALog(t *testing.T) {
	s := newStation(t)
	c := newCentre(t, s)
	s.grow(700, 700)

	receipt := c.follow(s, 300)

	require.EqualValues(t, 700, receipt.Size)
	checkpoint, err := audit.OpenCheckpoint(receipt.Cosigned, s.key.Verifier(), c.key.Verifier())
	require.NoError(t, err)
	require.EqualValues(t, 700, checkpoint.Size)

	s.grow(50, 50)
	receipt = c.follow(s, 300)
	require.EqualValues(t, 750, receipt.Size)

	s.record(750, 753)
	state, err := s.log.State(t.Context())
	require.NoError(t, err)
	require.Equal(t, []int64{750, 3, 750, 750}, []int64{state.Leaves, state.Pending, state.Signed, state.Cosigned})
	require.WithinDuration(t, start, state.CosignedAt, 0)

	report := s.verify(c.held)
	require.Nil(t, report.Problem, "%v", report.Problem)
	require.EqualValues(t, 750, report.Cosigned)
	require.EqualValues(t, 6, report.Checkpoints, "two own, two co-signed, two external")
}

func TestASignOfLifeIsAnsweredAndKeepsTheAlarmAway(t *testing.T) {
	s := newStation(t)
	c := newCentre(t, s)
	s.grow(10, 10)
	c.follow(s, 100)

	c.now = start.Add(time.Hour)
	silent, err := c.store.AlertSilent(t.Context(), 10*time.Minute)
	require.NoError(t, err)
	require.Equal(t, []string{"airport-1"}, silent)
	c.requireAlert(audit.Silence, -1)

	receipt, err := c.send(s, 10)
	require.NoError(t, err)
	require.EqualValues(t, 10, receipt.Size)
	require.NotEmpty(t, receipt.Cosigned)
	alerts, err := c.store.Alerts(t.Context())
	require.NoError(t, err)
	require.Empty(t, alerts)
	silent, err = c.store.AlertSilent(t.Context(), 10*time.Minute)
	require.NoError(t, err)
	require.Empty(t, silent)
}

func TestRepeatedAndMissingBatchesDoNoHarm(t *testing.T) {
	s := newStation(t)
	c := newCentre(t, s)
	s.grow(600, 600)
	ctx := t.Context()
	first, err := s.log.Outgoing(ctx, 0, 200)
	require.NoError(t, err)
	third, err := s.log.Outgoing(ctx, 400, 200)
	require.NoError(t, err)

	for range 2 {
		receipt, err := c.store.Append(ctx, "airport-1", *first)
		require.NoError(t, err)
		require.EqualValues(t, 200, receipt.Size)
	}
	receipt, err := c.store.Append(ctx, "airport-1", *third)
	require.NoError(t, err)
	require.EqualValues(t, 200, receipt.Size, "a gap: the receipt says where to go on")
	require.Nil(t, receipt.Cosigned)
	require.EqualValues(t, 600, c.follow(s, 1000).Size)
	receipt, err = c.store.Append(ctx, "airport-1", *first)
	require.NoError(t, err)
	require.EqualValues(t, 600, receipt.Size)
}

// A clone has the station's key and its past, and writes another present.
func TestACloneOfTheKeyIsFoundAsAFork(t *testing.T) {
	s := newStation(t)
	c := newCentre(t, s)
	s.grow(600, 300)
	c.follow(s, 250)
	clone := stationWith(t, s.key)
	clone.grow(517, 517)
	clone.record(5000, 5100) // the clone's own acts, at leaf 517 and on
	clone.chain()

	_, err := c.send(clone, 500)
	var refusal *audit.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, audit.Fork, refusal.Kind)
	require.EqualValues(t, 517, refusal.Leaf)
	c.requireAlert(audit.Fork, 517)

	problem := requireProblem(t, clone.verify(c.held), auditlog.Rewritten, 517, 517)
	require.Contains(t, problem.Detail, "differs from the witness's copy in: at, ")
	require.Nil(t, s.verify(c.held).Problem)
}

// Where the clone goes on at the witness's size only the tree shows the fork; sending all again names the leaf.
func TestAForkIsLocatedBySendingAllAgain(t *testing.T) {
	s := newStation(t)
	c := newCentre(t, s)
	s.grow(600, 300)
	c.follow(s, 250)
	clone := stationWith(t, s.key)
	clone.grow(517, 517)
	clone.record(5000, 5300)
	clone.chain()

	receipt, err := c.send(clone, 600)
	var refusal *audit.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, audit.Fork, refusal.Kind)
	require.Equal(t, audit.Fork, receipt.Refused)
	require.EqualValues(t, 600, receipt.Size)

	err = clone.log.Replay(t.Context(), 100, func(ctx context.Context, batch audit.Batch) error {
		_, err := c.store.Append(ctx, "airport-1", batch)
		return err
	})
	require.ErrorAs(t, err, &refusal)
	require.EqualValues(t, 517, refusal.Leaf)
}

// A station whose database was set back to a snapshot holds a log that is sound in itself, but shorter.
func TestARollbackIsFoundByWhatWasCosigned(t *testing.T) {
	s := newStation(t)
	c := newCentre(t, s)
	s.grow(600, 300)
	c.follow(s, 250)
	rolledBack := stationWith(t, s.key)
	rolledBack.grow(400, 300)
	require.Nil(t, rolledBack.verify().Problem, "by itself it is sound")

	requireProblem(t, rolledBack.verify(c.held), auditlog.Truncated, 400, 599)
	requireProblem(t, rolledBack.verify(c.kept), auditlog.Truncated, 400, 599)

	_, err := rolledBack.log.Outgoing(t.Context(), 600, 100)
	require.ErrorIs(t, err, auditlog.ErrWitnessAhead)
	_, err = c.send(rolledBack, 600)
	require.NoError(t, err, "within the grace it may be a late repetition")
	c.now = start.Add(5 * time.Minute)
	_, err = c.send(rolledBack, 600)
	var refusal *audit.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, audit.Shrink, refusal.Kind)
	c.requireAlert(audit.Shrink, 400)
}

// Who holds the machine holds its key, and can chain and sign the log anew: only what was kept elsewhere tells.
func TestALogChainedAnewIsFoundByWhatWasCosigned(t *testing.T) {
	s := newStation(t)
	c := newCentre(t, s)
	s.grow(600, 300)
	c.follow(s, 250)
	s.grow(600, 300)
	c.follow(s, 250)
	s.tamper(`DELETE FROM audit_cosignature`, `DELETE FROM audit_checkpoint`, `DELETE FROM audit_hash`,
		`UPDATE audit SET actor = 'nobody', decision = 'refuse' WHERE id = (SELECT audit_id FROM audit_leaf WHERE leaf_no = 717)`,
		`INSERT INTO audit_pending SELECT audit_id FROM audit_leaf`, `DELETE FROM audit_leaf`)
	s.chain()
	require.Nil(t, s.verify().Problem, "by itself it is sound")

	requireProblem(t, s.verify(c.kept), auditlog.Rewritten, 600, 1199)
	requireProblem(t, s.verify(c.held), auditlog.Rewritten, 717, 717)
	s.tamper(`DELETE FROM audit_checkpoint`)
	problem := requireProblem(t, s.verify(c.held), auditlog.Rewritten, 717, 717)
	require.Contains(t, problem.Detail, "in: actor, decision")
}

// Without the key the old checkpoints stay, and bound the place; the copies name it.
func TestALogChainedAnewWithoutTheKeyIsFound(t *testing.T) {
	s := newStation(t)
	c := newCentre(t, s)
	s.grow(1200, 300)
	c.follow(s, 1000)
	s.tamper(`UPDATE audit SET purpose = 'other' WHERE id = (SELECT audit_id FROM audit_leaf WHERE leaf_no = 517)`,
		`DELETE FROM audit_hash`, `INSERT INTO audit_pending SELECT audit_id FROM audit_leaf`, `DELETE FROM audit_leaf`)
	_, err := s.seq.Step(t.Context())
	require.NoError(t, err)

	requireProblem(t, s.verify(), auditlog.Rewritten, 300, 599)
	problem := requireProblem(t, s.verify(c.held), auditlog.Rewritten, 517, 517)
	require.Contains(t, problem.Detail, "in: purpose")

	s.record(1200, 1201)
	_, err = s.seq.Step(t.Context())
	require.NoError(t, err)
	_, err = s.seq.Sign(t.Context())
	require.ErrorIs(t, err, auditlog.ErrBroken)
}

func TestTheWitnessRefusesWhatIsNotProven(t *testing.T) {
	s := newStation(t)
	c := newCentre(t, s)
	s.grow(300, 300)
	other := newKey(t, "airport-1")
	good := func() audit.Batch {
		batch, err := s.log.Outgoing(t.Context(), 0, 200)
		require.NoError(t, err)
		return *batch
	}
	cases := []struct {
		name   string
		change func(*audit.Batch)
		kind   audit.Misconduct
		leaf   int64
	}{
		{"signed by another key of the same name", func(b *audit.Batch) {
			b.Checkpoint = resign(t, b.Checkpoint, s.key.Verifier(), other)
		}, audit.BadSignature, -1},
		{"no checkpoint", func(b *audit.Batch) { b.Checkpoint = nil }, audit.BadSignature, -1},
		{"a leaf changed", func(b *audit.Batch) { b.Leaves[17][len(b.Leaves[17])-1] ^= 1 }, audit.Fork, -1},
		{"a leaf that is none", func(b *audit.Batch) { b.Leaves[17] = []byte("leaf") }, audit.BadLeaf, 17},
		{"two leaves exchanged", func(b *audit.Batch) { b.Leaves[3], b.Leaves[4] = b.Leaves[4], b.Leaves[3] }, audit.BadLeaf, 3},
		{"no proof", func(b *audit.Batch) { b.Proof = nil }, audit.Fork, -1},
		{"proof of something else", func(b *audit.Batch) { b.Proof[0][0] ^= 1 }, audit.Fork, -1},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			batch := good()
			tc.change(&batch)
			receipt, err := c.store.Append(t.Context(), "airport-1", batch)
			var refusal *audit.Refusal
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, tc.kind, refusal.Kind, refusal.Detail)
			require.Equal(t, tc.leaf, refusal.Leaf, refusal.Detail)
			require.Equal(t, audit.Receipt{Refused: tc.kind}, receipt, "nothing is stored")
		})
	}
	require.EqualValues(t, 300, c.follow(s, 200).Size, "the honest log is still followed")
}

func TestOriginsAreEnrolledOnceAndForOneKey(t *testing.T) {
	s := newStation(t)
	c := newCentre(t, s)
	require.NoError(t, c.store.Enrol(t.Context(), s.key.Public()))
	require.ErrorIs(t, c.store.Enrol(t.Context(), newKey(t, "airport-1").Public()), auditlog.ErrOtherKey)
	require.Error(t, c.store.Enrol(t.Context(), "no key"))
	s.grow(1, 1)
	batch, err := s.log.Outgoing(t.Context(), 0, 10)
	require.NoError(t, err)
	_, err = c.store.Append(t.Context(), "airport-2", *batch)
	require.ErrorIs(t, err, auditlog.ErrUnknownOrigin)

	c.follow(s, 10)
	origins, err := c.store.Origins(t.Context())
	require.NoError(t, err)
	require.Len(t, origins, 1)
	require.EqualValues(t, 1, origins[0].Size)
	require.WithinDuration(t, start, origins[0].LastSeenAt, 0)
}

func TestOnlyOwnCheckpointsAreKeptAsCosigned(t *testing.T) {
	s := newStation(t)
	c := newCentre(t, s)
	s.grow(10, 10)
	stranger := stationWith(t, s.key)
	stranger.record(100, 105)
	stranger.chain()
	receipt, err := c.send(stranger, 0)
	require.NoError(t, err)
	keep := func(msg []byte) error {
		return s.log.StoreCosignature(t.Context(), msg, s.key.Verifier(), c.key.Verifier(), start)
	}
	require.ErrorContains(t, keep(receipt.Cosigned), "has signed no such checkpoint")
	head, err := s.log.Head(t.Context())
	require.NoError(t, err)
	require.ErrorContains(t, keep(head), "no signature of central")
}

func resign(t *testing.T, msg []byte, from note.Verifier, by audit.Key) []byte {
	t.Helper()
	checkpoint, err := audit.OpenCheckpoint(msg, from)
	require.NoError(t, err)
	signed, err := checkpoint.Sign(by)
	require.NoError(t, err)
	return signed
}

// A station restored from a backup begins a new log under its old name, by a person's authority, with a new key.
func TestARestoredStationIsFollowedAnew(t *testing.T) {
	s := newStation(t)
	c := newCentre(t, s)
	s.grow(600, 300)
	c.follow(s, 1000)
	restored := stationWith(t, s.key)
	restored.grow(400, 400)
	renewed := newKey(t, "airport-1")
	restored.seq = auditlog.NewSequencer(restored.db, renewed, fixed(start), slog.New(slog.DiscardHandler))
	restored.key = renewed
	require.ErrorIs(t, c.store.Enrol(t.Context(), renewed.Public()), auditlog.ErrOtherKey)
	require.NoError(t, c.store.EnrolAnew(t.Context(), renewed.Public()))
	require.NoError(t, c.store.EnrolAnew(t.Context(), renewed.Public()), "again changes nothing")
	restored.record(7000, 7050)
	restored.chain()

	require.EqualValues(t, 450, c.follow(restored, 1000).Size)

	both := func(o *auditlog.VerifyOptions) { o.Keys = append(o.Keys, s.key.Verifier()) }
	report := restored.verify(c.held, both)
	require.Nil(t, report.Problem, "%v", report.Problem)
	require.EqualValues(t, 450, report.Cosigned)
	require.EqualValues(t, 4, report.Checkpoints)
	requireProblem(t, restored.verify(c.held), auditlog.BadCheckpoint, -1, -1)
	_, err := c.send(s, 0)
	require.Error(t, err, "the old log has ended")
}
