package replication

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/openbmis/openbmis/internal/bus"
)

// BlobTiming of the relay of blobs; NewBlobRelay fills what is zero.
type BlobTiming struct {
	Poll    time.Duration // looks for blobs that nobody announced; 1 s
	Pause   time.Duration // after an error; 1 s
	Request time.Duration // how long an answer is waited for: long, for a slow line is no broken one; 30 s
	Share   time.Duration // while events wait, one small piece in this time and no more; 500 ms
	Review  time.Duration // how often the centre is asked what it misses; 1 min
}

func (t BlobTiming) orDefaults() BlobTiming {
	for d, to := range map[*time.Duration]time.Duration{
		&t.Poll: time.Second, &t.Pause: time.Second, &t.Request: 30 * time.Second, &t.Share: 500 * time.Millisecond, &t.Review: time.Minute,
	} {
		if *d == 0 {
			*d = to
		}
	}
	return t
}

// Bounds of a piece: small enough not to hold up an event on a thin line, larger where the line is quick.
const (
	minPiece = 16 << 10
	maxPiece = 512 << 10
	// quick and slow are what an answer may take before pieces grow or shrink.
	quick = 150 * time.Millisecond
	slow  = 600 * time.Millisecond
	// digestTries is how often a blob is sent anew whose bytes do not arrive as they left.
	digestTries = 3
)

// BlobRelay sends a station's blobs to the centre, apart from the events and after them. There is one per station; it may be killed at
// any moment. It holds nothing that the outbox and the centre do not know.
type BlobRelay struct {
	config   BlobRelayConfig
	wake     chan struct{}
	piece    int
	reviewed time.Time
}

// BlobRelayConfig is what a BlobRelay needs.
type BlobRelayConfig struct {
	Station string
	Blobs   BlobOutbox
	// Events go first: while any waits, blobs have a bounded share of the line.
	Events Outbox
	Conn   *nats.Conn
	Timing BlobTiming
	Log    *slog.Logger
}

// NewBlobRelay makes a BlobRelay; Run lets it work.
func NewBlobRelay(config BlobRelayConfig) *BlobRelay {
	config.Timing = config.Timing.orDefaults()
	return &BlobRelay{config: config, wake: make(chan struct{}, 1), piece: minPiece}
}

// Wake says that a decision was committed. It never blocks; without it blobs leave at the next poll.
func (r *BlobRelay) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run relays until ctx ends, and returns ctx's error. Whatever fails is tried again for ever: the centre may be away for days.
func (r *BlobRelay) Run(ctx context.Context) error {
	for told := ""; ; {
		more, err := r.Step(ctx)
		if err != nil && ctx.Err() == nil && told != err.Error() { // once, not every second for days
			told = err.Error()
			r.config.Log.Info("replication: evidence not sent", "station", r.config.Station, "error", err)
		}
		pause := r.config.Timing.Poll
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			pause = r.config.Timing.Pause
		case more:
			continue
		}
		if err := r.rest(ctx, pause, err == nil); err != nil {
			return err
		}
	}
}

// rest waits; after an error also when there is news, for news do not mend a line.
func (r *BlobRelay) rest(ctx context.Context, pause time.Duration, wakeable bool) error {
	wake := r.wake
	if !wakeable {
		wake = nil
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wake:
	case <-timer.C:
	}
	return nil
}

// Step tells of destroyed keys, sends one blob whole, or asks what is missing; more says that there may be more to do at once.
func (r *BlobRelay) Step(ctx context.Context) (more bool, err error) {
	if !r.config.Conn.IsConnected() {
		return false, errors.New("no connection to the centre")
	}
	if err := r.tell(ctx); err != nil {
		return false, err
	}
	blob, err := r.config.Blobs.Next(ctx)
	switch {
	case err != nil:
		return false, err
	case blob != nil:
		return true, r.send(ctx, blob)
	case time.Since(r.reviewed) >= r.config.Timing.Review:
		return r.review(ctx)
	}
	return false, nil
}

const tombstonesAtOnce = 100

func (r *BlobRelay) tell(ctx context.Context) error {
	list, err := r.config.Blobs.Tombstones(ctx, tombstonesAtOnce)
	if err != nil {
		return err
	}
	for _, t := range list {
		reply, err := r.ask(ctx, blobHead{Tombstone: &t}, nil)
		if err != nil {
			return err
		}
		if reply.Code != CodeNone {
			return fmt.Errorf("tombstone of key %s: the centre answers %q %s", t.Key, reply.Code, reply.Detail)
		}
		if err := r.config.Blobs.Told(ctx, t.Key); err != nil {
			return err
		}
	}
	return nil
}

// send asks how much of the blob the centre has and sends the rest piece by piece, until the centre has committed it whole.
func (r *BlobRelay) send(ctx context.Context, b *Blob) error {
	if err := b.Check(); err != nil {
		r.config.Log.Error("replication: evidence parked", "station", r.config.Station, "error", err)
		return r.config.Blobs.Park(ctx, b.Digest, "bounds")
	}
	var piece []byte
	at, failed := int64(0), 0
	for {
		reply, err := r.ask(ctx, blobHead{Blob: b, Offset: at}, piece)
		switch {
		case err != nil:
			return err
		case reply.Code == CodeBlobDigest && failed+1 < digestTries:
			failed++
			at, piece = 0, nil
			continue
		case reply.Code == CodeBlobDigest, reply.Code == CodeRefused, reply.Code == CodeMalformed:
			return r.config.Blobs.Park(ctx, b.Digest, reply.Detail)
		case reply.Code != CodeNone:
			return fmt.Errorf("the centre answers %q", reply.Code)
		case reply.Done:
			return r.config.Blobs.Confirm(ctx, b.Digest)
		case reply.Have < 0 || reply.Have >= b.Size:
			return fmt.Errorf("blob of %d bytes: the centre says that it has %d and is not done", b.Size, reply.Have)
		}
		at = reply.Have
		if piece, err = r.next(ctx, b, at); err != nil {
			return err
		}
	}
}

// next is the next piece of a blob, when its turn has come.
func (r *BlobRelay) next(ctx context.Context, b *Blob, at int64) ([]byte, error) {
	size, err := r.turn(ctx)
	if err != nil {
		return nil, err
	}
	piece, err := r.config.Blobs.Read(ctx, b.Digest, at, size)
	if err == nil && len(piece) == 0 {
		err = fmt.Errorf("blob %x: nothing from byte %d on, it has %d", b.Digest, at, b.Size)
	}
	return piece, err
}

// turn waits while events wait, and says how large the next piece may be: events overtake blobs, but do not starve them.
func (r *BlobRelay) turn(ctx context.Context) (size int, err error) {
	state, err := r.config.Events.State(ctx)
	if err != nil {
		return 0, err
	}
	if state.Backlog <= 0 {
		return min(r.piece, int(r.config.Conn.MaxPayload())-maxBlobHead-len(blobMagic)-4), nil
	}
	return minPiece, r.rest(ctx, r.config.Timing.Share, false)
}

// review asks what the centre misses of what it had confirmed: after it was restored from a backup, say.
func (r *BlobRelay) review(ctx context.Context) (more bool, err error) {
	reply, err := r.ask(ctx, blobHead{Missing: true}, nil)
	if err != nil {
		return false, err
	}
	if reply.Code != CodeNone {
		return false, fmt.Errorf("what is missing: the centre answers %q", reply.Code)
	}
	r.reviewed = time.Now()
	if len(reply.Missing) == 0 {
		return false, nil
	}
	return true, r.config.Blobs.Missing(ctx, reply.Missing)
}

// ask is one request. Pieces grow while the line is quick and shrink when it is slow.
func (r *BlobRelay) ask(ctx context.Context, head blobHead, piece []byte) (reply blobReply, err error) {
	data, err := encodeBlob(head, piece)
	if err != nil {
		return reply, err
	}
	ctx, cancel := context.WithTimeout(ctx, r.config.Timing.Request)
	defer cancel()
	began := time.Now()
	m, err := r.config.Conn.RequestWithContext(ctx, bus.BlobSubject(r.config.Station), data)
	if err != nil {
		r.piece = max(minPiece, r.piece/2)
		return reply, fmt.Errorf("request %s: %w", bus.BlobSubject(r.config.Station), err)
	}
	switch took := time.Since(began); {
	case took > slow:
		r.piece = max(minPiece, r.piece/2)
	case took < quick && len(piece) >= r.piece:
		r.piece = min(maxPiece, r.piece*2)
	}
	if err := json.Unmarshal(m.Data, &reply); err != nil {
		return reply, fmt.Errorf("request %s: answer: %w", bus.BlobSubject(r.config.Station), err)
	}
	return reply, nil
}
