package door_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/problem"
)

// later is a clock that can be set ahead.
type later struct{ by atomic.Int64 }

func (l *later) now() time.Time                { return time.Now().Add(time.Duration(l.by.Load())) }
func (l *later) ahead(by time.Duration)        { l.by.Store(int64(by)) }
func (l *later) ago(d time.Duration) time.Time { return l.now().Add(-d) }

const day = 24 * time.Hour

func (p *place) stream(t testing.TB, name string) *jetstream.StreamInfo {
	t.Helper()
	js, err := jetstream.New(p.Inside(t))
	require.NoError(t, err)
	stream, err := js.Stream(t.Context(), name)
	require.NoError(t, err)
	return stream.CachedInfo()
}

// floored waits until the consumer has acknowledged up to a sequence.
func (p *place) floored(t testing.TB, sequence uint64) {
	t.Helper()
	js, err := jetstream.New(p.Inside(t))
	require.NoError(t, err)
	consumer, err := js.Consumer(t.Context(), door.Ingest, "keeper")
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		info, err := consumer.Info(t.Context())
		return err == nil && info.AckFloor.Stream >= sequence
	}, patience, time.Millisecond)
}

func TestNothingThatIsTheOnlyCopyHasAnAge(t *testing.T) {
	p := open(t, nil)
	for _, name := range []string{door.Ingest, door.Parked} {
		c := p.stream(t, name).Config
		require.Zero(t, c.MaxAge, name)
		require.Equal(t, jetstream.DiscardNew, c.Discard, name)
		require.EqualValues(t, -1, c.MaxMsgs, name)
		require.EqualValues(t, -1, c.MaxMsgsPerSubject, name)
	}
}

// The database is away for three days, the centre is started again meanwhile, and the sweep goes over the stream again and again: what was
// receipted is there, is not laid aside for its age, and is kept when the database is back. Only then it goes, when it need not be known.
func TestWhatIsNotKeptStaysHoweverOldItIs(t *testing.T) {
	clock := &later{}
	tried := make(chan struct{}, 10_000)
	p := open(t, func(c *door.Config) { c.Now = clock.now; c.Pause = time.Millisecond; c.Attempts = 3 })
	p.keeper.failing(func(apipnr.Envelope) error { tried <- struct{}{}; return errDown })
	conn := p.Carrier(t, "XA")
	told := map[string]bool{}
	for _, text := range []string{"one", "two", "three"} {
		told[receipt(t, ask(t, conn, gate.BatchSubject("XA"), []byte(text))).ID.String()] = true
	}
	clock.ahead(3 * day)
	require.NoError(t, p.Sweep(t.Context()))
	_, err := p.Purge(t.Context(), clock.ago(2*day))
	require.NoError(t, err)
	p.Close()
	p.Stop()
	p.Start(t)
	config := p.config(t)
	config.Now, config.Pause, config.Attempts = clock.now, time.Millisecond, 3
	p.Door, err = door.Open(context.WithoutCancel(t.Context()), config)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	for range 30 { // many more than Attempts, of each
		<-tried
	}
	require.NoError(t, p.Sweep(t.Context()))
	require.EqualValues(t, 3, p.stream(t, door.Ingest).State.Msgs)
	_, parked, err := p.asides(t)
	require.NoError(t, err)
	require.Zero(t, parked)

	p.keeper.failing(nil)
	for range 3 {
		delete(told, p.keeper.next(t).ID.String())
	}
	require.Empty(t, told)
	p.floored(t, 3)
	require.NoError(t, p.Sweep(t.Context()))
	require.Zero(t, p.stream(t, door.Ingest).State.Msgs, "kept, and too old to come again")
}

func TestWhatIsKeptStaysUntilItNeedNotBeKnownAgain(t *testing.T) {
	clock := &later{}
	p := open(t, func(c *door.Config) { c.Now = clock.now })
	receipt(t, ask(t, p.Carrier(t, "XA"), gate.BatchSubject("XA"), []byte(paxlst)))
	p.keeper.next(t)
	p.floored(t, 1)
	clock.ahead(23 * time.Hour)
	require.NoError(t, p.Sweep(t.Context()))
	require.EqualValues(t, 1, p.stream(t, door.Ingest).State.Msgs)
	clock.ahead(25 * time.Hour)
	require.NoError(t, p.Sweep(t.Context()))
	require.Zero(t, p.stream(t, door.Ingest).State.Msgs)
	require.NoError(t, p.Sweep(t.Context()), "of nothing")
}

// One message fails for a reason that waiting might heal, while all others are kept: it is laid aside; it holds up nobody.
func TestAMessageThatAloneCannotBeKeptIsLaidAside(t *testing.T) {
	p := open(t, func(c *door.Config) { c.Pause = time.Millisecond; c.Attempts = 3 })
	tried := make(chan struct{}, 10_000)
	p.keeper.failing(func(e apipnr.Envelope) error {
		if string(e.Body) == "poison" {
			tried <- struct{}{}
			return problem.New(problem.Unavailable, "unavailable").Because(errors.New("this one alone"))
		}
		return nil
	})
	conn := p.Carrier(t, "XA")
	receipt(t, ask(t, conn, gate.BatchSubject("XA"), []byte("poison")))
	for range 12 {
		<-tried
	}
	_, parked, err := p.asides(t)
	require.NoError(t, err)
	require.Zero(t, parked, "nothing else was kept: the keeper may be away")
	require.Eventually(t, func() bool {
		receipt(t, ask(t, conn, gate.BatchSubject("XA"), []byte("sound "+time.Now().String())))
		p.keeper.next(t)
		_, parked, err = p.asides(t)
		return err == nil && parked == 1
	}, patience, time.Millisecond)
}

func TestTheLawEndsWhatIsLaidAsideAndWhatWasSentAndSaysSo(t *testing.T) {
	clock := &later{}
	p := open(t, func(c *door.Config) { c.Now = clock.now; c.Pause = time.Millisecond; c.Attempts = 1 })
	p.keeper.failing(func(apipnr.Envelope) error { return problem.New(problem.Invalid, "poisoned") })
	conn := p.Carrier(t, "XA")
	first := receipt(t, ask(t, conn, gate.BatchSubject("XA"), []byte("POISON 1")))
	receipt(t, ask(t, conn, gate.BatchSubject("XA"), []byte("POISON 2")))
	require.NoError(t, p.Send(t.Context(), "XA", "m1", []byte("UNB+132'")))
	require.NoError(t, p.Notify(t.Context(), "XB", "n1", []byte(`{}`)))
	var list []door.Aside
	parked := func() int {
		var total int
		var err error
		list, total, err = p.asides(t)
		require.NoError(t, err)
		return total
	}
	require.Eventually(t, func() bool { return parked() == 2 }, patience, time.Millisecond)
	require.Len(t, list, 2)
	p.floored(t, 2)

	done, err := p.Purge(t.Context(), clock.ago(day))
	require.NoError(t, err)
	require.Equal(t, door.Purged{}, done)
	require.Equal(t, 2, parked())
	old := list[0].Sequence

	clock.ahead(2 * day)
	done, err = p.Purge(t.Context(), clock.ago(day))
	require.NoError(t, err)
	require.Equal(t, door.Purged{Parked: 2, Sent: 2}, done)
	require.Zero(t, parked())
	require.Len(t, list, 2, "the marks")
	ids := []string{list[0].ID, list[1].ID}
	require.Contains(t, ids, first.ID.String())
	for _, one := range list {
		require.False(t, one.EndedAt.IsZero())
		require.False(t, one.ParkedAt.IsZero())
		require.Equal(t, "XA", one.Carrier)
		require.Equal(t, "poisoned", one.Reason)
		require.ErrorIs(t, p.Retry(t.Context(), one.Sequence), problem.New(problem.NotFound, "parked_gone"))
	}
	require.ErrorIs(t, p.Retry(t.Context(), old), problem.New(problem.NotFound, "parked_gone"))
	js, err := jetstream.New(p.Inside(t))
	require.NoError(t, err)
	require.NotContains(t, everything(t, js, door.Parked), "POISON")
	for _, carrier := range []string{"XA", "XB"} {
		require.Zero(t, p.stream(t, gate.OutStream(carrier)).State.Msgs)
	}
	done, err = p.Purge(t.Context(), clock.ago(day))
	require.NoError(t, err)
	require.Equal(t, door.Purged{}, done)
	require.Zero(t, parked())
	require.NotContains(t, everything(t, js, door.Ingest), "POISON", "in the stream it was acknowledged, and is past its day")
}
