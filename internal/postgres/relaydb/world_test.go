package relaydb_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/replication/replicationtest"
)

// day is the day on which most of these tests play.
var day = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

// post is a station: its database and its outbox.
type post struct {
	name   string
	db     *postgres.DB
	outbox *relaydb.Outbox
}

func newPost(t testing.TB, name string) *post {
	t.Helper()
	p := openPost(pgtest.New(t, migrations.Station), name)
	_, err := p.outbox.NewEpoch(t.Context(), "first start") // databases cloned from one template begin with the same
	require.NoError(t, err)
	return p
}

func openPost(db *postgres.DB, name string) *post {
	return &post{name: name, db: db, outbox: relaydb.NewOutbox(db, name, uuid.New, time.Now)}
}

// write appends events, one transaction each, a second apart from an instant on.
func (p *post) write(t testing.TB, from time.Time, n int) []uuid.UUID {
	t.Helper()
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7())
		p.append(t, ids[i], from.Add(time.Duration(i)*time.Second), json.RawMessage(fmt.Sprintf(`{"n":%d}`, i)))
	}
	return ids
}

func (p *post) append(t testing.TB, id uuid.UUID, at time.Time, payload any) {
	t.Helper()
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
		return relaydb.Append(t.Context(), tx, "act", 1, payload, at, id)
	}))
}

// number numbers all that is committed.
func (p *post) number(t testing.TB) {
	t.Helper()
	for {
		n, err := p.outbox.Sequence(t.Context())
		require.NoError(t, err)
		if n == 0 {
			return
		}
	}
}

func (p *post) pending(t testing.TB) []replication.Event {
	t.Helper()
	events, err := p.outbox.Pending(t.Context(), p.state(t).Epoch, 0, 1<<30, 1<<40)
	require.NoError(t, err)
	return events
}

func (p *post) state(t testing.TB) replication.OutboxState {
	t.Helper()
	s, err := p.outbox.State(t.Context())
	require.NoError(t, err)
	return s
}

func (p *post) confirm(t testing.TB, e replication.Event) {
	t.Helper()
	require.NoError(t, p.outbox.Confirm(t.Context(), p.state(t).Epoch, replication.Position{Seq: e.Seq, Head: e.Hash}))
}

func (p *post) days(t testing.TB, epoch uuid.UUID) []replication.DaySummary {
	t.Helper()
	days, err := p.outbox.Days(t.Context(), epoch, time.Time{})
	require.NoError(t, err)
	return days
}

func ids(events []replication.Event) []uuid.UUID { return replicationtest.IDs(events) }
