package door_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/client"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/problem"
)

// answerer answers as it is told.
type answerer struct {
	answer      func(context.Context, apipnr.Envelope) ([]byte, error)
	acknowledge func(apipnr.Envelope) error
}

func (a answerer) Answer(ctx context.Context, e apipnr.Envelope) ([]byte, error) {
	return a.answer(ctx, e)
}

func (a answerer) Acknowledge(_ context.Context, e apipnr.Envelope) error { return a.acknowledge(e) }

func echo(_ context.Context, e apipnr.Envelope) ([]byte, error) {
	return append([]byte(e.Carrier+" "), e.Body...), nil
}

func TestInteractiveRequestsAreAnsweredEachTime(t *testing.T) {
	var mu sync.Mutex
	ids := map[string]bool{}
	p := open(t, func(c *door.Config) {
		c.Answerer = answerer{answer: func(ctx context.Context, e apipnr.Envelope) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			ids[e.ID.String()] = true
			require.Equal(t, apipnr.GatewayInteractive, e.Gateway)
			return echo(ctx, e)
		}}
	})
	for _, carrier := range []string{"XA", "XB"} {
		c, err := client.Over(p.Carrier(t, carrier), carrier)
		require.NoError(t, err)
		for range 2 {
			got, err := c.Check(t.Context(), []byte(paxlst), patience)
			require.NoError(t, err)
			require.Equal(t, carrier+" "+paxlst, string(got))
		}
	}
	require.Len(t, ids, 4, "the same bytes asked twice are two requests")
}

func TestTheCarriersDeadlineIsTheAnswerers(t *testing.T) {
	deadlines := make(chan time.Time, 1)
	p := open(t, func(c *door.Config) {
		c.Answerer = answerer{answer: func(ctx context.Context, e apipnr.Envelope) ([]byte, error) {
			at, _ := ctx.Deadline()
			deadlines <- at
			return echo(ctx, e)
		}}
	})
	conn := p.Carrier(t, "XA")
	at := time.Now().Add(3 * time.Second).UTC().Round(0)
	for _, x := range []struct {
		header, value string
		earliest      time.Duration
		latest        time.Duration
	}{
		{door.HeaderDeadline, at.Format(time.RFC3339Nano), 0, 3 * time.Second},
		{door.HeaderTimeout, "1500", 0, 3 * time.Second / 2},
		{"X-None", "x", 3 * time.Second, 4 * time.Second},
		{door.HeaderTimeout, "3600000", 9 * time.Second, 10 * time.Second},
		{door.HeaderDeadline, "2126-01-01T00:00:00Z", 9 * time.Second, 10 * time.Second},
	} {
		before := time.Now()
		answer := ask(t, conn, gate.CheckSubject("XA"), []byte(paxlst), x.header, x.value)
		require.Nil(t, door.RefusalIn(answer))
		got := <-deadlines
		require.False(t, got.Before(before.Add(x.earliest)), x.value)
		require.False(t, got.After(time.Now().Add(x.latest)), x.value)
	}
	refusedWith(t, ask(t, conn, gate.CheckSubject("XA"), []byte(paxlst), door.HeaderDeadline, "2020-01-01T00:00:00Z"), http.StatusGatewayTimeout, "deadline_passed")
	refusedWith(t, ask(t, conn, gate.CheckSubject("XA"), []byte(paxlst), door.HeaderDeadline, "noon"), 400, "deadline")
	refusedWith(t, ask(t, conn, gate.CheckSubject("XA"), []byte(paxlst), door.HeaderTimeout, "-1"), 400, "timeout")
}

// More at once than can be answered: each gets an answer all the same, most of them that it was too much.
func TestOverloadIsSaidNeverSilent(t *testing.T) {
	release := make(chan struct{})
	p := open(t, func(c *door.Config) {
		c.Workers = 2
		c.Answerer = answerer{answer: func(ctx context.Context, e apipnr.Envelope) ([]byte, error) {
			<-release
			return echo(ctx, e)
		}}
	})
	conn := p.Carrier(t, "XA")
	const many = 900
	answers := make(chan *nats.Msg, many)
	inbox := conn.NewInbox()
	_, err := conn.Subscribe(inbox+".*", func(m *nats.Msg) { answers <- m })
	require.NoError(t, err)
	for i := range many {
		require.NoError(t, conn.PublishRequest(gate.CheckSubject("XA"), inbox+"."+string(rune('A'+i%26))+strings.Repeat("x", i/26), []byte(paxlst)))
	}
	first := <-answers // nothing is released yet
	refusedWith(t, first, http.StatusServiceUnavailable, "overload")
	close(release)
	answered, refused := 0, 1
	for answered+refused < many {
		select {
		case m := <-answers:
			if door.RefusalIn(m) == nil {
				answered++
			} else {
				refused++
			}
		case <-time.After(patience):
			t.Fatalf("silence: %d answered, %d refused of %d", answered, refused, many)
		}
	}
	require.GreaterOrEqual(t, answered, 512, "what found room in the queue")
}

func TestAnErrorOfOursIsNotShownToTheCarrier(t *testing.T) {
	p := open(t, func(c *door.Config) {
		c.Answerer = answerer{
			answer:      func(context.Context, apipnr.Envelope) ([]byte, error) { return nil, errors.New("ALMARA ADA in row 7") },
			acknowledge: func(apipnr.Envelope) error { return errors.New("ALMARA ADA in row 7") },
		}
	})
	conn := p.Carrier(t, "XA")
	for _, subject := range []string{gate.CheckSubject("XA"), gate.AckSubject("XA")} {
		answer := ask(t, conn, subject, []byte(paxlst))
		refusedWith(t, answer, http.StatusServiceUnavailable, "unavailable")
		require.NotContains(t, answer.Header.Get(door.HeaderError), "ALMARA")
	}
}

// What can never be answered, or means nothing of ours, is not to be sent again; what is our fault is.
func TestWhatCannotBeAnsweredIsNotToBeSentAgain(t *testing.T) {
	p := open(t, func(c *door.Config) {
		c.Answerer = answerer{
			answer: func(_ context.Context, e apipnr.Envelope) ([]byte, error) {
				lacks := problem.New(problem.Invalid, "board.no_list")
				if string(e.Body) == "rubbish" {
					return nil, lacks
				}
				return nil, problem.New(problem.Unavailable, "board.not_kept").Because(lacks)
			},
			acknowledge: func(apipnr.Envelope) error { return problem.New(problem.NotFound, "board.no_notice") },
		}
	})
	conn := p.Carrier(t, "XA")
	refusedWith(t, ask(t, conn, gate.CheckSubject("XA"), []byte("rubbish")), http.StatusUnprocessableEntity, "no_list")
	refusedWith(t, ask(t, conn, gate.CheckSubject("XA"), []byte(paxlst)), http.StatusServiceUnavailable, "unavailable")
	refusedWith(t, ask(t, conn, gate.AckSubject("XA"), []byte(paxlst)), http.StatusNotFound, "no_notice")
}

func TestWithoutAnAnswererCarriersAreTold(t *testing.T) {
	p := open(t, nil)
	refusedWith(t, ask(t, p.Carrier(t, "XA"), gate.CheckSubject("XA"), []byte(paxlst)), http.StatusNotImplemented, "interactive_off")
}

// listen reads what the State sends until n have been taken.
func listen(t testing.TB, conn *nats.Conn, carrier string, n int, take func(client.Incoming) error) []client.Incoming {
	t.Helper()
	c, err := client.Over(conn, carrier)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var got []client.Incoming
	err = c.Listen(ctx, func(in client.Incoming) error {
		if take != nil {
			if err := take(in); err != nil {
				return err
			}
		}
		if got = append(got, in); len(got) == n {
			cancel()
		}
		return nil
	})
	if take == nil {
		require.NoError(t, err)
	}
	return got
}

func TestWhatTheStateSendsWaitsForTheCarrier(t *testing.T) {
	acked := make(chan apipnr.Envelope, 1)
	p := open(t, func(c *door.Config) {
		c.Answerer = answerer{acknowledge: func(e apipnr.Envelope) error { acked <- e; return nil }}
	})
	require.NoError(t, p.Send(t.Context(), "XA", "m1", []byte("UNB+132'")))
	require.NoError(t, p.Send(t.Context(), "XA", "m1", []byte("UNB+132'")), "again, harmless")
	require.NoError(t, p.Notify(t.Context(), "XA", "n1", []byte(`{"late":1}`)))
	require.NoError(t, p.Send(t.Context(), "XB", "m1", []byte("UNB+other'")))
	require.Error(t, p.Send(t.Context(), "XC", "m1", []byte("x")), "a carrier that nobody admitted")
	require.Error(t, p.Send(t.Context(), "X.>", "m1", []byte("x")))

	failed := errors.New("disk full")
	conn := p.Carrier(t, "XA")
	listen(t, conn, "XA", 1, func(client.Incoming) error { return failed })
	got := listen(t, conn, "XA", 2, nil)
	require.Len(t, got, 2, "what was not taken comes again, and nothing twice")
	bodies := map[string]client.Incoming{string(got[0].Body): got[0], string(got[1].Body): got[1]}
	require.True(t, bodies["UNB+132'"].Unsolicited)
	require.Equal(t, "m1", bodies["UNB+132'"].ID)
	require.False(t, bodies[`{"late":1}`].Unsolicited)

	c, err := client.Over(conn, "XA")
	require.NoError(t, err)
	require.NoError(t, c.Acknowledge(t.Context(), []byte("UNB+312'")))
	e := <-acked
	require.Equal(t, "XA", e.Carrier)
	require.True(t, bytes.HasPrefix(e.Body, []byte("UNB+312")))

	other := listen(t, p.Carrier(t, "XB"), "XB", 1, nil)
	require.Equal(t, "UNB+other'", string(other[0].Body))
	_, err = p.Carrier(t, "XB").Request(gate.APIPrefix+".CONSUMER.MSG.NEXT."+gate.OutStream("XA")+"."+gate.Reader, []byte("1"), 200*time.Millisecond)
	require.Error(t, err, "and of another's nothing")
}
