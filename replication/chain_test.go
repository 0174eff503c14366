package replication_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/replication"
)

// The hash of one event, computed here a second time from the words of the specification.
func TestTheHashIsWhatIsWrittenDown(t *testing.T) {
	epoch := uuid.MustParse("0195b0a0-0000-7000-8000-000000000001")
	id := uuid.MustParse("0195b0a0-0000-7000-8000-000000000002")
	field := func(h []byte, parts ...[]byte) []byte {
		for _, p := range parts {
			h = append(binary.BigEndian.AppendUint32(h, uint32(len(p))), p...)
		}
		return h
	}
	genesis := sha256.Sum256(field(nil, []byte("openbmis outbox chain v1"), []byte("airport"), epoch[:]))
	require.Equal(t, genesis[:], replication.Genesis("airport", epoch))
	e := replication.Event{Seq: 258, ID: id, Kind: "crossing.recorded", Version: 3, CreatedAt: time.UnixMicro(1_700_000_000_000_001), Payload: []byte(`{"a": 1}`)}
	e.Seal(genesis[:])
	want := sha256.Sum256(field(nil, genesis[:], []byte{0, 0, 0, 0, 0, 0, 1, 2}, id[:], []byte("crossing.recorded"), []byte{0, 0, 0, 3},
		binary.BigEndian.AppendUint64(nil, 1_700_000_000_000_001), []byte(`{"a": 1}`)))
	require.Equal(t, want[:], e.Hash)
	require.Equal(t, "c3939b8ea63c9b59", hex.EncodeToString(e.Hash)[:16], "the hash of released events never changes")
}

func TestEveryChangeBreaksTheChainWhereItIs(t *testing.T) {
	c := chainOf(6, func(int) string { return `{"a":1}` })
	genesis := c.Events[0].PrevHash
	require.NoError(t, replication.VerifyChain(genesis, c.Events))
	require.NoError(t, replication.VerifyChain(genesis, nil))
	for name, change := range map[string]func(e *replication.Event){
		"seq":     func(e *replication.Event) { e.Seq++ },
		"id":      func(e *replication.Event) { e.ID[3] ^= 1 },
		"kind":    func(e *replication.Event) { e.Kind += "x" },
		"version": func(e *replication.Event) { e.Version++ },
		"time":    func(e *replication.Event) { e.CreatedAt = e.CreatedAt.Add(time.Microsecond) },
		"payload": func(e *replication.Event) { e.Payload = []byte(`{"a":2}`) },
		"hash":    func(e *replication.Event) { e.Hash = make([]byte, 32) },
	} {
		events := slices.Clone(c.Events)
		change(&events[3])
		err := replication.VerifyChain(genesis, events)
		require.ErrorIs(t, err, replication.ErrChain, name)
		require.ErrorContains(t, err, "event ", name)
	}
	swapped := slices.Clone(c.Events)
	swapped[2], swapped[3] = swapped[3], swapped[2]
	require.ErrorContains(t, replication.VerifyChain(genesis, swapped), "event 4 follows event 2")
	require.ErrorContains(t, replication.VerifyChain(genesis, slices.Delete(slices.Clone(c.Events), 2, 3)), "event 4 follows event 2")
	require.Error(t, replication.VerifyChain(genesis, c.Events[1:]))
}

func TestContinue(t *testing.T) {
	c := chainOf(6, func(int) string { return `1` })
	at := func(n int) replication.Position {
		if n == 0 {
			return replication.Position{Head: c.Events[0].PrevHash}
		}
		return replication.Position{Seq: int64(n), Head: c.Events[n-1].Hash}
	}
	for _, w := range []struct {
		name         string
		at, from, to int
		keep         int
		code         replication.Code
	}{
		{"all new", 0, 0, 6, 6, ""}, {"part known", 2, 0, 5, 3, ""}, {"all known", 4, 0, 4, 0, ""}, {"long known", 5, 0, 3, 0, ""},
		{"next", 3, 3, 6, 3, ""}, {"gap", 2, 3, 6, 0, replication.CodeGap}, {"nothing", 2, 0, 0, 0, ""},
	} {
		keep, reply := replication.Continue(at(w.at), c.Events[w.from:w.to])
		require.Len(t, keep, w.keep, w.name)
		require.Equal(t, w.code, reply.Code, w.name)
		require.Equal(t, w.code == replication.CodeGap, reply.Gap, w.name)
		require.Equal(t, int64(w.at+w.keep), reply.Cursor, w.name)
		require.Equal(t, at(w.at+w.keep).Head, reply.Head, w.name)
	}
}
