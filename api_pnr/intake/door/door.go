package door

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/klauspost/compress/zstd"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/semaphore"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/internal/bus/gate"
)

const mebibytes = apipnr.MaxBody >> 20

// Filter is the law's drop list: it overwrites what may not be stored with filler of the same length, and says how often.
type Filter func(body []byte) (kept []byte, dropped int)

// Config is what a door is made of. All but Answerer, Rate and Workers are needed.
type Config struct {
	Conn     *nats.Conn // the gate's own
	Keeper   apipnr.Keeper
	Answerer apipnr.Answerer // nil: interactive requests are refused, saying so
	Filter   Filter
	// Rate is how many messages a second a carrier may send, over all gateways; DefaultRate when nil or 0.
	Rate func(carrier string) int
	// Workers answer interactive requests side by side; DefaultWorkers when 0.
	Workers int
	// Memory is how many bytes of messages may be in work at once, decompressed; DefaultMemory when 0. Interactive ones have their own.
	Memory int64
	// Attempts is after how many failures that waiting does not heal a message is laid aside; 12 when 0. Pause is how long to wait after
	// the first, doubled after each; 200 ms when 0.
	Attempts int
	Pause    time.Duration
	// Kept, when set, is told of each envelope that the consumer has brought to the keeper.
	Kept  func(apipnr.Envelope)
	Now   func() time.Time
	NewID func() uuid.UUID
	Log   *slog.Logger
}

// Door takes what comes from carriers. It is safe for concurrent use.
type Door struct {
	Config
	js     jetstream.JetStream
	keys   jetstream.KeyValue // what senders' idempotency keys stood for
	packer *zstd.Encoder
	rates  rates
	stuck  stuck
	bulk   *semaphore.Weighted // bytes in work, but for interactive ones
	quick  *semaphore.Weighted // bytes of interactive ones

	ctx     context.Context //nolint:containedctx // of work that no caller waits for
	stop    context.CancelFunc
	work    sync.WaitGroup
	subs    []*nats.Subscription
	consume jetstream.MessagesContext
}

// Open makes the door's streams and begins to listen.
func Open(ctx context.Context, config Config) (*Door, error) {
	js, err := jetstream.New(config.Conn)
	if err != nil {
		return nil, fmt.Errorf("carriers' door: %w", err)
	}
	packer, err := newPacker()
	if err != nil {
		return nil, fmt.Errorf("carriers' door: %w", err)
	}
	if config.Attempts <= 0 {
		config.Attempts = parkAfter
	}
	if config.Pause <= 0 {
		config.Pause = firstRetry
	}
	if config.Memory <= 0 {
		config.Memory = DefaultMemory
	}
	d := &Door{Config: config, js: js, packer: packer, stuck: stuck{failed: map[uint64]failure{}}}
	d.bulk, d.quick = semaphore.NewWeighted(config.Memory), semaphore.NewWeighted(interactiveMemory)
	d.rates = rates{now: config.Now, rate: config.Rate, buckets: map[string]*bucket{}}
	d.ctx, d.stop = context.WithCancel(context.WithoutCancel(ctx))
	if err := d.makeStreams(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("carriers' door: %w", err), packer.Close())
	}
	if err := errors.Join(d.startKeeping(ctx), d.listen()); err != nil {
		d.Close()
		return nil, fmt.Errorf("carriers' door: %w", err)
	}
	d.work.Go(d.sweepOn)
	return d, nil
}

// Close stops listening, finishes what was taken, and returns.
func (d *Door) Close() {
	for _, sub := range d.subs {
		_ = sub.Drain() // the connection may have gone
	}
	for _, sub := range d.subs {
		d.drained(sub)
	}
	if d.consume != nil {
		d.consume.Stop()
	}
	d.stop()
	d.work.Wait()
	_ = d.packer.Close() // nothing is written to it
}

// Arrival is what came to a gateway.
type Arrival struct {
	Carrier     string // of the account, the certificate, the folder
	Gateway     apipnr.Gateway
	Subject     string
	ContentType string
	Encoding    string // of Body
	Key         string // the sender's
	Body        io.Reader
}

// Take filters what came, makes it durable, and gives the receipt. The error is a Refusal, or something of ours: nothing was taken then.
func (d *Door) Take(ctx context.Context, a Arrival) (apipnr.Receipt, error) {
	e, room, err := d.open(a)
	if err != nil {
		return apipnr.Receipt{}, err
	}
	defer room.release()
	if err := d.claimKey(ctx, e); err != nil {
		return apipnr.Receipt{}, err
	}
	e.ID = identify(e)
	return d.keep(ctx, e)
}

// open makes an envelope of what came: nothing of it is stored before the filter has run. The room that it holds is the caller's to release.
func (d *Door) open(a Arrival) (e apipnr.Envelope, room *hold, err error) {
	if err := gate.CheckCarrier(a.Carrier); err != nil {
		return e, nil, Refuse(http.StatusForbidden, "carrier_unknown", "a known carrier expected").Because(err)
	}
	if !d.rates.allow(a.Carrier) {
		return e, nil, Refuse(http.StatusTooManyRequests, "rate", "too many messages a second; send it again later")
	}
	if len(a.Key) > maxKey {
		return e, nil, Refuse(http.StatusBadRequest, "key", fmt.Sprintf("a key of at most %d bytes expected", maxKey))
	}
	body, room, err := d.decode(a)
	if err != nil {
		return e, nil, err
	}
	e = apipnr.Envelope{
		Carrier: a.Carrier, Gateway: a.Gateway, Subject: a.Subject, ContentType: a.ContentType, Key: a.Key,
		ReceivedAt: d.Now().UTC().Truncate(time.Microsecond), Digest: sha256.Sum256(body),
	}
	e.Body, e.Dropped = d.Filter(body)
	return e, room, nil
}

const maxKey = 128

// identify gives the same bytes of the same carrier the same id for ever, so that a receipt for something sent again names the first.
func identify(e apipnr.Envelope) uuid.UUID {
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "openbmis envelope\x00%s\x00%x", e.Carrier, e.Digest) // a hash takes every byte
	id := uuid.UUID(sum.Sum(nil)[:16])
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8, RFC 9562
	return id
}

func receiptOf(e apipnr.Envelope) apipnr.Receipt {
	return apipnr.Receipt{ID: e.ID, Digest: fmt.Sprintf("%x", e.Digest), Bytes: len(e.Body), ReceivedAt: e.ReceivedAt}
}
