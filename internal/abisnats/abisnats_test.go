package abisnats_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/abis/abistest"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/internal/abisnats"
	"github.com/openbmis/openbmis/internal/bus/bustest"
)

// abisKey is the ABIS's key, made once.
var abisKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, abis.MinRSA)
	if err != nil {
		panic(err)
	}
	return key
})

func recipient(t *testing.T) abis.Recipient {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(abisKey().Public())
	require.NoError(t, err)
	r, err := abis.NewRecipient(der)
	require.NoError(t, err)
	return r
}

// world is a real bus, an ABIS on it that answers by our engine, and a client of it.
type world struct {
	bus    *bustest.Bus
	conn   *nats.Conn
	client *abisnats.Client
	server *abisnats.Server
	stop   func()
}

// newWorld starts all of it; answer nil: the service's own.
func newWorld(t *testing.T, change func(*abisnats.ClientConfig), answer func(*abis.Service) func(context.Context, uuid.UUID, []byte) []abis.Response) *world {
	t.Helper()
	b := bustest.New(t)
	w := &world{bus: b, conn: b.Centre(t)}
	config := abisnats.ClientConfig{
		Conn: w.conn, Name: "test", Recipient: recipient(t), NewID: uuid.New, Now: time.Now, Random: rand.Reader, Log: bustest.Log(t),
	}
	if change != nil {
		change(&config)
	}
	var err error
	w.client, err = abisnats.NewClient(config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.client.Close()) })
	w.serve(t, answer)
	return w
}

// serve starts an ABIS that holds nobody.
func (w *world) serve(t *testing.T, answer func(*abis.Service) func(context.Context, uuid.UUID, []byte) []abis.Response) {
	t.Helper()
	var service *abis.Service
	config := abisnats.ServerConfig{Conn: w.bus.Centre(t), Log: bustest.Log(t)}
	config.Answer = func(ctx context.Context, request uuid.UUID, message []byte) []abis.Response {
		if answer != nil {
			return answer(service)(ctx, request, message)
		}
		return straight(service)(ctx, request, message)
	}
	server, err := abisnats.NewServer(t.Context(), config)
	require.NoError(t, err)
	w.server = server
	service = abis.NewService(abis.ServiceConfig{
		Engine: abis.NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), time.Now),
		Key:    abisKey(), Fetch: server.Fetch, Pending: server.Pending, Now: time.Now,
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()
	var once sync.Once
	w.stop = func() {
		once.Do(func() {
			cancel()
			require.NoError(t, <-done)
		})
	}
	t.Cleanup(w.stop)
}

// straight is an ABIS that behaves.
func straight(s *abis.Service) func(context.Context, uuid.UUID, []byte) []abis.Response {
	return func(ctx context.Context, _ uuid.UUID, message []byte) []abis.Response {
		response, _ := s.Answer(ctx, message)
		return []abis.Response{response}
	}
}

func TestAnABISBehindNATSIsAnEngine(t *testing.T) {
	abistest.Run(t, func(t *testing.T) abis.Engine { return newWorld(t, nil, nil).client })
}

// objects are the biometrics that wait in the store.
func objects(t *testing.T, conn *nats.Conn) []*jetstream.ObjectInfo {
	t.Helper()
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	store, err := js.ObjectStore(t.Context(), abisnats.Bucket)
	require.NoError(t, err)
	list, err := store.List(t.Context())
	if err != nil {
		require.ErrorIs(t, err, jetstream.ErrNoObjectsFound)
		return nil
	}
	return list
}

// What the page of the ABIS says of waiting: a day for requests, answers and biometrics that nobody takes; a minute until a request whose ABIS
// stopped is given out again; one request after the other.
func TestHowLongThingsWait(t *testing.T) {
	w := newWorld(t, nil, nil)
	js, err := jetstream.New(w.conn)
	require.NoError(t, err)
	for _, name := range []string{abisnats.RequestStream, abisnats.ResponseStream} {
		stream, err := js.Stream(t.Context(), name)
		require.NoError(t, err)
		require.Equal(t, 24*time.Hour, stream.CachedInfo().Config.MaxAge, name)
	}
	objects, err := js.ObjectStore(t.Context(), abisnats.Bucket)
	require.NoError(t, err)
	status, err := objects.Status(t.Context())
	require.NoError(t, err)
	require.Equal(t, 24*time.Hour, status.TTL())
	consumer, err := js.Consumer(t.Context(), abisnats.RequestStream, "abis")
	require.NoError(t, err)
	require.Equal(t, time.Minute, consumer.CachedInfo().Config.AckWait)
	require.Equal(t, 1, consumer.CachedInfo().Config.MaxAckPending)
}
