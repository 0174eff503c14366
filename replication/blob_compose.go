package replication

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
)

// PrefixOfPrints begins the kind of every blob of a fingerprint ("print.template.right_index", "print.image.left_thumb"); KindOfPrints is
// the kind of a tombstone of a person's key of the biometric store. Everything else is evidence of documents. By these alone the centre
// tells whose store a blob is for.
const (
	PrefixOfPrints = "print."
	KindOfPrints   = "print"
)

// IsPrint reports whether a blob's or tombstone's kind is one of the biometric store.
func IsPrint(kind string) bool {
	return kind == KindOfPrints || strings.HasPrefix(kind, PrefixOfPrints)
}

// Outboxes are several outboxes as one, for the one relay of a station. The blobs of an earlier outbox go before those of a later one: name
// the small and urgent ones first. A digest, and a key's name, are of one outbox alone, so that the others have nothing to do about it.
func Outboxes(list ...BlobOutbox) BlobOutbox { return outboxes(list) }

type outboxes []BlobOutbox

// Next is the next blob of the first outbox that has one. One that fails does not hold up the others.
func (o outboxes) Next(ctx context.Context) (*Blob, error) {
	var failed []error
	for _, box := range o {
		b, err := box.Next(ctx)
		if b != nil {
			return b, nil
		}
		failed = append(failed, err)
	}
	return nil, errors.Join(failed...)
}

// Read asks each until one has the blob.
func (o outboxes) Read(ctx context.Context, digest []byte, offset int64, limit int) ([]byte, error) {
	for _, box := range o {
		part, err := box.Read(ctx, digest, offset, limit)
		if !errors.Is(err, ErrNoBlob) {
			return part, err
		}
	}
	return nil, ErrNoBlob
}

func (o outboxes) each(act func(BlobOutbox) error) error {
	var failed []error
	for _, box := range o {
		failed = append(failed, act(box))
	}
	return errors.Join(failed...)
}

// Confirm tells all: the one whose blob it is knows it.
func (o outboxes) Confirm(ctx context.Context, digest []byte) error {
	return o.each(func(box BlobOutbox) error { return box.Confirm(ctx, digest) })
}

// Park tells all.
func (o outboxes) Park(ctx context.Context, digest []byte, reason string) error {
	return o.each(func(box BlobOutbox) error { return box.Park(ctx, digest, reason) })
}

// Tombstones are those of all, at most limit.
func (o outboxes) Tombstones(ctx context.Context, limit int) (all []Tombstone, err error) {
	err = o.each(func(box BlobOutbox) error {
		if len(all) >= limit {
			return nil
		}
		list, err := box.Tombstones(ctx, limit-len(all))
		all = append(all, list...)
		return err
	})
	if len(all) > 0 {
		return all, nil // what cannot be read now is told later
	}
	return nil, err
}

// Told tells all.
func (o outboxes) Told(ctx context.Context, key uuid.UUID) error {
	return o.each(func(box BlobOutbox) error { return box.Told(ctx, key) })
}

// Missing tells all.
func (o outboxes) Missing(ctx context.Context, digests [][]byte) error {
	return o.each(func(box BlobOutbox) error { return box.Missing(ctx, digests) })
}

// Progress is that of all together.
func (o outboxes) Progress(ctx context.Context) (all BlobProgress, err error) {
	err = o.each(func(box BlobOutbox) error {
		p, err := box.Progress(ctx)
		all.Waiting, all.Bytes, all.Parked = all.Waiting+p.Waiting, all.Bytes+p.Bytes, all.Parked+p.Parked
		all.OldestAt = earlier(all.OldestAt, p.OldestAt)
		if all.Held == "" {
			all.Held = p.Held
		}
		return err
	})
	return all, err
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// BlobStores are the centre's two stores as one: what is of prints goes to one, everything else to the other.
func BlobStores(prints, evidence BlobStore) BlobStore { return blobStores{prints, evidence} }

type blobStores struct{ prints, evidence BlobStore }

func (s blobStores) of(kind string) BlobStore {
	if IsPrint(kind) {
		return s.prints
	}
	return s.evidence
}

// Piece takes bytes for the store of the blob's kind.
func (s blobStores) Piece(ctx context.Context, station string, b Blob, offset int64, bytes []byte) (int64, bool, error) {
	return s.of(b.Kind).Piece(ctx, station, b, offset, bytes)
}

// Bury tells the store of the tombstone's kind.
func (s blobStores) Bury(ctx context.Context, station string, t Tombstone) error {
	return s.of(t.Kind).Bury(ctx, station, t)
}

// Missing are what both miss, at most limit: prints first.
func (s blobStores) Missing(ctx context.Context, station string, limit int) ([][]byte, error) {
	prints, err := s.prints.Missing(ctx, station, limit)
	if err != nil || len(prints) >= limit {
		return prints, err
	}
	evidence, err := s.evidence.Missing(ctx, station, limit-len(prints))
	return append(prints, evidence...), err
}
