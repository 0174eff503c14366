package archive_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/synthetic"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/identify"
	"github.com/openbmis/openbmis/internal/abisnats"
	"github.com/openbmis/openbmis/internal/bus/bustest"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb/archive"
	"github.com/openbmis/openbmis/replication"
)

// counted is an engine that counts what it is given.
type counted struct {
	abis.Engine
	inserts, images atomic.Int64
}

func (c *counted) Insert(ctx context.Context, reference uuid.UUID, list []abis.Finger) error {
	c.inserts.Add(1)
	for _, f := range list {
		if f.Image != nil {
			c.images.Add(1)
		}
	}
	return c.Engine.Insert(ctx, reference, list)
}

// national is an outside ABIS over a real bus that answers by our engine, while it is there.
type national struct {
	client *abisnats.Client
	count  *counted
	stop   func()
}

func newNational(t *testing.T, c *centre) *national {
	t.Helper()
	b, n := bustest.New(t), new(national)
	key, err := rsa.GenerateKey(rand.Reader, abis.MinRSA)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	to, err := abis.NewRecipient(der)
	require.NoError(t, err)
	n.client, err = abisnats.NewClient(abisnats.ClientConfig{
		Conn: b.Centre(t), Name: "national", Recipient: to, Deadline: 3 * time.Second, Known: c.archive.Known, NewID: uuid.New, Now: time.Now,
		Random: rand.Reader, Log: bustest.Log(t),
	})
	require.NoError(t, err)
	var service *abis.Service
	server, err := abisnats.NewServer(t.Context(), abisnats.ServerConfig{
		Conn: b.Centre(t), Log: bustest.Log(t),
		Answer: func(ctx context.Context, _ uuid.UUID, message []byte) []abis.Response {
			response, _ := service.Answer(ctx, message)
			return []abis.Response{response}
		},
	})
	require.NoError(t, err)
	service = abis.NewService(abis.ServiceConfig{
		Engine: abis.NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), time.Now), Key: key, Fetch: server.Fetch,
		Pending: server.Pending, Now: time.Now,
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()
	n.stop = func() {
		if cancel != nil {
			cancel()
			cancel = nil
			require.NoError(t, <-done)
		}
	}
	t.Cleanup(func() { n.stop(); require.NoError(t, n.client.Close()) })
	n.count = &counted{Engine: n.client}
	return n
}

// outside lets the ABIS search for the centre, as a program does that starts.
func (c *centre) outside(n *national) *archive.Outside {
	c.archive = archive.New(archive.Options{
		DB: c.db, Own: c.own, Wrapping: c.keys, Policy: fingers.DefaultPolicy, Now: c.clock.now, Log: bustest.Log(c), Images: true,
	})
	c.stores = replication.BlobStores(c.archive, nil)
	o := c.archive.Outside("national", n.count)
	c.engine, c.mark = o, 0
	c.worker = identify.NewWorker(identify.WorkerConfig{
		Queue: c.archive, Engine: o, Policy: fingers.DefaultPolicy, Place: archive.Place, Actor: service(), Now: c.clock.now, NewID: uuid.New,
		Log: bustest.Log(c),
	})
	return o
}

// drawn makes impressions with images of ridges, which an engine that is not ours can read.
func drawn(t *testing.T) func(uint64, biometrics.Position) fingers.Print {
	impression := uint64(0)
	return func(who uint64, f biometrics.Position) fingers.Print {
		impression++
		m := synthetic.NewPerson(who).Finger(f).Impression(synthetic.Draw(impression, 0.95))
		template, err := fingerprint.Extract(m)
		require.NoError(t, err)
		return fingers.Print{ID: uuid.New(), Position: f, Template: template, Image: &m}
	}
}

// Whom it does not take stands there with the reason, and keeps nobody waiting.
func TestAnOutsideABISThatRefusesAPersonIsSaidTo(t *testing.T) {
	c := newCentre(t)
	n := newNational(t, c)
	o := c.outside(n)
	a := newPost(c, "test-air") // whose images are no prints
	a.enrol("L898902C3", 1)
	a.events()
	a.blobs(math.MaxInt)
	c.follow()
	refused, err := o.Refused(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, refused)
}

// An outside ABIS is given everybody once, across starts, takes back who is gone, and leaves searches due while it is away.
func TestAnOutsideABISSearchesInThePlaceOfTheGallery(t *testing.T) {
	c := newCentre(t)
	n := newNational(t, c)
	c.outside(n)
	a := newPost(c, "test-air")
	a.make = drawn(t)
	first := a.enrol("L898902C3", 1)
	a.events()
	a.blobs(4)
	require.Zero(t, c.search(), "the images have not come")
	a.blobs(math.MaxInt)
	require.Equal(t, 1, c.search())
	require.Equal(t, int64(4), n.count.images.Load(), "given whole")
	other := a.enrol("X11111111", 2)
	a.sent()
	given := n.count.inserts.Load()
	require.Equal(t, 2, c.count("biometric.abis WHERE refused = ''"))
	held, err := n.client.Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, held)

	c.outside(n) // the centre starts anew
	c.follow()
	require.Equal(t, given, n.count.inserts.Load(), "nobody is given again")
	require.NoError(t, c.stores.Bury(t.Context(), "test-air", replication.Tombstone{Key: other.link, Kind: replication.KindOfPrints, Ground: "retention"}))
	o := c.outside(n)
	require.NoError(t, o.Tidy(t.Context()))
	held, err = n.client.Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, held)
	require.Equal(t, 1, c.count("biometric.abis"))

	b := newPost(c, "test-sea")
	b.make = drawn(t)
	second := b.enrol("Y22222222", 1)
	b.events()
	b.blobs(math.MaxInt)
	n.stop()
	_, err = c.worker.Step(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, c.count("finger_search WHERE done_at IS NULL AND reason = $1 AND attempts = 1", identify.ReasonEngine), "no answer, not 'nobody'")
	require.Zero(t, c.count("finger_task"))
	require.ErrorIs(t, o.Insert(t.Context(), second.link, nil), abis.ErrAway)
	require.Zero(t, c.count("biometric.abis WHERE link = $1", second.link), "what it has not confirmed it does not have")
	_ = first
}
