package door

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/openbmis/openbmis/internal/bus/gate"
)

// Names of the gate's streams and subjects that no carrier reaches.
const (
	Ingest       = "INGEST"
	ingestPrefix = "ingest."
	Parked       = "PARKED"
	parkedPrefix = "parked."
	endedPrefix  = "ended." // marks of messages that were parked until the law ended them
	keeperName   = "keeper"
	keyBucket    = "KEYS"
)

// How long and how much streams hold.
const (
	dedupWindow = 24 * time.Hour
	ingestBytes = 16 << 30
	outAge      = 30 * 24 * time.Hour
	outBytes    = 256 << 20
	bucketAge   = 15 * time.Minute
	bucketBytes = 96 << 20
	ackWait     = 30 * time.Second
	keepAhead   = 64
)

func (d *Door) makeStreams(ctx context.Context) error {
	for _, c := range []jetstream.StreamConfig{{
		// No age, and a full stream refuses what comes next: nothing that was acknowledged is ever pushed out. What is kept goes by Sweep.
		Name: Ingest, Subjects: []string{ingestPrefix + "*"}, Storage: jetstream.FileStorage, Retention: jetstream.LimitsPolicy,
		Discard: jetstream.DiscardNew, MaxBytes: ingestBytes, Duplicates: dedupWindow,
	}, {
		// No age: it is the only copy. What the law does not allow any longer goes by Purge, which says so.
		Name: Parked, Subjects: []string{parkedPrefix + "*", endedPrefix + "*"}, Storage: jetstream.FileStorage, Retention: jetstream.LimitsPolicy,
		Discard: jetstream.DiscardNew, MaxBytes: ingestBytes,
	}} {
		if _, err := d.makeStream(ctx, c); err != nil {
			return err
		}
	}
	keys := jetstream.KeyValueConfig{Bucket: keyBucket, TTL: dedupWindow, Storage: jetstream.FileStorage}
	if there, err := d.js.Stream(ctx, "KV_"+keyBucket); err == nil {
		keys.Replicas = there.CachedInfo().Config.Replicas
	}
	var err error
	d.keys, err = d.js.CreateOrUpdateKeyValue(ctx, keys)
	if err != nil {
		return fmt.Errorf("bucket %s: %w", keyBucket, err)
	}
	return nil
}

// makeStream makes a stream, or changes the one that is there but for its replicas: those are the cluster's keeper's to set.
func (d *Door) makeStream(ctx context.Context, c jetstream.StreamConfig) (jetstream.Stream, error) {
	there, err := d.js.Stream(ctx, c.Name)
	switch {
	case err == nil:
		c.Replicas = there.CachedInfo().Config.Replicas
	case !errors.Is(err, jetstream.ErrStreamNotFound):
		return nil, fmt.Errorf("stream %s: %w", c.Name, err)
	}
	made, err := d.js.CreateOrUpdateStream(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", c.Name, err)
	}
	return made, nil
}

// Admit makes what belongs to a carrier: the stream of what the State sends him, the durable consumer by which he reads it, and the
// bucket for what is larger than a message. It may be called again.
func (d *Door) Admit(ctx context.Context, carrier string) error {
	if err := gate.CheckCarrier(carrier); err != nil {
		return err
	}
	out, err := d.makeStream(ctx, jetstream.StreamConfig{
		Name: gate.OutStream(carrier), Subjects: []string{gate.UnsolicitedSubject(carrier), gate.NoticeSubject(carrier)},
		Storage: jetstream.FileStorage, Discard: jetstream.DiscardNew, MaxBytes: outBytes, MaxAge: outAge, Duplicates: dedupWindow,
	})
	if err != nil {
		return err
	}
	_, err = out.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: gate.Reader, AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxDeliver: -1,
	})
	if err != nil {
		return fmt.Errorf("consumer of %s: %w", carrier, err)
	}
	// In memory: what lies there has not passed the law's filter, so it is no storage. Nobody was told that it is safe.
	_, err = d.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{
		Bucket: gate.Bucket(carrier), Storage: jetstream.MemoryStorage, TTL: bucketAge, MaxBytes: bucketBytes,
	})
	if err != nil {
		return fmt.Errorf("bucket of %s: %w", carrier, err)
	}
	return nil
}
