package replication

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// FuzzDecodeBody goes past the compression, behind which a mutation seldom gets.
func FuzzDecodeBody(f *testing.F) {
	prev := Genesis("land", uuid.Max)
	var events []Event
	for seq := range int64(3) {
		e := Event{Seq: seq + 1, ID: uuid.Max, Kind: "k", Version: 1, Payload: []byte(`{}`)}
		e.Seal(prev)
		prev = e.Hash
		events = append(events, e)
	}
	plain, err := unpack(compressBatch(uuid.Max, events)[len(batchMagic):])
	require.NoError(f, err)
	f.Add(plain)
	f.Fuzz(func(t *testing.T, plain []byte) {
		epoch, events, err := decodeBody(plain)
		if err != nil {
			return
		}
		require.NoError(t, VerifyChain(events[0].PrevHash, events))
		require.Equal(t, plain[:16], epoch[:])
	})
}
