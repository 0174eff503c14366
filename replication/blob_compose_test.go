package replication_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/replication"
)

// box is an outbox with one blob; what is not named here is not asked in these tests.
type box struct {
	replication.BlobOutbox
	blob   *replication.Blob
	stones []replication.Tombstone
	said   replication.BlobProgress
	told   int
	err    error
}

func (b *box) Next(context.Context) (*replication.Blob, error) { return b.blob, b.err }

func (b *box) Read(_ context.Context, digest []byte, _ int64, _ int) ([]byte, error) {
	if b.blob == nil || string(b.blob.Digest) != string(digest) {
		return nil, replication.ErrNoBlob
	}
	return []byte("bytes"), nil
}

func (b *box) Confirm(context.Context, []byte) error { b.told++; return b.err }

func (b *box) Tombstones(_ context.Context, limit int) ([]replication.Tombstone, error) {
	return b.stones[:min(limit, len(b.stones))], b.err
}

func (b *box) Progress(context.Context) (replication.BlobProgress, error) { return b.said, b.err }

func TestSeveralOutboxesAreOne(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	prints := &box{
		stones: []replication.Tombstone{{Key: uuid.New(), Kind: replication.KindOfPrints}, {Key: uuid.New(), Kind: replication.KindOfPrints}},
		said:   replication.BlobProgress{Waiting: 2, Bytes: 20, OldestAt: noon},
	}
	evidence := &box{
		blob: &replication.Blob{Digest: []byte("evidence")}, stones: []replication.Tombstone{{Key: uuid.New()}},
		said: replication.BlobProgress{Waiting: 3, Bytes: 30, Parked: 1, OldestAt: noon.Add(-time.Hour), Held: "no_key"},
	}
	all := replication.Outboxes(prints, evidence)
	next, err := all.Next(t.Context())
	require.NoError(t, err)
	require.Equal(t, evidence.blob, next)
	prints.blob = &replication.Blob{Digest: []byte("print")}
	next, err = all.Next(t.Context())
	require.NoError(t, err)
	require.Equal(t, prints.blob, next, "the first one's goes first")
	for _, digest := range []string{"print", "evidence"} {
		_, err = all.Read(t.Context(), []byte(digest), 0, 1)
		require.NoError(t, err)
	}
	_, err = all.Read(t.Context(), []byte("nobody's"), 0, 1)
	require.ErrorIs(t, err, replication.ErrNoBlob)
	require.NoError(t, all.Confirm(t.Context(), []byte("print")))
	require.Equal(t, []int{1, 1}, []int{prints.told, evidence.told})
	stones, err := all.Tombstones(t.Context(), 2)
	require.NoError(t, err)
	require.Equal(t, prints.stones, stones)
	stones, err = all.Tombstones(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, stones, 3)
	progress, err := all.Progress(t.Context())
	require.NoError(t, err)
	require.Equal(t, replication.BlobProgress{Waiting: 5, Bytes: 50, Parked: 1, OldestAt: noon.Add(-time.Hour), Held: "no_key"}, progress)

	prints.blob, prints.err = nil, errors.New("broken")
	next, err = all.Next(t.Context())
	require.NoError(t, err)
	require.Equal(t, evidence.blob, next, "one that fails holds up nobody")
	evidence.blob = nil
	_, err = all.Next(t.Context())
	require.ErrorContains(t, err, "broken", "but is told of when nothing else is to be done")
}

// shelf is a store that says whose it is.
type shelf struct {
	replication.BlobStore
	took    []string
	missing [][]byte
}

func (s *shelf) Piece(_ context.Context, _ string, b replication.Blob, _ int64, _ []byte) (int64, bool, error) {
	s.took = append(s.took, b.Kind)
	return 0, true, nil
}

func (s *shelf) Bury(_ context.Context, _ string, t replication.Tombstone) error {
	s.took = append(s.took, "stone "+t.Kind)
	return nil
}

func (s *shelf) Missing(_ context.Context, _ string, limit int) ([][]byte, error) {
	return s.missing[:min(limit, len(s.missing))], nil
}

func TestTheCentreTellsPrintsFromEvidenceByTheirKind(t *testing.T) {
	prints, evidence := &shelf{missing: [][]byte{{1}, {2}}}, &shelf{missing: [][]byte{{3}, {4}}}
	all := replication.BlobStores(prints, evidence)
	for _, kind := range []string{"page", "print.template.right_index", "printer", "reading", "print.image.left_thumb"} {
		_, _, err := all.Piece(t.Context(), "test-air", replication.Blob{Kind: kind}, 0, nil)
		require.NoError(t, err)
	}
	require.NoError(t, all.Bury(t.Context(), "test-air", replication.Tombstone{}))
	require.NoError(t, all.Bury(t.Context(), "test-air", replication.Tombstone{Kind: replication.KindOfPrints}))
	require.Equal(t, []string{"print.template.right_index", "print.image.left_thumb", "stone print"}, prints.took)
	require.Equal(t, []string{"page", "printer", "reading", "stone "}, evidence.took)
	for limit, want := range map[int]int{1: 1, 2: 2, 3: 3, 9: 4} {
		missing, err := all.Missing(t.Context(), "test-air", limit)
		require.NoError(t, err)
		require.Len(t, missing, want)
		require.Equal(t, []byte{1}, missing[0])
	}
}
