package abisnats_test

import (
	"bytes"
	"context"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/abis/abistest"
	"github.com/openbmis/openbmis/internal/abisnats"
)

// short makes what is not answered fail soon.
func short(c *abisnats.ClientConfig) { c.Deadline = 300 * time.Millisecond }

// waiting is how many requests nobody has answered.
func (w *world) waiting(t *testing.T) uint64 {
	t.Helper()
	js, err := jetstream.New(w.conn)
	require.NoError(t, err)
	stream, err := js.Stream(t.Context(), abisnats.RequestStream)
	require.NoError(t, err)
	info, err := stream.Info(t.Context())
	require.NoError(t, err)
	return info.State.Msgs
}

func TestAnABISThatIsAwayIsAnErrorAndIsAskedAgainLater(t *testing.T) {
	people := abistest.NewPeople()
	w := newWorld(t, func(c *abisnats.ClientConfig) { c.Deadline = 3 * time.Second }, nil)
	require.NoError(t, w.client.Insert(t.Context(), abistest.Reference(1), people.Fingers(t, 1, 1, false)))
	require.Eventually(t, func() bool { return w.waiting(t) == 0 }, time.Minute, time.Millisecond, "the ABIS takes a request away once it has answered")
	w.stop()
	probe := people.Fingers(t, 1, 2, true)
	o := abis.Options{Request: uuid.New(), Threshold: abistest.Threshold}
	soon, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := w.client.Identify(soon, probe, o)
	require.ErrorIs(t, err, abis.ErrAway, "never: nobody was found")
	require.EqualValues(t, 1, w.waiting(t), "the request stays")
	require.Len(t, objects(t, w.conn), 1, "and so do the biometrics")

	soon, cancel = context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err = w.client.Identify(soon, probe, o)
	require.ErrorIs(t, err, abis.ErrAway)
	require.EqualValues(t, 1, w.waiting(t), "asked again it is still one request")

	soon, cancel = context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	require.ErrorIs(t, w.client.Ping(soon), abis.ErrAway)
	require.EqualValues(t, 1, w.waiting(t), "a ping is taken back")

	w.serve(t, nil) // another ABIS process, which has forgotten everybody
	answer, err := w.client.Identify(t.Context(), probe, o)
	require.NoError(t, err)
	require.Empty(t, answer.Candidates)
	require.Eventually(t, func() bool { return w.waiting(t) == 0 }, time.Minute, 10*time.Millisecond)
	require.Empty(t, objects(t, w.conn))
}

func TestAnAnswerThatCameTooLateIsFoundLater(t *testing.T) {
	people := abistest.NewPeople()
	release := make(chan struct{})
	var asked atomic.Int32
	w := newWorld(t, short, func(s *abis.Service) func(context.Context, uuid.UUID, []byte) []abis.Response {
		return func(ctx context.Context, request uuid.UUID, message []byte) []abis.Response {
			asked.Add(1)
			<-release
			return straight(s)(ctx, request, message)
		}
	})
	o := abis.Options{Request: uuid.New()}
	probe := people.Fingers(t, 1, 1, false)
	_, err := w.client.Identify(t.Context(), probe, o)
	require.ErrorIs(t, err, abis.ErrAway)
	close(release)
	require.Eventually(t, func() bool { return w.waiting(t) == 0 }, time.Minute, 10*time.Millisecond)
	require.Len(t, objects(t, w.conn), 1)
	_, err = w.client.Identify(t.Context(), probe, o)
	require.NoError(t, err)
	require.EqualValues(t, 1, asked.Load(), "the ABIS was asked once")
	require.Empty(t, objects(t, w.conn))
}

func TestALineThatIsDownIsAway(t *testing.T) {
	people := abistest.NewPeople()
	w := newWorld(t, short, nil)
	require.NoError(t, w.client.Ping(t.Context()))
	w.stop()
	w.bus.Stop()
	probe := people.Fingers(t, 1, 1, false)
	_, err := w.client.Identify(t.Context(), probe, abis.Options{Request: uuid.New()})
	require.ErrorIs(t, err, abis.ErrAway)
	require.ErrorIs(t, w.client.Insert(t.Context(), abistest.Reference(1), probe), abis.ErrAway)
	w.bus.Start(t) // so that the end of the test finds one to stop
}

func TestBiometricsAreSealedAndGoWithTheAnswer(t *testing.T) {
	people := abistest.NewPeople()
	w := newWorld(t, nil, nil)
	w.stop()
	enrolled := people.Fingers(t, 1, 1, true)
	soon, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	require.ErrorIs(t, w.client.Insert(soon, abistest.Reference(1), enrolled), abis.ErrAway)
	list := objects(t, w.conn)
	require.Len(t, list, 1)
	js, err := jetstream.New(w.conn)
	require.NoError(t, err)
	store, err := js.ObjectStore(t.Context(), abisnats.Bucket)
	require.NoError(t, err)
	object, err := store.Get(t.Context(), list[0].Name)
	require.NoError(t, err)
	seen, err := io.ReadAll(object)
	require.NoError(t, err)
	plain, err := abis.Open(abisKey(), seen)
	require.NoError(t, err)
	require.True(t, bytes.Contains(plain, []byte("Right IndexFinger")))
	require.False(t, bytes.Contains(seen, []byte("Finger")))

	stream, err := js.Stream(t.Context(), abisnats.RequestStream)
	require.NoError(t, err)
	message, err := stream.GetMsg(t.Context(), 1)
	require.NoError(t, err)
	request, err := abis.ParseRequest(message.Data)
	require.NoError(t, err)
	require.Equal(t, abistest.Reference(1), request.ReferenceID)
	require.Less(t, len(message.Data), 600, "nothing biometric is in a message")
}

func TestAnABISThatMisbehaves(t *testing.T) {
	people := abistest.NewPeople()
	probe := people.Fingers(t, 1, 2, false)
	var twist func(abis.Response) []abis.Response
	w := newWorld(t, func(c *abisnats.ClientConfig) {
		c.Deadline = 5 * time.Second
		c.Known = func(_ context.Context, references []uuid.UUID) (unknown []uuid.UUID, err error) {
			for _, r := range references {
				if r[0] != abistest.Reference(1)[0] {
					unknown = append(unknown, r)
				}
			}
			return unknown, nil
		}
	}, func(s *abis.Service) func(context.Context, uuid.UUID, []byte) []abis.Response {
		return func(ctx context.Context, request uuid.UUID, message []byte) []abis.Response {
			return twist(straight(s)(ctx, request, message)[0])
		}
	})
	honest := func(r abis.Response) []abis.Response { return []abis.Response{r} }
	twist = honest
	require.NoError(t, w.client.Insert(t.Context(), abistest.Reference(1), people.Fingers(t, 1, 1, false)))
	identify := func() (abis.Answer, error) {
		return w.client.Identify(t.Context(), probe, abis.Options{Request: uuid.New(), Threshold: abistest.Threshold})
	}

	twist = func(r abis.Response) []abis.Response { // twice, the second time with somebody else
		other := r
		other.Candidates = nil
		return []abis.Response{r, other}
	}
	o := abis.Options{Request: uuid.New(), Threshold: abistest.Threshold}
	for range 2 {
		answer, err := w.client.Identify(t.Context(), probe, o)
		require.NoError(t, err)
		require.Len(t, answer.Candidates, 1, "the first answer counts, now and later")
	}

	twist = func(r abis.Response) []abis.Response {
		r.Candidates = append([]abis.ResponseCandidate{{Reference: uuid.New()}}, r.Candidates...)
		return []abis.Response{r}
	}
	answer, err := identify()
	require.NoError(t, err)
	require.Len(t, answer.Candidates, 1)
	require.Equal(t, 1, answer.Unknown, "a candidate that nobody knows is told, not shown")

	twist = func(r abis.Response) []abis.Response { // scores of a scale of its own
		for i := range r.Candidates {
			r.Candidates[i].Analytics, r.Candidates[i].Modalities = map[string]string{"confidence": "97"}, nil
		}
		r.Analytics = nil
		return []abis.Response{r}
	}
	answer, err = identify()
	require.NoError(t, err)
	require.InDelta(t, abistest.Threshold, answer.Candidates[0].Score, 0, "at least what was asked for")
	require.Equal(t, -1, answer.Compared)
	require.Equal(t, "test", answer.Engine)

	twist = func(r abis.Response) []abis.Response { r.RequestID = uuid.New(); return []abis.Response{r} }
	_, err = identify()
	require.ErrorContains(t, err, "requestId")

	for _, reason := range abis.Reasons() {
		twist = func(r abis.Response) []abis.Response {
			return []abis.Response{{ID: r.ID, RequestID: r.RequestID, ResponseTime: r.ResponseTime, Reason: reason}}
		}
		_, err := identify()
		require.True(t, abis.FailedFor(err, reason), "%d: %v", reason, err)
	}
	require.Empty(t, objects(t, w.conn))
}

func TestARequestThatFailedIsAskedAnewUnderItsName(t *testing.T) {
	people := abistest.NewPeople()
	var failing atomic.Bool
	w := newWorld(t, nil, func(s *abis.Service) func(context.Context, uuid.UUID, []byte) []abis.Response {
		return func(ctx context.Context, request uuid.UUID, message []byte) []abis.Response {
			responses := straight(s)(ctx, request, message)
			if failing.Load() {
				responses[0].Reason = abis.InternalError
			}
			return responses
		}
	})
	require.NoError(t, w.client.Insert(t.Context(), abistest.Reference(1), people.Fingers(t, 1, 1, false)))
	o := abis.Options{Request: uuid.New(), Threshold: abistest.Threshold}
	probe := people.Fingers(t, 1, 2, false)
	failing.Store(true)
	for range 2 {
		_, err := w.client.Identify(t.Context(), probe, o)
		require.True(t, abis.FailedFor(err, abis.InternalError), "%v", err)
	}
	failing.Store(false)
	answer, err := w.client.Identify(t.Context(), probe, o)
	require.NoError(t, err)
	require.Len(t, answer.Candidates, 1)
}

func TestStrayMessagesDoNoHarm(t *testing.T) {
	w := newWorld(t, nil, nil)
	js, err := jetstream.New(w.conn)
	require.NoError(t, err)
	for _, subject := range []string{"abis.requests.nobody", "abis.responses.nobody", "abis.responses." + uuid.NewString()} {
		_, err := js.Publish(t.Context(), subject, []byte("junk"))
		require.NoError(t, err)
	}
	broken := uuid.New()
	_, err = js.Publish(t.Context(), "abis.requests."+broken.String(), []byte("junk"))
	require.NoError(t, err)
	require.NoError(t, w.client.Ping(t.Context()))
	require.Eventually(t, func() bool { return w.waiting(t) == 0 }, time.Minute, 10*time.Millisecond)
	responses, err := js.Stream(t.Context(), abisnats.ResponseStream)
	require.NoError(t, err)
	answer, err := responses.GetLastMsgForSubject(t.Context(), "abis.responses."+broken.String())
	require.NoError(t, err, "what cannot be read is answered too")
	require.Contains(t, string(answer.Data), `"failureReason":"4"`)
	pending, err := w.client.Pending(t.Context())
	require.NoError(t, err)
	require.Zero(t, pending)
}
