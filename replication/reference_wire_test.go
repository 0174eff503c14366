package replication

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAReferenceReplyArrivesAsItWasSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent := referenceReply{
			At:   DatasetVersion{Version: rapid.Int64Range(0, 1<<60).Draw(t, "at"), Digest: rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "digest")},
			More: rapid.Bool().Draw(t, "more"), Code: Code(rapid.SampledFrom([]string{"", "snapshot"}).Draw(t, "code")),
		}
		for range rapid.IntRange(0, 20).Draw(t, "changes") {
			c := Change{Version: rapid.Int64Range(0, 1<<60).Draw(t, "version"), Op: OpDelete, Key: rapid.StringN(1, 20, 256).Draw(t, "key"), SignedBy: rapid.StringN(0, 9, 256).Draw(t, "by")}
			if rapid.Bool().Draw(t, "put") {
				c.Op = OpPut
				c.Data = json.RawMessage(` {"a" : "<&>` + rapid.StringMatching(`[a-z]*`).Draw(t, "row") + "\"}\n")
			}
			sent.Changes = append(sent.Changes, c)
		}
		data, err := sent.encode()
		require.NoError(t, err)
		got, err := decodeReference(data)
		require.NoError(t, err)
		require.Equal(t, sent, got, "byte for byte: the digest is over it")
	})
}

func FuzzDecodeReference(f *testing.F) {
	data, err := referenceReply{At: DatasetVersion{Version: 3}, Changes: []Change{{Version: 3, Op: OpPut, Key: "k", Data: json.RawMessage(`{}`)}, {Version: 3, Op: OpDelete, Key: "l"}}}.encode()
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, data []byte) {
		reply, err := decodeReference(data)
		if err != nil {
			return
		}
		for i := range reply.Changes {
			require.NoError(t, reply.Changes[i].Check())
		}
		again, err := reply.encode()
		require.NoError(t, err)
		same, err := decodeReference(again)
		require.NoError(t, err)
		require.Equal(t, reply, same)
	})
}
