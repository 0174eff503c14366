package relaydb_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/replication"
)

func TestEventsAreNumberedWithoutGapAndChained(t *testing.T) {
	p := newPost(t, "land")
	written := p.write(t, day, 7)
	require.Empty(t, p.pending(t), "a number is given only later")
	require.Equal(t, int64(7), p.state(t).Backlog)
	p.number(t)
	events := p.pending(t)
	require.Equal(t, written, ids(events))
	state := p.state(t)
	require.NoError(t, replication.VerifyChain(replication.Genesis("land", state.Epoch), events))
	require.Equal(t, int64(1), events[0].Seq)
	require.Equal(t, replication.Position{Seq: 7, Head: events[6].Hash}, state.Last)
	require.Equal(t, int64(7), state.Backlog)
	require.Equal(t, day, state.OldestAt)
}

func TestAnActThatIsRolledBackIsNotAnnounced(t *testing.T) {
	p := newPost(t, "land")
	fail := errors.New("no")
	require.ErrorIs(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
		require.NoError(t, relaydb.Append(t.Context(), tx, "act", 1, json.RawMessage(`{}`), day, uuid.New()))
		return fail
	}), fail)
	written := p.write(t, day, 2)
	p.number(t)
	require.Equal(t, written, ids(p.pending(t)), "and it leaves no hole")
}

// A transaction that takes its identity value first and commits last is the one that "id > last" would lose.
func TestAnEventThatCommitsLateIsNotLost(t *testing.T) {
	p := newPost(t, "land")
	late := uuid.New()
	tx, err := p.db.Pool.Begin(t.Context())
	require.NoError(t, err)
	require.NoError(t, relaydb.Append(t.Context(), tx, "act", 1, json.RawMessage(`{}`), day, late))
	early := p.write(t, day, 3)
	p.number(t)
	require.Equal(t, early, ids(p.pending(t)))
	require.NoError(t, tx.Commit(t.Context()))
	p.number(t)
	events := p.pending(t)
	require.Equal(t, append(early, late), ids(events))
	require.NoError(t, replication.VerifyChain(replication.Genesis("land", p.state(t).Epoch), events))
}

func TestPayloadsKeepEveryByte(t *testing.T) {
	p := newPost(t, "land")
	payloads := []string{`{"b":1,"a":2,"a":3}`, ` {"x" : 1.0e5, "y":"<&>\u00e9é\/"} `, "\n[1,\t2]\n", `"` + strings.Repeat("ü", 2000) + `"`, `null`}
	for i, payload := range payloads {
		p.append(t, uuid.New(), day.Add(time.Duration(i)), json.RawMessage(payload))
	}
	p.number(t)
	events := p.pending(t)
	for i := range events {
		require.Equal(t, payloads[i], string(events[i].Payload))
	}
	require.NoError(t, replication.VerifyChain(replication.Genesis("land", p.state(t).Epoch), events))
}

func TestAnEventBeyondTheBoundsIsRefusedWithItsReason(t *testing.T) {
	p := newPost(t, "land")
	for name, c := range map[string]struct {
		kind    string
		version int
		payload any
		id      uuid.UUID
		want    string
	}{
		"no kind":         {"", 1, json.RawMessage(`{}`), uuid.New(), "kind has 0 bytes, 1 to 64 expected"},
		"version":         {"act", 0, json.RawMessage(`{}`), uuid.New(), "version 0, 1 to 32767 expected"},
		"no id":           {"act", 1, json.RawMessage(`{}`), uuid.Nil, "id is empty"},
		"too large":       {"act", 1, json.RawMessage(`"` + strings.Repeat("x", 256<<10) + `"`), uuid.New(), "payload has 262146 bytes, 1 to 262144 expected"},
		"cannot be JSON":  {"act", 1, func() {}, uuid.New(), "payload: json: unsupported type"},
		"is no JSON":      {"act", 1, json.RawMessage(`{`), uuid.New(), "payload"},
		"is not anything": {"act", 1, json.RawMessage(``), uuid.New(), "payload"},
	} {
		t.Run(name, func(t *testing.T) {
			err := relaydb.Append(t.Context(), p.db.Pool, c.kind, c.version, c.payload, day, c.id)
			require.ErrorContains(t, err, c.want)
		})
	}
	require.Zero(t, p.state(t).Backlog)
}

func TestAnEventJoinsATransactionOfGORM(t *testing.T) {
	p := newPost(t, "land")
	id := uuid.New()
	require.NoError(t, p.db.InGormTx(t.Context(), func(tx *gorm.DB) error {
		return relaydb.Append(t.Context(), postgres.GormExecer(tx), "act", 2, map[string]int{"a": 1}, day, id)
	}))
	p.number(t)
	events := p.pending(t)
	require.Equal(t, []uuid.UUID{id}, ids(events))
	require.Equal(t, `{"a":1}`, string(events[0].Payload))
}

func TestInstantsAreCutToWhatTheDatabaseKeeps(t *testing.T) {
	p := newPost(t, "land")
	p.append(t, uuid.New(), time.Date(2026, 11, 20, 3, 4, 5, 123456999, time.FixedZone("", 3600)), json.RawMessage(`{}`))
	p.number(t)
	require.True(t, p.pending(t)[0].CreatedAt.Equal(time.Date(2026, 11, 20, 2, 4, 5, 123456000, time.UTC)))
}

func TestPendingIsBoundedByCountAndBytes(t *testing.T) {
	p := newPost(t, "land")
	for range 5 {
		p.append(t, uuid.New(), day, json.RawMessage(`"`+strings.Repeat("x", 998)+`"`))
	}
	p.number(t)
	for _, c := range []struct {
		after           int64
		limit, maxBytes int
		want            int
	}{{0, 3, 1 << 20, 3}, {3, 10, 1 << 20, 2}, {5, 10, 1 << 20, 0}, {0, 10, 2000, 2}, {0, 10, 2001, 3}, {2, 10, 1, 1}} {
		events, err := p.outbox.Pending(t.Context(), p.state(t).Epoch, c.after, c.limit, c.maxBytes)
		require.NoError(t, err)
		require.Len(t, events, c.want, "%+v", c)
	}
}

func TestManyMayNumberAtOnce(t *testing.T) {
	p := newPost(t, "land")
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range 25 {
				if err := relaydb.Append(t.Context(), p.db.Pool, "act", 1, json.RawMessage(`{}`), day, uuid.New()); err != nil {
					t.Error(err)
				}
				if _, err := p.outbox.Sequence(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	p.number(t)
	events := p.pending(t)
	require.Len(t, events, 100)
	require.NoError(t, replication.VerifyChain(replication.Genesis("land", p.state(t).Epoch), events))
}

func TestConfirmPrunesAndKeepsTheDaysCounts(t *testing.T) {
	p := newPost(t, "land")
	p.write(t, day.Add(24*time.Hour-3*time.Second), 5) // three before midnight, two after
	p.number(t)
	events := p.pending(t)
	epoch := p.state(t).Epoch
	want := replication.Summarise(epoch, events)
	require.Len(t, want, 2)
	require.Equal(t, want, p.days(t, epoch))
	for _, n := range []int{1, 1, 3, 4, 5} {
		p.confirm(t, events[n-1])
		require.Equal(t, ids(events[n:]), ids(p.pending(t)))
		require.Equal(t, want, p.days(t, epoch), "after confirming %d", n)
		require.Equal(t, int64(5-n), p.state(t).Backlog)
	}
	p.write(t, day.Add(24*time.Hour), 1)
	p.number(t)
	require.Equal(t, int64(6), p.pending(t)[0].Seq, "numbers go on after pruning")
	require.NoError(t, replication.VerifyChain(events[4].Hash, p.pending(t)))
	require.Equal(t, int64(3), p.days(t, epoch)[1].Count)
	later, err := p.outbox.Days(t.Context(), uuid.Nil, day.Add(24*time.Hour))
	require.NoError(t, err)
	require.Len(t, later, 1)
}

func TestConfirmRefusesAHistoryThatIsNotOurs(t *testing.T) {
	p := newPost(t, "land")
	epoch := p.state(t).Epoch
	genesis := replication.Genesis("land", epoch)
	require.NoError(t, p.outbox.Confirm(t.Context(), epoch, replication.Position{Head: genesis}))
	p.write(t, day, 4)
	p.number(t)
	events := p.pending(t)
	p.confirm(t, events[1])
	other := bytes.Repeat([]byte{7}, 32)
	for name, c := range map[string]struct {
		at   replication.Position
		want error
	}{
		"another hash at a pending event": {replication.Position{Seq: 3, Head: other}, replication.ErrDiverged},
		"another hash at the confirmed":   {replication.Position{Seq: 2, Head: other}, replication.ErrDiverged},
		"the centre knows more than we":   {replication.Position{Seq: 5, Head: other}, replication.ErrDiverged},
		"the centre forgot":               {replication.Position{Seq: 1, Head: events[0].Hash}, replication.ErrCentreBehind},
		"the centre forgot all":           {replication.Position{Seq: 0, Head: genesis}, replication.ErrCentreBehind},
	} {
		require.ErrorIs(t, p.outbox.Confirm(t.Context(), epoch, c.at), c.want, name)
		require.Equal(t, ids(events[2:]), ids(p.pending(t)), "nothing is pruned")
	}
}

func TestANewEpochCarriesWhatWasNotConfirmed(t *testing.T) {
	p := newPost(t, "land")
	written := p.write(t, day, 5)
	p.number(t)
	old := p.state(t).Epoch
	p.confirm(t, p.pending(t)[1])
	written = append(written, p.write(t, day.Add(time.Hour), 1)...) // not numbered when the epoch ends
	state, err := p.outbox.NewEpoch(t.Context(), "restored")
	require.NoError(t, err)
	_, err = p.outbox.Pending(t.Context(), old, 0, 10, 1<<20)
	require.ErrorIs(t, err, replication.ErrEpoch)
	require.ErrorIs(t, p.outbox.Confirm(t.Context(), old, replication.Position{Head: replication.Genesis("land", old)}), replication.ErrEpoch)
	require.NotEqual(t, old, state.Epoch)
	require.Equal(t, int64(4), state.Backlog)
	p.number(t)
	events := p.pending(t)
	require.Equal(t, written[2:], ids(events))
	require.NoError(t, replication.VerifyChain(replication.Genesis("land", state.Epoch), events))
	for _, e := range events {
		require.True(t, e.Carried)
	}
	ended := p.days(t, old)
	require.Len(t, ended, 1)
	require.Equal(t, int64(2), ended[0].Count, "what is carried is counted once, in the new epoch")
	require.Equal(t, replication.Summarise(state.Epoch, events), p.days(t, state.Epoch))
}

func TestADayOfWhichNothingWasConfirmedIsRetracted(t *testing.T) {
	p := newPost(t, "land")
	p.write(t, day, 2)
	p.number(t)
	old := p.state(t).Epoch
	require.Equal(t, int64(2), p.days(t, old)[0].Count)
	_, err := p.outbox.NewEpoch(t.Context(), "restored")
	require.NoError(t, err)
	ended := p.days(t, old)
	require.Len(t, ended, 1, "the centre must hear that the count is void")
	require.Zero(t, ended[0].Count)
	require.True(t, replication.CompareDays(ended, nil, nil).Complete())
}
