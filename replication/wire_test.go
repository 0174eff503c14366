package replication_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/klauspost/compress/s2"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/replication/replicationtest"
)

const busLimit = 1 << 20

func chainOf(n int, payload func(i int) string) *replicationtest.Chain {
	c := replicationtest.NewChain("land")
	for i := range n {
		c.Add(replicationtest.Body{Kind: "crossing.recorded", Version: 1, Payload: json.RawMessage(payload(i))})
	}
	return c
}

// realistic is a payload of about 1.2 kB that compresses as a real one does.
func realistic(i int) string {
	return fmt.Sprintf(`{"crossing_id":%q,"n":%d,"detail":%q}`, uuid.New(), i, strings.Repeat("finding no_hit ", 70))
}

func TestABatchArrivesAsItWasSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := replicationtest.NewChain(rapid.StringMatching(`[a-z]{1,5}`).Draw(t, "station"))
		skipped := rapid.IntRange(0, 3).Draw(t, "skipped")
		for range skipped + rapid.IntRange(1, 20).Draw(t, "events") {
			c.Events = append(c.Events, replication.Event{})[:len(c.Events)]
			e := replication.Event{
				ID: uuid.New(), Version: rapid.IntRange(1, 32767).Draw(t, "version"), Kind: rapid.StringN(1, 16, 64).Draw(t, "kind"),
				Payload: rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "payload"), Carried: rapid.Bool().Draw(t, "carried"),
				CreatedAt: time.UnixMicro(rapid.Int64Range(-1<<50, 1<<55).Draw(t, "micro")).UTC(), Seq: c.At.Seq + 1,
			}
			e.Seal(c.At.Head)
			c.At = replication.Position{Seq: e.Seq, Head: e.Hash}
			c.Events = append(c.Events, e)
		}
		sent := c.Events[skipped:]
		data, n, err := replication.EncodeBatch(c.Epoch, sent, busLimit)
		require.NoError(t, err)
		require.Equal(t, len(sent), n)
		epoch, events, err := replication.DecodeBatch(data)
		require.NoError(t, err)
		require.Equal(t, c.Epoch, epoch)
		require.Equal(t, sent, events)
	})
}

func TestABatchFitsTheBus(t *testing.T) {
	noise := func(int) string { b := make([]byte, 30_000); _, _ = rand.Read(b); return string(b) }
	for name, c := range map[string]*replicationtest.Chain{
		"many":            chainOf(1500, realistic),
		"incompressible":  chainOf(200, noise),
		"largest payload": chainOf(40, func(int) string { return strings.Repeat("x", replication.MaxPayloadBytes) }),
	} {
		t.Run(name, func(t *testing.T) {
			rest := c.Events
			for len(rest) > 0 {
				data, n, err := replication.EncodeBatch(c.Epoch, rest, busLimit)
				require.NoError(t, err)
				require.LessOrEqual(t, len(data), busLimit)
				require.LessOrEqual(t, n, replication.MaxBatchEvents)
				_, events, err := replication.DecodeBatch(data)
				require.NoError(t, err)
				require.Equal(t, rest[:n], events)
				rest = rest[n:]
			}
		})
	}
}

func TestAnEventThatFitsNoMessageIsAnError(t *testing.T) {
	_, _, err := replication.EncodeBatch(uuid.New(), chainOf(1, realistic).Events, 100)
	require.ErrorContains(t, err, "event 1 takes")
	_, _, err = replication.EncodeBatch(uuid.New(), nil, busLimit)
	require.Error(t, err)
}

// Every byte of a batch counts: none can be changed, removed or added unnoticed, whatever the compression makes of it.
func TestAChangedBatchIsNoticed(t *testing.T) {
	c := chainOf(3, func(i int) string { return fmt.Sprintf(`{"n":%d}`, i) })
	data, _, err := replication.EncodeBatch(c.Epoch, c.Events, busLimit)
	require.NoError(t, err)
	plain, err := s2.Decode(nil, data[4:])
	require.NoError(t, err)
	pack := func(b []byte) []byte { return append([]byte("BMB1"), s2.Encode(nil, b)...) }
	const epochEnd = 16 // the epoch is bound by Genesis, which the Applier compares
	for i := epochEnd; i < len(plain); i++ {
		for _, flip := range []byte{1, 0x80} {
			changed := bytes.Clone(plain)
			changed[i] ^= flip
			_, events, err := replication.DecodeBatch(pack(changed))
			if err == nil {
				// What is left is the carried flag and unused bits beside it: no part of the event.
				for n := range events {
					events[n].Carried = false
				}
				require.Equal(t, c.Events, events, "byte %d", i)
			}
		}
	}
	for n := range plain {
		_, _, err := replication.DecodeBatch(pack(plain[:n]))
		require.Error(t, err, "cut to %d bytes", n)
	}
	_, _, err = replication.DecodeBatch(pack(append(bytes.Clone(plain), 0)))
	require.ErrorIs(t, err, replication.ErrMalformed)
	_, _, err = replication.DecodeBatch([]byte("nonsense"))
	require.ErrorIs(t, err, replication.ErrMalformed)
}

func TestABatchDoesNotMakeTheReaderAllocate(t *testing.T) {
	bomb := append([]byte("BMB1"), s2.Encode(nil, make([]byte, 64<<20))...)
	require.Less(t, len(bomb), busLimit*4)
	_, _, err := replication.DecodeBatch(bomb)
	require.ErrorIs(t, err, replication.ErrMalformed)
	require.ErrorContains(t, err, "at most")
}

func FuzzDecodeBatch(f *testing.F) {
	c := chainOf(2, realistic)
	data, _, err := replication.EncodeBatch(c.Epoch, c.Events, busLimit)
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte("BMB1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		epoch, events, err := replication.DecodeBatch(data)
		if err != nil {
			return
		}
		require.NoError(t, replication.VerifyChain(events[0].PrevHash, events))
		again, n, err := replication.EncodeBatch(epoch, events, len(data)+busLimit)
		require.NoError(t, err)
		require.Equal(t, len(events), n)
		_, same, err := replication.DecodeBatch(again)
		require.NoError(t, err)
		require.Equal(t, events, same)
	})
}

func BenchmarkEncodeBatch1000(b *testing.B) {
	c := chainOf(1000, realistic)
	var size int
	for b.Loop() {
		data, n, err := replication.EncodeBatch(c.Epoch, c.Events, busLimit)
		require.NoError(b, err)
		require.Equal(b, 1000, n)
		size = len(data)
	}
	b.ReportMetric(float64(size)/1000, "wire-B/event")
}

func BenchmarkDecodeBatch1000(b *testing.B) {
	c := chainOf(1000, realistic)
	data, _, err := replication.EncodeBatch(c.Epoch, c.Events, busLimit)
	require.NoError(b, err)
	for b.Loop() {
		_, _, err := replication.DecodeBatch(data)
		require.NoError(b, err)
	}
}
