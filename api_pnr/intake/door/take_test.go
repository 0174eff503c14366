package door_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/client"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/problem"
)

func ask(t testing.TB, conn *nats.Conn, subject string, body []byte, headers ...string) *nats.Msg {
	t.Helper()
	m := nats.NewMsg(subject)
	m.Data = body
	for i := 0; i < len(headers); i += 2 {
		m.Header.Set(headers[i], headers[i+1])
	}
	answer, err := conn.RequestMsg(m, patience)
	require.NoError(t, err)
	return answer
}

func refusedWith(t testing.TB, m *nats.Msg, status int, code string) {
	t.Helper()
	r := door.RefusalIn(m)
	require.NotNil(t, r, string(m.Data))
	require.Equal(t, status, r.Status, r.Detail)
	require.True(t, strings.HasPrefix(r.Detail, code+":"), r.Detail)
}

func zipped(t testing.TB, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(body)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func zstandard(t testing.TB, body []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	return w.EncodeAll(body, nil)
}

func TestCompressedIsTheSameMessage(t *testing.T) {
	p := open(t, nil)
	conn := p.Carrier(t, "XA")
	plain := receipt(t, ask(t, conn, gate.BatchSubject("XA"), []byte(paxlst)))
	p.keeper.next(t)
	for encoding, body := range map[string][]byte{"gzip": zipped(t, []byte(paxlst)), "zstd": zstandard(t, []byte(paxlst)), "identity": []byte(paxlst)} {
		again := receipt(t, ask(t, conn, gate.BatchSubject("XA"), body, "Content-Encoding", encoding))
		require.Equal(t, plain.ID, again.ID, encoding)
		require.True(t, again.Duplicate, encoding)
		require.Equal(t, plain.Digest, again.Digest)
	}
	big := []byte(strings.Repeat(paxlst, 20_000)) // 1.6 MB
	told := receipt(t, ask(t, conn, gate.BatchSubject("XA"), zstandard(t, big), "Content-Encoding", "zstd"))
	require.Equal(t, len(big), told.Bytes)
	require.Equal(t, big, p.keeper.next(t).Body)
}

func TestWhatUnpacksWithoutEndIsRefused(t *testing.T) {
	p := open(t, nil)
	conn := p.Carrier(t, "XA")
	endless := bytes.Repeat([]byte{'0'}, apipnr.MaxBody+1)
	for encoding, bomb := range map[string][]byte{"gzip": zipped(t, endless), "zstd": zstandard(t, endless)} {
		require.Less(t, len(bomb), gate.MaxPayload)
		refusedWith(t, ask(t, conn, gate.BatchSubject("XA"), bomb, "Content-Encoding", encoding), http.StatusRequestEntityTooLarge, "too_large")
	}
	refusedWith(t, ask(t, conn, gate.BatchSubject("XA"), []byte("x"), "Content-Encoding", "gzip"), 422, "encoding_broken")
	refusedWith(t, ask(t, conn, gate.BatchSubject("XA"), zstandard(t, []byte(paxlst))[:20], "Content-Encoding", "zstd"), 422, "encoding_broken")
	refusedWith(t, ask(t, conn, gate.BatchSubject("XA"), []byte("x"), "Content-Encoding", "br"), 415, "encoding_unknown")
	refusedWith(t, ask(t, conn, gate.BatchSubject("XA"), nil), 400, "empty")
	require.Empty(t, p.keeper.kept)
}

func TestSentAgainIsKeptOnceAndNamedTheSame(t *testing.T) {
	p := open(t, nil)
	a, b := p.Carrier(t, "XA"), p.Carrier(t, "XB")
	first := receipt(t, ask(t, a, gate.BatchSubject("XA"), []byte(paxlst), door.HeaderKey, "k"))
	p.keeper.next(t)
	again := receipt(t, ask(t, a, gate.BatchSubject("XA"), []byte(paxlst), door.HeaderKey, "k"))
	require.Equal(t, first.ID, again.ID)
	require.False(t, first.Duplicate)
	require.True(t, again.Duplicate)
	refusedWith(t, ask(t, a, gate.BatchSubject("XA"), []byte(paxlst+" "), door.HeaderKey, "k"), http.StatusConflict, "key_taken")
	corrected := receipt(t, ask(t, a, gate.BatchSubject("XA"), []byte(paxlst+" ")))
	require.False(t, corrected.Duplicate, "other bytes are another message, whatever their references")
	p.keeper.next(t)
	others := receipt(t, ask(t, b, gate.BatchSubject("XB"), []byte(paxlst), door.HeaderKey, "k"))
	require.False(t, others.Duplicate, "another carrier's message and key are its own")
	require.NotEqual(t, first.ID, others.ID)
	p.keeper.next(t)
	require.Len(t, p.keeper.kept, 3)
}

func TestSentAgainWhileTheKeeperIsAwayIsAReceiptAllTheSame(t *testing.T) {
	p := open(t, func(c *door.Config) { c.Pause = time.Millisecond })
	p.keeper.failing(func(apipnr.Envelope) error { return errDown })
	conn := p.Carrier(t, "XA")
	first := receipt(t, ask(t, conn, gate.BatchSubject("XA"), []byte(paxlst)))
	again := receipt(t, ask(t, conn, gate.BatchSubject("XA"), []byte(paxlst)))
	require.True(t, again.Duplicate)
	require.Equal(t, first.ID, again.ID)
}

func TestTheLawsFilterRunsBeforeAnythingIsStored(t *testing.T) {
	p := open(t, func(c *door.Config) {
		c.Filter = func(body []byte) ([]byte, int) {
			return bytes.ReplaceAll(body, []byte("KSML"), []byte("XXXX")), bytes.Count(body, []byte("KSML"))
		}
	})
	conn := p.Carrier(t, "XA")
	secret := "UNH+1+PNRGOV:10:1:IA'SSR+KSML:HK:1'" + noise(1<<20+1<<19) // larger than a message too
	sent := receipt(t, ask(t, conn, gate.PushSubject("XA", "edifact"), []byte("SSR+KSML'")))
	c, err := client.Over(conn, "XA")
	require.NoError(t, err)
	big, err := c.Send(t.Context(), client.PNRGOV, "", []byte(secret))
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("%x", sha256.Sum256([]byte("SSR+KSML'"))), sent.Digest, "of what came, so that the sender knows it again")
	for range 2 {
		e := p.keeper.next(t)
		require.NotContains(t, string(e.Body), "KSML")
		require.Equal(t, 1, e.Dropped)
	}
	require.Equal(t, len(secret), big.Bytes)
	js, err := jetstream.New(p.Inside(t))
	require.NoError(t, err)
	for info := range js.ListStreams(t.Context()).Info() {
		require.NotContains(t, everything(t, js, info.Config.Name), "KSML", info.Config.Name)
	}
}

// everything is all that a stream holds, one message after the other.
func everything(t *testing.T, js jetstream.JetStream, name string) string {
	t.Helper()
	stream, err := js.Stream(t.Context(), name)
	require.NoError(t, err)
	info, err := stream.Info(t.Context())
	require.NoError(t, err)
	var all strings.Builder
	for n := info.State.FirstSeq; n <= info.State.LastSeq; n++ {
		m, err := stream.GetMsg(t.Context(), n)
		if err != nil {
			continue
		}
		data := m.Data
		if m.Header.Get("Content-Encoding") == "zstd" {
			data, err = door.Decode("zstd", bytes.NewReader(data), apipnr.MaxBody)
			require.NoError(t, err)
		}
		all.Write(data)
	}
	return all.String()
}

// noise is text that does not compress.
func noise(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + r.IntN(75))
	}
	return strings.ReplaceAll(string(b), "KSML", "KSMK")
}

func TestWhatIsLargerThanAMessageGoesByTheBucket(t *testing.T) {
	p := open(t, nil)
	conn := p.Carrier(t, "XA")
	c, err := client.Over(conn, "XA")
	require.NoError(t, err)
	body := []byte(noise(5 << 20))
	told, err := c.Send(t.Context(), client.PNRGOV, "k", body)
	require.NoError(t, err)
	require.Equal(t, len(body), told.Bytes)
	kept := p.keeper.next(t)
	require.Equal(t, body, kept.Body)
	require.Equal(t, apipnr.TypeEDIFACT, kept.ContentType)
	again, err := c.Send(t.Context(), client.PNRGOV, "k", body)
	require.NoError(t, err)
	require.True(t, again.Duplicate)
	js, err := jetstream.New(p.Inside(t))
	require.NoError(t, err)
	store, err := js.ObjectStore(t.Context(), gate.Bucket("XA"))
	require.NoError(t, err)
	_, err = store.List(t.Context())
	require.ErrorIs(t, err, jetstream.ErrNoObjectsFound, "nothing that has not passed the filter stays")
}

func TestPointersThatAreRefused(t *testing.T) {
	p := open(t, nil)
	conn := p.Carrier(t, "XA")
	js, err := jetstream.New(p.Inside(t))
	require.NoError(t, err)
	body := []byte(paxlst)
	sum := sha256.Sum256(body)
	for _, carrier := range []string{"XA", "XB"} {
		store, err := js.ObjectStore(t.Context(), gate.Bucket(carrier))
		require.NoError(t, err)
		_, err = store.PutBytes(t.Context(), "o", body)
		require.NoError(t, err)
	}
	good := door.Pointer{Bucket: gate.Bucket("XA"), Key: "o", Size: uint64(len(body)), SHA256: hex.EncodeToString(sum[:])}
	for name, spoil := range map[string]func(*door.Pointer){
		"another carrier's":    func(p *door.Pointer) { p.Bucket = gate.Bucket("XB") },
		"not there":            func(p *door.Pointer) { p.Key = "other" },
		"another size":         func(p *door.Pointer) { p.Size++ },
		"too large":            func(p *door.Pointer) { p.Size = apipnr.MaxBody + 1 },
		"another digest":       func(p *door.Pointer) { p.SHA256 = strings.Repeat("0", 64) },
		"without a key":        func(p *door.Pointer) { p.Key = "" },
		"an encoding it isn't": func(p *door.Pointer) { p.Encoding = "gzip" },
	} {
		t.Run(name, func(t *testing.T) {
			bad := good
			spoil(&bad)
			text, err := json.Marshal(bad)
			require.NoError(t, err)
			r := door.RefusalIn(ask(t, conn, gate.BatchSubject("XA"), text, "Content-Type", door.TypePointer))
			require.NotNil(t, r)
			require.Equal(t, 422, r.Status)
		})
	}
	text, err := json.Marshal(good)
	require.NoError(t, err)
	receipt(t, ask(t, conn, gate.BatchSubject("XA"), text, "Content-Type", door.TypePointer))
	require.Equal(t, paxlst, string(p.keeper.next(t).Body))
}

func TestACarrierThatSendsTooMuchIsTold(t *testing.T) {
	p := open(t, func(c *door.Config) {
		now := time.Now()
		c.Now = func() time.Time { return now } // no second passes
		c.Rate = func(carrier string) int { return map[string]int{"XA": 2}[carrier] }
	})
	conn := p.Carrier(t, "XA")
	for i := range 4 {
		receipt(t, ask(t, conn, gate.BatchSubject("XA"), fmt.Appendf(nil, "message %d", i)))
	}
	refusedWith(t, ask(t, conn, gate.BatchSubject("XA"), []byte("one more")), http.StatusTooManyRequests, "rate")
	receipt(t, ask(t, p.Carrier(t, "XB"), gate.BatchSubject("XB"), []byte("another's")))
}

func TestWhatCannotBeKeptNowIsKeptLater(t *testing.T) {
	p := open(t, func(c *door.Config) { c.Pause = time.Millisecond; c.Attempts = 3 })
	tried := make(chan struct{}, 1000)
	p.keeper.failing(func(apipnr.Envelope) error {
		tried <- struct{}{}
		return problem.New(problem.Unavailable, "unavailable").Because(errDown)
	})
	told := receipt(t, ask(t, p.Carrier(t, "XA"), gate.BatchSubject("XA"), []byte(paxlst)))
	for range 8 { // many more than Attempts: waiting helps here
		<-tried
	}
	list, total, err := p.asides(t)
	require.NoError(t, err)
	require.Empty(t, list)
	require.Zero(t, total)
	p.keeper.failing(nil)
	require.Equal(t, told.ID, p.keeper.next(t).ID)
}

func TestWhatCannotBeKeptAtAllIsLaidAsideAndShown(t *testing.T) {
	p := open(t, func(c *door.Config) { c.Pause = time.Millisecond; c.Attempts = 3 })
	p.keeper.failing(func(e apipnr.Envelope) error {
		if string(e.Body) == "poison" {
			return problem.New(problem.Invalid, "poisoned")
		}
		return nil
	})
	conn := p.Carrier(t, "XA")
	told := receipt(t, ask(t, conn, gate.BatchSubject("XA"), []byte("poison")))
	receipt(t, ask(t, conn, gate.BatchSubject("XA"), []byte(paxlst)))
	require.Equal(t, paxlst, string(p.keeper.next(t).Body), "it holds nobody up")
	var list []door.Aside
	require.Eventually(t, func() bool {
		var err error
		list, _, err = p.asides(t)
		return err == nil && len(list) == 1
	}, patience, time.Millisecond)
	require.Equal(t, told.ID.String(), list[0].ID)
	require.Equal(t, "XA", list[0].Carrier)
	require.Equal(t, "poisoned", list[0].Reason)
	require.True(t, told.ReceivedAt.Equal(list[0].ReceivedAt))

	p.keeper.failing(nil)
	require.NoError(t, p.Retry(t.Context(), list[0].Sequence))
	require.Equal(t, told.ID, p.keeper.next(t).ID)
	list, _, err := p.asides(t)
	require.NoError(t, err)
	require.Empty(t, list)
	err = p.Retry(t.Context(), 1)
	require.ErrorIs(t, err, problem.New(problem.NotFound, "parked_gone"))
}

// The server stops between the receipt and the keeping: what was receipted is kept after it is back.
func TestAReceiptOutlivesTheServer(t *testing.T) {
	p := open(t, func(c *door.Config) { c.Pause = time.Millisecond })
	p.keeper.failing(func(apipnr.Envelope) error { return problem.New(problem.Unavailable, "unavailable") })
	told := receipt(t, ask(t, p.Carrier(t, "XA"), gate.BatchSubject("XA"), []byte(paxlst)))
	p.Close()
	p.Stop()
	p.keeper.failing(nil)
	p.Start(t)
	var err error
	p.Door, err = door.Open(context.WithoutCancel(t.Context()), p.config(t))
	require.NoError(t, err)
	t.Cleanup(p.Close)
	require.Equal(t, told.ID, p.keeper.next(t).ID)
	again := receipt(t, ask(t, p.Carrier(t, "XA"), gate.BatchSubject("XA"), []byte(paxlst)))
	require.True(t, again.Duplicate, "and known again")
}

// asides are all that was laid aside, read by pages of one, and how many wait.
func (p *place) asides(t *testing.T) (list []door.Aside, waiting int, err error) {
	t.Helper()
	for next := ""; ; {
		page, err := p.Asides(t.Context(), next, 1)
		if err != nil {
			return nil, 0, err
		}
		require.LessOrEqual(t, len(page.List), 1)
		list = append(list, page.List...)
		if next = page.Next; next == "" {
			return list, page.Parked, nil
		}
	}
}

func TestThePlaceOfAPageOfWhatWasLaidAside(t *testing.T) {
	p := open(t, nil)
	for _, bad := range []string{"x", "parked", "ended", "parked-1", "ended99999999999999999999"} {
		_, err := p.Asides(t.Context(), bad, 1)
		require.Equal(t, problem.Invalid, problem.KindOf(err), bad)
	}
}
