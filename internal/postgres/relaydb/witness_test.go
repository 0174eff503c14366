package relaydb_test

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/bus/bustest"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/replication"
)

// audited is a post whose audit log is witnessed by the centre, over a real bus.
type audited struct {
	*line
	post   *post
	key    audit.Key
	seq    *auditlog.Sequencer
	copies *auditlog.WitnessStore
	relay  *replication.WitnessRelay
	config replication.WitnessConfig
	told   *alertList
}

func newAudited(t *testing.T) *audited {
	t.Helper()
	a := &audited{line: newLine(t), post: newPost(t, "land"), told: &alertList{}}
	var err error
	a.key, err = audit.NewKey(rand.Reader, "land")
	require.NoError(t, err)
	witness, err := audit.NewKey(rand.Reader, "centre")
	require.NoError(t, err)
	a.copies = auditlog.NewWitnessStore(a.central, witness, time.Now)
	require.NoError(t, a.copies.Enrol(t.Context(), a.key.Public()))
	a.seq = auditlog.NewSequencer(a.post.db, a.key, time.Now, bustest.Log(t))
	a.receiver.Close()
	parts := a.parts(t)
	parts.Witness = a.copies
	a.receiver, err = replication.NewReceiver(a.bus.Centre(t), parts)
	require.NoError(t, err)
	t.Cleanup(a.receiver.Close)
	a.config = replication.WitnessConfig{
		Station: "land", Log: auditlog.NewLog(a.post.db), Origin: a.key.Verifier(), Witness: witness.Verifier(),
		Conn: a.bus.Station(t, "land", ""), Alerts: a.told, Now: time.Now, Logger: bustest.Log(t),
	}
	a.relay = replication.NewWitnessRelay(a.config)
	return a
}

// act writes n audit entries, numbers and signs them.
func (a *audited) act(t *testing.T, n int) {
	t.Helper()
	for range n {
		require.NoError(t, auditlog.Insert(t.Context(), a.post.db.Pool, entry(audit.Alteration)))
	}
	for {
		done, err := a.seq.Step(t.Context())
		require.NoError(t, err)
		if done == 0 {
			break
		}
	}
	_, err := a.seq.Sign(t.Context())
	require.NoError(t, err)
}

func (a *audited) pushAll(t *testing.T) {
	t.Helper()
	for {
		more, err := a.relay.Push(t.Context())
		require.NoError(t, err)
		if !more {
			return
		}
	}
}

func (a *audited) cosigned(t *testing.T) (size int64) {
	t.Helper()
	require.NoError(t, a.post.db.Pool.QueryRow(t.Context(), `SELECT coalesce(max(size), 0) FROM audit_cosignature`).Scan(&size))
	return size
}

func TestTheCentreWitnessesAStationsAuditLog(t *testing.T) {
	a := newAudited(t)
	a.pushAll(t)
	a.act(t, 2300) // more than one batch
	a.pushAll(t)
	require.Equal(t, int64(2300), a.cosigned(t))
	var held int
	require.NoError(t, a.central.Pool.QueryRow(t.Context(), `SELECT count(*) FROM witness_leaf`).Scan(&held))
	require.Equal(t, 2300, held)
	a.act(t, 5)
	a.pushAll(t)
	require.Equal(t, int64(2305), a.cosigned(t))
	require.Empty(t, a.told.codes())
	require.Empty(t, a.alerts.codes())
}

func TestAStationThatStartsAnewAsksWhereTheWitnessStands(t *testing.T) {
	a := newAudited(t)
	a.act(t, 50)
	a.pushAll(t)
	a.act(t, 1)
	a.relay = replication.NewWitnessRelay(a.config)
	a.pushAll(t)
	require.Equal(t, int64(51), a.cosigned(t))
}

func TestADatabaseThatIsAwayIsNoAlarm(t *testing.T) {
	a := newAudited(t)
	a.act(t, 5)
	admin := pgtest.Admin(t, a.post.db)
	limit := func(n int) {
		t.Helper()
		_, err := admin.Pool.Exec(t.Context(), fmt.Sprintf(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %%I CONNECTION LIMIT %d', current_database()); END $$`, n))
		require.NoError(t, err)
	}
	limit(0)
	_, err := admin.Pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	require.NoError(t, err)
	for range 3 {
		_, err := a.relay.Push(t.Context())
		require.ErrorIs(t, err, audit.ErrAway)
	}
	limit(-1)
	a.pushAll(t)
	require.Equal(t, int64(5), a.cosigned(t))
	require.Empty(t, a.told.codes())
}

func TestAnAuditLogThatShrankIsToldOnBothSides(t *testing.T) {
	a := newAudited(t)
	a.act(t, 20)
	a.pushAll(t)
	other := newPost(t, "land") // the station's database, restored from a time before
	a.post, a.seq = other, auditlog.NewSequencer(other.db, a.key, time.Now, bustest.Log(t))
	a.config.Log = auditlog.NewLog(other.db)
	a.relay = replication.NewWitnessRelay(a.config)
	a.act(t, 3)
	_, err := a.relay.Push(t.Context())
	require.Error(t, err)
	require.Equal(t, []replication.AlertCode{replication.AlertAudit}, a.told.codes())
	require.Equal(t, []replication.AlertCode{replication.AlertAudit}, a.alerts.codes())
	require.Zero(t, a.cosigned(t))
}

func entry(verb audit.Verb) audit.Entry {
	return audit.Entry{At: time.Now(), Actor: "a", Role: "administrator", Verb: verb, ObjectKind: "alert"}
}
