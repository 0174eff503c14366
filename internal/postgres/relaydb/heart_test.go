package relaydb_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/bus"
	"github.com/openbmis/openbmis/internal/bus/bustest"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/replication"
)

// beats remembers heartbeats at the centre.
type beats struct {
	mu   sync.Mutex
	list []replication.Heartbeat
	fail error
}

func (b *beats) Beat(_ context.Context, _ string, _ time.Time, beat replication.Heartbeat) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = append(b.list, beat)
	return b.fail
}

func (b *beats) last() replication.Heartbeat {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.list[len(b.list)-1]
}

// watched is a library whose centre remembers heartbeats and whose clock is an hour behind the station's.
func watched(t *testing.T) (*library, *beats, *replication.Heart) {
	t.Helper()
	l := newLibrary(t)
	l.receiver.Close()
	seen := &beats{}
	parts := l.parts(t)
	parts.Status = seen
	parts.Now = func() time.Time { return time.Now().Add(-time.Hour) }
	r, err := replication.NewReceiver(l.bus.Centre(t), parts)
	require.NoError(t, err)
	t.Cleanup(r.Close)
	l.receiver = r
	return l, seen, replication.NewHeart(replication.HeartConfig{
		Station: "land", Software: "1.2.3", Conn: l.bus.Station(t, "land", ""), Outbox: l.post.outbox, References: l.store,
		OnVersions: func(map[string]int64) { l.puller.Wake() }, Every: 2 * time.Second, Now: time.Now, Log: bustest.Log(t),
	})
}

func TestAHeartbeatSaysHowTheStationIs(t *testing.T) {
	l, seen, heart := watched(t)
	require.False(t, heart.Link().Online)
	l.publish(t, 1)
	require.NoError(t, l.puller.PullAll(t.Context()))
	l.post.cross(t, 3)
	l.post.number(t)
	require.NoError(t, heart.Beat(t.Context()))
	require.NoError(t, heart.Beat(t.Context()))
	beat := seen.last()
	require.Equal(t, "1.2.3", beat.Software)
	require.Equal(t, int64(3), beat.Backlog)
	require.Equal(t, int64(3), beat.LastSeq)
	require.False(t, beat.OldestAt.IsZero())
	require.Equal(t, int64(1), beat.Datasets[0].Version)
	require.Equal(t, alerts.ListsDataset, beat.Datasets[0].Dataset)
	require.InDelta(t, time.Hour, beat.ClockOffset, float64(5*time.Second), "the station's clock is an hour ahead")
	link := heart.Link()
	require.True(t, link.Online)
	require.False(t, link.LastContact.IsZero())
}

func TestDaysAreClaimedOnceAndAgainWhenTheyChange(t *testing.T) {
	l, seen, heart := watched(t)
	l.post.write(t, day, 2)
	l.post.number(t)
	require.NoError(t, heart.Beat(t.Context()))
	require.Len(t, seen.last().Days, 1)
	require.NoError(t, heart.Beat(t.Context()))
	require.Empty(t, seen.last().Days)
	l.post.write(t, day.AddDate(0, 0, 1), 1)
	l.post.number(t)
	require.NoError(t, heart.Beat(t.Context()))
	require.Len(t, seen.last().Days, 1)
	comparison, err := centraldb.NewCompleteness(l.central, time.Now).Compare(t.Context(), "land")
	require.NoError(t, err)
	require.Equal(t, []replication.Range{{Epoch: l.post.state(t).Epoch, First: 1, Last: 3}}, comparison.Missing, "the centre knows what it lacks")
}

func TestAStationsAlertsReachTheCentreOnce(t *testing.T) {
	l, seen, heart := watched(t)
	heart.Raise(t.Context(), replication.Alert{Station: "another", Code: replication.AlertDigest, Detail: "d"})
	seen.fail = context.DeadlineExceeded
	require.Error(t, heart.Beat(t.Context()))
	seen.fail = nil
	require.NoError(t, heart.Beat(t.Context()), "what was not stored is told again")
	require.Len(t, seen.last().Alerts, 1)
	require.NoError(t, heart.Beat(t.Context()))
	require.Empty(t, seen.last().Alerts)
	for _, a := range l.alerts.list {
		require.Equal(t, "land", a.Station, "a station speaks of itself")
	}
}

func TestAHeartThatIsNotHeardKnowsIt(t *testing.T) {
	l, _, heart := watched(t)
	require.NoError(t, heart.Beat(t.Context()))
	before := heart.Link()
	l.receiver.Close()
	require.Error(t, heart.Beat(t.Context()))
	require.False(t, heart.Link().Online)
	require.Equal(t, before.LastContact, heart.Link().LastContact)
}

// What a station may send that is not what its program sends: every one is answered, nothing is applied, nothing breaks.
func TestTheCentreAnswersNonsense(t *testing.T) {
	l, _, _ := watched(t)
	conn := l.bus.Station(t, "land", "")
	for _, subject := range []string{
		bus.PushSubject("land"), bus.CursorSubject("land"), bus.StatusSubject("land"), bus.ReferenceSubject(alerts.ListsDataset), bus.ReferenceSubject("NO SUCH"[:2]),
	} {
		for _, data := range []string{"", "{", "null", "BMB1", "[]", `{"have":-1}`, `{"epoch":7}`} {
			_, err := conn.Request(subject, []byte(data), patience)
			require.NoError(t, err, "%s %q", subject, data)
		}
	}
	require.Empty(t, l.applied(t, "land"))
	require.Equal(t, []replication.AlertCode{replication.AlertMalformed}, l.alerts.codes())
}

// A station that names another's inbox, or a subject of the centre's, as the place of its reply gets none.
func TestTheCentreSpeaksOnlyIntoTheAskersInbox(t *testing.T) {
	l, seen, _ := watched(t)
	conn := l.bus.Station(t, "land", "")
	spy, err := l.bus.Centre(t).SubscribeSync(">")
	require.NoError(t, err)
	question := []byte(`{"epoch":"` + uuid.NewString() + `"}`)
	for _, reply := range []string{bus.InboxPrefix("airport") + ".x", bus.PushSubject("airport"), bus.NewsSubject("x"), "_INBOX_landing.x", "x"} {
		require.NoError(t, conn.PublishRequest(bus.CursorSubject("land"), reply, question))
		require.NoError(t, conn.PublishRequest(bus.StatusSubject("land"), reply, []byte(`{}`)))
	}
	inbox := conn.NewInbox()
	require.NoError(t, conn.PublishRequest(bus.CursorSubject("land"), inbox, question))
	for {
		m, err := spy.NextMsg(patience)
		require.NoError(t, err)
		if m.Reply == "" {
			require.Equal(t, inbox, m.Subject, "the first answer is the honest one's")
			break
		}
	}
	require.Empty(t, seen.list)
	require.NoError(t, conn.LastError())
}
